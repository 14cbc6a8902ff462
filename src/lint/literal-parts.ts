import type { Part } from '../rules/node.ts'

const RAW = /r(#*)"/y
const WORD = /[^\s{}]+/y

const quotedEnd = (source: string, start: number, end: number): number => {
  let at = start + 1
  while (at < end && source[at] !== '"') at += source[at] === '\\' ? 2 : 1
  return Math.min(at + 1, end)
}

/**
 * Returns the literals (strings, numbers, addresses) between two offsets of an expression, in order, quotes included.
 */
export const literalParts = (source: string, start: number, end: number): Part[] => {
  const parts: Part[] = []
  let at = start
  while (at < end) {
    const from = at
    RAW.lastIndex = at
    const raw = RAW.exec(source)
    if (raw !== null) {
      const close = source.indexOf(`"${raw[1]}`, RAW.lastIndex)
      at = close === -1 ? end : close + 1 + raw[1]!.length
    } else if (source[at] === '"') at = quotedEnd(source, at, end)
    else {
      WORD.lastIndex = at
      const word = WORD.exec(source)
      if (word === null) {
        at++
        continue
      }
      at += word[0].length
    }
    parts.push({ start: from, length: at - from })
  }
  return parts
}

/** Returns the part inside the quotes; `undefined` if the text contains escapes. */
export const innerPart = (source: string, { start, length }: Part): Part | undefined => {
  const text = source.slice(start, start + length)
  return /^"[^"\\]*"$/.test(text) ? { start: start + 1, length: length - 2 } : undefined
}
