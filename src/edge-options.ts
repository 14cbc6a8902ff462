import type { AnswerOptions } from './answers/answer.ts'
import type { EdgeError } from './error.ts'
import type { EventStore } from './events/event.ts'
import type { Ruleset } from './rules/rule.ts'
import type { Personas } from './visitor/persona.ts'
import type { Sources } from './visitor/provides.ts'

/** What an edge is made of. Sources and store are passed in: the edge runs on any runtime. */
export interface EdgeOptions extends Sources {
  ruleset: Ruleset
  /** Where events go; a refusal is sent only after its events are committed here. */
  store: EventStore
  /** Peers whose forwarded headers are believed: CIDRs, `loopback`, `private`. Default none. */
  trust?: readonly string[]
  /** Honours the `x-edge-…` test headers from loopback and trusted peers. Default false. */
  overrides?: boolean
  /** The data centre in Ray IDs: three letters. */
  colo?: string
  /** Tells apart several edges that share a store (0–255). */
  instance?: number
  /** Named visitors for `x-edge-as`, where overrides are on. */
  personas?: Personas
  /** True where the transport brings TLS fingerprints in `connection.fields`: rules on them then cause no warning. */
  seesTls?: boolean
  /** How refusals look: the page, its language, its headers. */
  answers?: AnswerOptions
  /** How much of a request's body the rules see. */
  body?: {
    /** In bytes. Default 131,072, as on Cloudflare. */
    limitBytes?: number
    /** How long a visitor may take to send that much, in milliseconds. Then the rules judge the part that has come. Default 10,000. */
    timeoutMs?: number
  }
  /** Replaces the values of query parameters in events: all of them, or those with these names. */
  redactQuery?: boolean | readonly string[]
  /** Gets the error when an event could not be committed or a look-up failed; the visitor is answered all the same. */
  onError?: (error: EdgeError) => void
  /** Runs when the edge closes, before its store does: the place to release the sources. */
  onClose?: () => void
}
