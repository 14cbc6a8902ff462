import type { Ip } from '../lists/ip.ts'
import { formatIp } from '../lists/ip.ts'
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

class IdentifiedVisitor implements Visitor {
  readonly ip: Ip | undefined
  readonly overrideProblems: readonly string[]
  readonly fieldOverrides: Readonly<Record<string, unknown>> | undefined
  readonly #sources: Sources
  readonly #notes: string[]
  #disbelieved: (() => string[]) | undefined
  #ipText: string | undefined
  #country: string | undefined
  #asn: number | undefined

  constructor(
    ip: Ip | undefined,
    readonly fromTrustedPeer: boolean,
    sources: Sources,
    notes: string[],
    disbelieved: (() => string[]) | undefined,
    overrides: Overrides | undefined
  ) {
    this.ip = overrides?.ip ?? ip
    this.#sources = sources
    this.#notes = notes
    this.#disbelieved = disbelieved
    this.#country = overrides?.country
    this.#asn = overrides?.asn
    this.overrideProblems = overrides?.problems ?? NONE
    this.fieldOverrides = overrides?.fields
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
    // Only an event asks for notes: the headers that were not believed are not even read before.
    if (this.#disbelieved !== undefined) this.#notes.unshift(...this.#disbelieved())
    this.#disbelieved = undefined
    return this.#notes
  }

  #lookUpCountry(): string {
    const { geo } = this.#sources
    if (geo === undefined || this.ip === undefined || special.has(this.ip)) return UNKNOWN_COUNTRY
    try {
      const country = geo.lookup(this.ip)?.country
      if (country !== undefined && COUNTRY.test(country)) return country
      this.#notes.push(`no country for ${this.ipText} in ${geo.name} ${geo.date}`.trimEnd())
    } catch (error) {
      this.#notes.push(`country look-up failed: ${reason(error)}`)
    }
    return UNKNOWN_COUNTRY
  }

  #lookUpAsn(): number {
    const { asn } = this.#sources
    if (asn === undefined || this.ip === undefined || special.has(this.ip)) return NO_ASN
    try {
      return asn.lookup(this.ip)?.asn ?? NO_ASN
    } catch (error) {
      this.#notes.push(`ASN look-up failed: ${reason(error)}`)
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
    const notes: string[] = []
    const peer = remoteAddress ? parsePeerAddress(remoteAddress) : undefined
    if (remoteAddress && peer === undefined) {
      notes.push(`peer address ${shown(remoteAddress)} is not an address: ignored`)
    }
    const isTrusted = peer !== undefined && trusted.has(peer)
    const fromTrustedPeer = isTrusted || (peer !== undefined && loopback.has(peer))
    return new IdentifiedVisitor(
      isTrusted ? forwardedAddress(headers, peer, trusted, notes) : peer,
      fromTrustedPeer,
      sources,
      notes,
      isTrusted
        ? undefined
        : () =>
            disbelieved(headers, peer === undefined ? 'a peer without address' : formatIp(peer)),
      overrides ? readAllowed(headers, fromTrustedPeer, notes) : undefined
    )
  }

  return { identify }
}
