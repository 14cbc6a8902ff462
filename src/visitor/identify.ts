import type { Ip } from '../lists/ip.ts'
import { formatIp } from '../lists/ip.ts'
import type { IpSet } from '../lists/ipset.ts'
import { parsePeerAddress } from '../lists/peer.ts'
import { loopback, special, trustedPeers } from './addresses.ts'
import { continentOf, UNKNOWN_COUNTRY } from './countries.ts'
import { disbelieved, forwardedAddress } from './forwarded.ts'
import { overrideHeaderNames } from './headers.ts'
import type { Overrides } from './overrides.ts'
import { readOverrides } from './overrides.ts'
import { shown } from './shown.ts'
import type { AsnSource, Connection, GeoSource, HeaderReader, Visitor } from './visitor.ts'

export interface VisitorsOptions {
  /** Peers whose forwarded headers are believed: CIDRs, `loopback`, `private`. Default none. */
  trust?: readonly string[]
  geo?: GeoSource | undefined
  asn?: AsnSource | undefined
  /** Honours the `x-edge-…` test headers from loopback and trusted peers. Default false. */
  overrides?: boolean
}

export interface Visitors {
  /** Settles who asks. Never throws, whatever the headers hold; work is bounded whatever their size. */
  identify(headers: HeaderReader, connection?: Connection): Visitor
}

interface Sources {
  geo: GeoSource | undefined
  asn: AsnSource | undefined
}

const NONE: readonly string[] = []
const COUNTRY = /^[A-Z][A-Z\d]$/
const NO_ASN = 0

const reason = (error: unknown) => (error instanceof Error ? error.message : 'unknown error')

/** What is known of a peer by its address alone. */
interface Peer {
  /** `undefined` where the runtime gave no address, or text that is none. */
  readonly ip: Ip | undefined
  readonly isTrusted: boolean
  readonly isLoopback: boolean
  readonly isSpecial: boolean
}

/** Peers come again: most requests are spared the parsing and the look-ups. */
const MAX_PEERS = 4_096
/** Longer ones are no addresses, and not worth the memory. */
const MAX_PEER_CHARS = 64

const createPeers = (trusted: IpSet): ((remoteAddress: string | undefined) => Peer) => {
  const known = new Map<string, Peer>()
  const settle = (remoteAddress: string): Peer => {
    const ip = remoteAddress === '' ? undefined : parsePeerAddress(remoteAddress)
    if (ip === undefined) return { ip, isTrusted: false, isLoopback: false, isSpecial: false }
    return {
      ip,
      isTrusted: trusted.has(ip),
      isLoopback: loopback.has(ip),
      isSpecial: special.has(ip),
    }
  }
  return (remoteAddress = '') => {
    if (remoteAddress.length > MAX_PEER_CHARS) return settle(remoteAddress)
    let peer = known.get(remoteAddress)
    if (peer === undefined) {
      peer = settle(remoteAddress)
      if (known.size === MAX_PEERS) known.clear()
      known.set(remoteAddress, peer)
    }
    return peer
  }
}

class IdentifiedVisitor implements Visitor {
  readonly ip: Ip | undefined
  readonly overrideProblems: readonly string[]
  readonly fieldOverrides: Readonly<Record<string, unknown>> | undefined
  readonly #sources: Sources
  readonly #headers: HeaderReader
  readonly #peer: Peer
  #notes: string[] | undefined
  #isWhole = false
  #ipText: string | undefined
  #country: string | undefined
  #asn: number | undefined

  constructor(
    ip: Ip | undefined,
    peer: Peer,
    headers: HeaderReader,
    sources: Sources,
    notes: string[] | undefined,
    overrides: Overrides | undefined
  ) {
    this.ip = overrides?.ip ?? ip
    this.#peer = peer
    this.#headers = headers
    this.#sources = sources
    this.#notes = notes
    this.#country = overrides?.country
    this.#asn = overrides?.asn
    this.overrideProblems = overrides?.problems ?? NONE
    this.fieldOverrides = overrides?.fields
  }

  get fromTrustedPeer(): boolean {
    return this.#peer.isTrusted || this.#peer.isLoopback
  }

  get ipText(): string {
    this.#ipText ??= this.ip === undefined ? '' : formatIp(this.ip)
    return this.#ipText
  }

  get country(): string {
    this.#country ??= this.#lookUpCountry()
    return this.#country
  }

  get continent(): string {
    return continentOf(this.country)
  }

  get asn(): number {
    this.#asn ??= this.#lookUpAsn()
    return this.#asn
  }

  get notes(): readonly string[] {
    this.#notes ??= []
    // Only an event asks for notes: the headers that were not believed are not even read before.
    if (!this.#isWhole && !this.#peer.isTrusted) {
      const { ip } = this.#peer
      const name = ip === undefined ? 'a peer without address' : formatIp(ip)
      this.#notes.unshift(...disbelieved(this.#headers, name))
    }
    this.#isWhole = true
    return this.#notes
  }

  /** In no country and no autonomous system. */
  get #isSpecial(): boolean {
    return this.ip === this.#peer.ip ? this.#peer.isSpecial : special.has(this.ip!)
  }

  #note(text: string): void {
    this.#notes ??= []
    this.#notes.push(text)
  }

  #lookUpCountry(): string {
    const { geo } = this.#sources
    if (geo === undefined || this.ip === undefined || this.#isSpecial) return UNKNOWN_COUNTRY
    try {
      const country = geo.lookup(this.ip)?.country
      if (country !== undefined && COUNTRY.test(country)) return country
      this.#note(`no country for ${this.ipText} in ${geo.name} ${geo.date}`.trimEnd())
    } catch (error) {
      this.#note(`country look-up failed: ${reason(error)}`)
    }
    return UNKNOWN_COUNTRY
  }

  #lookUpAsn(): number {
    const { asn } = this.#sources
    if (asn === undefined || this.ip === undefined || this.#isSpecial) return NO_ASN
    try {
      return asn.lookup(this.ip)?.asn ?? NO_ASN
    } catch (error) {
      this.#note(`ASN look-up failed: ${reason(error)}`)
      return NO_ASN
    }
  }
}

/**
 * Makes the door: who asks is settled once, from the connection and, where the peer is trusted, from what it forwards.
 *
 * Loopback peers are believed about other visitors' addresses only where `trust` says so, but may set test overrides.
 *
 * @throws EdgeError `invalid_trust`
 * @example
 * const { identify } = createVisitors({ trust: ['10.0.0.0/8'], geo: geoipLite() })
 * identify((name) => headers.get(name) ?? undefined, { remoteAddress: '10.0.0.1' }).country
 */
export const createVisitors = ({
  trust = [],
  geo,
  asn,
  overrides = false,
}: VisitorsOptions = {}): Visitors => {
  const trusted = trustedPeers(trust)
  const peerOf = createPeers(trusted)
  const sources: Sources = { geo, asn }

  const readAllowed = (headers: HeaderReader, mayOverride: boolean, notes: string[]) => {
    if (!mayOverride) {
      const present = overrideHeaderNames.filter((name) => headers(name) !== undefined)
      if (present.length > 0) {
        notes.push(`${present.join(', ')} ignored: the peer is neither loopback nor trusted`)
      }
      return undefined
    }
    const read = readOverrides(headers)
    if (read !== undefined && read.used.length > 0) {
      notes.push(`set by test override: ${read.used.join(', ')}`)
    }
    return read
  }

  const identify = (headers: HeaderReader, { remoteAddress }: Connection = {}): Visitor => {
    const peer = peerOf(remoteAddress)
    if (!peer.isTrusted && !overrides && (peer.ip !== undefined || !remoteAddress)) {
      return new IdentifiedVisitor(peer.ip, peer, headers, sources, undefined, undefined)
    }
    const notes: string[] = []
    if (remoteAddress && peer.ip === undefined) {
      notes.push(`peer address ${shown(remoteAddress)} is not an address: ignored`)
    }
    return new IdentifiedVisitor(
      peer.isTrusted ? forwardedAddress(headers, peer.ip!, trusted, notes) : peer.ip,
      peer,
      headers,
      sources,
      notes,
      overrides ? readAllowed(headers, peer.isTrusted || peer.isLoopback, notes) : undefined
    )
  }

  return { identify }
}
