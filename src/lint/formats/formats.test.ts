import { expect, test } from 'vitest'
import type { Finding } from '../finding.ts'
import { toGithub } from './github.ts'
import { toText } from './text.ts'

const finding: Finding = {
  file: 'a.yaml',
  line: 2,
  column: 3,
  endColumn: 5,
  severity: 'info',
  code: 'some_code',
  message: 'one\r\ntwo 100%',
  sourceLine: 'ab\x1b[31mcd',
}

test('github: line ends and percent signs are escaped, info is a notice', () => {
  expect(toGithub([finding])).toBe(
    '::notice file=a.yaml,line=2,col=3,endColumn=5,title=some_code::one%0D%0Atwo 100%25\n'
  )
})

test('github: a rule that came from no file has no place', () => {
  expect(toGithub([{ ...finding, file: 'rules[0]', line: 0, message: 'm' }])).toBe(
    '::notice title=some_code::m\n'
  )
})

test('text: control characters of the file are shown, and not obeyed', () => {
  const text = toText([{ ...finding, message: 'a\x1b[2Jb', rule: 'r\x07' }])
  expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f]/)
  expect(text).toBe(
    'a.yaml:2:3 info some_code a\ufffd[2Jb (r\ufffd)\n    ab\ufffd[31mcd\n      ^^\n'
  )
})

test('a rule without a name is not named, and control characters do not reach the log', () => {
  const finding: Finding = {
    file: 'r.yaml',
    line: 1,
    column: 2,
    severity: 'error',
    code: 'x',
    message: 'a\x1b[2J\x9b',
    rule: '',
  }
  expect(toText([finding])).toBe('r.yaml:1:2 error x a\ufffd[2J\ufffd\n')
  expect(toGithub([finding])).toBe('::error file=r.yaml,line=1,col=2,title=x::a\\x1b[2J\\x9b\n')
})
