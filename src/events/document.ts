import type { SecurityEvent } from './event.ts'

/** An event in the form of `GET /api/events/:ray` and `edge1020 events RAY --json`. */
export interface EventDocument extends SecurityEvent {
  /** The other matches of the same request, latest first; absent if there are none. */
  also?: SecurityEvent[]
}

/** The deciding event with the other matches of the same request under `also`. */
export const eventDocument = ([deciding, ...also]: readonly [
  SecurityEvent,
  ...SecurityEvent[],
]): EventDocument => (also.length === 0 ? deciding : { ...deciding, also })
