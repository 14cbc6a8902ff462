import type { Ip, IpRange } from './ip.ts'
import { compareIp } from './ip.ts'

/** A set of addresses that answers membership; made once, never changed. */
export interface IpSet {
  has(ip: Ip): boolean
  /** Ranges left after overlapping and touching ones were merged. */
  readonly size: number
}

/** From this many IPv4 ranges on, an index by the upper 16 bits (256 KB) pays for itself. */
const INDEX_MIN_RANGES = 512
const V6_WORDS = 4

/**
 * IPv4 ranges, merged and sorted, in two typed arrays. With many ranges an index by the upper 16 bits narrows the search
 * to a few; with few the binary search is as quick and the index would waste memory.
 */
class V4Ranges {
  readonly #from: Uint32Array
  readonly #to: Uint32Array
  readonly #index: Uint32Array | undefined

  constructor(ranges: readonly IpRange[]) {
    const sorted = ranges.toSorted((x, y) => x.from.d - y.from.d)
    const from: number[] = []
    const to: number[] = []
    for (const range of sorted) {
      const last = to.length - 1
      if (last >= 0 && range.from.d <= to[last]! + 1) to[last] = Math.max(to[last]!, range.to.d)
      else {
        from.push(range.from.d)
        to.push(range.to.d)
      }
    }
    this.#from = Uint32Array.from(from)
    this.#to = Uint32Array.from(to)
    this.#index = from.length < INDEX_MIN_RANGES ? undefined : indexOf(this.#from)
  }

  get size() {
    return this.#from.length
  }

  has(address: number): boolean {
    const from = this.#from
    let low = 0
    let high = from.length
    const index = this.#index
    if (index !== undefined) {
      const top = address >>> 16
      low = index[top]!
      high = index[top + 1]!
    }
    // First range that begins after the address; the one before it is the only one that can hold it.
    while (low < high) {
      const middle = (low + high) >>> 1
      if (from[middle]! <= address) low = middle + 1
      else high = middle
    }
    return low > 0 && address <= this.#to[low - 1]!
  }
}

/** For each value of the upper 16 bits, the first range that begins at or after it. */
const indexOf = (from: Uint32Array): Uint32Array => {
  const index = new Uint32Array(0x10001)
  let next = 0
  for (let top = 0; top <= 0x10000; top++) {
    while (next < from.length && from[next]! < top * 0x10000) next++
    index[top] = next
  }
  return index
}

/** IPv6 ranges, four words an end, merged and sorted. */
class V6Ranges {
  readonly #from: Uint32Array
  readonly #to: Uint32Array
  readonly size: number

  constructor(ranges: readonly IpRange[]) {
    const merged: { from: Ip; to: Ip }[] = []
    for (const { from, to } of ranges.toSorted((x, y) => compareIp(x.from, y.from))) {
      const last = merged.at(-1)
      if (last !== undefined && compareIp(from, last.to) <= 0) {
        if (compareIp(to, last.to) > 0) last.to = to
      } else merged.push({ from, to })
    }
    this.size = merged.length
    const words = (end: 'from' | 'to') =>
      Uint32Array.from(
        merged.flatMap((range) => [range[end].a, range[end].b, range[end].c, range[end].d])
      )
    this.#from = words('from')
    this.#to = words('to')
  }

  has(ip: Ip): boolean {
    let low = 0
    let high = this.size
    while (low < high) {
      const middle = (low + high) >>> 1
      if (atMost(this.#from, middle, ip)) low = middle + 1
      else high = middle
    }
    return low > 0 && atLeast(this.#to, low - 1, ip)
  }
}

const atMost = (words: Uint32Array, row: number, ip: Ip): boolean => order(words, row, ip) <= 0
const atLeast = (words: Uint32Array, row: number, ip: Ip): boolean => order(words, row, ip) >= 0

const order = (words: Uint32Array, row: number, ip: Ip): number => {
  const i = row * V6_WORDS
  return words[i]! - ip.a || words[i + 1]! - ip.b || words[i + 2]! - ip.c || words[i + 3]! - ip.d
}

/**
 * Builds a set of ranges, each within one family; overlaps are merged. IPv4-mapped IPv6 addresses are not IPv4.
 *
 * @example buildIpSet([{ from: parseIp('192.0.2.0')!, to: parseIp('192.0.2.255')! }]).has(parseIp('192.0.2.7')!) // true
 */
export const buildIpSet = (ranges: readonly IpRange[]): IpSet => {
  const v4 = new V4Ranges(ranges.filter(({ from }) => from.family === 4))
  const v6 = new V6Ranges(ranges.filter(({ from }) => from.family === 6))
  return {
    has: (ip) => (ip.family === 4 ? v4.has(ip.d) : v6.has(ip)),
    size: v4.size + v6.size,
  }
}
