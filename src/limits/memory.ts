import { EdgeError } from '../error.ts'
import type { Counters, Hit, Standing } from './counters.ts'
import { NOTHING } from './counters.ts'
import { CounterTable } from './table.ts'
import type { Window } from './window.ts'
import { advance, count, PARTS, sinceMs, total, waitMs } from './window.ts'

const DEFAULT_MAX_KEYS = 1_000_000
/** A larger shard does not fit into a typed array, nor the whole table into any machine. */
const LARGEST_MAX_KEYS = 100_000_000
const LARGEST_COUNT = 0xffff_ffff

export interface MemoryCounterOptions {
  /**
   * The limit of counters, and separately of penalties. At the limit, the store evicts the counters with the lowest counts and the
   * penalties that end first. `stats` counts both. Default 1,000,000, which takes some 100 MB with that many live keys.
   */
  maxKeys?: number
  /**
   * A clock in milliseconds with any start. Default `performance.now`, which clock settings do not change. If the clock goes back,
   * windows and penalties restart; if it jumps forward, they end.
   */
  now?: () => number
  /** Called once, at the first eviction of a live penalty. */
  onError?: (error: EdgeError) => void
}

const checkMaxKeys = (maxKeys: number) => {
  if (Number.isSafeInteger(maxKeys) && maxKeys >= 1 && maxKeys <= LARGEST_MAX_KEYS) return
  throw new EdgeError(
    'invalid_option',
    `option maxKeys: ${maxKeys}: expected a whole number from 1 to ${LARGEST_MAX_KEYS}`
  )
}

/**
 * Counters in memory, with a limit on the number of keys.
 *
 * @throws EdgeError `invalid_option`
 * @example
 * const counters = memoryCounters({ maxKeys: 100_000 })
 * counters.take([{ rule, high, low, amount: 1, applies: true }]) // [] up to the limit
 */
export const memoryCounters = ({
  maxKeys = DEFAULT_MAX_KEYS,
  now: clock = () => performance.now(),
  onError = () => {},
}: MemoryCounterOptions = {}): Counters => {
  checkMaxKeys(maxKeys)
  // Each key of a flood of invented keys has a count of one, so the flood evicts its own keys.
  const counts = new CounterTable(maxKeys, PARTS, (shard, slot) => shard.sum(slot))
  const penalties = new CounterTable(maxKeys, 1, (shard, slot) => shard.ends[slot]!)
  const secret = crypto.getRandomValues(new Uint32Array(2))
  let hasWarned = false

  /** The window of the current hit. One object serves all hits, because they are handled one at a time. */
  const window: Window = { start: 0, counts: Array.from({ length: PARTS }, () => 0) }

  const readWindow = ({ rule: { periodMs }, high, low }: Hit, now: number): void => {
    const shard = counts.shard(high)
    const slot = shard.find(high, low)
    window.start = slot === -1 ? now : shard.ends[slot]! - periodMs
    for (let i = 0; i < PARTS; i++) {
      window.counts[i] = slot === -1 ? 0 : shard.counts[slot * PARTS + i]!
    }
    advance(window, now, periodMs)
  }

  const writeWindow = ({ rule: { periodMs }, high, low }: Hit, now: number) => {
    const shard = counts.shard(high)
    const end = window.start + periodMs
    let slot = shard.find(high, low)
    if (slot === -1) slot = counts.insert(high, low, end, now)
    shard.ends[slot] = end
    for (let i = 0; i < PARTS; i++) shard.counts[slot * PARTS + i] = window.counts[i]!
  }

  const forget = (table: CounterTable, high: number, low: number) => {
    const shard = table.shard(high)
    const slot = shard.find(high, low)
    if (slot !== -1) table.remove(shard, slot)
  }

  const punish = ({ rule, high, low }: Hit, counted: number, now: number) => {
    forget(counts, high, low)
    const evicted = penalties.evicted
    const slot = penalties.insert(high, low, now + rule.mitigationMs, now)
    penalties.shard(high).counts[slot] = Math.min(counted, LARGEST_COUNT)
    if (penalties.evicted === evicted || hasWarned) return
    hasWarned = true
    const message = `rate limits: ${maxKeys} keys are limited: each further key ends the penalty of another one early (option maxKeys)`
    onError(new EdgeError('counters_full', message))
  }

  /** The state of a live penalty; `undefined` if there is none. */
  const penaltyOf = (
    { rule, high, low }: Hit,
    now: number
  ): Omit<Standing, 'index'> | undefined => {
    const shard = penalties.shard(high)
    const slot = shard.find(high, low)
    if (slot === -1) return undefined
    const end = shard.ends[slot]!
    if (end <= now || rule.mitigationMs === 0) {
      penalties.remove(shard, slot)
      return undefined
    }
    // The end is too far away, so the clock went back.
    if (end - now > rule.mitigationMs) shard.ends[slot] = now + rule.mitigationMs
    const retryAfterMs = shard.ends[slot]! - now
    return { count: shard.counts[slot]!, retryAfterMs, sinceMs: rule.mitigationMs - retryAfterMs }
  }

  /** Counts one hit, or starts its penalty if the count exceeds the limit. */
  const add = (hit: Hit, now: number) => {
    const { limit, mitigationMs } = hit.rule
    if (mitigationMs > 0 && penaltyOf(hit, now) !== undefined) return
    readWindow(hit, now)
    const counted = total(window) + hit.amount
    if (mitigationMs > 0 && counted > limit) {
      punish(hit, counted, now)
      return
    }
    count(window, hit.amount, LARGEST_COUNT)
    writeWindow(hit, now)
  }

  /** The state of a counter above its limit; counts the request if the counter is within the limit. */
  const judge = (hit: Hit, now: number): Omit<Standing, 'index'> | undefined => {
    const { limit, periodMs, mitigationMs, onlyToOrigin } = hit.rule
    if (mitigationMs > 0) {
      const penalty = penaltyOf(hit, now)
      if (penalty !== undefined) return hit.applies ? penalty : undefined
    }
    readWindow(hit, now)
    const counted = total(window) + hit.amount
    if (counted > limit && mitigationMs > 0) {
      punish(hit, counted, now)
      return hit.applies ? { count: counted, retryAfterMs: mitigationMs, sinceMs: 0 } : undefined
    }
    const isAbove = counted > limit && hit.applies
    // Requests above the limit do not count. Otherwise they would block later requests within it.
    if (!isAbove && !onlyToOrigin) count(window, hit.amount, LARGEST_COUNT)
    // Also for a read: after the clock went back, the window must restart once, not at each read.
    if (counted > 0) writeWindow(hit, now)
    return isAbove
      ? {
          count: counted,
          retryAfterMs: waitMs(window, now, periodMs, limit, hit.amount),
          sinceMs: sinceMs(window, now, periodMs),
        }
      : undefined
  }

  return {
    name: 'memory',
    secret: [secret[0]!, secret[1]!],
    take: (hits) => {
      const now = Math.floor(clock())
      let found: Standing[] | undefined
      for (let index = 0; index < hits.length; index++) {
        const hit = hits[index]!
        const said = judge(hit, now)
        if (said === undefined) continue
        found ??= []
        found.push({ index, ...said })
        if (hit.rule.ends) return found
      }
      for (let index = 0; index < hits.length; index++) {
        const hit = hits[index]!
        if (!hit.rule.onlyToOrigin || hit.amount === 0) continue
        if (found?.some((said) => said.index === index) !== true) add(hit, now)
      }
      return found ?? NOTHING
    },
    add: (hits) => {
      const now = Math.floor(clock())
      for (const hit of hits) add(hit, now)
    },
    reset: (hits) => {
      for (const { high, low } of hits) {
        forget(counts, high, low)
        forget(penalties, high, low)
      }
    },
    stats: {
      get keys() {
        return counts.size
      },
      get penalties() {
        return penalties.size
      },
      get evicted() {
        return counts.evicted
      },
      get penaltiesEvicted() {
        return penalties.evicted
      },
      failedOpen: 0,
    },
    close: async () => {},
  }
}
