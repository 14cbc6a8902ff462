import type { Part, Span } from '../rules/node.ts'
import type { Source } from '../rules/source.ts'

const SPACE = /\s/
/**
 * Start positions tried per expression. An expression assembled from parts occurs nowhere as a whole.
 */
const MAX_TRIES = 200
/**
 * The text to search for: up to the first white space, quote or backslash, because files escape those differently.
 */
const HEAD = /^[^\s"\\]+/

const HEX = 16
const UNICODE_ESCAPE = 6

/** The offset in the file of each UTF-16 unit of an expression. */
export interface Offsets {
  readonly starts: readonly number[]
  readonly ends: readonly number[]
}

/**
 * How a file spells an expression: verbatim, in a quoted string, or with Terraform's `$${` for `${`.
 */
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

/** Returns the character that the file spells at an offset, and the length of its spelling. */
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

/**
 * Matches the expression at an offset of the file and returns the offset of each unit. All runs of white space are equal.
 */
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
      // The first unit of a run of white space covers the whole run.
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
 * Finds an expression in its file: in a quoted string of JSON or HCL, or in a heredoc.
 *
 * @param from the offset at which its rule begins
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

/** Returns the place of part of an expression with known offsets. */
export const spanAt = (file: Source, offsets: Offsets, { start, length }: Part): Span => {
  const last = offsets.starts.length - 1
  const from = offsets.starts[Math.min(start, last)] ?? 0
  const to = offsets.ends[Math.min(start + Math.max(1, length) - 1, last)] ?? from
  return file.span(from, Math.max(from + 1, to))
}
