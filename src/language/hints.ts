import { nearest } from '../nearest.ts'
import type { Operator } from './ast.ts'
import { isOrdering } from './comparison.ts'
import { Cursor } from './cursor.ts'
import { startsString } from './literals.ts'
import type { Parser } from './parser.ts'
import type { Type } from './types.ts'
import { typeName } from './types.ts'

/** A hint repeats source text only up to this length. */
const MAX_QUOTED_CHARS = 60
/** Hints read no further than this. */
const MAX_READ_CHARS = 200

const COMMENT_HINT = 'the language has no comments'
const COMMENT = /^(?:#|\/\/(?=\s|$)|\/\*)/

/** Returns a hint if a comment begins at this place. */
const commentHint = (source: string, at: number): string | undefined =>
  COMMENT.test(source.slice(at, at + 3)) ? COMMENT_HINT : undefined

const brief = (text: string, otherwise: string) =>
  text === '' || text.length > MAX_QUOTED_CHARS || /[\r\n]/.test(text) ? otherwise : text

/** Frequent mistakes in place of an operator. The function takes the match and the text of the left side. */
const NOT_OPERATORS: readonly (readonly [
  RegExp,
  (match: RegExpExecArray, left: string) => string,
])[] = [
  [
    /(?:does\s+)?(?:not\s+|!)(in|eq|ne|[gl][et]|contains?|matches|match|wildcard|strict\s+wildcard|starts_with|ends_with)\b(?!\s*\()/y,
    ([written = '', word = ''], left) => {
      const operator = word === 'contain' || word === 'match' ? WHOLE_WORDS[word] : word
      const shape =
        operator === 'in'
          ? `not ${left} in {…}`
          : /_with$/.test(word)
            ? `not ${word}(${left}, "…")`
            : `not ${left} ${operator} …`
      return `\`${written.replace(/\s+/g, ' ')}\` does not exist: write \`${shape}\``
    },
  ],
  [/!~/y, (_, left) => `\`!~\` does not exist: write \`not ${left} matches …\``],
  [/=~/y, () => 'patterns are `matches` or `~`'],
  [/(?:===|=(?!=))/y, () => 'equality is `eq` or `==`'],
  [/<>/y, () => 'inequality is `ne` or `!=`'],
  [
    /(start|end)s?[_\s-]?with\b(?!\s*\()\s*("(?:[^"\\]|\\.)*")?/iy,
    ([, which = '', text = ''], left) => {
      const name = `${which.toLowerCase()}s_with`
      return `${name} is a function: ${name}(${left}, ${brief(text, '"…"')})`
    },
  ],
  [
    /(?:IN|EQ|NE|GE|LE|GT|LT|CONTAINS|MATCHES|WILDCARD|AND|OR|NOT|XOR)\b/y,
    () => 'operators are lower case',
  ],
  [/\[/y, () => 'an index follows its field without a space'],
  [/(?:contain|has|includes?)\b/y, () => 'text is searched with `contains`'],
  [/(?:is|equals|like)\b/y, () => 'equality is `eq` or `==`; patterns are `wildcard` or `matches`'],
]

const WHOLE_WORDS = { contain: 'contains', match: 'matches' } as const

/** A correct operator, or the end of an argument: no mistake in the table begins like this. */
const NO_MISTAKE = /(?:(?:in|eq|==|ne|!=|[gl][et]|[<>]=?|[&~]|contains|matches|wildcard) |[,)])/y

/**
 * Returns a hint for a frequent mistake in place of an operator.
 *
 * @param left the text of the left side
 */
export const operatorHint = (source: string, at: number, left = 'x'): string | undefined => {
  NO_MISTAKE.lastIndex = at
  if (NO_MISTAKE.test(source)) return undefined
  for (const [pattern, hint] of NOT_OPERATORS) {
    pattern.lastIndex = at
    const match = pattern.exec(source)
    if (match !== null) return hint(match, brief(left, 'x'))
  }
  return undefined
}

/** Returns a hint for text at `at`, where the expression or its parenthesis should end. */
export const strayHint = (source: string, at: number): string | undefined => {
  const hint = operatorHint(source, at) ?? commentHint(source, at)
  if (hint !== undefined) return hint
  if (/^[\t\u00a0\v\f]/.test(source.slice(at, at + 1))) {
    return 'only spaces and line ends separate words: no TAB, no no-break space'
  }
  return /^(?:==|!=|eq\b|ne\b|in\b)/.test(source.slice(at, at + 3))
    ? 'a Bool needs no comparison: `ssl` or `not ssl`'
    : undefined
}

/** Returns a hint for a place at which the parser could read no field, call or group. */
export const operandHint = (source: string, at: number, end: number): string | undefined => {
  const text = source.slice(at, Math.min(end, at + MAX_READ_CHARS))
  const comment = commentHint(text, 0)
  if (comment !== undefined) return comment
  if (/^["'$\d]/.test(text)) return 'a comparison begins with a field or a function: field eq "…"'
  if (text !== '' && !text.startsWith(')')) return undefined
  const before = /(?:(?<![\w.])(?:and|or|xor|not)|&&|\|\||\^\^|!)\s*$/.exec(source.slice(0, at))
  return before === null ? undefined : `something is missing after \`${before[0].trim()}\``
}

/** Quotes of other languages and of word processors, with the text inside. */
const OTHER_QUOTES = /^(?:'([^']*)'?|[“”„«‟″]([^“”»″]*)[“”»″]?|[‘’‚`´]([^‘’`´]*)[‘’`´]?)/
const ANY_QUOTES = /^(?:"((?:[^"\\]|\\.)*)"?)/

const inQuotes = (text: string): string | undefined => {
  const match = ANY_QUOTES.exec(text) ?? OTHER_QUOTES.exec(text)
  return match === null ? undefined : (match[1] ?? match[2] ?? match[3] ?? '').trim()
}

const doubleQuoted = (text: string) =>
  `strings take double quotes: "${brief(text.replace(/["\\]/g, '\\$&'), 'text')}"`

export interface ValuePlace {
  type: Type
  operator: Operator
  /** The operator as written in the source: `==` for `eq`. */
  written: string
  /** True for an item of `{…}`. */
  inSet: boolean
}

/** A byte string, finished or not. It has no quotes. */
const BYTE_STRING = /^[\da-f]{2}[:.-][\da-f:.-]*$/i

const textHint = (text: string, operator: Operator): string | undefined => {
  const quoted = OTHER_QUOTES.test(text) ? inQuotes(text) : undefined
  if (quoted !== undefined) return doubleQuoted(quoted)
  if (operator === 'matches' && text.startsWith('/')) {
    return 'a pattern is a string: matches "…", with (?i) at the start to ignore case'
  }
  if (/^(?:null|nil|none|undefined|empty)\b/i.test(text)) {
    return 'the language has no null: an empty value is ""'
  }
  const [word = ''] = /^[^\s(){}[\],]+/.exec(text) ?? []
  return word === '' || BYTE_STRING.test(word) ? undefined : doubleQuoted(word)
}

/** Returns a hint if the parser could read no value of this type at `at`. */
const valueHint = (
  source: string,
  at: number,
  end: number,
  place: ValuePlace
): string | undefined => {
  const { type, operator, written, inSet } = place
  const text = source.slice(at, Math.min(end, at + MAX_READ_CHARS))
  if (inSet && (text === '' || text.startsWith(')'))) return 'the set is not closed: `}` is missing'
  if (!inSet && /^(?:$|\)|&&|\|\||\^\^|(?:and|or|xor)(?![\w.]))/.test(text)) {
    return `a value is missing after \`${written}\``
  }
  const comment = commentHint(text, 0)
  if (comment !== undefined) return comment
  const list = /^\$([a-z\d_.]+)/.exec(text)?.[1]
  if (list !== undefined) {
    return inSet
      ? `write a list without braces: in $${list}`
      : `a list goes with \`in\`: in $${list}`
  }
  if (/^[{[]/.test(text)) return inSet ? undefined : 'a set goes with `in`: in {…}'
  if (/^(?:not\b|!)/.test(text)) return `\`not\` stands before the comparison: not x ${written} …`
  if (type.kind === 'Bytes') return text.startsWith('"') ? undefined : textHint(text, operator)
  return inQuotes(text) === undefined
    ? undefined
    : `expected a value of type ${typeName(type)}, written without quotes`
}

/** Returns a hint if the parser could read no literal as an argument of a call. */
export const argumentHint = (source: string, at: number, end: number): string | undefined => {
  const text = source.slice(at, Math.min(end, at + MAX_READ_CHARS))
  return commentHint(text, 0) ?? textHint(text, 'eq')
}

/** Returns a hint if an operator does not support the type on its left. */
export const unsupportedHint = ({
  type,
  operator,
}: Pick<ValuePlace, 'type' | 'operator'>): string | undefined => {
  if ('of' in type)
    return 'index one element, or compare every one with [*] inside any(…) or all(…)'
  if (type.kind === 'Ip') {
    return 'addresses are compared with eq, or with in and networks: in {203.0.113.0/24}'
  }
  if (type.kind === 'Int')
    return `\`${operator}\` compares text: numbers go with eq, lt, gt … or in {…}`
  return operator === 'bitwise_and' ? '`bitwise_and` takes numbers' : undefined
}

/** Returns a hint if the parser could not read the right side of a comparison at `at`. */
export const rightHint = (parser: Parser, at: number, place: ValuePlace): string | undefined => {
  const { cursor, scheme } = parser
  const hint = valueHint(cursor.source, at, cursor.end, place)
  const start = new Cursor(cursor.source, cursor.end)
  start.at = at
  const name = start.peekName()
  if (startsString(start) || !/^[A-Za-z_]/.test(name)) return hint
  if (place.inSet || !isOrdering(place.operator)) {
    return parser.isKnown(name)
      ? 'only equality and ordering operators take a field on the right'
      : hint
  }
  const near = nearest(name, scheme.fields.keys())
  if (near === undefined) return hint
  return `${hint === undefined ? '' : `${hint}; or `}did you mean \`${near}\`?`
}
