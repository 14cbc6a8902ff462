/** A time in which events of refusals that were sent could not be kept. */
export interface Gap {
  /** Ray IDs of the first and the last event that is missing; '' where they are not known. */
  firstRay: string
  lastRay: string
  /** Times of these, ISO 8601. */
  from: string
  to: string
  /** How many events are missing; 0 where it is not known. */
  count: number
  /** What was wrong: `No space left on device`. */
  reason: string
}

/** What keeps a store from doing its work. */
export interface StoreTrouble {
  /** For people: names the file or the server, and what is wrong. */
  message: string
  /** ISO 8601. */
  since: string
}

/** A sink as it is at this moment. */
export interface SinkState {
  readonly name: string
  /** Absent where all is well. */
  trouble?: StoreTrouble
  /** Events that it was given and has not delivered yet. */
  waiting: number
  /** Events that it has delivered since it was opened. */
  delivered: number
  /** Events that it had no room for, or could not deliver. */
  dropped: number
}

/** A store as it is at this moment. */
export interface StoreState {
  /** Absent where all is well. */
  trouble?: StoreTrouble
  /** Events that were accepted and are not where the store keeps them for good. */
  waiting: number
  /** Events since the store was opened that are lost. */
  lost: number
  /** When they were lost, the oldest first: those that the store knows of since it was opened. */
  gaps: readonly Gap[]
  /** Events since the store was opened that were removed because they were too old, too many or too large. */
  evicted?: number
  /** The sinks beside the store; absent where there are none. */
  sinks?: readonly SinkState[]
}
