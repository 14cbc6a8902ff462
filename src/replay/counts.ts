/** Keys at one time: memory stays the same however many addresses and paths a log has. */
const MAX_KEYS = 20_000
const MAX_KEY_CHARS = 300

/** A text of its own: a piece of a chunk would keep the whole chunk in memory. */
export const ownText = (text: string): string =>
  Buffer.from(text.length > MAX_KEY_CHARS ? text.slice(0, MAX_KEY_CHARS) : text, 'latin1').toString(
    'latin1'
  )

/** What `Counts` are as plain data. */
export interface CountsData {
  readonly entries: readonly (readonly [key: string, count: number])[]
  /** How much a count can be short of the truth. */
  readonly short: number
}

/**
 * Counts by key in bounded memory. Beyond `MAX_KEYS` the rarest half is forgotten: counts are then too small by at most `short`.
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

  /** Different keys: exact where `short` is 0, else at least so many. */
  get size(): number {
    return this.#counts.size
  }

  get short(): number {
    return this.#short
  }

  /** The most frequent keys first; of the same count in the order of their text. */
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
