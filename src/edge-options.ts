import type { AnswerOptions } from './answers/answer.ts'
import type { EdgeError } from './error.ts'
import type { AnonymizeIp } from './events/anonymize.ts'
import type { EventStore } from './events/event.ts'
import type { Counters } from './limits/counters.ts'
import type { Ruleset } from './rules/rule.ts'
import type { Personas } from './visitor/persona.ts'
import type { Sources } from './visitor/provides.ts'

/** The parts of an edge. The caller passes in sources and store, so the edge runs on any runtime. */
export interface EdgeOptions extends Sources {
  /** The rules. While a promise is pending, requests wait; if it rejects, they fail with its error. */
  ruleset: Ruleset | Promise<Ruleset>
  /** The event store. The edge sends a refusal after its events are committed here. */
  store: EventStore
  /** Peers whose forwarded headers the edge trusts: CIDRs, `loopback`, `private`, `cloudflare`. Default none. */
  trust?: readonly string[]
  /** Accepts the `x-edge-…` test headers from loopback and trusted peers. Default false. */
  overrides?: boolean
  /** The data centre in Ray IDs, three letters. Default `LOC`. */
  colo?: string
  /** A number that distinguishes edges with a common store (0–255). */
  instance?: number
  /** Named visitors for `x-edge-as`, if overrides are on. */
  personas?: Personas
  /** True if the transport passes TLS fingerprints in `connection.fields`. Rules on them then cause no warning. */
  seesTls?: boolean
  /** The form of refusals: page, language, headers. */
  answers?: AnswerOptions
  /** The part of a request's body that rules see. */
  body?: {
    /** Size limit in bytes. Default 131,072, as on Cloudflare. */
    limitBytes?: number
    /** Time limit for receiving that part, in milliseconds. Rules then judge the part that has arrived. Default 10,000. */
    timeoutMs?: number
  }
  /** Challenges, which browsers pass. */
  challenges?: {
    /** The key that signs clearances. Edges with the same key accept each other's clearances, also after a restart. Default random. */
    secret?: string | undefined
    /** Lifetime of a clearance in seconds. Default 1,800, as on Cloudflare. */
    lifetimeSeconds?: number | undefined
  }
  /** Counts for rate limits. Default: in memory, up to a million keys. */
  counters?: Counters
  /** Redacts the values of query parameters in events: all parameters, or those with these names. */
  redactQuery?: boolean | readonly string[]
  /** Keeps visitors' addresses in events as networks (`truncate`: /24, /48), or as hashes with a key of at least 16 characters. */
  anonymizeIp?: AnonymizeIp | undefined
  /** Gets the error if a commit of an event or a look-up fails. The visitor gets an answer anyway. */
  onError?: (error: EdgeError) => void
  /** Runs when the edge closes, before its store closes. Release the sources here. */
  onClose?: () => void
}
