import { flatten } from './flatten.ts'
import { V4IntervalIndex, V6IntervalIndex } from './interval-index.ts'
import type { Addresses, IpRange } from './ip.ts'
import type { Packed } from './pack.ts'
import { pack } from './pack.ts'
import { RangeBuffer } from './ranges.ts'

/** A set of addresses that answers membership; made once, never changed. */
export interface IpSet extends Addresses {
  /** Ranges left after overlapping and touching ones were merged. */
  readonly size: number
}

const bufferOf = (ranges: readonly IpRange[]): RangeBuffer => {
  const buffer = new RangeBuffer()
  for (const range of ranges) buffer.add(range)
  return buffer
}

/** Both families of a set, in typed arrays: a thread can pass them to another one without a copy. */
export interface PackedRanges {
  readonly four: Packed
  readonly six: Packed
}

/** Sorts and merges ranges: nearly all of the work for a set. */
export const packRanges = ({ v4, v6 }: RangeBuffer): PackedRanges => ({
  four: pack(flatten(v4, false)),
  six: pack(flatten(v6, false)),
})

/** The set of packed ranges. */
export const ipSetOf = ({ four, six }: PackedRanges): IpSet => {
  const [a, b, c, d] = six.starts
  const v4 = new V4IntervalIndex(four.starts[0]!, four.hostBits)
  const v6 = new V6IntervalIndex(a!, b!, c, d, six.hostBits)
  return {
    has: (ip) => (ip.family === 4 ? v4.find(ip.d) : v6.find(ip)) >= 0,
    size: four.size + six.size,
  }
}

/**
 * Builds a set of ranges, each within one family; overlaps are merged, values don't matter. IPv4-mapped IPv6 addresses are not
 * IPv4: what is asked for goes through `canonicalIp` first.
 *
 * @example buildIpSet([{ from: parseIp('192.0.2.0')!, to: parseIp('192.0.2.255')! }]).has(parseIp('192.0.2.7')!) // true
 */
export const buildIpSet = (ranges: readonly IpRange[] | RangeBuffer): IpSet =>
  ipSetOf(packRanges(ranges instanceof RangeBuffer ? ranges : bufferOf(ranges)))
