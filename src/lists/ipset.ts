import { V4Boundaries, V6Boundaries } from './boundaries.ts'
import { GAP } from './extents.ts'
import type { Ip, IpRange } from './ip.ts'
import { pack } from './pack.ts'
import { RangeBuffer } from './ranges.ts'

/** A set of addresses that answers membership; made once, never changed. */
export interface IpSet {
  has(ip: Ip): boolean
  /** Ranges left after overlapping and touching ones were merged. */
  readonly size: number
}

const bufferOf = (ranges: readonly IpRange[]): RangeBuffer => {
  const buffer = new RangeBuffer()
  for (const range of ranges) buffer.add(range)
  return buffer
}

const rangesIn = (extents: Uint8Array) =>
  extents.reduce((count, extent) => (extent === GAP ? count : count + 1), 0)

/**
 * Builds a set of ranges, each within one family; overlaps are merged, values don't matter. IPv4-mapped IPv6 addresses are not
 * IPv4: what is asked for goes through `canonicalIp` first.
 *
 * @example buildIpSet([{ from: parseIp('192.0.2.0')!, to: parseIp('192.0.2.255')! }]).has(parseIp('192.0.2.7')!) // true
 */
export const buildIpSet = (ranges: readonly IpRange[] | RangeBuffer): IpSet => {
  const buffer = ranges instanceof RangeBuffer ? ranges : bufferOf(ranges)
  const four = pack(buffer.v4, false)
  const six = pack(buffer.v6, false)
  const v4 = V4Boundaries.of(four)
  const v6 = V6Boundaries.of(six)
  return {
    has: (ip) => (ip.family === 4 ? v4.find(ip.d) : v6.find(ip)) >= 0,
    size: rangesIn(four.extents) + rangesIn(six.extents),
  }
}
