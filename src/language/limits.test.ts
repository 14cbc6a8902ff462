import { describe, expect, test } from 'vitest'
import { diagnose, problems, read, verdict } from './given.fixture.ts'

const HUGE = { limits: { characters: Number.POSITIVE_INFINITY } }
const times = (count: number, part: string) => part.repeat(count)
const joined = (count: number, part: string, by = ' or ') => Array(count).fill(part).join(by)

describe('4,096 characters', () => {
  const filled = (length: number) => `text eq "${'a'.repeat(length - 'text eq ""'.length)}"`

  test('are accepted', () => {
    expect(problems(filled(4_096))).toEqual([])
  })

  test('and one more are not', () => {
    expect(diagnose(filled(4_097))).toMatchObject([
      {
        code: 'expression_too_long',
        message: 'expression has 4097 characters (limit: 4096)',
        line: 1,
        column: 4_097,
        length: 1,
      },
    ])
  })

  test('a character is one whatever its bytes', () => {
    const emoji = `text eq "${'😀'.repeat(4_096 - 'text eq ""'.length)}"`
    expect(problems(emoji)).toEqual([])
    expect(diagnose(`${emoji} `)).toMatchObject([{ code: 'expression_too_long' }])
  })

  test('the limit can be another, or none', () => {
    expect(diagnose('flag or ssl', { limits: { characters: 10 } })).toMatchObject([
      { code: 'expression_too_long', column: 11 },
    ])
    expect(verdict(filled(100_000), { text: 'a' }, HUGE)).toBe(false)
  })
})

describe('64 regular expressions', () => {
  test('are accepted, and one more is not', () => {
    expect(problems(joined(64, 'text~"a"'))).toEqual([])
    const found = diagnose(joined(65, 'text~"a"'))
    expect(found).toMatchObject([
      {
        code: 'too_many_regexes',
        message: 'too many regular expressions (limit: 64)',
        column: 64 * 'text~"a" or '.length + 6,
        length: 3,
      },
    ])
  })

  test('are counted wherever they are', () => {
    const limits = { regexes: 1 }
    expect(problems('any(items[*] matches "a") or text ~ "b"', { limits })).toHaveLength(1)
    expect(problems('text matches "a" or text eq "b"', { limits })).toEqual([])
    expect(problems('to_string(text matches "a") eq "true"', { limits, expect: 'any' })).toEqual([])
  })

  test('wildcards are none', () => {
    expect(problems(joined(100, 'text wildcard "a*"'))).toEqual([])
  })
})

describe('128 levels', () => {
  test.each<[string, (levels: number) => string]>([
    ['parentheses', (n) => `${times(n, '(')}flag${times(n, ')')}`],
    ['spaced parentheses', (n) => `${times(n, '( ')}flag${times(n, ' )')}`],
    ['not', (n) => `${times(n, 'not ')}flag`],
    ['!', (n) => `${times(n, '!')}flag`],
    ['not and parentheses', (n) => `${times(n / 2, 'not(')}flag${times(n / 2, ')')}`],
    ['calls', (n) => `${times(n, 'lower(')}text${times(n, ')')} eq "a"`],
    ['a quantifier', (n) => `any(${times(n - 1, '(')}flags${times(n - 1, ')')})`],
  ])('of %s are accepted, and more are not', (_, write) => {
    expect(problems(write(128))).toEqual([])
    expect(diagnose(write(130))).toMatchObject([
      { code: 'nesting_limit_exceeded', message: 'maximum nesting depth exceeded (limit: 128)' },
    ])
  })

  test('the place is where the level opens', () => {
    expect(diagnose('((flag))', { limits: { nesting: 1 } })).toMatchObject([
      { column: 2, length: 7 },
    ])
  })

  test('levels side by side do not add up', () => {
    const deep = `${times(100, '(')}flag${times(100, ')')}`
    expect(problems(joined(3, deep, ' and '))).toEqual([])
  })
})

describe('functions', () => {
  test('concat takes 2 to 32 arguments', () => {
    expect(problems(`concat(${joined(32, 'text', ', ')}) eq "a"`)).toEqual([])
    expect(problems(`concat(${joined(33, 'text', ', ')}) eq "a"`)[0]).toBe(
      'invalid_argument_count at text'
    )
  })

  test.each([
    'regex_replace(text, "a", "b") eq "c"',
    'wildcard_replace(text, "a", "b") eq "c"',
    'lower(regex_replace(lower(text), "a", "b")) eq "c"',
    'regex_replace(text, "a", "b") eq wildcard_replace(text, "a", "b")',
  ])('%s is accepted', (expression) => {
    expect(problems(expression)).toEqual([])
    expect(problems(expression, { expect: 'any' })).toEqual([])
  })

  test.each([
    [
      'regex_replace(text, "a", "b") eq "a" or regex_replace(other, "a", "b") eq "b"',
      'too_many_calls at regex_replace',
    ],
    [
      'wildcard_replace(text, "a", "b") eq wildcard_replace(other, "a", "b")',
      'too_many_calls at wildcard_replace',
    ],
    [
      'regex_replace(regex_replace(text, "a", "b"), "a", "b") eq "c"',
      'too_many_calls at regex_replace',
    ],
    [
      'regex_replace(wildcard_replace(text, "a", "b"), "a", "b") eq "c"',
      'nested_call at wildcard_replace',
    ],
    [
      'wildcard_replace(regex_replace(text, "a", "b"), "a", "b") eq "c"',
      'nested_call at regex_replace',
    ],
    [
      'wildcard_replace(lower(regex_replace(text, "a", "b")), "a", "b") eq "c"',
      'nested_call at regex_replace',
    ],
  ])('%s is refused: %s', (expression, problem) => {
    expect(problems(expression)).toEqual([problem])
    expect(problems(expression, { expect: 'any' })).toEqual([problem])
  })

  test('a nested call names both', () => {
    expect(() => read('wildcard_replace(regex_replace(text, "a", "b"), "a", "b") eq "c"')).toThrow(
      'regex_replace cannot be called inside wildcard_replace'
    )
  })
})

describe('hostile input of 100 KB is answered', () => {
  const SIZE = 100_000

  test.each<[string, string]>([
    ['open parentheses', times(SIZE, '(')],
    ['closed parentheses', `flag${times(SIZE, ')')}`],
    ['negations', times(SIZE, '!')],
    ['calls', times(SIZE / 6, 'lower(')],
    ['quantifiers', times(SIZE / 4, 'any(')],
    ['indexes', `grid${times(SIZE / 3, '[0]')}`],
    ['open brackets', `items${times(SIZE, '[')}`],
    ['quotes', times(SIZE, '"')],
    ['a string without an end', `text eq "${times(SIZE, 'a')}`],
    ['a raw string without an end', `text eq r${times(SIZE, '#')}"`],
    ['backslashes', `text eq "${times(SIZE, '\\')}`],
    ['a set without an end', `number in {${times(SIZE / 2, '1 ')}`],
    ['commas', `number in {${times(SIZE, ',')}`],
    ['a long name', times(SIZE, 'a')],
    ['a name with many dots', times(SIZE / 2, 'a.')],
    ['a long number', `number eq ${times(SIZE, '9')}`],
    ['a long address', `address eq ${times(SIZE, ':')}`],
    ['a long prefix', `address in {10.0.0.0/${times(SIZE, '9')}}`],
    ['line ends', `${times(SIZE, '\n')}xyz`],
    ['spaces', `${times(SIZE, ' ')}xyz${times(SIZE, ' ')}`],
    ['stars', `text wildcard "${times(SIZE, '*')}"`],
    ['groups of a regex', `text matches "${times(SIZE, '(')}"`],
    ['an arguments list', `concat(${times(SIZE / 5, 'text,')}`],
    ['unknown names', joined(SIZE / 100, `xyz eq "${times(88, 'z')}"`)],
    ['surrogates', `text eq ${times(SIZE, '\ud800')}`],
    ['operators', `flag ${times(SIZE / 4, 'and ')}`],
    ['equals signs', `text ${times(SIZE, '=')}`],
  ])('%s', (_, source) => {
    // Shorter than the limit, and without one.
    expect(diagnose(source.slice(0, 4_000))).not.toEqual([])
    expect(diagnose(source)).toMatchObject([{ code: 'expression_too_long' }])
    expect(diagnose(source, HUGE)).not.toEqual([])
  })

  test.each<[string, string, Record<string, unknown>]>([
    [
      'a set',
      `number in {${Array.from({ length: 15_000 }, (_, i) => i * 3).join(' ')}}`,
      { number: 30_000 },
    ],
    [
      'a set of networks',
      `address in {${Array.from({ length: 8_000 }, (_, i) => `10.${i >> 8}.${i & 255}.0/24`).join(' ')}}`,
      { address: '10.1.2.3' },
    ],
    [
      'a set of strings',
      `text in {${Array.from({ length: 10_000 }, (_, i) => `"${i}"`).join(' ')}}`,
      { text: '9999' },
    ],
    ['a chain of or', joined(10_000, 'ssl or flag'), { flag: true, ssl: false }],
    ['a chain of contains', joined(4_000, 'text contains "needle"'), { text: 'a needle' }],
    ['a chain of and', joined(10_000, 'flag', ' and '), { flag: true }],
    ['a chain of xor', joined(10_001, 'flag', ' xor '), { flag: true }],
    ['a string', `text contains "${times(SIZE, 'a')}"`, { text: times(SIZE, 'a') }],
    ['a wildcard', `text wildcard "${times(SIZE / 2, '*a')}"`, { text: times(SIZE, 'a') }],
    ['a key', `names["${times(SIZE, 'k')}"] eq "v"`, { names: { [times(SIZE, 'k')]: 'v' } }],
  ])('%s, when it is right', (_, source, given) => {
    expect(verdict(source, given, HUGE)).toBe(true)
    expect(verdict(source, {}, HUGE)).toBe(false)
    expect(String(read(source, HUGE))).not.toBe('')
  })
})
