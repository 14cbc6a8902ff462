import { parseCidr } from '../lists/cidr.ts'
import type { IpRange } from '../lists/ip.ts'
import { rangeHolds } from '../lists/ip.ts'
import { LOOPBACK_NETWORKS, PRIVATE_NETWORKS } from '../lists/private-networks.ts'

const rangeOf = (text: string): IpRange[] => {
  const read = parseCidr(text)
  return read.ok ? [read.range] : []
}

const PRIVATE: readonly IpRange[] = [...LOOPBACK_NETWORKS, ...PRIVATE_NETWORKS].flatMap(rangeOf)

/** True if no visitor of Cloudflare has an address in this network. */
export const isPrivate = (range: IpRange): boolean =>
  PRIVATE.some((network) => rangeHolds(network, range))
