/** What one counter of a rule is counted and judged by. All rules of a zone are made once; a hit refers to one. */
export interface CounterRule {
  /** The action is that of what comes on top of it. */
  readonly limit: number
  readonly periodMs: number
  /** How long the action goes on once the limit is passed; 0: only what is above the limit gets it. */
  readonly mitigationMs: number
  /** The action ends the evaluation: counters behind it are not touched. */
  readonly ends: boolean
  /** A request that is refused does not count. */
  readonly onlyToOrigin: boolean
}

/** One counter that a request touches. */
export interface Hit {
  readonly rule: CounterRule
  /** Which counter of the rule: 64 bits of a hash of the rule and the values of its characteristics. */
  readonly high: number
  readonly low: number
  /** Counts this much now; 0: only asks. */
  readonly amount: number
  /** The rule's expression is true of the request: it may get the action. */
  readonly applies: boolean
}

/** What a counter says of a request. */
export interface Standing {
  /** Place of its hit. */
  readonly index: number
  /** Counted with this request. */
  readonly count: number
  /** Until a request would get through, in milliseconds. */
  readonly retryAfterMs: number
  /**
   * How long ago the penalty began, or without a penalty the part of the period with the oldest request that still counts, in
   * milliseconds. Never before the last reset.
   */
  readonly sinceMs: number
}

export interface CounterStats {
  /** Counters at this moment, also those whose time is over and whose memory is not free yet. */
  readonly keys: number
  /** Keys that the action is applied to at this moment, likewise. */
  readonly penalties: number
  /** Live counters that were forgotten because `maxKeys` were there. */
  readonly evicted: number
  /** Penalties that were forgotten before their end for the same reason. */
  readonly penaltiesEvicted: number
  /** Requests that were let through uncounted because a shared store did not answer. */
  readonly failedOpen: number
}

/** Where rate limits count. Every one passes the contract suite `counters.contract.ts`. */
export interface Counters {
  /** For people: `memory`, `redis://localhost:6379`. */
  readonly name: string
  /** The two halves of what its keys are hashed with (`KeyHash`). */
  readonly secret: readonly [number, number]
  /**
   * Counts a request and says which of its counters are above their limit, in the order of `hits`, up to the first that ends.
   * Never rejects.
   *
   * @param hits valid until the result is there
   */
  take(hits: readonly Hit[]): readonly Standing[] | Promise<readonly Standing[]>
  /** Counts what is only known behind the response. */
  add(hits: readonly Hit[]): void
  /** Forgets what was counted, and the penalty: a challenge is passed. */
  reset(hits: readonly Pick<Hit, 'high' | 'low'>[]): void
  readonly stats: CounterStats
  /** Counts what is pending and releases what it holds. */
  close(): Promise<void>
}

export const NOTHING: readonly Standing[] = []

export const NO_COUNTERS: CounterStats = {
  keys: 0,
  penalties: 0,
  evicted: 0,
  penaltiesEvicted: 0,
  failedOpen: 0,
}
