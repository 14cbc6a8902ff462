import { messageOf } from '../error.ts'
import { Later } from '../later.ts'
import type { Addresses, Ip } from '../lists/ip.ts'
import { formatIp, ipEquals } from '../lists/ip.ts'
import { parsePeerAddress } from '../lists/peer.ts'
import { special, trustedPeers } from './addresses.ts'
import { continentOf, UNKNOWN_COUNTRY } from './countries.ts'
import { excerpt } from './excerpt.ts'
import { disbelieved } from './forwarded-names.ts'
import type { Scheme } from './forwarded-scheme.ts'
import type { Overrides } from './overrides.ts'
import { createPeers, type Peer } from './peer.ts'
import type { Persona, Personas } from './persona.ts'
import { overrideHeaderNames } from './stripped-headers.ts'
import type {
  AsnSource,
  BotSource,
  BotVerdict,
  CityPlace,
  Connection,
  GeoSource,
  HeaderReader,
  Reputation,
  ReputationSource,
  Visitor,
} from './visitor.ts'

export interface VisitorsOptions {
  /** Peers whose forwarded headers the edge trusts: CIDRs, `loopback`, `private`, `cloudflare`. Default none. */
  trust?: readonly string[]
  geo?: GeoSource | undefined
  asn?: AsnSource | undefined
  reputation?: ReputationSource | undefined
  bots?: BotSource | undefined
  /** The personas that `x-edge-as` can name. */
  personas?: Personas | undefined
  /** Accepts the `x-edge-…` test headers from loopback and trusted peers. Default false. */
  overrides?: boolean
}

export interface Visitors {
  /** Identifies the client. Never throws, whatever the headers contain; the work is bounded whatever their size. */
  identify(headers: HeaderReader, connection?: Connection): Visitor
}

/** Loaded if some peers are trusted. */
export const forwarded = new Later(async () => (await import('./all-forwarded.ts')).allForwarded)
/** Loaded if tests may override the visitor. */
export const overrideReaders = new Later<Pick<typeof import('./overrides.ts'), 'readOverrides'>>(
  () => import('./overrides.ts')
)

type Sources = Pick<VisitorsOptions, 'geo' | 'asn' | 'reputation' | 'bots'>

const NONE: readonly string[] = []
const COUNTRY = /^[A-Z][A-Z\d]$/
const TOR_COUNTRY = 'T1'
const CONNECTING_IP = 'cf-connecting-ip'
const NOT_FROM_CLOUDFLARE =
  'the peer is not Cloudflare’s, and the address does not come from CF-Connecting-IP'
const JA4_FIELD = 'cf.bot_management.ja4'

const NOWHERE: CityPlace = {
  city: '',
  region: '',
  regionCode: '',
  subdivision1: '',
  subdivision2: '',
  postalCode: '',
  metroCode: '',
  lat: '',
  lon: '',
  timezone: '',
}
const NO_CONNECTION: Connection = {}
interface Network {
  readonly asn: number
  readonly name: string
}
const NO_NETWORK: Network = { asn: 0, name: '' }
const NO_REPUTATION: Reputation = { score: 0, lists: [], isTor: false }
class IdentifiedVisitor implements Visitor {
  readonly ip: Ip | undefined
  readonly overrideProblems: readonly string[]
  readonly passesChallenges: boolean
  readonly fieldOverrides: Readonly<Record<string, unknown>> | undefined
  readonly persona: Persona | undefined
  judgedBot: BotVerdict | undefined
  readonly #sources: Sources
  readonly #trusted: Addresses
  readonly #headers: HeaderReader
  readonly #peer: Peer
  readonly #connection: Connection
  /** A test set the address; the peer did not report it. */
  readonly #isPretended: boolean
  #notes: string[] | undefined
  #isWhole = false
  #ipText: string | undefined
  #country: string | undefined
  /** The continent of an address whose country is unknown. */
  #continentAlone = ''
  #asn: number | undefined
  #network: Network | undefined
  #place: CityPlace | undefined
  #reputation: Reputation | undefined
  #isBotJudged = false
  #scheme: Scheme | undefined
  #isSchemeRead = false

  constructor(
    ip: Ip | undefined,
    peer: Peer,
    headers: HeaderReader,
    connection: Connection,
    sources: Sources,
    trusted: Addresses,
    notes: string[] | undefined,
    overrides: Overrides | undefined
  ) {
    this.ip = overrides?.ip ?? ip
    this.#isPretended = overrides?.ip !== undefined
    this.#peer = peer
    this.#connection = connection
    this.#headers = headers
    this.#sources = sources
    this.#trusted = trusted
    this.#notes = notes
    this.#country = overrides?.country
    this.#asn = overrides?.asn
    this.overrideProblems = overrides?.problems ?? NONE
    this.passesChallenges = overrides?.passesChallenges === true
    this.fieldOverrides = overrides?.fields
    this.persona = overrides?.persona
  }

  get fromTrustedPeer(): boolean {
    return this.#peer.isTrusted || this.#peer.isLoopback
  }

  get ipText(): string {
    this.#ipText ??= this.ip === undefined ? '' : formatIp(this.ip)
    return this.#ipText
  }

  get forwardedScheme(): Scheme | undefined {
    if (!this.#isSchemeRead) {
      this.#isSchemeRead = true
      const { ip, isTrusted } = this.#peer
      if (isTrusted && ip !== undefined) {
        this.#notes ??= []
        this.#scheme = forwarded.now.forwardedScheme(
          this.#headers,
          ip,
          this.#trusted,
          this.#isFromCloudflare,
          this.#notes
        )
      }
    }
    return this.#scheme
  }

  get forwardedFor(): string {
    const { ip } = this
    if (ip === undefined || !this.#peer.isTrusted || this.#isPretended) return this.ipText
    const { X_FORWARDED_FOR, believedForwardedFor } = forwarded.now
    const list = this.#headers(X_FORWARDED_FOR.name)
    return (list === undefined ? undefined : believedForwardedFor(list, ip)) ?? this.ipText
  }

  get country(): string {
    this.#country ??= this.#lookUpCountry()
    return this.#country
  }

  get continent(): string {
    const { country } = this
    return country === UNKNOWN_COUNTRY ? this.#continentAlone : continentOf(country)
  }

  get asn(): number {
    this.#asn ??= this.#lookUpAsn().asn
    return this.#asn
  }

  get asnName(): string {
    const { asn, name } = this.#lookUpAsn()
    // A network that a test only claims has no name here.
    return asn === this.asn ? name : ''
  }

  get place(): CityPlace {
    this.#place ??= this.#lookUpPlace()
    return this.#place
  }

  get reputation(): Reputation {
    this.#reputation ??= this.#lookUpReputation()
    return this.#reputation
  }

  get bot(): BotVerdict | undefined {
    const { bots } = this.#sources
    if (bots === undefined || this.#isBotJudged) return this.judgedBot
    this.#isBotJudged = true
    try {
      this.judgedBot = bots.judge(this.#question())
      this.#note(`bot score ${this.judgedBot.score}: ${this.judgedBot.reason}`)
    } catch (error) {
      this.#note(`bot detection failed: ${messageOf(error)}`)
    }
    return this.judgedBot
  }

  get notes(): readonly string[] {
    this.#notes ??= []
    // Only an event needs notes: the ignored headers are not read before.
    if (!this.#isWhole && !this.#peer.isTrusted) {
      const { ip } = this.#peer
      const name = ip === undefined ? 'a peer without address' : formatIp(ip)
      this.#notes.unshift(...disbelieved(this.#headers, name))
    }
    this.#isWhole = true
    return this.#notes
  }

  /** True for an address without a country and an autonomous system. */
  get #isSpecial(): boolean {
    return this.ip === this.#peer.ip ? this.#peer.isSpecial : special.has(this.ip!)
  }

  /**
   * Whether Cloudflare wrote the headers that the peer passes on. Other proxies pass a visitor's own `CF-IPCountry`. The
   * header describes the address in `CF-Connecting-IP` and is trusted together with it.
   */
  get #isFromCloudflare(): boolean {
    if (this.#peer.isCloudflare) return true
    const said = parsePeerAddress(this.#headers(CONNECTING_IP)?.trim() ?? '')
    return said !== undefined && this.ip !== undefined && ipEquals(said, this.ip)
  }

  #note(text: string): void {
    this.#notes ??= []
    this.#notes.push(text)
  }

  #lookUpCountry(): string {
    if (this.reputation.isTor) return TOR_COUNTRY
    if (this.#peer.isTrusted && !this.#isPretended) {
      this.#notes ??= []
      const said = forwarded.now.forwardedCountry(this.#headers, this.#notes)
      if (said !== undefined) {
        if (this.#isFromCloudflare) return said
        this.#notes.push(`cf-ipcountry ignored: ${NOT_FROM_CLOUDFLARE}`)
      }
    }
    const { geo } = this.#sources
    if (geo === undefined || this.ip === undefined || this.#isSpecial) return UNKNOWN_COUNTRY
    try {
      const place = geo.lookup(this.ip)
      const country = place?.country
      if (country === UNKNOWN_COUNTRY && place?.continent !== undefined) {
        this.#continentAlone = place.continent
        this.#note(
          `only the continent ${place.continent} for ${this.ipText} in ${geo.name} ${geo.date}`.trimEnd()
        )
        return country
      }
      if (country !== undefined && COUNTRY.test(country)) return country
      this.#note(`no country for ${this.ipText} in ${geo.name} ${geo.date}`.trimEnd())
    } catch (error) {
      this.#note(`country look-up failed: ${messageOf(error)}`)
    }
    return UNKNOWN_COUNTRY
  }

  #lookUpPlace(): CityPlace {
    const { geo } = this.#sources
    if (geo?.place === undefined || this.ip === undefined || this.#isSpecial) return NOWHERE
    try {
      return geo.place(this.ip) ?? NOWHERE
    } catch (error) {
      this.#note(`place look-up failed: ${messageOf(error)}`)
      return NOWHERE
    }
  }

  #lookUpReputation(): Reputation {
    const { reputation } = this.#sources
    if (reputation === undefined || this.ip === undefined) return NO_REPUTATION
    try {
      return reputation.lookup(this.ip)
    } catch (error) {
      this.#note(`reputation look-up failed: ${messageOf(error)}`)
      return NO_REPUTATION
    }
  }

  #question() {
    const header = this.#headers
    // The handshake is the tester's, not the persona's.
    const real = this.persona === undefined ? this.#connection.fields?.[JA4_FIELD] : undefined
    const ja4 = this.fieldOverrides?.[JA4_FIELD] ?? real
    return {
      ip: this.ip,
      userAgent: header('user-agent') ?? '',
      asn: this.asn,
      ja4: typeof ja4 === 'string' ? ja4 : '',
      header,
    }
  }

  #lookUpAsn(): Network {
    this.#network ??= this.#findNetwork()
    return this.#network
  }

  #findNetwork(): Network {
    const { asn } = this.#sources
    if (asn === undefined || this.ip === undefined || this.#isSpecial) return NO_NETWORK
    try {
      return asn.lookup(this.ip) ?? NO_NETWORK
    } catch (error) {
      this.#note(`ASN look-up failed: ${messageOf(error)}`)
      return NO_NETWORK
    }
  }
}

/**
 * Resolves the client once per request: from the connection and, if the peer is trusted, from its forwarded headers.
 *
 * Loopback peers may set test overrides. Their forwarded addresses count only if `trust` includes them.
 *
 * @throws EdgeError `invalid_trust`
 * @example
 * const { identify } = createVisitors({ trust: ['10.0.0.0/8'], geo: geoipLite() })
 * identify((name) => headers.get(name) ?? undefined, { remoteAddress: '10.0.0.1' }).country
 */
export const createVisitors = ({
  trust = [],
  overrides = false,
  personas,
  ...sources
}: VisitorsOptions = {}): Visitors => {
  const trusted = trustedPeers(trust)
  const peerOf = createPeers(trusted)
  if (trust.length > 0) forwarded.ask()
  if (overrides) overrideReaders.ask()

  const readAllowed = (headers: HeaderReader, mayOverride: boolean, notes: string[]) => {
    if (!mayOverride) {
      const present = overrideHeaderNames.filter((name) => headers(name) !== undefined)
      if (present.length > 0) {
        notes.push(`${present.join(', ')} ignored: the peer is neither loopback nor trusted`)
      }
      return undefined
    }
    const read = overrideReaders.now.readOverrides(headers, { personas })
    if (read !== undefined && read.used.length > 0) {
      const who = read.persona === undefined ? '' : ` (${read.persona.name})`
      notes.push(`set by test override: ${read.used.join(', ')}${who}`)
    }
    return read
  }

  const identify = (headers: HeaderReader, connection: Connection = NO_CONNECTION): Visitor => {
    const { remoteAddress } = connection
    const peer = peerOf(remoteAddress)
    if (!peer.isTrusted && !overrides && (peer.ip !== undefined || !remoteAddress)) {
      return new IdentifiedVisitor(
        peer.ip,
        peer,
        headers,
        connection,
        sources,
        trusted,
        undefined,
        undefined
      )
    }
    const notes: string[] = []
    if (remoteAddress && peer.ip === undefined) {
      notes.push(`peer address ${excerpt(remoteAddress)} is not an address: ignored`)
    }
    return new IdentifiedVisitor(
      peer.isTrusted ? forwarded.now.forwardedAddress(headers, peer.ip!, trusted, notes) : peer.ip,
      peer,
      headers,
      connection,
      sources,
      trusted,
      notes,
      overrides ? readAllowed(headers, peer.isTrusted || peer.isLoopback, notes) : undefined
    )
  }

  return { identify }
}
