import type { SecurityEvent } from './event.ts'
import type { SinkState } from './state.ts'

/** Where events go besides their store. Nobody ever waits for it, and it never throws. */
export interface EventSink {
  /** For people: `ndjson events.ndjson`. No password is in it. */
  readonly name: string
  /** Takes events for later. Those for which there is no room are dropped and counted. */
  write(events: readonly SecurityEvent[]): void
  state(): SinkState
  /** Delivers what can be delivered in a moment. */
  close(): Promise<void>
}
