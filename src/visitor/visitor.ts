import type { FieldSource } from '../language/fields.ts'
import type { Ip } from '../lists/ip.ts'
import type { Persona } from './persona.ts'

/** The transport's data on the peer. A Node socket has this form. */
export interface Connection {
  /** The peer's address. */
  remoteAddress?: string | undefined
  /** True on a TLS connection, as in Node's TLSSocket. */
  encrypted?: boolean | undefined
  /** Values of fields that only the transport has (JA3, JA4, TLS version, HTTP/2 …). */
  fields?: Record<string, unknown> | undefined
}

/** Reads a request header by its lower-case name. Values of a repeated header are joined with `, `. */
export type HeaderReader = (lowerCaseName: string) => string | undefined

export interface GeoPlace {
  /** ISO 3166-1 alpha-2, or `XX` / `T1`. */
  country: string
  /** The continent if the country is `XX` and the data only has the continent: AF AN AS EU NA OC SA. */
  continent?: string
}

/** The place of an address in its country; '' if unknown. Texts as in Cloudflare's `ip.src.*` fields. */
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
  /** Nielsen's market area, only in the USA: `807`. */
  readonly metroCode: string
  /** Decimal degrees. */
  readonly lat: string
  readonly lon: string
  /** `Europe/Berlin` */
  readonly timezone: string
}

/** The data on a source for start-up and `edge1020 doctor`. */
export interface Source {
  /** For people: `geoip-lite`, `built-in table`, `GeoLite2-ASN.mmdb`. */
  readonly name: string
  /** Date of the data, `YYYY-MM-DD` or `YYYY-MM`; '' if unknown. Reading it does not load the data. */
  readonly date: string
  /** The sources of fields that it provides. Absent: all that its kind can. */
  readonly provides?: ReadonlySet<FieldSource>
}

/** Country look-up. `open()` loads the data, so a site without country rules never pays for it. */
export interface GeoSource extends Source {
  /**
   * Loads the data (idempotent, synchronous). Places below the country load only if `detail` is `city`. Throws EdgeError `geo_failed`,
   * also if the data has no such places.
   */
  open?(detail?: 'country' | 'city'): void
  /** `undefined` if the address is not in the data. Loads at the first use. */
  lookup(ip: Ip): GeoPlace | undefined
  /** Absent if the data has no places below the country. Returns `undefined` if the address is not in it. */
  place?(ip: Ip): CityPlace | undefined
}

/** Autonomous system look-up. */
export interface AsnSource extends Source {
  /** Loads the data (idempotent, synchronous). Throws EdgeError `asn_failed`. */
  open?(): void
  lookup(ip: Ip): { asn: number; name: string } | undefined
}

/** The reputation of one address. */
export interface Reputation {
  /** 0 (no feed contains it) to 100. */
  readonly score: number
  /** Names of the feeds that contain it. */
  readonly lists: readonly string[]
  /** True if a list of Tor exits contains it. */
  readonly isTor: boolean
}

/** Reputation look-up, built from feeds. */
export interface ReputationSource extends Source {
  lookup(ip: Ip): Reputation
}

/** The data for recognizing a bot. Each part is read only if needed. */
export interface BotQuestion {
  readonly ip: Ip | undefined
  readonly userAgent: string
  readonly asn: number
  /** '' if the transport passed none. */
  readonly ja4: string
  /** By lower-case name. */
  readonly header: HeaderReader
}

export interface BotVerdict {
  /** True for a known bot from its operator's network: `cf.client.bot`, `cf.bot_management.verified_bot`. */
  readonly verified: boolean
  /** Cloudflare's category of a verified bot (`Search Engine Crawler`), else ''. */
  readonly category: string
  /** 1 (certainly automated) to 99 (certainly a person): `cf.bot_management.score`. */
  readonly score: number
  /** The reason, for the event: "user agent is Googlebot's, 192.0.2.1 is not in its published ranges". */
  readonly reason: string
}

/** Distinguishes bots from people. Replaceable. Never throws. */
export interface BotSource extends Source {
  judge(question: BotQuestion): BotVerdict
}

/** The client of one request. Country and ASN are looked up at the first read. */
export interface Visitor {
  /** Canonical client address; undefined if the runtime passed none. */
  readonly ip: Ip | undefined
  /** The same as text; '' if there is none. */
  readonly ipText: string
  readonly country: string
  /** Two letters (AF AN AS EU NA OC SA), `T1` for Tor, '' if unknown. */
  readonly continent: string
  readonly asn: number
  /** The operator of that network; '' if unknown. */
  readonly asnName: string
  /** The place below the country; all '' if no source has it. */
  readonly place: CityPlace
  /** The reputation of the address; score 0 without feeds. */
  readonly reputation: Reputation
  /** `undefined` without a source of bots. */
  readonly bot: BotVerdict | undefined
  /** The same, if something has asked for `bot`. */
  readonly judgedBot?: BotVerdict | undefined
  /** True if the peer is loopback or in the trusted ranges. */
  readonly fromTrustedPeer: boolean
  /**
   * The visitor's scheme from a trusted peer. `undefined` if the peer is not trusted or reports none; the connection's scheme then
   * counts.
   */
  readonly forwardedScheme: 'http' | 'https' | undefined
  /**
   * The trusted part of X-Forwarded-For: the visitor, then the trusted proxies. '' without an address. A mounted app gets it instead of
   * the received header.
   */
  readonly forwardedFor: string
  /** Notes for the event: everything that was ignored, failed or overridden, with the reason. Look-ups add notes, so read it after them. */
  readonly notes: readonly string[]
  /** One sentence for each invalid test override. A request with any of them gets 400. */
  readonly overrideProblems: readonly string[]
  /** True if a test override passes challenges. */
  readonly passesChallenges: boolean
  /** Fields from test overrides: JSON values, not yet checked against the fields' types. */
  readonly fieldOverrides: Readonly<Record<string, unknown>> | undefined
  /** The persona (`x-edge-as`). Its headers replace the request's. */
  readonly persona: Persona | undefined
}
