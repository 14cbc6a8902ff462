/** Remembers values of what was asked for of late: between `size` and twice as many. */
export interface Recent<V> {
  get(key: string): V | undefined
  set(key: string, value: V): void
  readonly size: number
}

/**
 * A map that forgets. Two generations instead of an order of use: when the young one is full the old one goes, and what
 * is asked for again grows young. So a flood of new keys costs no more than what it pushes out.
 */
export const recent = <V>(size: number): Recent<V> => {
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
