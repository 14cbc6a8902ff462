/** Keeps the values of the most recently read keys: at least `size` of them, at most twice as many. */
export interface GenerationalCache<V> {
  get(key: string): V | undefined
  set(key: string, value: V): void
  readonly size: number
}

/**
 * A cache of two generations instead of an order of use. When the young generation is full, the old one is dropped; a key
 * that is read again moves to the young one. So a flood of new keys does not evict the keys in use, as it does in `Recent`,
 * which evicts the oldest key first. A value may arrive later than its key, as DNS answers do.
 */
export const createGenerationalCache = <V>(size: number): GenerationalCache<V> => {
  let young = new Map<string, V>()
  let old = new Map<string, V>()
  const set = (key: string, value: V) => {
    if (young.size >= size) {
      old = young
      young = new Map()
    }
    young.set(key, value)
  }
  return {
    get: (key) => {
      const value = young.get(key)
      if (value !== undefined) return value
      const older = old.get(key)
      if (older !== undefined) set(key, older)
      return older
    },
    set,
    get size() {
      return young.size + old.size
    },
  }
}
