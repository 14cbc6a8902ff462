import { EdgeError } from '../error.ts'
import { parseCidr } from '../lists/cidr.ts'
import { fewRanges } from '../lists/few-ranges.ts'
import type { Addresses, IpRange } from '../lists/ip.ts'
import { canonicalIp } from '../lists/ip.ts'
import { LOOPBACK_NETWORKS, PRIVATE_NETWORKS } from '../lists/private-networks.ts'
import cloudflareIps from './cloudflare-ips.json' with { type: 'json' }

/** Other networks that IANA's special-purpose registries (RFC 6890) exclude from the Internet, and multicast. */
const OTHER_SPECIAL = [
  '0.0.0.0/8',
  '100.64.0.0/10',
  '169.254.0.0/16',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
  '::',
  '100::/64',
  '2001:db8::/32',
  '3fff::/20',
  'fe80::/10',
  'ff00::/8',
]

/** Names for several networks in `trust`. */
const PRESETS: Readonly<Record<string, readonly string[]>> = {
  loopback: LOOPBACK_NETWORKS,
  private: PRIVATE_NETWORKS,
  cloudflare: cloudflareIps.networks,
}

/** Peers are looked up by their canonical address, so a network of IPv4-mapped addresses has to be canonical too. */
const canonicalRange = (range: IpRange): IpRange => {
  const [from, to] = [canonicalIp(range.from), canonicalIp(range.to)]
  return from.family === to.family ? { from, to } : range
}

const readNetwork = (text: string): IpRange => {
  const read = parseCidr(text)
  if (read.ok) return canonicalRange(read.range)
  const names = Object.keys(PRESETS).join(', ')
  const expected = read.problem === 'not_an_address' ? `, nor one of: ${names}` : ''
  throw new EdgeError('invalid_trust', `trust: ${read.message}${expected}`)
}

/**
 * The set of peers whose forwarded headers are trusted.
 *
 * @param entries CIDR networks, single addresses, `loopback`, `private` or `cloudflare`
 * @throws EdgeError `invalid_trust` naming the entry
 * @example trustedPeers(['loopback', '203.0.113.0/24']).has(parseIp('127.0.0.1')!) // true
 */
export const trustedPeers = (entries: readonly string[]): Addresses =>
  fewRanges(
    entries
      .flatMap((entry) => (Object.hasOwn(PRESETS, entry) ? (PRESETS[entry] ?? []) : [entry]))
      .map(readNetwork)
  )

export const loopback: Addresses = trustedPeers(LOOPBACK_NETWORKS)

/** The networks from which Cloudflare calls origins. */
export const cloudflare: Addresses = trustedPeers(cloudflareIps.networks)

/** Addresses without a country: private, link-local, documentation, multicast and the like. */
export const special: Addresses = trustedPeers([
  ...LOOPBACK_NETWORKS,
  ...PRIVATE_NETWORKS,
  ...OTHER_SPECIAL,
])
