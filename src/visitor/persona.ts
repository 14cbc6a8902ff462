import type { Ip } from '../lists/ip.ts'

/** A visitor that a test can pretend to be, by name. */
export interface Persona {
  readonly name: string
  readonly description: string
  /** Canonical. What is absent stays the request's own. */
  readonly ip?: Ip
  readonly country?: string
  readonly asn?: number
  /** Its User-Agent; '' where it sends none. */
  readonly userAgent: string
  /** Names and values in turn, in the order it sends them, User-Agent among them. Binary strings. */
  readonly headers: readonly string[]
  /** Values of Rules-language fields as JSON: what only the transport knows of it (JA3, JA4, TLS, HTTP/2), and its own. */
  readonly fields: Readonly<Record<string, unknown>>
}

export interface Personas {
  get(name: string): Persona | undefined
  /** Of all, the user's own and those built in, sorted. */
  readonly names: readonly string[]
  /** Known names that a misspelt one was probably meant to be, the likeliest first. */
  near(name: string): readonly string[]
}
