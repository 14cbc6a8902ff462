import type { Diagnostic } from '../error.ts'
import { toBytes, toText } from './bytes.ts'

/** Wider lines are cut: an expression or a minified document can be one line of thousands of characters. */
const MAX_COLUMNS = 100
/** Columns of a cut line before the carets. */
const LEAD_COLUMNS = 40
/** The width of a TAB in columns, whatever the terminal shows. */
const TAB_COLUMNS = 4

const UNPRINTABLE = /[\0-\x08\x0a-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g
/** East Asian wide characters and emoji take two columns in a terminal. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u

/** Replaces control characters: a terminal would obey them. */
export const terminalSafe = (text: string) => text.replace(UNPRINTABLE, '\ufffd')

/** Converts place and length to characters. A diagnostic without a file counts bytes. */
const inCharacters = ({ file, column, length, sourceLine }: Diagnostic) => {
  if (file !== undefined) return { before: column - 1, under: length }
  const bytes = toBytes(sourceLine)
  const before = [...toText(bytes.slice(0, column - 1))].length
  const under = [...toText(bytes.slice(column - 1, column - 1 + length))].length
  // A place after the last byte ("unexpected end") keeps its distance.
  return { before: before + Math.max(0, column - 1 - bytes.length), under: Math.max(1, under) }
}

const blank = (character: string) => (character === '\t' ? '\t' : WIDE.test(character) ? '  ' : ' ')

const columnsOf = (character: string) =>
  character === '\t' ? TAB_COLUMNS : blank(character).length

/** The first and the last character of a line to show. */
const cut = (characters: readonly string[], before: number): { from: number; to: number } => {
  let to = 0
  for (let columns = 0; to < characters.length; to++) {
    columns += columnsOf(characters[to]!)
    if (columns > MAX_COLUMNS) break
  }
  if (to === characters.length) return { from: 0, to }
  let from = Math.min(before, characters.length)
  let columns = 0
  while (from > 0 && columns + columnsOf(characters[from - 1]!) <= LEAD_COLUMNS) {
    from--
    columns += columnsOf(characters[from]!)
  }
  for (to = Math.min(before, characters.length); to < characters.length; to++) {
    columns += columnsOf(characters[to]!)
    if (columns > MAX_COLUMNS) break
  }
  return { from, to }
}

export interface Excerpt {
  /** The source line. A long line is cut to the part around the place, with `…` at each cut. */
  line: string
  /** White space as wide as the text before the place. */
  pad: string
  /** One `^` for each column of the place; at least one. */
  carets: string
}

/** Returns the part of a source line around the place of a diagnostic. It is safe to print. */
export const excerptOf = (diagnostic: Diagnostic): Excerpt => {
  const { before, under } = inCharacters(diagnostic)
  const characters = [...terminalSafe(diagnostic.sourceLine)]
  const { from, to } = cut(characters, before)
  const opening = from > 0 ? '…' : ''
  const line = `${opening}${characters.slice(from, to).join('')}${to < characters.length ? '…' : ''}`
  const pad = `${opening && ' '}${characters.slice(from, before).map(blank).join('')}${' '.repeat(
    Math.max(0, before - characters.length)
  )}`
  const marked = characters.slice(before, Math.min(before + under, to))
  const carets = marked.map((character) => blank(character).replace(/[ \t]/g, '^')).join('')
  return { line, pad, carets: carets === '' ? '^' : carets }
}
