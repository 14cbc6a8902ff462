import type { Operator, SWITCHES } from './keys.ts'
import { inBackticks } from './node.ts'
import type { Pattern } from './quote.ts'
import { quote, rawFence, readPattern } from './quote.ts'
import type { Reader, Text } from './reader.ts'
import type { Term } from './term.ts'
import { literal, not, or, term, verbatim } from './term.ts'

/** A text of the request that a rule can look at. */
export interface Subject {
  readonly kind: keyof typeof SWITCHES
  /** Left-hand side of a comparison. */
  readonly field: string
  /** The same in lower case. */
  readonly lower: string
  /** Puts a comparison of one value into its frame: `any(…)` for the values of a header. */
  readonly frame: (comparison: Term) => Term
}

export type TextField = 'user_agent' | 'path' | 'host'

const FIELDS: Record<TextField, string> = {
  user_agent: 'http.user_agent',
  path: 'http.request.uri.path',
  host: 'http.host',
}

export const fieldSubject = (kind: TextField): Subject => ({
  kind,
  field: FIELDS[kind],
  lower: `lower(${FIELDS[kind]})`,
  frame: (comparison) => comparison,
})

/** All values of a header; the keys of the map are lower case, whatever the client sent. */
export const headerSubject = (name: string): Subject => {
  const values = `http.request.headers[${quote(name.toLowerCase())}][*]`
  return {
    kind: 'header',
    field: values,
    // A call over `[*]` returns an array, which needs its own `[*]` in a comparison.
    lower: `lower(${values})[*]`,
    frame: ({ pieces }) => term('any(', ...pieces, ')'),
  }
}

/** ASCII only, as the language's `lower()` does it. */
const lowerAscii = (text: string) => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())

/** Returns the left-hand side and the text literal, both in lower case if case is ignored. */
const sides = (subject: Subject, { value, place }: Text, ignoreCase: boolean) => ({
  field: ignoreCase ? subject.lower : subject.field,
  text: literal(quote(ignoreCase ? lowerAscii(value) : value), place),
})

/** `field eq a`, or `field in {a b}` for several. */
export const oneOf = (field: string, literals: readonly ReturnType<typeof literal>[]): Term =>
  literals.length === 1
    ? term(`${field} eq `, literals[0]!)
    : term(`${field} in {`, ...literals.flatMap((each, i) => (i === 0 ? [each] : [' ', each])), '}')

export const equals = (subject: Subject, texts: readonly Text[], ignoreCase: boolean): Term => {
  const literals = texts.map((text) => sides(subject, text, ignoreCase).text)
  return subject.frame(oneOf(ignoreCase ? subject.lower : subject.field, literals))
}

export const contains = (subject: Subject, texts: readonly Text[], ignoreCase: boolean): Term =>
  or(
    texts.map((each) => {
      const { field, text } = sides(subject, each, ignoreCase)
      return subject.frame(term(`${field} contains `, text))
    })
  )

/** `starts_with` and `ends_with` are functions of the language, not operators. */
const call = (
  name: 'starts_with' | 'ends_with',
  subject: Subject,
  texts: readonly Text[],
  ignoreCase: boolean
): Term =>
  or(
    texts.map((each) => {
      const { field, text } = sides(subject, each, ignoreCase)
      return subject.frame(term(`${name}(${field}, `, text, ')'))
    })
  )

/** Combines several comparisons with `or`; `undefined` if none could be read. */
const anyOf = (
  texts: readonly Text[],
  compare: (text: Text) => Term | undefined
): Term | undefined => {
  const terms = texts.flatMap((text) => compare(text) ?? [])
  return terms.length === 0 ? undefined : or(terms)
}

const matches = (subject: Subject, texts: readonly Text[], reader: Reader) =>
  anyOf(texts, ({ value, place }) => {
    // Raw strings keep regular expressions unchanged; the quoted form treats `"` in classes differently.
    const fence = rawFence(value)
    if (fence === undefined) {
      const message = 'the regular expression has a quote with more than 254 `#` after it'
      reader.findings.error(place, 'invalid_text', message)
      return undefined
    }
    const field = subject.kind === 'host' ? subject.lower : subject.field
    return subject.frame(
      term(`${field} matches ${fence.open}`, verbatim(value, place), fence.close)
    )
  })

/** Reads a pattern; `**` is refused by the language, so it is refused here, with its place. */
export const patternOf = (text: Text, reader: Reader): Pattern | undefined => {
  const read = readPattern(text.value)
  if (read.doubleStar === undefined) return read
  const help = 'one `*` is enough: it matches any text, including `/`'
  const part = { start: read.doubleStar, length: 2 }
  reader.inside(
    text,
    part,
    'invalid_wildcard',
    `two stars in a row in ${inBackticks(text.value)}`,
    help
  )
  return undefined
}

export const wildcard = (
  subject: Subject,
  { pattern }: Pattern,
  { place }: Text,
  operator: 'wildcard' | 'strict wildcard'
): Term => subject.frame(term(`${subject.field} ${operator} `, literal(quote(pattern), place)))

const wildcards = (
  subject: Subject,
  texts: readonly Text[],
  reader: Reader,
  operator: 'wildcard' | 'strict wildcard'
) =>
  anyOf(texts, (text) => {
    const read = patternOf(text, reader)
    return read === undefined ? undefined : wildcard(subject, read, text, operator)
  })

/** Any of the texts, by the operator of that name. */
export const compare = (
  operator: Operator,
  subject: Subject,
  texts: readonly Text[],
  reader: Reader,
  ignoreCase: boolean
): Term | undefined => {
  switch (operator) {
    case 'equals':
      return equals(subject, texts, ignoreCase)
    case 'contains':
      return contains(subject, texts, ignoreCase)
    case 'starts_with':
    case 'ends_with':
      return call(operator, subject, texts, ignoreCase)
    case 'matches':
      return matches(subject, texts, reader)
    case 'wildcard':
      return wildcards(subject, texts, reader, 'wildcard')
    case 'strict_wildcard':
      return wildcards(subject, texts, reader, 'strict wildcard')
  }
}

export const isFilled = (subject: Subject): Term => subject.frame(term(`${subject.field} ne ""`))

/** An absent user agent or host is an empty text; an absent header has no values at all. */
export const isEmpty = (subject: Subject): Term =>
  subject.kind === 'header' ? not(isFilled(subject)) : term(`${subject.field} eq ""`)
