/**
 * The parts that a period is counted in. A part says nothing any more once any of it is older than the period, so that a request
 * is never held against a visitor for longer than that, and for no less than seven eighths of it.
 */
export const PARTS = 8

const CURRENT = PARTS - 1

/**
 * How many requests a key has made within the last period, part by part. A key's first request begins its first part, so
 * that its first period is counted whole. All in whole milliseconds and whole counts.
 *
 * Why windows slide, and why so: docs/decisions/rate-limits.md
 */
export interface Window {
  /** When the part under way began, in milliseconds. */
  start: number
  /** Counted in each part, the one under way last. */
  readonly counts: number[]
}

/** Goes on to the part that `now` is in. A clock that went back begins the part under way again. */
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

/** Counted within the last period. `window` has to be advanced to now. */
export const total = ({ counts }: Window): number => {
  let sum = 0
  for (const count of counts) sum += count
  return sum
}

/** How long ago the oldest part began that counts anything, in milliseconds; 0 where none does. */
export const sinceMs = ({ start, counts }: Window, now: number, periodMs: number): number => {
  const oldest = counts.findIndex((counted) => counted > 0)
  if (oldest === -1) return 0
  return Math.max(0, now - start + (CURRENT - oldest) * (periodMs / PARTS))
}

/** @param largest more than this no part counts */
export const count = ({ counts }: Window, amount: number, largest: number): void => {
  counts[CURRENT] = Math.min(counts[CURRENT]! + amount, largest)
}

/**
 * Milliseconds until `more` on top is within `limit`, where nothing is counted meanwhile: 0 where it is; a period where it never
 * will be.
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
