import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Expression } from '../expression.ts'
import type { Given } from '../given.fixture.ts'
import { contextOf, read } from '../given.fixture.ts'
import type { Context } from '../types.ts'
import { compileRules } from './rules.ts'

const oneByOne = (
  expressions: readonly Expression[],
  ends: readonly boolean[],
  context: Context
): number[] => {
  const found: number[] = []
  for (const [i, expression] of expressions.entries()) {
    if (!expression.matches(context)) continue
    found.push(i)
    if (ends[i]) break
  }
  return found
}

const compileAll = (sources: readonly string[]) => sources.map((source) => read(source))

/** A context that counts how often each slot is read. */
const counting = (given: Given) => {
  const values = contextOf(given)
  const reads = new Map<number, number>()
  const context: Context = {
    get: (slot) => {
      reads.set(slot, (reads.get(slot) ?? 0) + 1)
      return values.get(slot)
    },
  }
  return { context, reads }
}

/** Returns the numbers of the expressions that are true, all evaluated together. */
const matching = (sources: readonly string[], given: Given): readonly number[] =>
  compileRules(
    compileAll(sources),
    sources.map(() => false)
  )(contextOf(given))

// Few words, to make generated rules and requests match.
const WORDS = ['ab', 'AB', 'aB', 'abc', 'bca', 'xabcy', 'cab/cab', 'a*b', 'é', 'Éa', '', 'k', 'K']
const ADDRESSES = ['10.0.0.1', '10.0.0.9', '10.0.1.1', '192.0.2.7', '2001:db8::1', '2001:db8:1::']
const NETWORKS = [
  '10.0.0.0/24',
  '10.0.0.0/8',
  '10.0.0.9..10.0.1.1',
  '2001:db8::/32',
  '::/0',
  '192.0.2.7',
]

const word = fc.constantFrom(...WORDS)
const quoted = word.map((text) => `"${text}"`)
const number = fc.integer({ min: -2, max: 6 })
const several = (item: fc.Arbitrary<string>) =>
  fc.array(item, { minLength: 1, maxLength: 3 }).map((items) => `{${items.join(' ')}}`)

const textTest = fc.oneof(
  fc.tuple(fc.constantFrom('eq', 'ne', 'contains', 'lt'), quoted).map((parts) => parts.join(' ')),
  several(quoted).map((set) => `in ${set}`),
  fc
    .tuple(
      fc.constantFrom('wildcard', 'strict wildcard'),
      fc.constantFrom('*', 'ab*', '*BC*', 'a*b*c', 'a\\\\*b', 'abc')
    )
    .map(([operator, pattern]) => `${operator} "${pattern}"`),
  fc
    .constantFrom(
      'abc',
      '(?i)aBc',
      '^ab',
      'b+c|ca',
      '(ab|bc){2}',
      'a?b?',
      'x(?:ab|cd)c',
      '[aA][bB]',
      'b$',
      '(ab)*'
    )
    .map((pattern) => `matches r"${pattern}"`)
)
const text = fc.constantFrom(
  ...['text', 'other', 'lower(text)', 'upper(text)', 'lower(other)', 'items[0]', 'headers["x"][0]'],
  ...['url_decode(text)', 'substring(text, 1)', 'concat(text, other)', 'names["x"]']
)
const array = fc.constantFrom(
  ...['items[*]', 'lower(items[*])[*]', 'headers["x"][*]', 'upper(headers["x"][*])[*]', 'names[*]']
)
const range = fc.tuple(number, number).map(([x, y]) => `${Math.min(x, y)}..${Math.max(x, y)}`)
const leaf = fc.oneof(
  fc.tuple(text, textTest).map((parts) => parts.join(' ')),
  fc
    .tuple(fc.constantFrom('any', 'all'), array, textTest)
    .map(([quantifier, items, test]) => `${quantifier}(${items} ${test})`),
  fc
    .tuple(array, textTest, textTest, fc.constantFrom('and', 'or', 'xor'))
    .map(
      ([items, first, second, operator]) =>
        `any((${items} ${first}) ${operator} (${items} ${second}))`
    ),
  fc
    .tuple(fc.constantFrom('starts_with', 'ends_with'), text, quoted)
    .map(([search, operand, part]) => `${search}(${operand}, ${part})`),
  fc
    .tuple(fc.constantFrom('eq', 'ne', 'ge'), number)
    .map(([operator, n]) => `number ${operator} ${n}`),
  several(fc.oneof(number.map(String), range)).map((set) => `number in ${set}`),
  several(number.map(String)).map((set) => `any(numbers[*] in ${set})`),
  several(fc.constantFrom(...NETWORKS)).map((set) => `address in ${set}`),
  fc.constantFrom(...ADDRESSES).map((ip) => `address eq ${ip}`),
  several(fc.constantFrom(...NETWORKS)).map((set) => `any(addresses[*] in ${set})`),
  fc.constantFrom('flag', 'ssl', 'any(flags)', 'all(flags)', 'switches["x"]', 'true', 'false')
)
const condition = fc.letrec<{ node: string }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    { weight: 4, arbitrary: leaf },
    { weight: 1, arbitrary: tie('node').map((inner) => `not (${inner})`) },
    {
      weight: 3,
      arbitrary: fc
        .tuple(tie('node'), fc.constantFrom('and', 'and', 'or', 'xor'), tie('node'))
        .map(([x, operator, y]) => `(${x}) ${operator} (${y})`),
    }
  ),
})).node

const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 6 })
const few = <T>(value: fc.Arbitrary<T>) => fc.array(value, { maxLength: 3 })
const given: fc.Arbitrary<Given> = fc.record({
  text: maybe(word),
  other: maybe(word),
  number: maybe(number),
  flag: maybe(fc.boolean()),
  ssl: maybe(fc.boolean()),
  address: maybe(fc.constantFrom(...ADDRESSES)),
  items: maybe(few(word)),
  numbers: maybe(few(number)),
  addresses: maybe(few(fc.constantFrom(...ADDRESSES))),
  flags: maybe(few(fc.boolean())),
  headers: maybe(fc.record({ x: few(word) }, { requiredKeys: [] })),
  names: maybe(fc.record({ x: word, y: word }, { requiredKeys: [] })),
  switches: maybe(fc.record({ x: fc.boolean() }, { requiredKeys: [] })),
})

describe('asking many expressions together', () => {
  test('gives what asking one after the other gives', () => {
    let matched = 0
    const property = fc.property(
      fc.array(fc.tuple(condition, fc.boolean()), { minLength: 1, maxLength: 70, size: 'max' }),
      fc.array(given, { minLength: 1, maxLength: 12 }),
      fc.constantFrom('docs', 'engine'),
      (rules, requests, missing) => {
        const expressions = rules.map(([source]) => read(source, { missing }))
        const ends = rules.map(([, end]) => end)
        const together = compileRules(expressions, ends)
        const each = compileRules(
          expressions,
          ends.map(() => false)
        )
        for (const request of requests) {
          const context = contextOf(request)
          expect(together(context)).toEqual(oneByOne(expressions, ends, context))
          const all = each(context)
          expect(all).toEqual(oneByOne(expressions, [], context))
          matched += all.length
        }
      }
    )
    fc.assert(property, { numRuns: 150 })
    expect(matched).toBeGreaterThan(0)
  })

  const padded = (sources: readonly string[], count: number) => [
    ...Array.from({ length: count }, (_, i) => `text contains "padding-${i}"`),
    ...sources,
  ]

  test.each([
    ['needles inside each other', ['abc', 'bc', 'c.', 'b', 'xabc'], 'zabcz', [0, 1, 3]],
    ['needles that overlap', ['abab', 'baba', 'aba', 'bb'], 'ababa', [0, 1, 2]],
    ['a needle that begins like another that fails', ['abcd', 'bcx', 'bce'], 'abcx', [1]],
    ['other cases', ['Abc', 'abc', 'ABC'], 'xABCx', [2]],
    ['bytes that are not ASCII', ['é', 'É', 'ñ', 'né'], 'année', [0, 3]],
    [
      'what a regex would take for its own',
      ['a.c', 'a+', '[ab]', '(', 'a|b', '\\\\'],
      'a.c(a|b\\',
      [0, 3, 4, 5],
    ],
  ])('contains: %s', (_, needles, text, expected) => {
    expect(
      matching(
        needles.map((needle) => `text contains "${needle}"`),
        { text }
      )
    ).toEqual(expected)
  })

  test.each([
    ['10.0.0.9', [0, 1, 2]],
    ['10.0.1.1', [1, 2]],
    ['10.0.1.2', [1]],
    ['9.255.255.255', []],
    ['255.255.255.255', [3]],
    ['2001:db8::1', [4]],
    ['::a00:9', []],
    [undefined, []],
  ])('ranges of addresses that lie inside each other: %s', (address, expected) => {
    const sets = [
      '10.0.0.0/24',
      '10.0.0.0/8',
      '10.0.0.9..10.0.1.1',
      '255.255.255.0/24',
      '2001:db8::/32',
    ]
    expect(
      matching(
        sets.map((set) => `address in {${set}}`),
        { address }
      )
    ).toEqual(expected)
  })

  test('more rules than one word has bits: the first, the last and those between', () => {
    const numbers = Array.from({ length: 100 }, (_, i) => i)
    const sources = numbers.map((i) => `number in {${i % 32} ${i}}`)
    expect(matching(sources, { number: 31 })).toEqual([31, 63, 95])
    expect(matching(sources, { number: 99 })).toEqual([99])
    expect(matching(sources, { number: 0 })).toEqual([0, 32, 64, 96])
  })

  test('nothing of one request is left for the next', () => {
    const expressions = compileAll(padded(['text contains "ab"', 'number eq 1', 'number eq 2'], 40))
    const together = compileRules(
      expressions,
      expressions.map(() => true)
    )
    expect(together(contextOf({ text: 'ab', number: 1 }))).toEqual([40])
    expect(together(contextOf({ text: 'x', number: 3 }))).toEqual([])
    expect(together(contextOf({ text: 'x', number: 2 }))).toEqual([42])
  })

  test('a rule whose needle another request had is not evaluated', () => {
    const sources = Array.from({ length: 9 }, (_, i) => `text contains "n${i}" and other eq "x"`)
    const together = compileRules(
      compileAll(sources),
      sources.map(() => false)
    )
    expect(together(contextOf({ text: 'n3', other: 'x' }))).toEqual([3])
    const { context, reads } = counting({ text: 'hay', other: 'x' })
    expect(together(context)).toEqual([])
    expect([...reads.values()]).toEqual([1])
  })

  test('an expression that was made elsewhere is asked each time', () => {
    const foreign: Expression = { ...read('true'), matches: () => true }
    const expressions = [...compileAll(padded([], 5)), foreign]
    const ends = expressions.map(() => false)
    expect(compileRules(expressions, ends)(contextOf({ text: 'x' }))).toEqual([5])
  })
})

describe('fields', () => {
  test('one that a hundred rules look into is read once', () => {
    const sources = Array.from({ length: 100 }, (_, i) => `text contains "needle-${i}"`)
    const { context, reads } = counting({ text: 'hay' })
    const ends = sources.map(() => true)
    expect(compileRules(compileAll(sources), ends)(context)).toEqual([])
    expect([...reads.values()]).toEqual([1])
  })

  test('one that only later rules need is not read where an earlier rule ends the evaluation', () => {
    const early = Array.from({ length: 40 }, (_, i) => `number eq ${i}`)
    const late = Array.from({ length: 40 }, (_, i) => `text contains "needle-${i}"`)
    const { context, reads } = counting({ text: 'hay', number: 3 })
    const sources = [...early, ...late]
    const ends = sources.map(() => true)
    expect(compileRules(compileAll(sources), ends)(context)).toEqual([3])
    expect(reads.size).toBe(1)
  })
})
