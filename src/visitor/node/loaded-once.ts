export interface Loaded<T> {
  /** Loads data that is not there yet, also after it failed. */
  open(): void
  /** Loads on first use; where that failed it is not tried again at each request. */
  get(): T
}

/** Data that is loaded when it is first needed. */
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
