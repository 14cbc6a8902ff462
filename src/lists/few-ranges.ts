import type { Addresses, Ip, IpRange } from './ip.ts'
import { compareIp } from './ip.ts'

/** Up to so many ranges, a look at each of them is quicker than an index, and takes less memory. */
export const FEW_RANGES = 32

/** The addresses of a few ranges. A look-up takes longer the more there are: `buildIpSet` is for many. */
export const fewRanges = (ranges: readonly IpRange[]): Addresses => {
  const ofFamily = (family: 4 | 6) =>
    ranges.filter(({ from, to }) => from.family === family && to.family === family)
  /** First and last address by turns. */
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
