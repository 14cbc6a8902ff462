import { vi } from 'vitest'

/** Far more than anything takes on a machine that does much else: only a fault waits so long. */
const LIMIT_MS = 20_000
const INTERVAL_MS = 10

/**
 * Waits until `check` no longer throws, and gives what it gave. The condition decides how long, not the machine.
 *
 * @param intervalMs between two looks, for a check that compares them
 */
export const eventually = <T>(
  check: () => T | Promise<T>,
  { intervalMs = INTERVAL_MS } = {}
): Promise<T> => vi.waitFor(check, { timeout: LIMIT_MS, interval: intervalMs })
