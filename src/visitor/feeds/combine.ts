import type { IpMap, IpMapColumns } from '../../lists/ipmap.ts'
import { ipMapOf } from '../../lists/ipmap.ts'

/** The share of an address that a feed does not contain. */
export const ABSENT = -1
/** Maps have this in their columns for addresses without a value. */
const NO_VALUE = 0xffffffff
/** The number of the combination of addresses that no feed contains. */
const NOWHERE = 0
/** Shares are 0–100, or `ABSENT`. */
const SHARES = 102

/** Shares (0–100) by feed; `ABSENT` if a feed does not contain the address. */
export type Combination = readonly number[]

export interface Combined {
  /** Finds an address's place in `combinations`. */
  readonly map: IpMap
  readonly combinations: readonly Combination[]
}

/** Numbers combinations as they appear. From one combination to the next it takes one look into a table. */
class Combinations {
  readonly all: Combination[] = []
  readonly #numbers = new Map<string, number>()
  readonly #steps = new Map<number, number>()
  readonly #feeds: number

  constructor(feeds: number) {
    this.#feeds = feeds
    this.#numberOf(new Array<number>(feeds).fill(ABSENT))
  }

  /** The combination that differs from another in the share of one feed. */
  with(combination: number, feed: number, share: number): number {
    const step = (combination * this.#feeds + feed) * SHARES + share + 1
    let next = this.#steps.get(step)
    if (next === undefined) {
      next = this.#numberOf(this.all[combination]!.with(feed, share))
      this.#steps.set(step, next)
    }
    return next
  }

  #numberOf(combination: Combination): number {
    const key = combination.join()
    const known = this.#numbers.get(key)
    if (known !== undefined) return known
    this.#numbers.set(key, this.all.length)
    return this.all.push(combination) - 1
  }
}

/** Ascending starts of segments, each a row of one word (IPv4) or four (IPv6), and the value of each. */
interface Segments {
  readonly words: readonly Uint32Array[]
  readonly values: Uint32Array
}

const compareRows = (x: Segments, row: number, y: Segments, other: number): number => {
  for (let i = 0; i < x.words.length; i++) {
    const difference = x.words[i]![row]! - y.words[i]![other]!
    if (difference !== 0) return difference
  }
  return 0
}

/** Walks the starts of all feeds' segments at once. */
const merge = (feeds: readonly Segments[], combinations: Combinations): Segments => {
  const most = feeds.reduce((sum, { values }) => sum + values.length, 0)
  const words = feeds[0]?.words.map(() => new Uint32Array(most)) ?? []
  const values = new Uint32Array(most)
  const rows = feeds.map(() => 0)
  let length = 0
  let combination = NOWHERE
  for (;;) {
    let first = -1
    for (let feed = 0; feed < feeds.length; feed++) {
      if (rows[feed]! >= feeds[feed]!.values.length) continue
      const isEarlier =
        first < 0 || compareRows(feeds[feed]!, rows[feed]!, feeds[first]!, rows[first]!) < 0
      if (isEarlier) first = feed
    }
    if (first < 0) break
    const row = rows[first]!
    // The feeds before the first one start later.
    for (let feed = first; feed < feeds.length; feed++) {
      const own = rows[feed]!
      const segments = feeds[feed]!
      if (own >= segments.values.length) continue
      if (feed !== first && compareRows(segments, own, feeds[first]!, row) !== 0) continue
      const value = segments.values[own]!
      combination = combinations.with(combination, feed, value === NO_VALUE ? ABSENT : value)
      rows[feed]!++
    }
    for (let i = 0; i < words.length; i++) words[i]![length] = feeds[first]!.words[i]![row]!
    values[length++] = combination === NOWHERE ? NO_VALUE : combination
  }
  return { words: words.map((word) => word.slice(0, length)), values: values.slice(0, length) }
}

/**
 * Merges the maps of several feeds, so that one look-up answers for all of them.
 *
 * @param feeds values are shares, 0–100
 * @example
 * const { map, combinations } = combine([drop, ipsum])
 * combinations[map.find(ip)] // [100, ABSENT]: in the first, not in the second
 */
export const combine = (feeds: readonly IpMapColumns[]): Combined => {
  const combinations = new Combinations(feeds.length)
  const v4 = merge(
    feeds.map(({ v4 }) => ({ words: [v4.starts], values: v4.values })),
    combinations
  )
  const hasLow = feeds.some(({ v6 }) => v6.c !== undefined || v6.d !== undefined)
  const v6 = merge(
    feeds.map(({ v6: { a, b, c, d, values } }) => {
      const zeros = () => new Uint32Array(values.length)
      return { words: hasLow ? [a, b, c ?? zeros(), d ?? zeros()] : [a, b], values }
    }),
    combinations
  )
  const none = new Uint32Array(0)
  const [starts = none] = v4.words
  const [a = none, b = none, c, d] = v6.words
  return {
    map: ipMapOf({
      v4: { starts, values: v4.values },
      v6:
        c === undefined || d === undefined
          ? { a, b, values: v6.values }
          : { a, b, c, d, values: v6.values },
    }),
    combinations: combinations.all,
  }
}

/** The data of one feed, extracted from the merged map. So its data is not in memory twice. */
export const columnsOf = ({ map, combinations }: Combined, feed: number): IpMapColumns => {
  const shares = Uint32Array.from(combinations, (combination) => {
    const share = combination[feed]!
    return share === ABSENT ? NO_VALUE : share
  })
  const all = map.columns()
  const shareOf = (value: number) => (value === NO_VALUE ? NO_VALUE : shares[value]!)
  /** Rows whose value differs from the previous one. */
  const rowsOf = (values: Uint32Array) => {
    const rows = new Uint32Array(values.length)
    let length = 0
    let last = NO_VALUE
    for (let row = 0; row < values.length; row++) {
      const share = shareOf(values[row]!)
      if (share === last) continue
      last = share
      rows[length++] = row
    }
    return rows.subarray(0, length)
  }
  const v4Rows = rowsOf(all.v4.values)
  const v6Rows = rowsOf(all.v6.values)
  const { a, b, c, d } = all.v6
  const pick = (words: Uint32Array, rows: Uint32Array) => rows.map((row) => words[row]!)
  const pickShares = (values: Uint32Array, rows: Uint32Array) =>
    rows.map((row) => shareOf(values[row]!))
  return {
    v4: { starts: pick(all.v4.starts, v4Rows), values: pickShares(all.v4.values, v4Rows) },
    v6: {
      a: pick(a, v6Rows),
      b: pick(b, v6Rows),
      ...(c === undefined || d === undefined ? {} : { c: pick(c, v6Rows), d: pick(d, v6Rows) }),
      values: pickShares(all.v6.values, v6Rows),
    },
  }
}
