import { EdgeError } from '../error.ts'

/** The time of a test edge. */
export interface TestClock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Moves the time forward by this many milliseconds. Rate limits, `Retry-After`, Ray IDs and clearances follow. */
  advance(ms: number): void
}

/** A clock that a test can also put back to its start. */
export interface SettableClock extends TestClock {
  reset(): void
}

/** A hundred years: further on the digits of a Ray ID that hold its time begin again more than once. */
const MAX_ADVANCE_MS = 100 * 365 * 86_400_000

/**
 * @param start the time that the clock stands at; absent: it runs with the system's
 * @example
 * const clock = createClock(Date.UTC(2026, 0, 1))
 * clock.advance(30_000)
 */
export const createClock = (start?: number): SettableClock => {
  let aheadMs = 0
  return {
    now: () => (start ?? Date.now()) + aheadMs,
    advance: (ms) => {
      if (typeof ms !== 'number' || !(ms >= 0 && ms <= MAX_ADVANCE_MS)) {
        throw new EdgeError(
          'invalid_test',
          `clock.advance(${String(ms)}): expected milliseconds from 0 to ${MAX_ADVANCE_MS}: time does not go back`
        )
      }
      aheadMs += ms
    },
    reset: () => {
      aheadMs = 0
    },
  }
}
