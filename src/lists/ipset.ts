import { V4Boundaries, V6Boundaries } from './boundaries.ts'
import type { Ip, IpRange } from './ip.ts'
import { orderOf } from './order.ts'
import type { RangeColumns } from './ranges.ts'
import { RangeBuffer } from './ranges.ts'

/** A set of addresses that answers membership; made once, never changed. */
export interface IpSet {
  has(ip: Ip): boolean
  /** Ranges left after overlapping and touching ones were merged. */
  readonly size: number
}

const LAST_WORD = 0xffffffff

/**
 * Where the set begins and ends by turns, as columns of words. Ranges come in the order in which they begin; one that begins
 * before the open one has ended, or right behind it, goes on with it.
 */
const boundariesOf = ({ from, to }: RangeColumns): Uint32Array[] => {
  const words = from.length
  const order = orderOf(from)
  const boundaries = from.map((column) => new Uint32Array(column.length * 2))
  let length = 0
  /** First address behind the open range; undefined where none is open, `last` where it reaches the last address. */
  let end: number[] | undefined
  let reachesLast = false
  const next = new Array<number>(words).fill(0)

  const push = (address: readonly number[]) => {
    for (let word = 0; word < words; word++) boundaries[word]![length] = address[word]!
    length++
  }
  const compare = (columns: readonly Uint32Array[], row: number, address: readonly number[]) => {
    for (let word = 0; word < words; word++) {
      const difference = columns[word]![row]! - address[word]!
      if (difference !== 0) return difference
    }
    return 0
  }
  /** @returns false behind the last address there is */
  const goBehind = (row: number): boolean => {
    for (let word = 0; word < words; word++) next[word] = to[word]![row]!
    for (let word = words - 1; word >= 0; word--) {
      if (next[word] !== LAST_WORD) {
        next[word]!++
        return true
      }
      next[word] = 0
    }
    return false
  }
  const isInverted = (row: number): boolean => {
    for (let word = 0; word < words; word++) {
      const difference = from[word]![row]! - to[word]![row]!
      if (difference !== 0) return difference > 0
    }
    return false
  }

  for (const row of order) {
    if (reachesLast) break
    // A range that ends before it begins holds nothing.
    if (isInverted(row)) continue
    const goesOn = end !== undefined && compare(from, row, end) <= 0
    if (!goesOn) {
      if (end !== undefined) push(end)
      push(from.map((column) => column[row]!))
    }
    if (!goBehind(row)) reachesLast = true
    else if (!goesOn || end === undefined || compareAddresses(next, end) > 0) end = [...next]
  }
  if (!reachesLast && end !== undefined) push(end)
  return boundaries.map((column) => column.slice(0, length))
}

const compareAddresses = (x: readonly number[], y: readonly number[]): number => {
  for (let word = 0; word < x.length; word++) {
    const difference = x[word]! - y[word]!
    if (difference !== 0) return difference
  }
  return 0
}

/** Stretches alternate between in and out, the first is in. */
const isIn = (stretch: number) => (stretch & 1) === 0

const bufferOf = (ranges: readonly IpRange[]): RangeBuffer => {
  const buffer = new RangeBuffer()
  for (const range of ranges) buffer.add(range)
  return buffer
}

/**
 * Builds a set of ranges, each within one family; overlaps are merged. IPv4-mapped IPv6 addresses are not IPv4: what is
 * asked for goes through `canonicalIp` first.
 *
 * @example buildIpSet([{ from: parseIp('192.0.2.0')!, to: parseIp('192.0.2.255')! }]).has(parseIp('192.0.2.7')!) // true
 */
export const buildIpSet = (ranges: readonly IpRange[] | RangeBuffer): IpSet => {
  const columns = ranges instanceof RangeBuffer ? ranges : bufferOf(ranges)
  const [starts] = boundariesOf(columns.v4) as [Uint32Array]
  const [a, b, c, d] = boundariesOf(columns.v6) as [
    Uint32Array,
    Uint32Array,
    Uint32Array,
    Uint32Array,
  ]
  const v4 = new V4Boundaries(starts)
  const v6 = new V6Boundaries(a, b, c, d)
  return {
    has: (ip) => isIn(ip.family === 4 ? v4.find(ip.d) : v6.find(ip)),
    size: Math.ceil(v4.length / 2) + Math.ceil(v6.length / 2),
  }
}
