import { describe, expect, test } from 'vitest'
import { diagnose, problems, read } from './given.fixture.ts'

describe('several independent problems', () => {
  test.each<[string, string[]]>([
    ['xyz eq "a" or abc eq "b"', ['unknown_identifier at xyz', 'unknown_identifier at abc']],
    ['xyz eq "a" and abc eq "b"', ['unknown_identifier at xyz', 'unknown_identifier at abc']],
    ['xyz xor abc', ['unknown_identifier at xyz', 'unknown_identifier at abc']],
    ['xyz && abc || pqr', ['xyz', 'abc', 'pqr'].map((name) => `unknown_identifier at ${name}`)],
    ['xyz(flag or ssl) and abc', ['unknown_identifier at xyz', 'unknown_identifier at abc']],
    ['not xyz and not abc', ['unknown_identifier at xyz', 'unknown_identifier at abc']],
    ['(xyz) and (abc)', ['unknown_identifier at xyz', 'unknown_identifier at abc']],
    ['(xyz or flag) and abc', ['unknown_identifier at xyz', 'unknown_identifier at abc']],
    ['((xyz and flag) or ssl) and abc', ['unknown_identifier at xyz', 'unknown_identifier at abc']],
    ['(flag and xyz)and(ssl)or abc', ['unknown_identifier at xyz', 'unknown_identifier at abc']],
    ['lower(xyz) eq "a" and abc', ['unknown_identifier at xyz', 'unknown_identifier at abc']],
    [
      '(lower(upper(xyz)) eq "a") and abc',
      ['unknown_identifier at xyz', 'unknown_identifier at abc'],
    ],
    ['(lower(xyz) eq ")") and abc', ['unknown_identifier at xyz', 'unknown_identifier at abc']],
    [
      'address in {10.0.0.1/8} or address in {10.1.0.0/8}',
      ['invalid_network at 10.0.0.1', 'invalid_network at 10.1.0.0'],
    ],
    [
      'address in {10.0.0.1/8 ::1} or xyz',
      ['invalid_network at 10.0.0.1', 'unknown_identifier at xyz'],
    ],
    ['number in {80, 443} or xyz', ['unexpected_comma at ,', 'unknown_identifier at xyz']],
    [
      'text = "a" or number EQ 1',
      ['expected_operator at = "a" or number EQ 1', 'expected_operator at EQ 1'],
    ],
    [
      'text not in {"a"} and xyz',
      ['expected_operator at not in {"a"} and xyz', 'unknown_identifier at xyz'],
    ],
    [
      'number in {3..1} or number contains 1',
      ['incompatible_range_bounds at 3..1', 'unsupported_operation at contains'],
    ],
    ['text matches r"a(" or xyz', ['invalid_regex at (', 'unknown_identifier at xyz']],
    [
      'text matches r"(" and text eq "and" and xyz',
      ['invalid_regex at (', 'unknown_identifier at xyz'],
    ],
    ['text wildcard "**" or xyz', ['invalid_wildcard at "**"', 'unknown_identifier at xyz']],
    ['any(xyz[*] eq "a") or abc', ['unknown_identifier at xyz', 'unknown_identifier at abc']],
    ['items eq "a" or items[*] eq "a"', ['unsupported_operation at eq']],
    [
      'flag and text[0] eq "a" or xyz',
      ['invalid_index_access at [0]', 'unknown_identifier at xyz'],
    ],
    [
      'lower(number) eq "1" or lower() eq "1"',
      ['invalid_argument_type at number', 'invalid_argument_count at lower()'],
    ],
    ['status eq 200 or xyz', ['unusable_field at status', 'unknown_identifier at xyz']],
  ])('%s', (expression, expected) => {
    expect(problems(expression)).toEqual(expected)
    // Where values are allowed too, nothing is reported twice.
    if (!expression.startsWith('items')) {
      expect(problems(expression, { expect: 'any' })).toEqual(expected)
    }
  })

  test('strings are skipped whole, of whatever kind', () => {
    expect(problems('xyz eq "a and (b" and abc')).toHaveLength(2)
    expect(problems('xyz eq "\\" and (" and abc')).toHaveLength(2)
    expect(problems('xyz eq r"\\" and abc')).toHaveLength(2)
    expect(problems('xyz eq r#"" and ("# and abc')).toHaveLength(2)
  })

  test('they come in the order of the source, each with its line', () => {
    const lines = diagnose('xyz eq "a"\nor abc eq "b"\nor pqr eq "c"').map(({ line }) => line)
    expect(lines).toEqual([1, 2, 3])
  })
})

describe('one problem is reported once', () => {
  test.each([
    ['any((xyz[*] eq "a"))', 'unknown_identifier at xyz'],
    ['any((xyz[*] eq "a") and (items[*] eq "b"))', 'unknown_identifier at xyz'],
    ['any((items[*] eq "b") and (xyz[*] eq "a"))', 'unknown_identifier at xyz'],
    ['any(not xyz[*] eq "a")', 'unknown_identifier at xyz'],
    ['(xyz and flag) or ssl', 'unknown_identifier at xyz'],
    ['lower(xyz eq "a") eq "b"', 'unknown_identifier at xyz'],
    ['xyz(1, 2) eq "a"', 'unknown_identifier at xyz'],
    ['xyz["a"][0] eq "and" and flag', 'unknown_identifier at xyz'],
    ['xyz in {"a" "or" "b"} and flag', 'unknown_identifier at xyz'],
    ['orders eq 1 and flag', 'unknown_identifier at orders'],
    ['text eq "a" and xyz or', 'unknown_identifier at xyz'],
    ['(xyz', 'unknown_identifier at xyz'],
    ['xyz eq "a', 'unknown_identifier at xyz'],
    ['xyz eq "a" flag', 'unknown_identifier at xyz'],
    ['to_string((xyz)) eq "true"', 'unknown_identifier at xyz'],
  ])('%s', (expression, problem) => {
    expect(problems(expression, { expect: 'any' })).toEqual(problems(expression))
    expect(problems(expression)[0]).toBe(problem)
    const others = problems(expression).slice(1)
    expect(others.filter((other) => !other.startsWith('expected_'))).toEqual([])
  })

  test.each(['(', 'lower('])('deep in %s the level is right again afterwards', (opening) => {
    const deep = `${opening.repeat(100)}xyz${')'.repeat(100)}`
    expect(problems(`${deep} or ${deep}`)).toEqual(Array(2).fill('unknown_identifier at xyz'))
  })

  test('no more than 32 are looked for', () => {
    expect(problems(Array(500).fill('xyz').join(' or '))).toHaveLength(32)
  })
})

describe('warnings', () => {
  test('each is given once, also where values are allowed', () => {
    for (const extra of [{}, { expect: 'any' as const }]) {
      const { warnings, fields } = read('old.text eq "a"', extra)
      expect(fields).toEqual(['text'])
      expect(warnings).toEqual([
        {
          code: 'deprecated_field',
          severity: 'warning',
          message: '`old.text` is deprecated',
          help: 'write `text`',
          line: 1,
          column: 1,
          length: 8,
          sourceLine: 'old.text eq "a"',
        },
      ])
    }
  })
})
