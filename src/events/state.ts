/** A period in which events of sent refusals could not be stored. */
export interface Gap {
  /** Ray IDs of the first and the last missing event; '' if unknown. */
  firstRay: string
  lastRay: string
  /** Times of these, ISO 8601. */
  from: string
  to: string
  /** The number of missing events; 0 if unknown. */
  count: number
  /** The reason: `No space left on device`. */
  reason: string
}

/** The reason why a store does not work. */
export interface StoreTrouble {
  /** For people: the file or server, and the reason. */
  message: string
  /** ISO 8601. */
  since: string
}

/** The state of a sink at this moment. */
export interface SinkState {
  readonly name: string
  /** Absent if the sink works. */
  trouble?: StoreTrouble
  /** Events that are not delivered yet. */
  waiting: number
  /** Events delivered since it was opened. */
  delivered: number
  /** Events without room, or that could not be delivered. */
  dropped: number
}

/** The state of a store at this moment. */
export interface StoreState {
  /** Absent if the store works. */
  trouble?: StoreTrouble
  /** Accepted events that are not in their final place yet. */
  waiting: number
  /** The number of lost events since the store was opened. */
  lost: number
  /** The periods of the losses that the store knows since it was opened, oldest first. */
  gaps: readonly Gap[]
  /** Events since the store was opened that were removed because they were too old, too many or too large. */
  evicted?: number
  /** The sinks beside the store; absent if there are none. */
  sinks?: readonly SinkState[]
}
