import { describe, expect, test } from 'vitest'
import type { Diagnostic } from '../error.ts'
import { renderDiagnostics } from './report.ts'

const diagnostic = (changes: Partial<Diagnostic> = {}): Diagnostic => ({
  code: 'unknown_key',
  severity: 'error',
  message: 'unknown key `pth`',
  file: 'rules.yaml',
  line: 3,
  column: 9,
  length: 3,
  sourceLine: '  when: pth',
  help: 'did you mean `path`?',
  ...changes,
})

const lines = (changes: Partial<Diagnostic>) => renderDiagnostics([diagnostic(changes)]).split('\n')

describe('a diagnostic as a picture', () => {
  test('place, message, code, source line, carets and help', () => {
    expect(renderDiagnostics([diagnostic()])).toBe(
      [
        'rules.yaml:3:9: error: unknown key `pth` [unknown_key]',
        '    when: pth',
        '          ^^^',
        '  help: did you mean `path`?',
      ].join('\n')
    )
  })

  test('without help and as a warning', () => {
    const text = renderDiagnostics([diagnostic({ help: undefined, severity: 'warning' })])
    expect(text).toContain('warning: unknown key')
    expect(text).not.toContain('help')
  })

  test('the columns of an expression without a file are bytes', () => {
    const changes = { file: undefined, sourceLine: 'é eq x', column: 4, length: 2 }
    expect(lines(changes).slice(0, 3)).toEqual([
      'error: unknown key `pth` [unknown_key]',
      '  é eq x',
      '    ^^',
    ])
  })

  test.each([
    ['a tab is kept before the carets', '\tx: pth', 5, 3, '  \t   ^^^'],
    ['wide characters take two columns', '中: pth', 4, 3, '      ^^^'],
    ['wide characters are underlined by two carets', 'x: 中文', 4, 2, '     ^^^^'],
    ['an emoji is one character', 'x: "😀" pth', 8, 3, '          ^^^'],
    ['behind the end of the line', 'x:', 3, 1, '    ^'],
    ['far behind the end of the line', 'x:', 5, 1, '      ^'],
    ['on an empty line', '', 1, 1, '  ^'],
  ])('%s', (_, sourceLine, column, length, carets) => {
    expect(lines({ sourceLine, column, length })[2]).toBe(carets)
  })

  test('a long line is cut around the carets', () => {
    const sourceLine = `${'a'.repeat(5000)}pth${'b'.repeat(5000)}`
    const [, text = '', carets = ''] = lines({ sourceLine, column: 5001, length: 3 })
    expect(text).toHaveLength(104)
    expect(text).toMatch(/^ {2}…a+pthb+…$/)
    expect(text.slice(carets.indexOf('^'), carets.length)).toBe('pth')
  })

  test('control characters of the file do not reach the terminal', () => {
    const text = renderDiagnostics([
      diagnostic({ sourceLine: 'x\x1b[31m\u202e', message: 'a\x1b]b', file: 'f\x07', help: '\r' }),
    ])
    for (const control of ['\x1b', '\x07', '\r', '\u202e']) expect(text).not.toContain(control)
    expect(text).toContain('x\ufffd[31m')
  })

  test('colour is put on when asked for', () => {
    expect(renderDiagnostics([diagnostic()], { color: true })).toContain(
      '\x1b[1;31merror:\x1b[22;39m'
    )
    expect(renderDiagnostics([diagnostic()])).not.toContain('\x1b')
  })
})

test('of very many diagnostics the first twenty are shown and the rest counted', () => {
  const text = renderDiagnostics(Array.from({ length: 25 }, () => diagnostic()))
  expect(text.match(/error:/g)).toHaveLength(20)
  expect(text).toMatch(/… and 5 more problems$/)
  const one = renderDiagnostics(Array.from({ length: 21 }, () => diagnostic()))
  expect(one).toMatch(/… and 1 more problem$/)
})

test('no diagnostics are no text', () => {
  expect(renderDiagnostics([])).toBe('')
})
