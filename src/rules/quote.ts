import { toBytes } from '../language/bytes.ts'

/** Writes invisible characters as their bytes; a no-break space would look like a space. */
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu

const asBytes = (text: string) =>
  [...toBytes(text)]
    .map((byte) => `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`)
    .join('')

/**
 * Returns a quoted string of the Rules language with exactly this text. The language supports only `\"`, `\\` and `\xHH`; other text
 * is encoded as its UTF-8 bytes.
 */
export const quote = (text: string): string =>
  `"${text.replace(/["\\]/g, '\\$&').replace(UNSEEN, asBytes)}"`

const MAX_HASHES = 255

/**
 * Returns the opening and closing of a raw string that can contain this text; `undefined` if none can.
 */
export const rawFence = (text: string): { open: string; close: string } | undefined => {
  let hashes = text.includes('"') ? 1 : 0
  for (const [run] of text.matchAll(/(?<=")#+/g)) hashes = Math.max(hashes, run.length + 1)
  if (hashes > MAX_HASHES) return undefined
  const fence = '#'.repeat(hashes)
  return { open: `r${fence}"`, close: `"${fence}` }
}

export interface Pattern {
  /** True if the pattern has a `*` wildcard. */
  readonly isWildcard: boolean
  /** The literal text, if the pattern has no `*`. */
  readonly text: string
  /** The pattern in the language's spelling: every backslash that escapes nothing is doubled. */
  readonly pattern: string
  /** Offset of the first `**`. */
  readonly doubleStar: number | undefined
}

/**
 * Reads a pattern of the shorthand: `*` is any text, `\*` is a star, `\\` is a backslash, any other backslash is
 * itself.
 */
export const readPattern = (source: string): Pattern => {
  let text = ''
  let pattern = ''
  let isWildcard = false
  let doubleStar: number | undefined
  for (let i = 0; i < source.length; i++) {
    const unit = source[i]!
    const next = source[i + 1]
    if (unit === '\\' && (next === '*' || next === '\\')) {
      text += next
      pattern += unit + next
      i++
    } else if (unit === '*') {
      if (next === '*') doubleStar ??= i
      isWildcard = true
      text += unit
      pattern += unit
    } else {
      text += unit
      pattern += unit === '\\' ? '\\\\' : unit
    }
  }
  return { isWildcard, text, pattern, doubleStar }
}
