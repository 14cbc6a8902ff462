import type { Counters } from '../limits/counters.ts'

/** Counters that a test can empty while an edge counts with them. */
export interface EmptiableCounters extends Counters {
  empty(): void
}

/** @param make counters without a count; called again by `empty` */
export const emptiable = (make: () => Counters): EmptiableCounters => {
  let counters = make()
  const { name, secret } = counters
  return {
    name,
    // The phases hash with it, and are not made again.
    secret,
    take: (hits) => counters.take(hits),
    add: (hits) => counters.add(hits),
    reset: (hits) => counters.reset(hits),
    get stats() {
      return counters.stats
    },
    close: () => counters.close(),
    empty: () => {
      counters = make()
    },
  }
}
