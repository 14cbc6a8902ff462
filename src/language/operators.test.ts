import { describe, expect, test } from 'vitest'
import { problems, read, verdict } from './given.fixture.ts'

/** [word, symbol, of 1 and 2, of 2 and 2, of 3 and 2] */
const ORDERINGS = [
  ['eq', '==', false, true, false],
  ['ne', '!=', true, false, true],
  ['lt', '<', true, false, false],
  ['le', '<=', true, true, false],
  ['gt', '>', false, false, true],
  ['ge', '>=', false, true, true],
] as const

describe.each(ORDERINGS)('%s and %s', (word, symbol, less, equal, greater) => {
  test.each([word, symbol])('%s orders integers', (operator) => {
    expect(verdict(`number ${operator} 2`, { number: 1 })).toBe(less)
    expect(verdict(`number ${operator} 2`, { number: 2 })).toBe(equal)
    expect(verdict(`number ${operator} 2`, { number: 3 })).toBe(greater)
    expect(verdict(`number ${operator} -10`, { number: -11 })).toBe(less)
    expect(verdict(`number ${operator} -10`, { number: 0 })).toBe(greater)
  })

  test.each([word, symbol])('%s orders strings byte by byte', (operator) => {
    expect(verdict(`text ${operator} "b"`, { text: 'a' })).toBe(less)
    expect(verdict(`text ${operator} "b"`, { text: 'b' })).toBe(equal)
    expect(verdict(`text ${operator} "b"`, { text: 'ba' })).toBe(greater)
    expect(verdict(`text ${operator} "b"`, { text: 'B' })).toBe(less)
    expect(verdict(`text ${operator} "10"`, { text: '9' })).toBe(greater)
    expect(verdict(`text ${operator} "z"`, { text: 'é' })).toBe(greater)
    // U+FF5E sorts before U+1F600 in UTF-8 and after it in UTF-16.
    expect(verdict(`text ${operator} "😀"`, { text: '～' })).toBe(less)
    expect(verdict(`text ${operator} "a"`, { text: '' })).toBe(less)
  })

  test.each([word, symbol])('%s orders addresses', (operator) => {
    expect(verdict(`address ${operator} 10.0.0.2`, { address: '10.0.0.1' })).toBe(less)
    expect(verdict(`address ${operator} 10.0.0.2`, { address: '10.0.0.2' })).toBe(equal)
    expect(verdict(`address ${operator} 10.0.0.2`, { address: '10.0.0.10' })).toBe(greater)
  })

  test(`${symbol} and ${word} are the same expression`, () => {
    expect(String(read(`number ${symbol} 2`))).toBe(`number ${word} 2`)
    expect(String(read(`number${symbol}2`))).toBe(`number ${word} 2`)
  })
})

describe('contains', () => {
  test.each([
    ['"b"', 'abc', true],
    ['"abc"', 'abc', true],
    ['"abcd"', 'abc', false],
    ['"B"', 'abc', false],
    ['"ac"', 'abc', false],
    ['""', 'abc', true],
    ['""', '', true],
    ['"a.c"', 'abc', false],
    ['"*"', 'a*c', true],
    ['"\\xa9"', 'é', true],
    ['r"\\"', 'a\\b', true],
  ])('contains %s, given %j: %s', (literal, text, expected) => {
    expect(verdict(`text contains ${literal}`, { text })).toBe(expected)
  })

  const needles = [
    'curl',
    'undefined',
    'a.b',
    '(x)',
    '[y]',
    'q|r',
    '$1',
    '^',
    '\\',
    '*',
    '+?',
    '{2}',
    '/',
    '-',
  ]
  const many = needles.map((needle) => `text contains r"${needle}"`).join(' or ')

  test.each(needles)('many of them on one field find %j', (needle) => {
    expect(verdict(many, { text: `x${needle}` })).toBe(true)
    expect(verdict(many, {})).toBe(false)
  })

  test.each(['x', 'axb', '', 'CURL'])(
    'many of them on one field do not find anything in %j',
    (text) => {
      expect(verdict(many, { text })).toBe(false)
    }
  )

  test('many of them on one field leave the other parts alone', () => {
    expect(verdict(`${many} or other contains "o"`, { text: 'x', other: 'o' })).toBe(true)
    expect(verdict(`${many} or other contains "o"`, { text: 'o', other: 'x' })).toBe(false)
    expect(verdict(`${many} or text contains ""`, { text: 'x' })).toBe(true)
    expect(verdict(`${many} or text contains "\\xff"`, { text: { hex: 'ff' } })).toBe(true)
  })
})

describe('matches', () => {
  test.each([
    ['"^a.c$"', 'abc', true],
    ['"^a.c$"', 'abcd', false],
    ['"b"', 'abc', true],
    ['"B"', 'abc', false],
    ['"(?i)B"', 'abc', true],
    ['""', '', true],
    ['"a\\.c"', 'abc', false],
    ['"a\\.c"', 'a.c', true],
    ['"a\\"c"', 'a"c', true],
    ['"a["]c"', 'a"c', true],
    ['"a[^"]c"', 'abc', true],
    ['"a[^"]c"', 'a"c', false],
    ['r"^\\d+$"', '42', true],
    ['r"^\\d+$"', '4x', false],
    ['r#"^"q"$"#', '"q"', true],
    ['"^é$"', 'é', true],
    ['"^..$"', 'é', true],
    ['"^.$"', 'é', false],
  ])('matches %s, given %j: %s', (pattern, text, expected) => {
    expect(verdict(`text matches ${pattern}`, { text })).toBe(expected)
    expect(verdict(`text ~ ${pattern}`, { text })).toBe(expected)
    expect(verdict(`not text~${pattern}`, { text })).toBe(!expected)
  })
})

describe('wildcard', () => {
  test.each([
    ['"*"', '', true, true],
    ['"a*"', 'abc', true, true],
    ['"A*"', 'abc', true, false],
    ['"*C"', 'abc', true, false],
    ['"a?c"', 'abc', false, false],
    ['"a?c"', 'a?c', true, true],
    ['"b"', 'abc', false, false],
    ['"*b*"', 'abc', true, true],
    ['"a*c"', 'a/\n/c', true, true],
    ['"a\\\\*"', 'a*', true, true],
    ['"a\\\\*"', 'abc', false, false],
    ['r"a\\*"', 'a*', true, true],
    ['r"a\\\\"', 'a\\', true, true],
    ['"É*"', 'é', false, false],
    ['"é*"', 'éa', true, true],
  ])('%s, given %j: %s, strictly %s', (pattern, text, loose, strict) => {
    expect(verdict(`text wildcard ${pattern}`, { text })).toBe(loose)
    expect(verdict(`text strict wildcard ${pattern}`, { text })).toBe(strict)
  })

  test.each([
    ['text wildcard "a**"', 'invalid_wildcard at "a**"'],
    ['text wildcard r"a\\b"', 'invalid_wildcard at r"a\\b"'],
    ['text wildcard "a\\\\"', 'invalid_wildcard at "a\\\\"'],
    ['text strict  wildcard "a"', 'expected_operator at strict  wildcard "a"'],
    ['text strict_wildcard "a"', 'expected_operator at strict_wildcard "a"'],
  ])('%s is refused: %s', (expression, problem) => {
    expect(problems(expression)).toEqual([problem])
  })
})

describe('bitwise_and', () => {
  test.each([
    [6, 2, true],
    [6, 4, true],
    [6, 1, false],
    [0, 255, false],
    [255, 0, false],
    [-1, 1, true],
    [-2, 1, false],
    [-1, -1, true],
    [2 ** 32, 1, false],
    ['4294967296', '4294967296', true],
    ['-9223372036854775808', '-9223372036854775808', true],
    ['-9223372036854775808', '9223372036854775807', false],
    ['9223372036854775807', '1', true],
  ])('%s & %s: %s', (number, mask, expected) => {
    expect(verdict(`number & ${mask}`, { number })).toBe(expected)
    expect(verdict(`number bitwise_and ${mask}`, { number })).toBe(expected)
    expect(verdict(`not number & ${mask}`, { number })).toBe(!expected)
  })
})

describe('in', () => {
  test.each([
    ['number in {80 443}', { number: 443 }, { number: 444 }],
    ['number in {1..3}', { number: 3 }, { number: 4 }],
    ['number in {1..3 7 10..12}', { number: 11 }, { number: 9 }],
    ['number in {-3..-1}', { number: -2 }, { number: 0 }],
    ['number in {5..5}', { number: 5 }, { number: 6 }],
    ['number in {0x10..0x1f}', { number: 31 }, { number: 32 }],
    ['number in {80 80}', { number: 80 }, { number: 81 }],
    ['text in {"a" "b"}', { text: 'b' }, { text: 'c' }],
    ['text in {"a""b"}', { text: 'b' }, { text: 'a"b' }],
    ['text in {"a" r"b" 63:64 r#"e"#}', { text: 'cd' }, { text: 'c' }],
    ['text in {"a" "b" "c" "d" "e" "f"}', { text: 'f' }, { text: 'F' }],
    ['text in {""}', { text: '' }, { text: ' ' }],
    ['text in{"a"}', { text: 'a' }, { text: 'b' }],
    ['text in { "a"\n"b" }', { text: 'b' }, { text: '\n' }],
  ])('%s', (expression, inside, outside) => {
    expect(verdict(expression, inside)).toBe(true)
    expect(verdict(expression, outside)).toBe(false)
    expect(verdict(expression, {})).toBe(false)
    expect(verdict(`not ${expression}`, inside)).toBe(false)
    expect(verdict(`not ${expression}`, outside)).toBe(true)
  })

  test.each(['number in {}', 'text in {}', 'address in { }'])('%s is never true', (expression) => {
    expect(verdict(expression, { number: 0, text: '', address: '::' })).toBe(false)
  })

  const lists = {
    ip: (name: string) => (name === 'offices' ? { has: () => true } : undefined),
    int: (name: string) => (name === 'ports' ? new Set<number | bigint>([80]) : undefined),
    string: (name: string) => (name === 'bad.words_2' ? new Set(['x']) : undefined),
  }

  test.each([
    ['number in $ports', { number: 80 }, true],
    ['number in $ports', { number: 81 }, false],
    ['number in $ports', {}, false],
    ['not number in $ports', { number: 81 }, true],
    ['text in $bad.words_2', { text: 'x' }, true],
    ['text in $bad.words_2', { text: 'y' }, false],
    ['text in $ports', { text: '80' }, false],
    ['address in $offices', { address: '192.0.2.1' }, true],
    ['address in $elsewhere', { address: '192.0.2.1' }, false],
    ['any(numbers[*] in $ports)', { numbers: [1, 80] }, true],
    ['any(numbers[*] in $ports)', { numbers: [1] }, false],
  ])('%s, given %j: %s', (expression, given, expected) => {
    expect(verdict(expression, given, { lists })).toBe(expected)
  })

  test('lists that are not given are empty', () => {
    expect(verdict('number in $ports', { number: 80 })).toBe(false)
    expect(verdict('address in $ports', { address: '::' })).toBe(false)
    expect(read('text in $a or number in $b or text in $a').lists).toEqual(['a', 'b'])
  })

  test.each([
    ['number in {3..1}', 'incompatible_range_bounds at 3..1'],
    ['number in {1 .. 3}', 'expected_name at .. 3}'],
    ['number in {1,2}', 'unexpected_comma at ,'],
    ['text in {"a", "b"}', 'unexpected_comma at ,'],
    ['text in ("a")', 'expected_literal at ("a")'],
    ['text in "a"', 'expected_literal at "a"'],
    ['number in {"80"}', 'expected_name at "80"}'],
    ['text in $Upper', 'invalid_list_name at Upper'],
    ['text in $my-list', 'invalid_list_name at my-list'],
    ['text in $.a', 'invalid_list_name at .a'],
    ['text in $a.', 'invalid_list_name at a.'],
    ['text in $', 'invalid_list_name at '],
    ['text in $ a', 'invalid_list_name at '],
  ])('%s is refused: %s', (expression, problem) => {
    expect(problems(expression)[0]?.replace(/ at {2}$/, ' at ')).toContain(problem)
  })
})

describe('an operator that a type does not have', () => {
  test.each([
    ['number contains 1', 'unsupported_operation at contains'],
    ['number matches "1"', 'unsupported_operation at matches'],
    ['number ~ "1"', 'unsupported_operation at ~'],
    ['number wildcard "1"', 'unsupported_operation at wildcard'],
    ['number strict wildcard "1"', 'unsupported_operation at strict wildcard'],
    ['text & 1', 'unsupported_operation at &'],
    ['text bitwise_and 1', 'unsupported_operation at bitwise_and'],
    ['items eq "a"', 'unsupported_operation at eq'],
    ['headers contains "a"', 'unsupported_operation at contains'],
    ['headers["a"] eq "a"', 'unsupported_operation at eq'],
    ['grid[0] in {"a"}', 'unsupported_operation at in'],
    ['flag == true', 'eof at  == true'],
    ['flag eq "x"', 'eof at  eq "x"'],
    ['flags in {1}', 'eof at  in {1}'],
    ['"a" eq text', 'expected_name at "a" eq text'],
    ['1 eq number', 'unknown_identifier at 1'],
    ['number eq text', 'type_mismatch at text'],
    ['text eq 1', 'count_mismatch at 1'],
    ['text contains other', 'invalid_number at ot'],
  ])('%s: %s', (expression, problem) => {
    expect(problems(expression)).toEqual([problem])
  })
})
