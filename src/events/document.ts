import type { SecurityEvent } from './event.ts'

/** An event as `GET /api/events/:ray` and `edge1020 events RAY --json` give it. */
export interface EventDocument extends SecurityEvent {
  /** The other rules that matched the same request, latest first; absent where there are none. */
  also?: SecurityEvent[]
}

/** The deciding event with the other matches of the same request under `also`. */
export const eventDocument = ([deciding, ...also]: readonly [
  SecurityEvent,
  ...SecurityEvent[],
]): EventDocument => (also.length === 0 ? deciding : { ...deciding, also })
