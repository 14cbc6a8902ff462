export interface Loaded<T> {
  /** Loads missing data, also after a failure. */
  open(): void
  /** Loads at the first use. After a failure, it does not try again at each request. */
  get(): T
}

/** Data that is loaded at its first use. */
export const loadedOnce = <T>(load: () => T): Loaded<T> => {
  let loaded: { readonly value: T } | { readonly error: unknown } | undefined
  const open = () => {
    if (loaded !== undefined && 'value' in loaded) return
    try {
      loaded = { value: load() }
    } catch (error) {
      loaded = { error }
      throw error
    }
  }
  return {
    open,
    get: () => {
      if (loaded === undefined) open()
      if ('error' in loaded!) throw loaded.error
      return loaded!.value
    },
  }
}
