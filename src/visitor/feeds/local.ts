import { parseCidr } from '../../lists/cidr.ts'
import type { IpRange } from '../../lists/ip.ts'
import { compareIp, Ip, nextIp } from '../../lists/ip.ts'

const rangeOf = (text: string): IpRange => {
  const read = parseCidr(text)
  if (!read.ok) throw new Error(read.message)
  return read.range
}

/**
 * Addresses of visitors on the owner's machine or network, or behind a carrier's NAT (IANA special-purpose registries, RFC
 * 6890). Feeds for border routers list them as bogons, which would make every local visitor a bad one. In ascending order.
 */
const LOCAL_V4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.168.0.0/16',
].map(rangeOf)
const LOCAL_V6 = ['::/127', 'fc00::/7', 'fe80::/10'].map(rangeOf)

/**
 * The widest entries that Cloudflare accepts in IP lists: https://developers.cloudflare.com/waf/tools/lists/custom-lists/
 * (its pages have said both /4 and /12 for IPv6; the wider one counts here).
 */
const WIDEST_V4_PREFIX = 8
const WIDEST_V4 = 2 ** (32 - WIDEST_V4_PREFIX)
const WIDEST_V6_PREFIX = 4
const WIDEST_V6 = 2 ** (32 - WIDEST_V6_PREFIX)
/** No visitor has an address from 224.0.0.0 on, but lists of bogons contain networks as wide as a /3. */
const MULTICAST_V4 = 0xe0000000
/** Addresses of visitors begin with the bits 001. */
const UNICAST_V6 = rangeOf('2000::/3')

/** The widest networks that a feed can mean, for messages. */
export const WIDEST_NETWORKS = `/${WIDEST_V4_PREFIX} (IPv4) or /${WIDEST_V6_PREFIX} (IPv6)`

/** For each first octet: whether a range inside it can contain a local address. */
const HAS_LOCAL = Uint8Array.from({ length: 256 }, (_, octet) =>
  LOCAL_V4.some(({ from, to }) => from.d >>> 24 <= octet && octet <= to.d >>> 24) ? 1 : 0
)

/** A quick check: most ranges of a feed are in one /8 without local addresses. */
export const isPlainV4 = (from: number, to: number): boolean =>
  from >>> 24 === to >>> 24 && HAS_LOCAL[from >>> 24] === 0

export const isTooWideV4 = (from: number, to: number): boolean =>
  to - from >= WIDEST_V4 && from < MULTICAST_V4

export const isTooWideV6 = ({ from, to }: IpRange): boolean =>
  to.a - from.a >= WIDEST_V6 && from.a <= UNICAST_V6.to.a && to.a >= UNICAST_V6.from.a

/** Calls `keep` with the parts of a range outside the local addresses; `true` if the range contained some. */
export const withoutLocalV4 = (
  from: number,
  to: number,
  keep: (from: number, to: number) => void
): boolean => {
  let start = from
  let hadLocal = false
  for (const local of LOCAL_V4) {
    if (local.to.d < start) continue
    if (local.from.d > to) break
    hadLocal = true
    if (local.from.d > start) keep(start, local.from.d - 1)
    start = local.to.d + 1
    if (start > to) return true
  }
  keep(start, to)
  return hadLocal
}

/** The previous address; never called with the first one. */
const previousIp = ({ a, b, c, d }: Ip): Ip => {
  const last = (d - 1) >>> 0
  if (d > 0) return new Ip(6, a, b, c, last)
  if (c > 0) return new Ip(6, a, b, c - 1, last)
  return b > 0
    ? new Ip(6, a, b - 1, 0xffffffff, last)
    : new Ip(6, a - 1, 0xffffffff, 0xffffffff, last)
}

/** The same for IPv6. */
export const withoutLocalV6 = (
  { from, to }: IpRange,
  keep: (from: Ip, to: Ip) => void
): boolean => {
  let start: Ip | undefined = from
  let hadLocal = false
  for (const local of LOCAL_V6) {
    if (compareIp(local.to, start) < 0) continue
    if (compareIp(local.from, to) > 0) break
    hadLocal = true
    if (compareIp(local.from, start) > 0) keep(start, previousIp(local.from))
    start = nextIp(local.to)
    if (start === undefined || compareIp(start, to) > 0) return true
  }
  keep(start, to)
  return hadLocal
}
