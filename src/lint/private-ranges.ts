import { parseCidr } from '../lists/cidr.ts'
import type { IpRange } from '../lists/ip.ts'
import { compareIp } from '../lists/ip.ts'
import { LOOPBACK_NETWORKS, PRIVATE_NETWORKS } from '../lists/private-networks.ts'

const rangeOf = (text: string): IpRange[] => {
  const read = parseCidr(text)
  return read.ok ? [read.range] : []
}

const PRIVATE: readonly IpRange[] = [...LOOPBACK_NETWORKS, ...PRIVATE_NETWORKS].flatMap(rangeOf)

/** True of networks that no visitor of Cloudflare has an address of. */
export const isPrivate = ({ from, to }: IpRange): boolean =>
  PRIVATE.some(
    (network) =>
      network.from.family === from.family &&
      compareIp(network.from, from) <= 0 &&
      compareIp(network.to, to) >= 0
  )
