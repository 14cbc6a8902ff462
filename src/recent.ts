const MAX_ENTRIES = 256
/** Longer keys come from nobody's browser, and are not worth the memory. */
const MAX_KEY_CHARS = 512

/**
 * Remembers what a few hundred keys came to, so that what visitors send or ask for bounds neither memory nor work. When it
 * is full the one that came first makes room.
 */
export class Recent<Value, Key extends string | number = string> {
  readonly #values = new Map<Key, Value>()

  constructor(readonly most: number = MAX_ENTRIES) {}

  get size(): number {
    return this.#values.size
  }

  /** @param make what the key comes to, where it is not known */
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
