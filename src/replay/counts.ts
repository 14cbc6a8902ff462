/** The most keys at one time. It bounds the memory for logs with many addresses and paths. */
const MAX_KEYS = 20_000
const MAX_KEY_CHARS = 300

/** Returns a copy of a text, at most `MAX_KEY_CHARS` long. A slice of a chunk would keep the whole chunk in memory. */
export const ownText = (text: string): string =>
  Buffer.from(text.length > MAX_KEY_CHARS ? text.slice(0, MAX_KEY_CHARS) : text, 'latin1').toString(
    'latin1'
  )

/** `Counts` as plain data. */
export interface CountsData {
  readonly entries: readonly (readonly [key: string, count: number])[]
  /** The most by which a count can be too small. */
  readonly short: number
}

/**
 * Counts by key in bounded memory. Above `MAX_KEYS` keys it drops the rarest half. Counts are then too small by at most `short`.
 */
export class Counts {
  readonly #counts = new Map<string, { n: number }>()
  #short = 0

  add(key: string): void {
    const known = this.#counts.get(key)
    if (known !== undefined) known.n++
    else this.#insert(ownText(key), 1)
  }

  merge({ entries, short }: CountsData): void {
    this.#short += short
    for (const [key, count] of entries) {
      const known = this.#counts.get(key)
      if (known === undefined) this.#insert(key, count)
      else known.n += count
    }
  }

  /** The number of different keys. It is exact if `short` is 0, otherwise a lower bound. */
  get size(): number {
    return this.#counts.size
  }

  get short(): number {
    return this.#short
  }

  /** Returns the most frequent keys first. Keys with equal counts are sorted by their text. */
  top(limit = Number.POSITIVE_INFINITY): [key: string, count: number][] {
    return [...this.#counts]
      .map(([key, { n }]): [string, number] => [key, n])
      .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
      .slice(0, limit)
  }

  toData(): CountsData {
    return { entries: [...this.#counts].map(([key, { n }]) => [key, n]), short: this.#short }
  }

  #insert(key: string, n: number): void {
    if (this.#counts.size >= MAX_KEYS) this.#forget()
    this.#counts.set(key, { n })
  }

  #forget(): void {
    const counts = [...this.#counts.values()].map(({ n }) => n).sort((a, b) => a - b)
    const bound = counts[counts.length >>> 1]!
    for (const [key, { n }] of this.#counts) if (n < bound) this.#counts.delete(key)
    for (const [key, { n }] of this.#counts) {
      if (this.#counts.size <= MAX_KEYS / 2) break
      if (n === bound) this.#counts.delete(key)
    }
    this.#short += bound
  }
}
