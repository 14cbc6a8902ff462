import { isIPv6 } from 'node:net'

const MS_PER_SECOND = 1_000
const WINDOW_MS = 60_000
const MAX_FAILURES = 10
/** Above this number of addresses, the one with the oldest failure is removed. */
const MAX_ADDRESSES = 1_024
const PREFIX_GROUPS = 4

interface Failures {
  count: number
  readonly sinceMs: number
}

/** Counts an IPv6 /64 as one address, because one household or server owns all of it. */
const keyOf = (address: string): string => {
  if (!isIPv6(address) || address.startsWith('::ffff:')) return address
  const [head = '', tail] = address.split('%', 1)[0]!.split('::', 2)
  const groups = head === '' ? [] : head.split(':')
  const rest = tail === undefined || tail === '' ? [] : tail.split(':')
  while (groups.length + rest.length < 8) groups.push('0')
  return [...groups, ...rest].slice(0, PREFIX_GROUPS).join(':')
}

/** Limits wrong tokens per address, to prevent guessing. */
export interface Attempts {
  /** Returns the seconds until this address may try again; 0 if it may try now. */
  waitSeconds(address: string): number
  /** Records a failure. Returns true if it used up the last attempt. */
  failed(address: string): boolean
  succeeded(address: string): void
  /** The number of stored addresses. */
  readonly size: number
}

/** Allows ten wrong tokens per minute and address. `now` returns milliseconds since the epoch. */
export const createAttempts = (now: () => number = Date.now): Attempts => {
  const failures = new Map<string, Failures>()
  const recent = (key: string): Failures | undefined => {
    const found = failures.get(key)
    if (found === undefined || now() - found.sinceMs < WINDOW_MS) return found
    failures.delete(key)
    return undefined
  }
  return {
    waitSeconds: (address) => {
      const found = recent(keyOf(address))
      if (found === undefined || found.count < MAX_FAILURES) return 0
      return Math.ceil((found.sinceMs + WINDOW_MS - now()) / MS_PER_SECOND)
    },
    failed: (address) => {
      const key = keyOf(address)
      const found = recent(key)
      if (found !== undefined) return ++found.count === MAX_FAILURES
      if (failures.size >= MAX_ADDRESSES) {
        const [oldest] = failures.keys()
        failures.delete(oldest!)
      }
      failures.set(key, { count: 1, sinceMs: now() })
      return false
    },
    succeeded: (address) => {
      failures.delete(keyOf(address))
    },
    get size() {
      return failures.size
    },
  }
}
