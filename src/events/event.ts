import type { Action } from '../actions.ts'
import type { EventPage, EventQuery, SeriesPoint, SeriesQuery, TopQuery, TopRow } from './query.ts'
import type { StoreState } from './state.ts'

/** A field of the request that made the rule's expression true. */
export interface MatchedField {
  /** Rules-language field with its index, e.g. `http.user_agent`, `http.request.headers["accept"][0]`. */
  field: string
  /** The value in the language, JSON-safe: text, number, boolean, array or object. */
  value: unknown
  /** The part of the expression that was true, e.g. `http.user_agent contains "curl"`. */
  expression: string
}

/**
 * What an event is about:
 *
 * - `firewall`: one match of one rule, Cloudflare's only kind
 * - `challenge`: the result of a challenge that the visitor answered
 * - `origin_error`: the origin failed, and the edge answered 52x or 1016 in its place
 * - `zone_error`: the rules declare zones, and none has the host (1023)
 */
export type EventKind = 'firewall' | 'challenge' | 'origin_error' | 'zone_error'

/** The result of a challenge: which one the visitor passed, or that the answer was wrong. */
export type ChallengeOutcome =
  | 'challenge_solved'
  | 'js_challenge_solved'
  | 'managed_challenge_solved'
  | 'challenge_failed'

/** The action of the matched rule; for the other kinds, what happened. */
export type EventAction = Action | ChallengeOutcome | 'origin_error' | 'no_zone'

/**
 * One match of one rule on one request, which Cloudflare calls a security event, or another answer of the edge (`kind`). If several
 * rules matched a request, it has several events with the same `ray`. `matchIndex` 0 is the last match, which decides, as in
 * Cloudflare's GraphQL.
 */
export interface SecurityEvent {
  /** 16 lower-case hex digits, without the data centre. */
  ray: string
  /** Three upper-case letters: the data centre in `CF-RAY`. */
  colo: string
  /** The start of the request, ISO 8601 in UTC with milliseconds. */
  time: string
  kind: EventKind
  action: EventAction
  /** The product, in Logpush's spelling: `firewallcustom` for custom rules. `challenge`, `origin`, `zone` for the other kinds. */
  source: string
  /**
   * The rule at that time. `source`: its file and line, `waf.tf:37`; `rules[2]` for a rule from an object. `hash`: 16 hex digits that
   * change with anything that the rule does, and not with its name or place. Id and name are '' without a rule.
   */
  rule: { id: string; name: string; source?: string; hash?: string }
  /** The rule's text as an expression of the Rules language; '' without a rule. */
  expression: string
  /** The phases that the request went through, without skipped ones, up to the rule's: `ip-access > custom-rules`. */
  phasePath?: string
  /** The zone of the host, as `cf.zone.name`; absent if the rules declare no zones or none has the host. */
  zone?: string
  matched: MatchedField[]
  /** The state of the counter of a rate limiting rule; absent for other rules. */
  rateLimit?: {
    /** The count within the period, including this request. */
    count: number
    limit: number
    /** Seconds. */
    period: number
    /** Seconds; 0: only requests above the limit were refused. */
    mitigationTimeout: number
    /** Seconds until the visitor can try again, as in the answer. */
    retryAfter?: number
    /** The values of the counter's key. Without `value`, the request had none. */
    key: { characteristic: string; value?: unknown }[]
  }
  matchIndex: number
  /** Canonical client address; '' if the runtime passed none. */
  ip: string
  /** ISO 3166-1 alpha-2, `XX` unknown, `T1` Tor. */
  country: string
  /** Autonomous system number; 0 if unknown. */
  asn: number
  /** The operator of that network; absent if unknown. */
  asnName?: string
  /** The address in reputation feeds; absent if no feed has it. */
  reputation?: { score: number; lists: string[] }
  /** Fingerprints of the TLS ClientHello; absent if the edge did not see one. */
  ja3?: string
  ja4?: string
  /** What bot detection said; absent if no rule asked. A verified bot can have a `category`: `Search Engine Crawler`. */
  bot?: { score: number; verified: boolean; category?: string }
  userAgent: string
  /** The parts of `Referer`; absent without the header. `query` has its `?`, and its values can be redacted. */
  referer?: { scheme: string; host: string; path: string; query: string }
  method: string
  scheme: string
  host: string
  path: string
  /** With its `?`; '' if there is none. Values can be redacted (`redactQuery`). */
  query: string
  /** `HTTP/1.1`, `HTTP/2` … */
  protocol: string
  /** Status of the edge's answer; 0 if the request went to the origin. */
  status: number
  /** The edge's answer; absent if the request went to the origin. */
  answer?: {
    /** Cloudflare's error code, e.g. 1020 or 521; 0 for a challenge or the rule's own response. */
    code: number
    /** `text/html`, `application/json` … */
    type: string
  }
  /** Notes about the request: "x-forwarded-for entry \"foo\" is not an address: ignored". */
  notes: string[]
}

export interface EventFilter {
  /** With or without the data centre. */
  ray?: string
  action?: string
  /** Rule id, or rule name. */
  rule?: string
  ip?: string
  country?: string
  /** The number of events, newest first. Default 100, at most 1,000. */
  limit?: number
}

/**
 * - `malformed`: the text is not a Ray ID
 * - `not_in_store`: the store never had an event with it, as far as the store knows
 * - `evicted`: it is older than the stored events
 * - `gap`: it is from a period in which the store lost events
 */
export type MissReason = 'malformed' | 'not_in_store' | 'evicted' | 'gap'

export type FindResult =
  /** Deciding event (matchIndex 0) first. */
  | { found: true; events: [SecurityEvent, ...SecurityEvent[]] }
  | { found: false; reason: MissReason; message: string }

/** A store of events. Every store passes the contract suite `store.contract.ts`. */
export interface EventStore {
  /** For people: `memory`, `sqlite .edge1020/events.db`. */
  readonly name: string
  /** True if the store keeps nothing. The edge then creates no events, and refusals do not wait. */
  readonly discards?: boolean
  /**
   * Stores all events of one Ray ID, or none. Resolves after their commit. Rejects with EdgeError `store_failed` if the commit fails.
   * Calls in one turn of the event loop share one commit.
   */
  append(events: readonly SecurityEvent[]): Promise<void>
  /** All events of a Ray ID, or the reason why there are none. */
  find(ray: string): Promise<FindResult>
  /** The newest events that match a filter, a short form of `page`. */
  query(filter?: EventFilter): Promise<SecurityEvent[]>
  /** One page of the events that match all conditions. Rejects with EdgeError `invalid_query` or `unknown_event_field`. */
  page(query?: EventQuery): Promise<EventPage>
  /** The most frequent values. Rejects like `page`. */
  top(query: TopQuery): Promise<TopRow[]>
  /** Counts over time. Rejects like `page`. */
  series(query: SeriesQuery): Promise<SeriesPoint[]>
  /** The state of the store for `/healthz` and metrics, without access to the disk. Absent if the store cannot fail. */
  state?(): StoreState
  /** Commits pending events and releases the store. A second call has no effect. */
  close(): Promise<void>
}
