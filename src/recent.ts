const MAX_ENTRIES = 256
/** Browsers do not send longer keys, and they are not worth the memory. */
const MAX_KEY_CHARS = 512

/**
 * Caches the values of a few hundred keys. The limit keeps visitors from filling the memory. When the cache is full, it drops the
 * oldest key.
 */
export class Recent<Value, Key extends string | number = string> {
  readonly #values = new Map<Key, Value>()

  constructor(readonly most: number = MAX_ENTRIES) {}

  get size(): number {
    return this.#values.size
  }

  /** @param make computes the value of an unknown key */
  get(key: Key, make: (key: Key) => Value): Value {
    const known = this.#values.get(key)
    if (known !== undefined || this.#values.has(key)) return known as Value
    const made = make(key)
    if (typeof key === 'string' && key.length > MAX_KEY_CHARS) return made
    if (this.#values.size >= this.most) {
      const [oldest] = this.#values.keys()
      this.#values.delete(oldest!)
    }
    this.#values.set(key, made)
    return made
  }
}
