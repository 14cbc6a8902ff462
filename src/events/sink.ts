import type { SecurityEvent } from './event.ts'
import type { SinkState } from './state.ts'

/** A further destination of events. Nothing ever waits for it, and it never throws. */
export interface EventSink {
  /** For people: `ndjson events.ndjson`. It contains no password. */
  readonly name: string
  /** Takes events for later. Events without room are dropped and counted. */
  write(events: readonly SecurityEvent[]): void
  state(): SinkState
  /** Delivers as much as possible within a moment. */
  close(): Promise<void>
}
