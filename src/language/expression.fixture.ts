import fc from 'fast-check'
import type { Given } from './given.fixture.ts'

/** Sources of every construct of the grammar, in all their spellings, over the fields of `given.fixture.ts`. */

const PIECES = [
  ...['a', 'b', 'Z', '0', ' ', 'é', '日', '😀', '\n', '\t', '\ufeff', '\u0085'],
  ...['{', '}', '(', ')', '#', ',', '$', "'", '..', ' and ', ' or ', 'not ', '//'],
  ...['\\"', '\\\\', '\\x41', '\\x00', '\\xff', '\\xC3', '\\101', '\\377', '\\000'],
]
const RAW_PIECES = ['a', 'B', ' ', '\\', '\\n', 'é', '#', '"#', '""', '\n', '(', '{']

const joinedPieces = (pieces: readonly string[]) =>
  fc.array(fc.constantFrom(...pieces), { maxLength: 6 }).map((parts) => parts.join(''))

const quoted = joinedPieces(PIECES).map((text) => `"${text}"`)

/** With enough `#` for any content. */
const raw = joinedPieces(RAW_PIECES).map((text) => `r###"${text.replaceAll('"##', '"')}"###`)

const byteString = fc
  .tuple(
    fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 2, maxLength: 4 }),
    fc.constantFrom(':', '-', '.')
  )
  .map(([units, by]) => units.map((unit) => unit.toString(16).padStart(2, '0')).join(by))

const string = fc.oneof(quoted, raw)
const bytes = fc.oneof({ arbitrary: string, weight: 4 }, byteString)

const I64 = { min: -(2n ** 63n), max: 2n ** 63n - 1n }
const int = fc
  .tuple(fc.oneof(fc.bigInt({ min: -20n, max: 20n }), fc.bigInt(I64)), fc.constantFrom(10, 16, 8))
  .map(([value, radix]) => {
    // Negative numbers are always decimal, whatever their first digits.
    if (value < 0n) return `${value}`
    const prefix = radix === 16 ? '0x' : radix === 8 ? '0' : ''
    return `${prefix}${value.toString(radix)}`
  })

const smallInt = fc.integer({ min: -9, max: 9 })
const intItem = fc.oneof(
  int,
  fc.tuple(smallInt, fc.nat(9)).map(([from, more]) => `${from}..${from + more}`)
)

const address = fc.oneof(fc.ipV4(), fc.ipV6())
const addressItem = fc.oneof(
  address,
  fc.constantFrom('10/8', '1.2.3', '0.0.0.0/0', '::/0', '2001:db8::/32', '10.0.0.0..10.0.0.255'),
  fc.constantFrom('::1..::ffff', '192.0.2.3..192.0.2.9', '::ffff:10.0.0.0/104', '010.0.0.0/9')
)

const regex = fc.constantFrom(
  ...['"a"', '"^a.*b$"', '"\\""', '"[^"]+"', '"\\\\d+"', '"a\\.b"', '"é"', '""'],
  ...['r"\\d"', 'r#"^"a"$"#', 'r"[[:alpha:]]"', '"(?i)A|b"', 'r"\\xff"']
)
const wildcard = fc.constantFrom('"*"', '"a*b"', '"\\\\*"', 'r"\\*a\\\\"', '"é*"', '""', 'r#"*"a"#')

const set = (items: fc.Arbitrary<string>) =>
  fc.array(items, { maxLength: 4 }).map((parts) => `{${parts.join(' ')}}`)
const list = fc.constantFrom('$a', '$cf.open_proxies', '$a_1')

const key = fc.constantFrom('"k"', '"é"', '"\\xc3\\xa9"', '"\\"]"', '""', '"__proto__"')
const at = fc.constantFrom('0', '1', '7')
const ordering = fc.constantFrom(
  ...['eq', '==', 'ne', '!=', 'lt', '<', 'le', '<=', 'gt', '>', 'ge', '>=']
)

/** `name` with the given indexes, each drawn. */
const indexed = (name: string, ...indexes: readonly fc.Arbitrary<string>[]) =>
  fc.tuple(...indexes).map((parts) => `${name}${parts.map((part) => `[${part}]`).join('')}`)

const text = fc.oneof(
  fc.constantFrom('text', 'other', 'old.text', 'lower(text)', 'lower( upper(text) )'),
  indexed('items', at),
  indexed('names', key),
  indexed('headers', key, at),
  indexed('grid', at, at),
  string.map((literal) => `concat(text, ${literal},other)`),
  string.map((literal) => `coalesce(names["k"], ${literal})`),
  at.map((index) => `split(text, "a", 3)[${index}]`)
)
const number = fc.oneof(
  fc.constantFrom('number', 'limit', 'len(text)'),
  indexed('numbers', at),
  indexed('sizes', key)
)
const ip = fc.oneof(fc.constantFrom('address', 'peer.address'), indexed('addresses', at))

const texts = fc.oneof(
  fc.constantFrom('items[*]', 'more[*]', 'names[*]', 'grid[*][*]', 'headers[*][*]'),
  fc.constantFrom('grid[*][0]', 'lower(items[*])[*]', 'upper(lower(names[*])[*])[*]'),
  indexed('headers', key, fc.constant('*'))
)
const numbers = fc.constantFrom('numbers[*]', 'sizes[*]', 'len(items[*])[*]')
const ips = fc.constant('addresses[*]')

const spaced = (...parts: readonly (fc.Arbitrary<string> | string)[]) =>
  fc
    .tuple(...parts.map((part) => (typeof part === 'string' ? fc.constant(part) : part)))
    .map((words) => words.join(' '))

interface Sides {
  bytes: fc.Arbitrary<string>
  int: fc.Arbitrary<string>
  ip: fc.Arbitrary<string>
}

/** Comparisons with the given left sides. The right side is a literal or another valid operand. */
const comparisonsOf = (
  left: Sides,
  right: Partial<Sides & { list: fc.Arbitrary<string> }> = {}
) => {
  const or = (literal: fc.Arbitrary<string>, other: fc.Arbitrary<string> | undefined) =>
    other === undefined ? literal : fc.oneof(literal, other)
  return fc.oneof(
    spaced(left.bytes, ordering, or(bytes, right.bytes)),
    spaced(left.bytes, 'contains', bytes),
    spaced(left.bytes, 'in', or(set(bytes), right.list)),
    spaced(left.bytes, fc.constantFrom('matches', '~'), regex),
    spaced(left.bytes, fc.constantFrom('wildcard', 'strict wildcard'), wildcard),
    spaced(left.int, ordering, or(int, right.int)),
    spaced(left.int, fc.constantFrom('&', 'bitwise_and'), int),
    spaced(left.int, 'in', or(set(intItem), right.list)),
    spaced(left.ip, ordering, or(address, right.ip)),
    spaced(left.ip, 'in', or(set(addressItem), right.list))
  )
}

const values = { bytes: text, int: number, ip, list }
const comparisons = (
  bytesLeft: fc.Arbitrary<string>,
  intLeft: fc.Arbitrary<string>,
  ipLeft: fc.Arbitrary<string>
) => comparisonsOf({ bytes: bytesLeft, int: intLeft, ip: ipLeft }, values)

const join = fc.constantFrom(' and ', ' && ', '\nor ', ' || ', ' xor ', '^^')
const not = fc.constantFrom('not ', '!', 'not')

const logic = (leaf: fc.Arbitrary<string>, group: fc.Arbitrary<string>) =>
  fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    fc.tuple(group, join, group).map((parts) => parts.join('')),
    fc.tuple(group, join, group, join, group).map((parts) => parts.join('')),
    fc.tuple(not, leaf).map(([word, item]) => `${word} ${item}`),
    fc.tuple(not, group).map(([word, item]) => `${word}(${item})`),
    group.map((item) => `( ${item} )`)
  )

const grammar = fc.letrec<{ filter: string; truths: string; quantifier: string }>((tie) => ({
  truths: logic(
    fc.oneof(
      comparisons(texts, numbers, ips),
      fc.constantFrom('flags', 'flags[*]', 'switches[*]', 'starts_with(items[*], "a")')
    ),
    tie('truths')
  ),
  quantifier: fc
    .tuple(fc.constantFrom('any(', 'all (', 'any( '), tie('truths'))
    .map(([word, item]) => `${word}(${item}))`),
  filter: logic(
    fc.oneof(
      { arbitrary: comparisons(text, number, ip), weight: 6 },
      { arbitrary: tie('quantifier'), weight: 2 },
      {
        arbitrary: fc.constantFrom('flag', 'ssl', 'true', 'false', 'flags[0]', 'switches["k"]'),
        weight: 3,
      },
      { arbitrary: fc.constant('starts_with(text, "a")'), weight: 1 }
    ),
    tie('filter')
  ),
}))

/** Valid filters over other fields, with literals on the right, no lists, and neither `true` nor `false`. */
export const filterOver = (left: Sides): fc.Arbitrary<string> =>
  fc.letrec<{ filter: string }>((tie) => ({ filter: logic(comparisonsOf(left), tie('filter')) }))
    .filter

/** A valid filter. */
export const filter = grammar.filter

const someText = fc.constantFrom('', 'a', 'ab', 'b', 'é', '"', 'A', '*', 'a\nb')
const someInt = fc.integer({ min: -10, max: 10 })
const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined })
const few = <Value>(value: fc.Arbitrary<Value>) => maybe(fc.array(value, { maxLength: 3 }))
const keyed = <Value>(value: fc.Arbitrary<Value>) =>
  maybe(fc.dictionary(fc.constantFrom('k', 'é', '', '"]'), value, { maxKeys: 3 }))

/** Values of the fields; each may be missing. */
export const given: fc.Arbitrary<Given> = fc.record({
  text: maybe(someText),
  other: maybe(someText),
  number: maybe(someInt),
  limit: maybe(someInt),
  flag: maybe(fc.boolean()),
  ssl: maybe(fc.boolean()),
  address: maybe(address),
  'peer.address': maybe(address),
  items: few(someText),
  more: few(someText),
  numbers: few(someInt),
  addresses: few(address),
  flags: few(fc.boolean()),
  grid: few(fc.array(someText, { maxLength: 2 })),
  headers: keyed(fc.array(someText, { maxLength: 2 })),
  names: keyed(someText),
  sizes: keyed(someInt),
  switches: keyed(fc.boolean()),
})
