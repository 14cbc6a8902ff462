import type { SecurityEvent } from './event.ts'

/**
 * - `is`, `isNot`, `in`: compare the whole value; case-sensitive for texts
 * - `contains`, `startsWith`: for texts, case-sensitive
 * - `greater`, `less`: for numbers and times, without the value itself
 * - `inNetwork`: for addresses, `192.0.2.0/24`
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

/** A condition on a field. If an event does not have the field, its value is '' or 0. */
export interface Condition {
  /** Our name (`userAgent`), Logpush's (`ClientRequestUserAgent`) or GraphQL's; `eventFields` lists all. */
  field: string
  operator: Operator
  /** A list for `in`. A number can be text. */
  value: string | number | readonly (string | number)[]
}

/** Selects the events that match every condition. */
export interface EventSelection {
  where?: readonly Condition[]
  /** Start of the period: ISO 8601 (UTC without a zone), or milliseconds since the epoch. */
  from?: string | number
  /** End of the period, which does not include this moment. */
  to?: string | number
  /**
   * Text that the event contains, ignoring the case of A–Z: in its Ray ID, rule, expression, host, path, query, user agent, country or
   * network name. An address must match as a whole.
   */
  text?: string
}

/** A query for one page of events. */
export interface EventQuery extends EventSelection {
  /**
   * The order by time, then Ray ID, then match index. `newest` (default) has the deciding event of a request before its others.
   * `oldest` is the exact reverse.
   */
  order?: 'newest' | 'oldest'
  /** The number of events. Default 100, at most 1,000. */
  limit?: number
  /** `next` of the previous page. */
  cursor?: string
}

export interface EventPage {
  events: SecurityEvent[]
  /** The cursor of the next page; absent if there are no more events now. */
  next?: string
}

/** A query for the most frequent values. */
export interface TopQuery extends EventSelection {
  /** One to five fields. The store counts each combination of their values. */
  by: readonly string[]
  /** The number of rows, sorted by count, then by value. Default 10, at most 1,000. */
  limit?: number
}

export interface TopRow {
  /** Values in the order of `by`; '' or 0 if events have none. Times are ISO 8601. */
  values: (string | number)[]
  count: number
}

/** A query for the number of events over time. */
export interface SeriesQuery extends EventSelection {
  /** Length of a bucket in whole seconds. Buckets start at multiples of it since the epoch. */
  bucketSeconds: number
  /** Counts the most frequent values of this field separately, and leaves out events with other values. */
  by?: string
  /** The number of values of `by`. Default 10, at most 100. */
  limit?: number
}

export interface SeriesPoint {
  /** Start of the bucket, ISO 8601. Buckets without events are left out. */
  time: string
  /** Value of `by`; absent without it. */
  value?: string | number
  count: number
}
