import type { Segments } from './flatten.ts'
import { NO_VALUE } from './flatten.ts'

/**
 * Codes for the length of a segment. A smaller code is the number of host bits of a network that is followed by a gap until the
 * next segment. Some places keep only the lowest bits of these two codes, which is why all their upper bits are set.
 */
export const UNTIL_NEXT = 255
/** The code of a gap, which lasts until the next segment. */
export const GAP = 254

/** Networks with a shorter prefix do not get a code of their own, so that none extends beyond its part of a `BucketIndex`. */
const MIN_PREFIX = 12

const WORD_BITS = 32
const LAST_WORD = 0xffffffff

/** Returns the number of host bits if segment `row` is a network, and UNTIL_NEXT if it is not. */
const hostBitsFrom = (starts: readonly Uint32Array[], row: number): number => {
  let bits = 0
  // From the lowest word up, first skip the words that a network covers completely.
  let word = starts.length - 1
  let borrow = 1
  let isWhole = true
  for (; word >= 0; word--) {
    const start = starts[word]![row]!
    const next = starts[word]![row + 1]!
    const end = (next - borrow) >>> 0
    if (next > 0) borrow = 0
    if (isWhole && start === 0 && end === LAST_WORD) {
      bits += WORD_BITS
      continue
    }
    const differing = (start ^ end) >>> 0
    if (isWhole) {
      const isNetwork = (differing & (differing + 1)) === 0 && (start & differing) === 0
      if (!isNetwork) return UNTIL_NEXT
      bits += WORD_BITS - Math.clz32(differing)
      isWhole = false
    } else if (differing !== 0) return UNTIL_NEXT
  }
  return bits
}

/**
 * Removes the gaps after networks and stores the size of each network instead. Nearly all ranges are networks with a gap after
 * them, so this halves the rows. It works in place: do not use `segments` afterwards.
 *
 * @returns the length code of each row that is left
 */
export const joinGaps = (segments: Segments): Uint8Array => {
  const { starts, values, length } = segments
  const hostBits = new Uint8Array(length)
  const mostBits = starts.length * WORD_BITS - MIN_PREFIX
  const hostBitsOf = (row: number): number => {
    if (values[row] === NO_VALUE) return GAP
    if (row + 1 === length || values[row + 1] !== NO_VALUE) return UNTIL_NEXT
    const bits = hostBitsFrom(starts, row)
    return bits <= mostBits ? bits : UNTIL_NEXT
  }
  let left = 0
  for (let row = 0; row < length; row++) {
    const code = hostBitsOf(row)
    for (const column of starts) column[left] = column[row]!
    values[left] = values[row]!
    hostBits[left++] = code
    if (code < GAP) row++
  }
  segments.length = left
  return hostBits.slice(0, left)
}

/** Does the inverse: it adds a row for each gap. */
export const splitGaps = (
  starts: readonly Uint32Array[],
  values: ArrayLike<number>,
  hostBits: Uint8Array
): Segments => {
  const gaps = hostBits.reduce((count, code) => (code < GAP ? count + 1 : count), 0)
  const rows = hostBits.length + gaps
  const split = { starts: starts.map(() => new Uint32Array(rows)), values: new Uint32Array(rows) }
  let length = 0
  for (let row = 0; row < hostBits.length; row++) {
    const code = hostBits[row]!
    for (let word = 0; word < starts.length; word++) {
      split.starts[word]![length] = starts[word]![row]!
    }
    split.values[length++] = code === GAP ? NO_VALUE : values[row]!
    if (code >= GAP) continue
    // Adds the size of the network to the word of its start that the size belongs to, with a carry into the words above.
    const sized = starts.length - 1 - Math.floor(code / WORD_BITS)
    let carry = 2 ** (code % WORD_BITS)
    for (let word = starts.length - 1; word >= 0; word--) {
      const sum = starts[word]![row]! + (word <= sized ? carry : 0)
      split.starts[word]![length] = sum
      if (word <= sized) carry = sum > LAST_WORD ? 1 : 0
    }
    split.values[length++] = NO_VALUE
  }
  return { ...split, length }
}
