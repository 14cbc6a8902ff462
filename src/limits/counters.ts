/** The limits of one rule. Each rule of a zone is created once, and hits refer to it. */
export interface CounterRule {
  /** Requests above this number get the action. */
  readonly limit: number
  readonly periodMs: number
  /** Duration of the action after the limit is exceeded. 0: only requests above the limit get the action. */
  readonly mitigationMs: number
  /** The action ends the evaluation. Later counters do not change. */
  readonly ends: boolean
  /** Refused requests do not count. */
  readonly onlyToOrigin: boolean
}

/** One counter for a request. */
export interface Hit {
  readonly rule: CounterRule
  /** The key: a 64-bit hash of the rule and the values of its characteristics. */
  readonly high: number
  readonly low: number
  /** The amount to count now. 0: only reads the counter. */
  readonly amount: number
  /** The rule's expression matches the request, so the request can get the action. */
  readonly applies: boolean
}

/** A counter above its limit. */
export interface Standing {
  /** Index of its hit. */
  readonly index: number
  /** The count, including this request. */
  readonly count: number
  /** The time until a request would pass, in milliseconds. */
  readonly retryAfterMs: number
  /**
   * The age of the penalty in milliseconds. Without a penalty, the age of the part of the period with the oldest request that still
   * counts. Never longer ago than the last reset.
   */
  readonly sinceMs: number
}

export interface CounterStats {
  /** Current counters, including expired ones that still occupy memory. */
  readonly keys: number
  /** Keys under an action, including expired ones that still occupy memory. */
  readonly penalties: number
  /** Live counters that were evicted because of `maxKeys`. */
  readonly evicted: number
  /** Penalties that were evicted before their end because of `maxKeys`. */
  readonly penaltiesEvicted: number
  /** Requests that passed without being counted, because a shared store did not answer. */
  readonly failedOpen: number
}

/** The counters of rate limits. Every implementation passes the contract suite `counters.contract.ts`. */
export interface Counters {
  /** For people: `memory`, `redis://localhost:6379`. */
  readonly name: string
  /** The two halves of the secret for hashes of keys (`KeyHash`). */
  readonly secret: readonly [number, number]
  /**
   * Counts a request and returns its counters above their limits, in the order of `hits`, up to the first one that ends the
   * evaluation. Never rejects.
   *
   * @param hits valid until the result arrives
   */
  take(hits: readonly Hit[]): readonly Standing[] | Promise<readonly Standing[]>
  /** Counts hits that depend on the response. */
  add(hits: readonly Hit[]): void
  /** Resets the count and the penalty after a passed challenge. */
  reset(hits: readonly Pick<Hit, 'high' | 'low'>[]): void
  readonly stats: CounterStats
  /** Counts pending hits and releases all resources. */
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
