import type { Part, Span } from '../rules/node.ts'
import type { Source } from '../rules/source.ts'

const SPACE = /\s/
/** Beginnings that are tried for one expression: one that a file builds from parts is nowhere as a whole. */
const MAX_TRIES = 200
/** What a search begins with: enough to be rare, and before the first quote, which files escape. */
const HEAD = /^[^\s"\\]+/

const HEX = 16
const UNICODE_ESCAPE = 6

/** Where the file writes each unit of an expression. */
export interface Offsets {
  readonly starts: readonly number[]
  readonly ends: readonly number[]
}

/** How a file may write an expression: as it is, in a quoted string, or with the `$${` of Terraform for `${`. */
interface Writing {
  readonly escaped: boolean
  readonly template: boolean
}

const WRITINGS: readonly Writing[] = [
  { escaped: true, template: false },
  { escaped: false, template: false },
  { escaped: true, template: true },
  { escaped: false, template: true },
]

/** The character that a file writes at a place, and how long it writes it. */
const decoded = (
  text: string,
  at: number,
  { escaped, template }: Writing
): [character: string, length: number] => {
  const unit = text[at]!
  const next = text[at + 1]
  const isSign = unit === '$' || unit === '%'
  if (template && isSign && next === unit && text[at + 2] === '{') return [unit, 2]
  if (escaped && unit === '\\' && next !== undefined) {
    if (next === 'n' || next === 't' || next === 'r') return [' ', 2]
    if (next === 'u') {
      const code = Number.parseInt(text.slice(at + 2, at + UNICODE_ESCAPE), HEX)
      return [String.fromCharCode(code), UNICODE_ESCAPE]
    }
    return [next, 2]
  }
  return [unit, 1]
}

/** Where each unit of the expression is written, if it begins at this place; any white space is like any other. */
const matchAt = (
  text: string,
  start: number,
  source: string,
  writing: Writing
): Offsets | undefined => {
  const starts: number[] = []
  const ends: number[] = []
  let at = start
  for (let i = 0; i < source.length; i++) {
    if (SPACE.test(source[i]!)) {
      const from = at
      while (at < text.length) {
        const [character, length] = decoded(text, at, writing)
        if (!SPACE.test(character)) break
        at += length
      }
      if (at === from) return undefined
      // The first unit of white space stands for all of it.
      for (let first = true; i < source.length && SPACE.test(source[i]!); i++, first = false) {
        starts.push(first ? from : at)
        ends.push(at)
      }
      i--
      continue
    }
    if (at >= text.length) return undefined
    const [character, length] = decoded(text, at, writing)
    if (character !== source[i]) return undefined
    starts.push(at)
    at += length
    ends.push(at)
  }
  return { starts, ends }
}

/**
 * Finds an expression in the file that it came from: in a quoted string of JSON or HCL, or in a heredoc.
 *
 * @param from the offset where its rule begins
 */
export const offsetsIn = (text: string, from: number, source: string): Offsets | undefined => {
  const head = HEAD.exec(source)?.[0]
  if (head === undefined) return undefined
  let at = text.indexOf(head, from)
  for (let tries = 0; at !== -1 && tries < MAX_TRIES; tries++) {
    for (const writing of WRITINGS) {
      const found = matchAt(text, at, source, writing)
      if (found !== undefined) return found
    }
    at = text.indexOf(head, at + 1)
  }
  return undefined
}

/** The place of a part of an expression whose offsets are known. */
export const spanAt = (file: Source, offsets: Offsets, { start, length }: Part): Span => {
  const last = offsets.starts.length - 1
  const from = offsets.starts[Math.min(start, last)] ?? 0
  const to = offsets.ends[Math.min(start + Math.max(1, length) - 1, last)] ?? from
  return file.span(from, Math.max(from + 1, to))
}
