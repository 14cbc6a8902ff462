import { describe, expect, test } from 'vitest'
import type { Extra } from './given.fixture.ts'
import { diagnose, read, verdict } from './given.fixture.ts'

const VALUE: Extra = { expect: 'any' }

/** The bytes that a literal stands for. */
const bytesOf = (literal: string) => read(`concat(${literal}, "")`, VALUE).evaluate(NOTHING)
const NOTHING = { get: () => undefined }

describe('quoted strings', () => {
  test.each([
    ['""', ''],
    ['"a"', 'a'],
    ['"a b"', 'a b'],
    ['"it\'s"', "it's"],
    ['"a\\"b"', 'a"b'],
    ['"a\\\\b"', 'a\\b'],
    ['"\\\\"', '\\'],
    ['"\\x41"', 'A'],
    ['"\\x4a\\x4A"', 'JJ'],
    ['"\\x411"', 'A1'],
    ['"\\x+a"', '\n'],
    ['"\\xff"', '\xff'],
    ['"\\x00"', '\0'],
    ['"\\101"', 'A'],
    ['"\\0001"', '\x001'],
    ['"\\377"', '\xff'],
    ['"line\nend"', 'line\nend'],
    ['"tab\there"', 'tab\there'],
    ['"é"', '\xc3\xa9'],
    ['"\\xc3\\xa9"', '\xc3\xa9'],
    ['"日本"', '\xe6\x97\xa5\xe6\x9c\xac'],
    ['"😀"', '\xf0\x9f\x98\x80'],
    ['"$list {1..2} # // /*"', '$list {1..2} # // /*'],
    ['"{}()[],"', '{}()[],'],
    ['"r#"', 'r#'],
  ])('%j is %j', (literal, bytes) => {
    expect(bytesOf(literal)).toBe(bytes)
  })

  test.each([
    ['\\n', 'invalid_character_escape', 11, 1],
    ['\\t', 'invalid_character_escape', 11, 1],
    ['\\u0041', 'invalid_character_escape', 11, 1],
    ['\\X41', 'invalid_character_escape', 11, 1],
    ['\\8', 'invalid_character_escape', 11, 1],
    ["\\'", 'invalid_character_escape', 11, 1],
    ['\\ ', 'invalid_character_escape', 11, 1],
    ['\\xg1', 'invalid_number', 12, 2],
    ['\\x1', 'invalid_number', 12, 2],
    ['\\400', 'invalid_number', 11, 3],
    ['\\777', 'invalid_number', 11, 3],
    ['\\08a', 'invalid_number', 11, 3],
    ['\\7', 'invalid_number', 11, 2],
  ])('the escape %j is refused', (sequence, code, column, length) => {
    expect(diagnose(`text eq "${sequence}" or flag`)).toMatchObject([
      { code, column, length, line: 1 },
    ])
  })

  test('an unknown escape names what may be written', () => {
    const [problem] = diagnose('text eq "a\\nb"')
    expect(problem?.message).toBe('expected ", xHH or OOO after \\')
    expect(problem?.help).toContain('r"…"')
  })

  test.each([
    'text eq "',
    'text eq "abc',
    'text eq "abc\\"',
    'text eq "abc\\\\\\"',
    'text eq "a\\',
  ])('%j has no closing quote', (expression) => {
    expect(diagnose(expression)).toMatchObject([
      { code: 'missing_ending_quote', column: 10, length: Math.max(1, expression.length - 9) },
    ])
  })
})

describe('raw strings', () => {
  test.each([
    ['r""', ''],
    ['r"a"', 'a'],
    ['r"\\n\\x41"', '\\n\\x41'],
    ['r"\\"', '\\'],
    ['r#"a"b"#', 'a"b'],
    ['r#""#', ''],
    ['r##"a"#b"##', 'a"#b'],
    ['r#"a##"#', 'a##'],
    ['r"a\nb"', 'a\nb'],
    ['r"é"', '\xc3\xa9'],
    [`r${'#'.repeat(255)}"x"${'#'.repeat(255)}`, 'x'],
  ])('%j is %j', (literal, bytes) => {
    expect(bytesOf(literal)).toBe(bytes)
  })

  test.each([
    ['text eq r"abc', 'missing_ending_quote'],
    ['text eq r#"abc"', 'missing_ending_quote'],
    ['text eq r##"abc"#', 'missing_ending_quote'],
    ['text eq r#abc#', 'expected_name'],
    [`text eq r${'#'.repeat(256)}"x"${'#'.repeat(256)}`, 'invalid_raw_string'],
  ])('%j is refused', (expression, code) => {
    expect(diagnose(expression)).toMatchObject([{ code }])
  })

  test('more # than were opened with are left over', () => {
    expect(diagnose('text eq r#"abc"##')).toMatchObject([{ code: 'eof', column: 17, length: 1 }])
  })
})

describe('byte strings', () => {
  test.each([
    ['61:62', 'ab'],
    ['+a:62', '\nb'],
    ['61:+A', 'a\n'],
    ['61-62-63', 'abc'],
    ['61.62', 'ab'],
    ['61:62-63.64', 'abcd'],
    ['fF:00', '\xff\0'],
  ])('text eq %s', (literal, bytes) => {
    const given = { text: { hex: Array.from(bytes, hex).join('') } }
    expect(verdict(`text eq ${literal}`, given)).toBe(true)
    expect(verdict(`text contains ${literal}`, given)).toBe(true)
    expect(verdict(`text in {${literal}}`, given)).toBe(true)
    expect(verdict(`text ne ${literal}`, given)).toBe(false)
    expect(verdict(`text eq ${literal}`, { text: 'zz' })).toBe(false)
  })

  test.each([
    ['text eq 61', 'expected_name'],
    ['text eq 6', 'count_mismatch'],
    ['text eq 61:', 'count_mismatch'],
    ['text eq 61:6', 'count_mismatch'],
    ['text eq 61:zz', 'invalid_number'],
    ['text eq 61:62:', 'count_mismatch'],
    ['text eq 6162', 'expected_name'],
    ['text wildcard 61:62', 'expected_name'],
    ['text strict wildcard 61:62', 'expected_name'],
    ['text matches 61:62', 'expected_name'],
    ['names[61:62] eq "a"', 'expected_literal'],
  ])('%s is refused', (expression, code) => {
    expect(diagnose(expression)).toMatchObject([{ code }])
  })
})

const hex = (unit: string) => unit.charCodeAt(0).toString(16).padStart(2, '0')

describe('integers', () => {
  test.each([
    ['0', 0],
    ['7', 7],
    ['-7', -7],
    ['-0', 0],
    ['0x1f', 31],
    ['0xFF', 255],
    ['010', 8],
    ['-017', -17],
    ['-08', -8],
    ['00', 0],
    ['4294967296', 4_294_967_296],
    ['9007199254740991', Number.MAX_SAFE_INTEGER],
    ['9007199254740993', '9007199254740993'],
    ['9223372036854775807', '9223372036854775807'],
    ['-9223372036854775808', '-9223372036854775808'],
    ['0x7fffffffffffffff', '9223372036854775807'],
  ])('number eq %s', (literal, number) => {
    expect(verdict(`number eq ${literal}`, { number })).toBe(true)
    expect(verdict(`number in {${literal}}`, { number })).toBe(true)
    expect(verdict(`number ne ${literal}`, { number })).toBe(false)
    expect(verdict(`number eq ${literal}`, { number: 1 })).toBe(false)
    expect(verdict(`number ge ${literal} and number le ${literal}`, { number })).toBe(true)
  })

  test.each([
    ['9007199254740992', '9007199254740993'],
    ['9223372036854775806', '9223372036854775807'],
    ['-9007199254740993', '-9007199254740992'],
  ])('%s and %s are told apart', (less, greater) => {
    expect(verdict(`number eq ${less}`, { number: greater })).toBe(false)
    expect(verdict(`number lt ${greater}`, { number: less })).toBe(true)
    expect(verdict(`number in {${less}}`, { number: greater })).toBe(false)
    expect(verdict(`number in {${less}..${less}}`, { number: greater })).toBe(false)
    expect(verdict(`number in {${less}..${greater}}`, { number: greater })).toBe(true)
  })

  test.each([
    ['number eq 08', 'invalid_number', 11, 2],
    ['number eq 9223372036854775808', 'invalid_number', 11, 19],
    ['number eq -9223372036854775809', 'invalid_number', 11, 20],
    ['number eq 0x8000000000000000', 'invalid_number', 13, 16],
    ['number eq 0x', 'expected_name', 13, 1],
    ['number eq -0x10', 'eof', 13, 3],
    ['number eq 0xg', 'expected_name', 13, 1],
    ['number eq +1', 'expected_name', 11, 2],
    ['number eq -', 'expected_name', 12, 1],
    ['number eq --1', 'expected_name', 12, 2],
    ['number eq 1.5', 'eof', 12, 2],
    ['number eq 1_000', 'eof', 12, 4],
    ['number eq 1e3', 'invalid_number', 11, 3],
    ['number eq -1e3', 'invalid_number', 11, 4],
    ['number eq 0b1', 'invalid_number', 11, 3],
    ['number eq 0x-1', 'expected_name', 13, 2],
    ['number eq 0x1g', 'eof', 14, 1],
    ['number in {1..2a}', 'invalid_number', 15, 2],
    ['number eq "1"', 'expected_name', 11, 3],
  ])('%s is refused', (expression, code, column, length) => {
    expect(diagnose(expression)).toMatchObject([{ code, column, length }])
  })

  test('a number in quotes gets told what was expected', () => {
    expect(diagnose('number eq "80"')[0]?.help).toBe('numbers have no quotes: write `number eq 80`')
  })
})
