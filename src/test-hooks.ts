import type { RequestContext } from './context.ts'
import type { SecurityEvent } from './events/event.ts'
import type { Match } from './phases/phase.ts'
import type { Rays } from './ray.ts'

/** What a test decides about a request in the place of the rules. */
export interface Forced {
  /** The last one answers; none where the request passes. */
  readonly matches: readonly Match[]
  /** The connection is cut: the client gets no answer. */
  readonly isDropped?: boolean
}

/** Where a test takes the place of a part of the edge: its clock, its Ray IDs, its rules. */
export interface TestHooks {
  /** The time of requests and rate limits, milliseconds since the epoch. Default the system's. */
  readonly now?: () => number
  /** Default: unique ones, by the time of `now`. */
  readonly rays?: Rays
  /** Asked before the rules; `undefined` leaves the request to them. */
  force(context: RequestContext): Forced | undefined
  /** Told of events after they are committed. */
  recorded(events: readonly SecurityEvent[]): void
}
