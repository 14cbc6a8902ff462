import fc from 'fast-check'
import { filterOver } from '../../src/language/expression.fixture.ts'
import { regexes, subjects, wildcardPairs, wildcards } from './patterns.ts'

/** What the fields of a case hold. */
export interface Values {
  host: string
  path: string
  ip: string
  header: string
  /** `local["k"]` and `local["é"]`. Always there: of a key that is not, the engine only tells the length. */
  key: string
  accented: string
}

export interface Case {
  expression: string
  values: Values
}

const valid = filterOver({
  bytes: fc.constantFrom(
    ...['http.host', 'http.request.uri.path', 'lower(http.host)', 'lower( upper(http.host) )'],
    ...['local["k"]', 'local["é"]', 'upper(local["k"])', 'http.request.headers["x"]']
  ),
  int: fc.constantFrom(
    ...['len(http.host)', 'len( local["k"] )', 'len(http.request.uri.path)'],
    ...['len(local["w"])', 'len(lower(http.request.headers["w"]))']
  ),
  ip: fc.constant('ip.src'),
})

const values: fc.Arbitrary<Values> = fc.record({
  host: fc.constantFrom('a', 'ab', 'A', 'b', 'é', '*', ' a', 'Z0'),
  path: fc.constantFrom('/a', '/', '/ab'),
  ip: fc.constantFrom('1.2.3.0', '10.0.0.7', '192.0.2.5', '2001:db8::9', '::1', '::ffff:10.1.1.1'),
  header: fc.constantFrom('a', '1'),
  key: fc.constantFrom('', 'a', 'b', 'Z', '0', 'A', 'é'),
  accented: fc.constantFrom('a', ''),
})

const edit = fc.record({
  at: fc.nat(),
  cut: fc.nat(3),
  put: fc.oneof(
    fc.string({ maxLength: 2 }),
    fc.constantFrom(...[' ', '"', '(', ')', 'not ', 'eq', ' and ', '{', '}', '..', '\\', '/8']),
    fc.constantFrom(...['0', '+', '\t', '$a', ',', '*', '[', 'len(', 'http.host'])
  ),
})

const edited = fc
  .tuple(valid, fc.array(edit, { minLength: 1, maxLength: 3 }))
  .map(([expression, edits]) =>
    edits.reduce((text, { at, cut, put }) => {
      const from = at % (text.length + 1)
      return text.slice(0, from) + put + text.slice(from + cut)
    }, expression)
  )

/** The engine takes no more, in bytes. */
const MAX_BYTES = 1_000

const isShort = ({ expression }: Case) => new TextEncoder().encode(expression).length <= MAX_BYTES

const short = (expressions: fc.Arbitrary<string>): fc.Arbitrary<Case> =>
  fc.record({ expression: expressions, values }).filter(isShort)

export const validCases = short(valid)
/** Some still valid, most not. */
export const editedCases = short(edited)

const wildcardOperator = fc.constantFrom('wildcard', 'strict wildcard')
const anyPattern = fc.oneof(
  { arbitrary: fc.tuple(subjects, fc.constantFrom('matches', '~'), regexes), weight: 6 },
  fc.tuple(subjects, wildcardOperator, wildcards),
  {
    arbitrary: fc
      .tuple(wildcardPairs, wildcardOperator)
      .map(([[key, pattern], operator]) => [key, operator, pattern] as const),
    weight: 2,
  }
)

/** Patterns tried on text that is more varied than what the other cases hold. */
export const patternCases: fc.Arbitrary<Case> = fc
  .tuple(anyPattern, values)
  .map(([[key, operator, pattern], rest]) => ({
    expression: `local["k"] ${operator} ${pattern}`,
    values: { ...rest, key },
  }))
  .filter(isShort)
