/**
 * The number of parts of a period. A part no longer counts once any of it is older than the period. A request therefore counts for
 * at most the period, and for at least seven eighths of it.
 */
export const PARTS = 8

const CURRENT = PARTS - 1

/**
 * The number of requests of a key within the last period, part by part. The first request of a key starts its first part, so its
 * first period counts completely. All values are whole milliseconds and whole counts.
 *
 * Reasons: docs/decisions/rate-limits.md
 */
export interface Window {
  /** The start of the current part, in milliseconds. */
  start: number
  /** The count of each part, with the current part last. */
  readonly counts: number[]
}

/** Advances to the part of `now`. If the clock went back, the current part restarts. */
export const advance = (window: Window, now: number, periodMs: number): void => {
  const elapsed = now - window.start
  const partMs = periodMs / PARTS
  if (elapsed >= 0 && elapsed < partMs) return
  if (elapsed < 0 || elapsed >= periodMs) window.start = now
  if (elapsed < 0) return
  const { counts } = window
  const parts = Math.min(Math.floor(elapsed / partMs), PARTS)
  for (let i = 0; i < PARTS; i++) counts[i] = i + parts < PARTS ? counts[i + parts]! : 0
  if (parts < PARTS) window.start += parts * partMs
}

/** The count within the last period. `window` must be advanced to now. */
export const total = ({ counts }: Window): number => {
  let sum = 0
  for (const count of counts) sum += count
  return sum
}

/** The age of the oldest part with a count, in milliseconds; 0 if there is none. */
export const sinceMs = ({ start, counts }: Window, now: number, periodMs: number): number => {
  const oldest = counts.findIndex((counted) => counted > 0)
  if (oldest === -1) return 0
  return Math.max(0, now - start + (CURRENT - oldest) * (periodMs / PARTS))
}

/** @param largest the greatest count of a part */
export const count = ({ counts }: Window, amount: number, largest: number): void => {
  counts[CURRENT] = Math.min(counts[CURRENT]! + amount, largest)
}

/**
 * Milliseconds until `more` additional requests are within `limit`, if nothing else counts until then. 0 if they are within it now;
 * a period if they never will be.
 */
export const waitMs = (
  window: Window,
  now: number,
  periodMs: number,
  limit: number,
  more: number
): number => {
  let left = total(window) + more - limit
  if (left <= 0) return 0
  const partMs = periodMs / PARTS
  for (let i = 0; i < PARTS; i++) {
    left -= window.counts[i]!
    if (left <= 0) return window.start + (i + 1) * partMs - now
  }
  return periodMs
}
