/** An operator, or a function that is an operator in other languages. */
export type Meant =
  | 'eq'
  | 'lt'
  | 'le'
  | 'gt'
  | 'ge'
  | 'in'
  | 'contains'
  | 'matches'
  | 'wildcard'
  | 'strict wildcard'
  | 'starts_with'
  | 'ends_with'
  | 'between'

export interface LooseOperator {
  readonly meant: Meant
  readonly isNegated: boolean
  readonly written: string
  /** True for `==`: the correction uses symbols instead of words, if the operator has one. */
  readonly isSymbol: boolean
  readonly end: number
}

const NOT = String.raw`(?:is\s+|are\s+)?(?:do(?:es)?\s+not\b|do(?:es)?n['’]t\b|is\s+not\b|isn['’]t\b|not\b|!(?![=~]))\s*`
const WORD_END = String.raw`(?![\w.])`

/**
 * The spellings of each operator, here and in other languages; longer ones first. A negated operator has its own row.
 */
const SPELLINGS: readonly (readonly [Meant, string, 'not'?])[] = [
  ['matches', '!~\\*?', 'not'],
  ['eq', '!==?|<>', 'not'],
  ['eq', `(?:ne|neq)${WORD_END}`, 'not'],
  ['ge', `>=|=>|(?:gte|ge)${WORD_END}`],
  ['le', `<=|=<|(?:lte|le)${WORD_END}`],
  ['matches', `=?~\\*?|(?:match(?:es)?|regexp?|rlike)${WORD_END}`],
  ['eq', '={1,3}'],
  ['gt', `>|gt${WORD_END}`],
  ['lt', `<|lt${WORD_END}`],
  ['in', `(?:is\\s+)?(?:in|one\\s+of|any\\s+of)${WORD_END}`],
  ['contains', `(?:contains?(?:(?:_|\\s+)any)?|includes?|has)(?:\\s+any(?=\\s*[{[(]))?${WORD_END}`],
  ['strict wildcard', `strict\\s+wildcard${WORD_END}`],
  ['wildcard', `(?:wildcard|i?like|glob)${WORD_END}`],
  ['starts_with', `(?:starts?|begins?)[_\\s-]?with${WORD_END}`],
  ['ends_with', `ends?[_\\s-]?with${WORD_END}`],
  ['between', `between${WORD_END}`],
  ['eq', `(?:eq|equals?(?:\\s+to)?|is(?:\\s+equal\\s+to)?)${WORD_END}`],
]

const PATTERNS = SPELLINGS.map(
  ([meant, spelling, not]) =>
    [meant, new RegExp(`(${NOT})?(?:${spelling})`, 'iy'), not === 'not'] as const
)
/** `x is not "a"`, `x not "a"`, `x eq not "a"` */
const BARE_NOT = new RegExp(`${NOT}(?=["'“‘„«{[\\d])`, 'iy')
const LATE_NOT = /\s*(?:not\b|!)\s*/iy

const SYMBOLS: Readonly<Partial<Record<Meant, string>>> = {
  ...{ eq: '==', lt: '<', le: '<=', gt: '>', ge: '>=' },
}

/** The operator in the language's spelling: as a symbol if its author wrote symbols. */
export const spelled = ({ meant, written, isSymbol }: LooseOperator): string =>
  isSymbol && written !== '=~' ? (SYMBOLS[meant] ?? meant) : meant

/**
 * Reads an operator in any common spelling.
 *
 * @returns `undefined` if there is none, or if it negates twice
 */
export const looseOperator = (source: string, at: number): LooseOperator | undefined => {
  BARE_NOT.lastIndex = at
  const bare = BARE_NOT.exec(source)?.[0]
  if (bare !== undefined) {
    const end = at + bare.length
    return { meant: 'eq', isNegated: true, written: bare.trim(), isSymbol: false, end }
  }
  for (const [meant, pattern, isNegative] of PATTERNS) {
    pattern.lastIndex = at
    const match = pattern.exec(source)
    if (match === null) continue
    let end = at + match[0].length
    LATE_NOT.lastIndex = end
    const late = LATE_NOT.exec(source)?.[0] ?? ''
    end += late.length
    const negations = [isNegative, match[1] !== undefined, late !== ''].filter(Boolean).length
    if (negations > 1) return undefined
    const written = source.slice(at, end).trim().replace(/\s+/g, ' ')
    return { meant, isNegated: negations === 1, written, isSymbol: /^\W+$/.test(written), end }
  }
  return undefined
}

/** The spellings of Cloudflare's language. */
export const isSpelling = (written: string): boolean =>
  /^(?:in|eq|==|ne|!=|ge|>=|le|<=|gt|>|lt|<|contains|~|matches|wildcard|strict wildcard)$/.test(
    written
  )
