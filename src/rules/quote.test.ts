import { describe, expect, test } from 'vitest'
import { quote, rawFence, readPattern } from './quote.ts'

describe('quoted strings', () => {
  test.each([
    ['curl', '"curl"'],
    ['', '""'],
    ['a"b', String.raw`"a\"b"`],
    ['a\\b', String.raw`"a\\b"`],
    ['\\"', String.raw`"\\\""`],
    ['é😀', '"é😀"'],
    ['a b', '"a b"'],
    ['a\nb', String.raw`"a\x0ab"`],
    ['a\r\tb', String.raw`"a\x0d\x09b"`],
    ['\0\x7f', String.raw`"\x00\x7f"`],
    ['\u00a0', String.raw`"\xc2\xa0"`],
    ['\u2028', String.raw`"\xe2\x80\xa8"`],
    ['\u202e', String.raw`"\xe2\x80\xae"`],
    ['\u{e0001}', String.raw`"\xf3\xa0\x80\x81"`],
    ['{}$*?', '"{}$*?"'],
  ])('%j is written %s', (text, expected) => {
    expect(quote(text)).toBe(expected)
  })
})

describe('raw strings', () => {
  test.each([
    ['a\\d', 'r"'],
    ['', 'r"'],
    ['#', 'r"'],
    ['a"b', 'r#"'],
    ['a"#b', 'r##"'],
    ['"###', 'r####"'],
    ['"# "##', 'r###"'],
    [`"${'#'.repeat(254)}`, `r${'#'.repeat(255)}"`],
  ])('%j opens with enough hashes', (text, open) => {
    expect(rawFence(text)?.open).toBe(open)
    expect(rawFence(text)?.close).toBe(`"${open.slice(1, -1)}`)
  })

  test('a text that needs more than 255 hashes has no raw string', () => {
    expect(rawFence(`"${'#'.repeat(255)}`)).toBeUndefined()
  })
})

describe('patterns', () => {
  test.each([
    ['/admin', false, '/admin', '/admin'],
    ['/admin*', true, '/admin*', '/admin*'],
    ['*', true, '*', '*'],
    ['a\\*b', false, 'a*b', 'a\\*b'],
    ['a\\*b*', true, 'a*b*', 'a\\*b*'],
    ['a\\\\b', false, 'a\\b', 'a\\\\b'],
    ['a\\\\*', true, 'a\\*', 'a\\\\*'],
    ['a\\b', false, 'a\\b', 'a\\\\b'],
    ['a\\', false, 'a\\', 'a\\\\'],
    ['a?b', false, 'a?b', 'a?b'],
    ['\\\\\\*', false, '\\*', '\\\\\\*'],
  ])('%j: wildcard %s, text %j, pattern %j', (source, isWildcard, text, pattern) => {
    expect(readPattern(source)).toEqual({ isWildcard, text, pattern, doubleStar: undefined })
  })

  test.each([
    ['/**/x', 1],
    ['**', 0],
    ['a*b**', 3],
    ['a***', 1],
    ['\\***', 2],
  ])('%j has two stars in a row at %d', (source, doubleStar) => {
    expect(readPattern(source).doubleStar).toBe(doubleStar)
  })

  test.each(['*a*', '\\**', '*\\*', '*\\\\*'])('%j has no two stars in a row', (source) => {
    expect(readPattern(source).doubleStar).toBeUndefined()
  })
})
