import type { Ip } from './ip.ts'

/** From this many rows on, an index by the upper 16 bits (256 KB) pays for itself. */
const INDEX_MIN_ROWS = 2048
const INDEX_SLOTS = 0x10000

/** For each value of the upper 16 bits, the first row at or behind it. */
const indexOf = (words: Uint32Array): Uint32Array | undefined => {
  if (words.length < INDEX_MIN_ROWS) return undefined
  const index = new Uint32Array(INDEX_SLOTS + 1)
  let row = 0
  for (let slot = 0; slot <= INDEX_SLOTS; slot++) {
    while (row < words.length && words[row]! < slot * 0x10000) row++
    index[slot] = row
  }
  return index
}

/** Rising IPv4 addresses, each of them the first of a stretch that goes on until the next. */
export class V4Boundaries {
  readonly #starts: Uint32Array
  readonly #index: Uint32Array | undefined

  constructor(starts: Uint32Array) {
    this.#starts = starts
    this.#index = indexOf(starts)
  }

  get length(): number {
    return this.#starts.length
  }

  /** The stretch that the address lies in, -1 before the first. Tens of nanoseconds among a million. */
  find(address: number): number {
    const starts = this.#starts
    const index = this.#index
    const slot = address >>> 16
    let low = index === undefined ? 0 : index[slot]!
    let high = index === undefined ? starts.length : index[slot + 1]!
    while (low < high) {
      const middle = (low + high) >>> 1
      if (starts[middle]! <= address) low = middle + 1
      else high = middle
    }
    return low - 1
  }
}

const hasBits = (words: Uint32Array) => words.some((word) => word !== 0)

/** The same for IPv6: a column for each 32-bit word, as most comparisons are settled by the first. */
export class V6Boundaries {
  readonly #a: Uint32Array
  readonly #b: Uint32Array
  /** Absent where every boundary is one of a /64, as in country data and most lists. */
  readonly #low: { readonly c: Uint32Array; readonly d: Uint32Array } | undefined
  readonly #index: Uint32Array | undefined

  constructor(a: Uint32Array, b: Uint32Array, c?: Uint32Array, d?: Uint32Array) {
    this.#a = a
    this.#b = b
    this.#low =
      c !== undefined && d !== undefined && (hasBits(c) || hasBits(d)) ? { c, d } : undefined
    this.#index = indexOf(a)
  }

  get length(): number {
    return this.#a.length
  }

  /** The stretch that the address lies in, -1 before the first. */
  find(ip: Ip): number {
    const index = this.#index
    const slot = ip.a >>> 16
    let low = index === undefined ? 0 : index[slot]!
    let high = index === undefined ? this.#a.length : index[slot + 1]!
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#startsBy(ip, middle)) low = middle + 1
      else high = middle
    }
    return low - 1
  }

  #startsBy(ip: Ip, row: number): boolean {
    const a = this.#a[row]!
    if (a !== ip.a) return a < ip.a
    const b = this.#b[row]!
    if (b !== ip.b) return b < ip.b
    if (this.#low === undefined) return true
    const c = this.#low.c[row]!
    return c === ip.c ? this.#low.d[row]! <= ip.d : c < ip.c
  }
}
