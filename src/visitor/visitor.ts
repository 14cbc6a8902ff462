import type { Ip } from '../lists/ip.ts'

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
}

/** Country look-up. `open()` does the loading, so that a site without country rules never pays for it. */
export interface GeoSource {
  readonly name: string
  /** Date of the data, `YYYY-MM-DD` or `YYYY-MM`; '' where unknown. Cheap: does not load the data. */
  readonly date: string
  /** Loads the data (idempotent, synchronous). Throws EdgeError `geo_failed`. */
  open(): void
  /** `undefined` where the address is not in the data. Loads on first use. */
  lookup(ip: Ip): GeoPlace | undefined
}

/** Autonomous system look-up; none is built in yet (`0` unless overridden or provided). */
export interface AsnSource {
  readonly name: string
  readonly date: string
  lookup(ip: Ip): { asn: number; name: string } | undefined
}

/** Who asks, settled once at the door. Country and ASN are looked up when first asked for. */
export interface Visitor {
  /** Canonical client address; undefined where the runtime gave none. */
  readonly ip: Ip | undefined
  /** The same as text; '' where there is none. */
  readonly ipText: string
  readonly country: string
  /** Two letters (AF AN AS EU NA OC SA), `T1` for Tor, '' where unknown. */
  readonly continent: string
  readonly asn: number
  /** True where the peer is loopback or in the trusted ranges. */
  readonly fromTrustedPeer: boolean
  /** What was ignored, failed or overridden, and why; goes into the event. Grows with look-ups: read it after them. */
  readonly notes: readonly string[]
  /** What could not be read in the test overrides, one sentence each; a request with any is answered with 400. */
  readonly overrideProblems: readonly string[]
  /** Rules-language fields set by test overrides: plain JSON values, not yet checked against the fields' types. */
  readonly fieldOverrides: Readonly<Record<string, unknown>> | undefined
}
