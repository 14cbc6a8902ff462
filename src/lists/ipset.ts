import { flatten } from './flatten.ts'
import { V4IntervalIndex, V6IntervalIndex } from './interval-index.ts'
import type { Addresses, IpRange } from './ip.ts'
import type { Packed } from './pack.ts'
import { pack } from './pack.ts'
import { RangeBuffer } from './ranges.ts'

/** An immutable set of addresses. */
export interface IpSet extends Addresses {
  /** The number of ranges after overlapping and adjacent ones are merged. */
  readonly size: number
}

const bufferOf = (ranges: readonly IpRange[]): RangeBuffer => {
  const buffer = new RangeBuffer()
  for (const range of ranges) buffer.add(range)
  return buffer
}

/** Both families of a set in typed arrays, which one thread can transfer to another without a copy. */
export interface PackedRanges {
  readonly four: Packed
  readonly six: Packed
}

/** Sorts and merges ranges, which is nearly all of the work for a set. */
export const packRanges = ({ v4, v6 }: RangeBuffer): PackedRanges => ({
  four: pack(flatten(v4, false)),
  six: pack(flatten(v6, false)),
})

/** Returns the set of packed ranges. */
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
 * Builds a set of ranges, each within one family. Overlaps are merged, and values are ignored. IPv4-mapped IPv6 addresses are not
 * IPv4 here: pass the addresses that you look up through `canonicalIp` first.
 *
 * @example buildIpSet([{ from: parseIp('192.0.2.0')!, to: parseIp('192.0.2.255')! }]).has(parseIp('192.0.2.7')!) // true
 */
export const buildIpSet = (ranges: readonly IpRange[] | RangeBuffer): IpSet =>
  ipSetOf(packRanges(ranges instanceof RangeBuffer ? ranges : bufferOf(ranges)))
