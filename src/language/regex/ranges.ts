/**
 * A set of bytes or codepoints: flat, sorted, inclusive pairs `[low, high, low, high, …]` that neither overlap nor
 * touch. Flat arrays keep the few thousand pairs of a Unicode class cheap.
 */
export type Ranges = readonly number[]

export const BYTE_MAX = 0xff
export const CODEPOINT_MAX = 0x10ffff

/** Sorts and joins pairs given in any order. */
export const normalize = (pairs: Ranges): Ranges => {
  const order: [number, number][] = []
  for (let i = 0; i < pairs.length; i += 2) order.push([pairs[i]!, pairs[i + 1]!])
  order.sort((a, b) => a[0] - b[0])
  const joined: number[] = []
  for (const [low, high] of order) {
    const last = joined.length - 1
    if (last > 0 && low <= joined[last]! + 1) joined[last] = Math.max(joined[last]!, high)
    else joined.push(low, high)
  }
  return joined
}

export const union = (a: Ranges, b: Ranges): Ranges => normalize([...a, ...b])

export const negate = (set: Ranges, max: number): Ranges => {
  const rest: number[] = []
  let low = 0
  for (let i = 0; i < set.length; i += 2) {
    if (set[i]! > low) rest.push(low, set[i]! - 1)
    low = set[i + 1]! + 1
  }
  if (low <= max) rest.push(low, max)
  return rest
}

export const intersect = (a: Ranges, b: Ranges): Ranges => {
  const both: number[] = []
  let i = 0
  let j = 0
  while (i < a.length && j < b.length) {
    const low = Math.max(a[i]!, b[j]!)
    const high = Math.min(a[i + 1]!, b[j + 1]!)
    if (low <= high) both.push(low, high)
    if (a[i + 1]! < b[j + 1]!) i += 2
    else j += 2
  }
  return both
}

export const subtract = (a: Ranges, b: Ranges): Ranges => intersect(a, negate(b, CODEPOINT_MAX))

export const symmetricDifference = (a: Ranges, b: Ranges): Ranges =>
  union(subtract(a, b), subtract(b, a))

const UPPER: Ranges = [0x41, 0x5a]
const LOWER: Ranges = [0x61, 0x7a]
const CASE_BIT = 0x20

/** Adds the other case of every ASCII letter in the set. */
export const foldAscii = (set: Ranges): Ranges => {
  const upper = intersect(set, UPPER)
  const lower = intersect(set, LOWER)
  if (upper.length === 0 && lower.length === 0) return set
  return normalize([
    ...set,
    ...upper.map((letter) => letter + CASE_BIT),
    ...lower.map((letter) => letter - CASE_BIT),
  ])
}

/** POSIX class names of `[[:alpha:]]`; ASCII only, as in Rust. */
export const POSIX: Readonly<Record<string, Ranges>> = {
  alnum: [0x30, 0x39, ...UPPER, ...LOWER],
  alpha: [...UPPER, ...LOWER],
  ascii: [0, 0x7f],
  blank: [0x09, 0x09, 0x20, 0x20],
  cntrl: [0, 0x1f, 0x7f, 0x7f],
  digit: [0x30, 0x39],
  graph: [0x21, 0x7e],
  lower: LOWER,
  print: [0x20, 0x7e],
  punct: [0x21, 0x2f, 0x3a, 0x40, 0x5b, 0x60, 0x7b, 0x7e],
  space: [0x09, 0x0d, 0x20, 0x20],
  upper: UPPER,
  word: [0x30, 0x39, ...UPPER, 0x5f, 0x5f, ...LOWER],
  xdigit: [0x30, 0x39, 0x41, 0x46, 0x61, 0x66],
}
