import type { Addresses, Ip } from '../lists/ip.ts'
import { parsePeerAddress } from '../lists/peer.ts'
import { cloudflare, loopback, special } from './addresses.ts'

/** The facts that a peer's address alone shows. */
export interface Peer {
  /** `undefined` if the runtime gave no address, or text that is not one. */
  readonly ip: Ip | undefined
  readonly isTrusted: boolean
  readonly isLoopback: boolean
  readonly isSpecial: boolean
  readonly isCloudflare: boolean
}

const NO_PEER: Peer = {
  ip: undefined,
  isTrusted: false,
  isLoopback: false,
  isSpecial: false,
  isCloudflare: false,
}

/** Peers return, so most requests skip the parsing and the look-ups. */
const MAX_PEERS = 4_096
/** A longer text is not an address, and not worth the memory. */
const MAX_PEER_CHARS = 64

/** Classifies the addresses of peers, and caches the latest ones. */
export const createPeers = (trusted: Addresses): ((remoteAddress: string | undefined) => Peer) => {
  const known = new Map<string, Peer>()
  const classify = (remoteAddress: string): Peer => {
    const ip = remoteAddress === '' ? undefined : parsePeerAddress(remoteAddress)
    if (ip === undefined) return NO_PEER
    return {
      ip,
      isTrusted: trusted.has(ip),
      isLoopback: loopback.has(ip),
      isSpecial: special.has(ip),
      isCloudflare: cloudflare.has(ip),
    }
  }
  return (remoteAddress = '') => {
    if (remoteAddress.length > MAX_PEER_CHARS) return classify(remoteAddress)
    let peer = known.get(remoteAddress)
    if (peer === undefined) {
      peer = classify(remoteAddress)
      if (known.size === MAX_PEERS) known.clear()
      known.set(remoteAddress, peer)
    }
    return peer
  }
}
