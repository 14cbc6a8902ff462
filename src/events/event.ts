import type { Action } from '../actions.ts'
import type { EventPage, EventQuery, SeriesPoint, SeriesQuery, TopQuery, TopRow } from './query.ts'
import type { StoreState } from './state.ts'

/** One field of the request that made the rule's expression true. */
export interface MatchedField {
  /** Rules-language field with its index, e.g. `http.user_agent`, `http.request.headers["accept"][0]`. */
  field: string
  /** The value as the language has it, JSON-safe: text, number, boolean, array or object. */
  value: unknown
  /** The part of the expression that was true, e.g. `http.user_agent contains "curl"`. */
  expression: string
}

/**
 * One match of one rule on one request: Cloudflare's security event. A request that several rules matched has several
 * events with the same `ray`; `matchIndex` 0 is the last one, which decided (Cloudflare's GraphQL semantics).
 */
export interface SecurityEvent {
  /** 16 lower-case hex digits, without the data centre. */
  ray: string
  /** Three upper-case letters: the data centre in `CF-RAY`. */
  colo: string
  /** ISO 8601 UTC with milliseconds, the request's start. */
  time: string
  action: Action
  /** What matched, in Logpush's spelling: `firewallcustom` for custom rules. */
  source: string
  /** `source`: where the rule was written, `waf.tf:37`; `rules[2]` of a rule given as an object. */
  rule: { id: string; name: string; source?: string }
  expression: string
  matched: MatchedField[]
  /** How the counter of a rate limiting rule stood; absent for other rules. */
  rateLimit?: {
    /** Counted within the period, this request included. */
    count: number
    limit: number
    /** Seconds. */
    period: number
    /** Seconds; 0: only what is above the limit was refused. */
    mitigationTimeout: number
    /** Seconds until the visitor may try again, as it was told. */
    retryAfter?: number
    /** The values that the counter is of. Without `value` the request had none. */
    key: { characteristic: string; value?: unknown }[]
  }
  matchIndex: number
  /** Canonical client address; '' where the runtime gave none. */
  ip: string
  /** ISO 3166-1 alpha-2, `XX` unknown, `T1` Tor. */
  country: string
  /** Autonomous system number; 0 where unknown. */
  asn: number
  /** Who runs that network; absent where unknown. */
  asnName?: string
  /** What reputation feeds say of the address; absent where none has it. */
  reputation?: { score: number; lists: string[] }
  /** Fingerprints of the TLS ClientHello; absent where the edge did not see one. */
  ja3?: string
  ja4?: string
  userAgent: string
  method: string
  scheme: string
  host: string
  path: string
  /** With its `?`, '' where there is none; values may be redacted (`redactQuery`). */
  query: string
  /** `HTTP/1.1`, `HTTP/2` … */
  protocol: string
  /** Status the edge answered with; 0 if the request went to the origin. */
  status: number
  /** What was odd about the request: "x-forwarded-for entry \"foo\" is not an address: ignored". */
  notes: string[]
}

export interface EventFilter {
  /** With or without the data centre's suffix. */
  ray?: string
  action?: string
  /** Rule id, or rule name. */
  rule?: string
  ip?: string
  country?: string
  /** At most this many, newest first. Default 100, at most 1,000. */
  limit?: number
}

/**
 * - `malformed`: the text is no Ray ID
 * - `not_in_store`: the store never had it, as far as the store knows
 * - `evicted`: it is older than what the store keeps
 * - `gap`: it was made while the store could not keep all events
 */
export type MissReason = 'malformed' | 'not_in_store' | 'evicted' | 'gap'

export type FindResult =
  /** Deciding event (matchIndex 0) first. */
  | { found: true; events: [SecurityEvent, ...SecurityEvent[]] }
  | { found: false; reason: MissReason; message: string }

/** Where events are kept. Every store passes the shared contract suite `store.contract.ts`. */
export interface EventStore {
  /** For people: `memory`, `sqlite .edge1020/events.db`. */
  readonly name: string
  /** True where nothing is kept: then no events are made, and refusals wait for nothing. */
  readonly discards?: boolean
  /**
   * Takes all events of one Ray ID: all of them are kept, or none. Resolves when they are committed, rejects with EdgeError
   * `store_failed` when they could not be. Calls made in one turn of the event loop share one commit.
   */
  append(events: readonly SecurityEvent[]): Promise<void>
  /** All events of a Ray ID; says why where there are none. */
  find(ray: string): Promise<FindResult>
  /** The newest events that a filter names: `page` for the commonest questions. */
  query(filter?: EventFilter): Promise<SecurityEvent[]>
  /** One page of the events that fulfil all conditions. Rejects with EdgeError `invalid_query` or `unknown_event_field`. */
  page(query?: EventQuery): Promise<EventPage>
  /** The most frequent values. Rejects as `page` does. */
  top(query: TopQuery): Promise<TopRow[]>
  /** Counts over time. Rejects as `page` does. */
  series(query: SeriesQuery): Promise<SeriesPoint[]>
  /** How the store is now, for `/healthz` and metrics: no disk is asked. Absent where nothing can go wrong. */
  state?(): StoreState
  /** Commits what is pending and releases the store. Calling it twice is fine. */
  close(): Promise<void>
}
