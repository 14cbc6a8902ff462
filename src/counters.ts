import type { CounterStats } from './limits/counters.ts'
import { NO_COUNTERS } from './limits/counters.ts'
import type { Match } from './phases/phase.ts'
import type { Rule } from './rules/rule.ts'

/** The number of matches of one rule in one phase, with one action. */
export interface MatchCount {
  readonly phase: string
  /** Its id; `(other)` beyond the thousandth rule. */
  readonly rule: string
  readonly action: string
  count: number
}

/** Histogram of the judging time. Reading the clock costs more than counting, so the edge times one request in 64. */
export interface Timings {
  /** Upper bounds of the buckets, in milliseconds. */
  readonly boundsMs: readonly number[]
  /** Requests in each bucket. The last bucket has no upper bound, so there is one more than bounds. */
  readonly counts: Readonly<ArrayLike<number>>
  readonly sumMs: number
}

/** Counts since the creation of the edge. */
export interface EdgeStats {
  judged: number
  blocked: number
  /** Events that could not be committed. */
  lost: number
  /** The number of replacements of the rules. */
  reloads: number
  /** The time of the last replacement, in milliseconds since the epoch. */
  rulesSinceMs: number
  /** Matches by phase, rule and action. */
  readonly matches: Iterable<Readonly<MatchCount>>
  readonly timings: Timings
  /** The current keys of rate limits, their evictions, and the requests that passed without being counted. */
  readonly rateLimits: CounterStats
}

/** Times one request in 64, starting with the first. */
const TIMED_MASK = 63
const BOUNDS_MS = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250,
] as const
/** Each rule is a line of the metrics, and the number of rules has no other limit. */
const MAX_RULES = 1_000
const OTHER = '(other)'

/** The counters on the path of every request. They are plain numbers, and their count does not depend on visitors. */
export class Counters implements EdgeStats {
  judged = 0
  blocked = 0
  lost = 0
  reloads = 0
  rulesSinceMs = Date.now()
  readonly #matches = new Map<string, MatchCount>()
  /** The counter of each rule, so its name is looked up once. Weak, so it disappears with the ruleset. */
  readonly #byRule = new WeakMap<Rule, MatchCount>()
  readonly #counts = new Float64Array(BOUNDS_MS.length + 1)
  #sumMs = 0

  readonly #rateLimits: () => CounterStats | undefined

  /** @param rateLimits `undefined` if no rule counts */
  constructor(rateLimits: () => CounterStats | undefined = () => undefined) {
    this.#rateLimits = rateLimits
  }

  get rateLimits(): CounterStats {
    return this.#rateLimits() ?? NO_COUNTERS
  }

  /** The start of judging, for `timed`; 0 for requests that are not timed. */
  start(): number {
    return (++this.judged & TIMED_MASK) === 1 ? performance.now() : 0
  }

  timed(startMs: number): void {
    if (startMs === 0) return
    const ms = performance.now() - startMs
    let bucket = 0
    while (bucket < BOUNDS_MS.length && ms > BOUNDS_MS[bucket]!) bucket++
    this.#counts[bucket]!++
    this.#sumMs += ms
  }

  matched(matches: readonly Match[]): void {
    for (const match of matches) {
      let counter = this.#byRule.get(match.rule)
      if (counter === undefined || counter.action !== match.action) {
        counter = this.#counterOf(match)
        this.#byRule.set(match.rule, counter)
      }
      counter.count++
    }
  }

  #counterOf({ phase, rule, action }: Match): MatchCount {
    const known = this.#matches.get(`${phase.name} ${action} ${rule.id}`)
    if (known !== undefined) return known
    const id = this.#matches.size < MAX_RULES ? rule.id : OTHER
    const key = `${phase.name} ${action} ${id}`
    let counter = this.#matches.get(key)
    if (counter === undefined) {
      counter = { phase: phase.name, rule: id, action, count: 0 }
      this.#matches.set(key, counter)
    }
    return counter
  }

  reloaded(): void {
    this.reloads++
    this.rulesSinceMs = Date.now()
  }

  get matches(): Iterable<Readonly<MatchCount>> {
    return this.#matches.values()
  }

  get timings(): Timings {
    return { boundsMs: BOUNDS_MS, counts: this.#counts, sumMs: this.#sumMs }
  }
}
