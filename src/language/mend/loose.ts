/** A value in the spelling of another language. */
export interface LooseItem {
  /** As written. */
  readonly text: string
  /** Without its quotes. */
  readonly inner: string
  readonly quotes: 'double' | 'raw' | 'other' | 'none'
}

/** The right side of an operator, read leniently. */
export interface LooseValue {
  readonly items: readonly LooseItem[]
  /** The character that opens the group around the items; '' without a group. */
  readonly open: '' | '{' | '[' | '('
  readonly hasCommas: boolean
  readonly end: number
}

const DOUBLE = /"((?:[^"\\]|\\.)*)"/sy
const RAW = /r(#*)"(.*?)"\1(?!#)/sy
/** `\"`, left over from JSON or a shell. */
const ESCAPED = /\\"((?:[^"\\]|\\[^"])*)\\"/sy
/** Quotes of other languages and of word processors, with the text inside. */
const OTHER = /'([^']*)'|[“”„«‟″]([^“”»″]*)[“”»″]|[‘’‚`´]([^‘’`´]*)[‘’`´]/sy
const WORD = /[^\s,;(){}[\]"'“”„«»‟″‘’‚`´]+/y
const SPACE = /[\s\u00a0]*/y
const JOINED = /[\s\u00a0]*(?:[,;|]+|\b(?:or|OR|and|AND)\b(?!\s*\())[\s\u00a0]*/y
const CLOSE = { '{': '}', '[': ']', '(': ')' } as const

const match = (pattern: RegExp, source: string, at: number): RegExpExecArray | null => {
  pattern.lastIndex = at
  return pattern.exec(source)
}

const skip = (pattern: RegExp, source: string, at: number) =>
  at + (match(pattern, source, at)?.[0].length ?? 0)

/** The end of the white space at `at`. */
export const afterSpace = (source: string, at: number): number => skip(SPACE, source, at)

/** Reads one value: in any quotes, or a word. */
export const looseItem = (source: string, at: number): LooseItem | undefined => {
  const double = match(DOUBLE, source, at)
  if (double !== null) return { text: double[0], inner: double[1]!, quotes: 'double' }
  const raw = match(RAW, source, at)
  if (raw !== null) return { text: raw[0], inner: raw[2]!, quotes: 'raw' }
  const other = match(ESCAPED, source, at) ?? match(OTHER, source, at)
  if (other !== null) {
    const inner = (other[1] ?? other[2] ?? other[3] ?? '').trim()
    return { text: other[0], inner, quotes: 'other' }
  }
  const word = match(WORD, source, at)?.[0]
  return word === undefined ? undefined : { text: word, inner: word, quotes: 'none' }
}

const IS_DASH = /^(?:[-–—]|to|\.\.)$/

/** Joins `a - b`, which is three items, into one. */
const joinRanges = (items: readonly LooseItem[]): LooseItem[] => {
  const joined: LooseItem[] = []
  for (let i = 0; i < items.length; i++) {
    const item = items[i]!
    const last = joined.at(-1)
    const next = items[i + 1]
    if (last === undefined || next === undefined || !IS_DASH.test(item.text)) {
      joined.push(item)
      continue
    }
    const text = `${last.inner}-${next.inner}`
    joined[joined.length - 1] = { text, inner: text, quotes: 'none' }
    i++
  }
  return joined
}

const group = (source: string, at: number, open: '{' | '[' | '('): LooseValue | undefined => {
  const items: LooseItem[] = []
  let hasCommas = false
  let place = afterSpace(source, at + 1)
  while (source[place] !== CLOSE[open]) {
    const item = looseItem(source, place)
    if (item === undefined) return undefined
    items.push(item)
    place += item.text.length
    const joined = match(JOINED, source, place)
    hasCommas ||= joined !== null
    place = joined === null ? afterSpace(source, place) : place + joined[0].length
  }
  return items.length === 0
    ? undefined
    : { items: joinRanges(items), open, hasCommas, end: place + 1 }
}

/** Further quoted texts after the first one, without a field: `"DE" or "FR"`, `"DE", "FR"`. */
const further = (source: string, first: LooseItem, at: number): LooseValue => {
  const items = [first]
  let end = at + first.text.length
  let hasCommas = false
  for (;;) {
    const joined = match(JOINED, source, end)
    if (joined === null || /and/i.test(joined[0])) break
    const next = looseItem(source, end + joined[0].length)
    if (next === undefined || (next.quotes === 'none' && !/^\d/.test(next.text))) break
    items.push(next)
    hasCommas = true
    end += joined[0].length + next.text.length
  }
  return { items, open: '', hasCommas, end }
}

/** Reads the value or the values of a comparison at `at`. */
export const looseValue = (source: string, at: number): LooseValue | undefined => {
  const open = source[at]
  if (open === '{' || open === '[' || open === '(') return group(source, at, open)
  const first = looseItem(source, at)
  if (first === undefined) return undefined
  return further(source, first, at)
}
