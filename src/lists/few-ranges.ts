import type { Addresses, Ip, IpRange } from './ip.ts'
import { compareIp } from './ip.ts'

/** Up to this number of ranges, comparing with each range is faster than an index and needs less memory. */
export const FEW_RANGES = 32

/** Returns a set of the addresses in a few ranges. The time of a look-up grows with their number; use `buildIpSet` for many. */
export const fewRanges = (ranges: readonly IpRange[]): Addresses => {
  const ofFamily = (family: 4 | 6) =>
    ranges.filter(({ from, to }) => from.family === family && to.family === family)
  /** The first and the last address of each range, alternately. */
  const v4 = ofFamily(4).flatMap(({ from, to }) => [from.d, to.d])
  const v6 = ofFamily(6)
  const has = (ip: Ip): boolean => {
    if (ip.family === 6) {
      return v6.some(({ from, to }) => compareIp(from, ip) <= 0 && compareIp(ip, to) <= 0)
    }
    for (let i = 0; i < v4.length; i += 2) {
      if (ip.d >= v4[i]! && ip.d <= v4[i + 1]!) return true
    }
    return false
  }
  return { has }
}
