import type { SecurityEvent } from './event.ts'

/**
 * - `is`, `isNot`, `in`: the whole value; of a text with upper and lower case
 * - `contains`, `startsWith`: of texts, with upper and lower case
 * - `greater`, `less`: of numbers and times, the value itself left out
 * - `inNetwork`: of addresses, `192.0.2.0/24`
 */
export const OPERATORS = [
  'is',
  'isNot',
  'in',
  'contains',
  'startsWith',
  'greater',
  'less',
  'inNetwork',
] as const
export type Operator = (typeof OPERATORS)[number]

/** What a field has to be. A field that an event does not have is '' or 0. */
export interface Condition {
  /** Our name (`userAgent`), Logpush's (`ClientRequestUserAgent`) or GraphQL's: `eventFields` has all. */
  field: string
  operator: Operator
  /** A list for `in`. Numbers may be given as text. */
  value: string | number | readonly (string | number)[]
}

/** Which events: those that fulfil every condition. */
export interface EventSelection {
  where?: readonly Condition[]
  /** First moment: ISO 8601 (without a zone: UTC), or milliseconds since the epoch. */
  from?: string | number
  /** First moment that is too late. */
  to?: string | number
  /**
   * Text that stands somewhere in the event, in any case of the letters A–Z: in its Ray ID, rule, expression, host, path, query,
   * user agent, country or name of the network. An address has to be whole.
   */
  text?: string
}

/** Asks for events themselves, a page at a time. */
export interface EventQuery extends EventSelection {
  /**
   * By time, then Ray ID, then match index. `newest` (default) has the deciding event of a request before its other ones;
   * `oldest` is the exact reverse.
   */
  order?: 'newest' | 'oldest'
  /** At most this many. Default 100, at most 1,000. */
  limit?: number
  /** `next` of the previous page. */
  cursor?: string
}

export interface EventPage {
  events: SecurityEvent[]
  /** Where the next page begins; absent where there are no more events now. */
  next?: string
}

/** Asks which values are the most frequent. */
export interface TopQuery extends EventSelection {
  /** One to five fields: each combination of their values is counted. */
  by: readonly string[]
  /** At most this many, the most frequent first, then by value. Default 10, at most 1,000. */
  limit?: number
}

export interface TopRow {
  /** In the order of `by`; '' or 0 where events have none. Times are ISO 8601. */
  values: (string | number)[]
  count: number
}

/** Asks how many events there were in each stretch of time. */
export interface SeriesQuery extends EventSelection {
  /** Length of a stretch, whole seconds. They begin at multiples of it since the epoch. */
  bucketSeconds: number
  /** Counts each of the most frequent values of this field by itself; events with other values are left out. */
  by?: string
  /** How many values of `by`. Default 10, at most 100. */
  limit?: number
}

export interface SeriesPoint {
  /** Start of the stretch, ISO 8601. Stretches without events are left out. */
  time: string
  /** Value of `by`; absent without it. */
  value?: string | number
  count: number
}
