import type { FieldSource } from '../language/fields.ts'
import type { Ip } from '../lists/ip.ts'
import type { Persona } from './persona.ts'

/** What the transport knows of the peer. A Node socket fits as it is. */
export interface Connection {
  /** The peer's address. */
  remoteAddress?: string | undefined
  /** True on a TLS connection (Node's TLSSocket has it). */
  encrypted?: boolean | undefined
  /** Values of Rules-language fields that only the transport knows (JA3, JA4, TLS version, HTTP/2 …). */
  fields?: Record<string, unknown> | undefined
}

/** Reads a request's header by its lower-case name; values of a repeated one are joined with `, `. */
export type HeaderReader = (lowerCaseName: string) => string | undefined

export interface GeoPlace {
  /** ISO 3166-1 alpha-2, or `XX` / `T1`. */
  country: string
  /** Where the country is `XX` and the data know only the continent: AF AN AS EU NA OC SA. */
  continent?: string
}

/** Where in its country an address is; '' where unknown. Text as Cloudflare's `ip.src.*` fields have it. */
export interface CityPlace {
  readonly city: string
  /** Name of the first-level region: `Bavaria`. */
  readonly region: string
  /** Its code without the country: `BY`. */
  readonly regionCode: string
  /** ISO 3166-2: `DE-BY`. */
  readonly subdivision1: string
  readonly subdivision2: string
  readonly postalCode: string
  /** Nielsen's market area, in the USA only: `807`. */
  readonly metroCode: string
  /** Decimal degrees. */
  readonly lat: string
  readonly lon: string
  /** `Europe/Berlin` */
  readonly timezone: string
}

/** What start-up and `edge1020 doctor` tell of a source. */
export interface Source {
  /** For people: `geoip-lite`, `built-in table`, `GeoLite2-ASN.mmdb`. */
  readonly name: string
  /** Date of the data, `YYYY-MM-DD` or `YYYY-MM`; '' where unknown. Cheap: does not load the data. */
  readonly date: string
  /** The kinds of fields that it gives values to. Absent: all that its kind of source can. */
  readonly provides?: ReadonlySet<FieldSource>
}

/** Country look-up. `open()` does the loading, so that a site without country rules never pays for it. */
export interface GeoSource extends Source {
  /**
   * Loads the data (idempotent, synchronous), with places below the country only where `detail` is `city`. Throws EdgeError
   * `geo_failed`, also where it has no such places.
   */
  open?(detail?: 'country' | 'city'): void
  /** `undefined` where the address is not in the data. Loads on first use. */
  lookup(ip: Ip): GeoPlace | undefined
  /** Absent where the data never has places below the country; `undefined` where the address is not in it. */
  place?(ip: Ip): CityPlace | undefined
}

/** Autonomous system look-up. */
export interface AsnSource extends Source {
  /** Loads the data (idempotent, synchronous). Throws EdgeError `asn_failed`. */
  open?(): void
  lookup(ip: Ip): { asn: number; name: string } | undefined
}

/** What the reputation feeds say of one address. */
export interface Reputation {
  /** 0 (nothing known against it) to 100. */
  readonly score: number
  /** Names of the feeds that have it. */
  readonly lists: readonly string[]
  /** In a list of Tor exits. */
  readonly isTor: boolean
}

/** Reputation look-up, made of feeds. */
export interface ReputationSource extends Source {
  lookup(ip: Ip): Reputation
}

/** What is asked to tell a bot: pieces are read only where they matter. */
export interface BotQuestion {
  readonly ip: Ip | undefined
  readonly userAgent: string
  readonly asn: number
  /** '' where the transport gave none. */
  readonly ja4: string
  /** By lower-case name. */
  readonly header: HeaderReader
}

export interface BotVerdict {
  /** A known bot that comes from where it should: `cf.client.bot`, `cf.bot_management.verified_bot`. */
  readonly verified: boolean
  /** Cloudflare's category of a verified bot (`Search Engine Crawler`), else ''. */
  readonly category: string
  /** 1 (surely automated) to 99 (surely a person), as `cf.bot_management.score`. */
  readonly score: number
  /** Why, for the event: "user agent is Googlebot's, 192.0.2.1 is not in its published ranges". */
  readonly reason: string
}

/** Tells bots from people; replaceable. Never throws. */
export interface BotSource extends Source {
  judge(question: BotQuestion): BotVerdict
}

/** The client of one request. Country and ASN are looked up when they are first read. */
export interface Visitor {
  /** Canonical client address; undefined where the runtime gave none. */
  readonly ip: Ip | undefined
  /** The same as text; '' where there is none. */
  readonly ipText: string
  readonly country: string
  /** Two letters (AF AN AS EU NA OC SA), `T1` for Tor, '' where unknown. */
  readonly continent: string
  readonly asn: number
  /** Who runs that network; '' where unknown. */
  readonly asnName: string
  /** Below the country; all '' where no source has it. */
  readonly place: CityPlace
  /** What the reputation feeds say; nothing against it where there are none. */
  readonly reputation: Reputation
  /** `undefined` where nobody tells bots from people. */
  readonly bot: BotVerdict | undefined
  /** True where the peer is loopback or in the trusted ranges. */
  readonly fromTrustedPeer: boolean
  /**
   * The scheme that the visitor used, as a trusted peer says; `undefined` where the peer is not trusted or says nothing.
   * Then the connection's own scheme is the visitor's.
   */
  readonly forwardedScheme: 'http' | 'https' | undefined
  /**
   * X-Forwarded-For as far as it is believed: the visitor, then the trusted proxies that say so. '' where there is no address.
   * An app on the visitor's own connection gets it in place of the received one.
   */
  readonly forwardedFor: string
  /** What was ignored, failed or overridden, and why; goes into the event. Grows with look-ups: read it after them. */
  readonly notes: readonly string[]
  /** What could not be read in the test overrides, one sentence each; a request with any is answered with 400. */
  readonly overrideProblems: readonly string[]
  /** True where a test override lets the request past challenges. */
  readonly passesChallenges: boolean
  /** Rules-language fields set by test overrides: plain JSON values, not yet checked against the fields' types. */
  readonly fieldOverrides: Readonly<Record<string, unknown>> | undefined
  /** Who is pretended to ask (`x-edge-as`); its headers take the place of the request's. */
  readonly persona: Persona | undefined
}
