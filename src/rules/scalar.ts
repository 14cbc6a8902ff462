/** Offsets of a text value in its file: `offsets[i]` is the offset of unit i of the value. */
export type Offsets = readonly number[]

interface Decoded {
  value: string
  offsets: number[]
}

const SIMPLE_ESCAPES: Record<string, string> = {
  '0': '\0',
  a: '\x07',
  b: '\b',
  e: '\x1b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  N: '\u0085',
  _: '\u00a0',
  L: '\u2028',
  P: '\u2029',
}
const HEX_DIGITS: Record<string, number> = { x: 2, u: 4, U: 8 }

const put = (into: Decoded, text: string, offset: number) => {
  into.value += text
  for (let i = 0; i < text.length; i++) into.offsets.push(offset)
}

const lineBreak = /\r?\n/y
const isBlank = (unit: string | undefined) => unit === ' ' || unit === '\t'

/**
 * Folds line breaks as YAML does: one break is a space, n + 1 breaks are n line feeds. Returns the offset after them.
 */
const fold = (source: string, at: number, end: number, into: Decoded, keepFrom: number) => {
  while (into.value.length > keepFrom && isBlank(into.value.at(-1))) {
    into.value = into.value.slice(0, -1)
    into.offsets.pop()
  }
  let breaks = 0
  let next = at
  while (next < end) {
    lineBreak.lastIndex = next
    if (lineBreak.test(source)) {
      breaks++
      next = lineBreak.lastIndex
    } else if (isBlank(source[next])) next++
    else break
  }
  put(into, breaks === 1 ? ' ' : '\n'.repeat(breaks - 1), at)
  return next
}

const startsBreak = (source: string, at: number) =>
  source[at] === '\n' || (source[at] === '\r' && source[at + 1] === '\n')

/** Plain and single-quoted text: folding, and `''` for a quote. */
const decodeFlow = (source: string, start: number, end: number, quoted: boolean): Decoded => {
  const into: Decoded = { value: '', offsets: [] }
  let at = start
  while (at < end) {
    if (startsBreak(source, at)) {
      at = fold(source, at, end, into, 0)
    } else {
      put(into, source[at]!, at)
      at += quoted && source[at] === "'" ? 2 : 1
    }
  }
  return into
}

const decodeDouble = (source: string, start: number, end: number): Decoded => {
  const into: Decoded = { value: '', offsets: [] }
  // White space that was written as an escape is content: folding must not strip it.
  let escapedUpTo = 0
  let at = start
  while (at < end) {
    const escaped = source[at] === '\\' ? source[at + 1] : undefined
    if (startsBreak(source, at)) {
      at = fold(source, at, end, into, escapedUpTo)
    } else if (escaped === undefined) {
      put(into, source[at]!, at)
      at++
    } else if (startsBreak(source, at + 1)) {
      at = source.indexOf('\n', at) + 1
      while (isBlank(source[at])) at++
      escapedUpTo = into.value.length
    } else {
      const digits = HEX_DIGITS[escaped] ?? 0
      const code = Number.parseInt(source.slice(at + 2, at + 2 + digits), 16)
      const text = digits > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : undefined
      put(into, text ?? SIMPLE_ESCAPES[escaped] ?? escaped, at)
      at += 2 + digits
      escapedUpTo = into.value.length
    }
  }
  return into
}

/** Decodes literal (`|`) and folded (`>`) text whose lines are indented by `indent`. */
const decodeBlock = (source: string, start: number, indent: number, folded: boolean): Decoded => {
  const into: Decoded = { value: '', offsets: [] }
  let breaks: number[] = []
  let previousDeeper = false
  let at = start
  while (at < source.length) {
    const feed = source.indexOf('\n', at)
    const next = feed === -1 ? source.length : feed + 1
    const end = feed > at && source[feed - 1] === '\r' ? feed - 1 : feed === -1 ? next : feed
    const line = source.slice(at, end)
    const spaces = line.length - line.trimStart().length
    if (line.slice(0, indent).trim() !== '') break
    const text = line.slice(indent)
    if (text === '' || (spaces === line.length && spaces <= indent)) {
      breaks.push(end)
    } else {
      const deeper = isBlank(text[0])
      const joins = folded && into.value !== '' && !deeper && !previousDeeper
      if (joins && breaks.length === 1) put(into, ' ', breaks[0]!)
      else for (const offset of joins ? breaks.slice(1) : breaks) put(into, '\n', offset)
      for (let i = 0; i < text.length; i++) put(into, text[i]!, at + indent + i)
      previousDeeper = deeper
      breaks = [end]
    }
    at = next
  }
  return into
}

const decodeBlockScalar = (source: string, start: number, value: string) => {
  const folded = source[start] === '>'
  const body = source.indexOf('\n', start) + 1
  if (body === 0) return undefined
  const first = /^(?:[ \t]*\r?\n)*( *)/.exec(source.slice(body))?.[1]?.length ?? 0
  const wanted = value.replace(/\n+$/, '')
  // The indent is that of the first line, unless the header gives a smaller indent.
  for (let indent = first; indent > 0; indent--) {
    const decoded = decodeBlock(source, body, indent, folded)
    if (decoded.value === wanted) return decoded.offsets
  }
  return undefined
}

/**
 * Finds the place of each unit of a YAML scalar. It decodes the scalar a second time with offsets and compares the result with the
 * parser's value: the answer is exact or `undefined`, never a guess.
 *
 * @param start offset of the scalar: its opening quote, block header or first character
 * @param end exclusive (after the closing quote)
 */
export const scalarOffsets = (
  source: string,
  start: number,
  end: number,
  value: string
): Offsets | undefined => {
  const opening = source[start]
  if (opening === '|' || opening === '>') return decodeBlockScalar(source, start, value)
  const decoded =
    opening === '"'
      ? decodeDouble(source, start + 1, end - 1)
      : opening === "'"
        ? decodeFlow(source, start + 1, end - 1, true)
        : decodeFlow(source, start, end, false)
  return decoded.value === value ? decoded.offsets : undefined
}
