import { describe, expect, it, test } from 'vitest'
import { EdgeError } from '../../error.ts'
import { toBytes } from '../bytes.ts'
import { compileRegex, type RegexOptions } from './regex.ts'

const problem = (pattern: string, options?: RegexOptions) => {
  try {
    compileRegex(pattern, options)
  } catch (error) {
    if (error instanceof EdgeError) return error
    throw error
  }
  throw new Error(`accepted ${pattern}`)
}

const LOOK_AROUND = 'look-around, including look-ahead and look-behind, is not supported'
const TOO_DEEP = 'exceed the maximum number of nested parentheses/brackets (250)'

describe('a pattern that Rust refuses', () => {
  test.each([
    ['a{,3}', 'repetition quantifier expects a valid decimal', 3, 1],
    ['a{}', 'repetition quantifier expects a valid decimal', 3, 1],
    ['a{', 'unclosed counted repetition', 2, 1],
    ['a{2,1}', 'invalid repetition count range, the start must be <= the end', 2, 5],
    ['a{4294967296}', 'decimal literal invalid', 3, 10],
    ['{', 'repetition operator missing expression', 1, 1],
    ['*', 'repetition operator missing expression', 1, 1],
    ['a|*', 'repetition operator missing expression', 3, 1],
    ['(?i)*', 'repetition operator missing expression', 5, 1],
    ['(?)', 'repetition operator missing expression', 2, 1],
    ['a(?=b)', LOOK_AROUND, 2, 3],
    ['a(?!b)', LOOK_AROUND, 2, 3],
    ['(?<=a)b', LOOK_AROUND, 1, 4],
    ['(?<!a)b', LOOK_AROUND, 1, 4],
    ['(a)\\1', 'backreferences are not supported', 4, 2],
    ['\\101', 'backreferences are not supported', 1, 2],
    ['\\h', 'unrecognized escape sequence', 1, 2],
    ['\\e', 'unrecognized escape sequence', 1, 2],
    ['\\Qa\\E', 'unrecognized escape sequence', 1, 2],
    ['a\\Z', 'unrecognized escape sequence', 2, 2],
    ['a\\', 'incomplete escape sequence, reached end of pattern prematurely', 2, 1],
    ['\\pL', 'Unicode not allowed here', 1, 3],
    ['\\p{Greek}', 'Unicode not allowed here', 1, 9],
    ['[é]', 'Unicode not allowed here', 2, 2],
    ['é[à]', 'Unicode not allowed here', 4, 2],
    ['(?u)\\p{Nope}', 'Unicode property not found', 5, 8],
    ['(?u)\\p{sc=Nope}', 'Unicode property value not found', 5, 11],
    ['\\xg1', 'invalid hexadecimal digit', 3, 1],
    ['\\x{}', 'hexadecimal literal empty', 3, 2],
    ['\\x{D800}', 'hexadecimal literal is not a Unicode scalar value', 1, 8],
    ['(', 'unclosed group', 1, 1],
    ['a)', 'unopened group', 2, 1],
    ['[a', 'unclosed character class', 1, 1],
    ['[]', 'unclosed character class', 1, 1],
    ['[z-a]', 'invalid character class range, the start must be <= the end', 2, 3],
    ['[a-\\d]', 'invalid range boundary, must be a literal', 4, 2],
    ['[\\b]', 'invalid escape sequence found in character class', 2, 2],
    ['(?k)', 'unrecognized flag', 3, 1],
    ['(?>a)', 'unrecognized flag', 3, 1],
    ['(?ii)', 'duplicate flag', 4, 1],
    ['(?i-)', 'dangling flag negation operator', 4, 1],
    ['(?-i-s)', 'flag negation operator repeated', 5, 1],
    ['(?i', 'expected flag but got end of regex', 4, 1],
    ['(?P<>a)', 'empty capture group name', 5, 1],
    ['(?P<1>a)', 'invalid capture group character', 5, 1],
    ['(?P<n', 'unclosed capture group name', 5, 1],
    ['(?<n>a)(?<n>b)', 'duplicate capture group name', 11, 1],
    [
      '\\b{start',
      'special word boundary assertion is either unclosed or contains an invalid character',
      3,
      6,
    ],
    [
      '\\b{foo}',
      'unrecognized special word boundary assertion, valid choices are: start, end, start-half or end-half',
      4,
      3,
    ],
    ['('.repeat(251), TOO_DEEP, 251, 1],
    ['['.repeat(251), TOO_DEEP, 251, 1],
    [`a${'*'.repeat(251)}`, TOO_DEEP, 1, 252],
  ])('%j: %s', (pattern, message, column, length) => {
    const error = problem(toBytes(pattern))
    expect(error.code).toBe('invalid_regex')
    expect(error.message).toBe(`invalid regex: ${message}`)
    expect(error.diagnostics).toHaveLength(1)
    expect(error.diagnostics[0]).toMatchObject({
      code: 'invalid_regex',
      severity: 'error',
      message,
      line: 1,
      column,
      length,
      sourceLine: pattern,
    })
  })

  test.each([
    ['a{,3}', 'write `{0,n}` for "at most n"'],
    ['\\Z', 'use `\\z` for the end of the text'],
    ['\\pL', 'patterns match bytes; switch Unicode on with `(?u)`'],
  ])('%j comes with a way out', (pattern, help) => {
    expect(problem(pattern).diagnostics[0]?.help).toBe(help)
  })

  it('that is no UTF-8 is refused, not thrown over', () => {
    expect(problem('a\xff').message).toBe('invalid regex: pattern is not valid UTF-8')
  })
})

describe('a pattern that is too large', () => {
  test.each(['.{4079,65535}', 'a{4294967295}', '(?:a{1000}){1000}', '[a&&b]{4294967295}'])(
    '%s passes the size limit',
    (pattern) => {
      expect(problem(pattern, { sizeLimit: 1024 * 1024 }).message).toBe(
        'invalid regex: compiled regex exceeds size limit of 1048576 bytes'
      )
    }
  )

  test.each(['(?:a?){1000}a{1000}', '[ab]*a[ab]{100000}c'])(
    '%s could stall a request',
    (pattern) => {
      expect(problem(pattern).message).toMatch(/^invalid regex: regex could take too long/)
    }
  )

  it('is refused earlier where it is to capture', () => {
    expect(problem('(a.{3000})', { captures: true }).message).toMatch(/too long/)
    expect(compileRegex('(a.{3000})').test(`a${'b'.repeat(3000)}`)).toBe(true)
  })

  test.each([
    '(){4294967295}',
    '(?:^){4294967295}',
    'a{0}{4294967295}',
    '.{1,5000}z',
    '('.repeat(249) + ')'.repeat(249),
  ])('%s is not', (pattern) => {
    expect(() => compileRegex(pattern)).not.toThrow()
  })
})
