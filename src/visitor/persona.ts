import type { Ip } from '../lists/ip.ts'

/** A named visitor for tests. */
export interface Persona {
  readonly name: string
  readonly description: string
  /** Canonical. An absent value stays the request's own. */
  readonly ip?: Ip
  readonly country?: string
  readonly asn?: number
  /** Its User-Agent; '' if it sends none. */
  readonly userAgent: string
  /** Names and values alternate in the order of sending, User-Agent included. Binary strings. */
  readonly headers: readonly string[]
  /** Values of Rules-language fields as JSON: those that only the transport knows (JA3, JA4, TLS, HTTP/2), and its own. */
  readonly fields: Readonly<Record<string, unknown>>
}

export interface Personas {
  get(name: string): Persona | undefined
  /** Names of the user's own and the built-in personas, sorted. */
  readonly names: readonly string[]
  /** Known names that a misspelt one probably means, the likeliest first. */
  near(name: string): readonly string[]
}
