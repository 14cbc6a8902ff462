import type { EventField } from './fields.ts'
import { compareIpKeys, ipKey } from './ip-key.ts'
import type { TopRow } from './query.ts'

export const compareValues = (x: string | number, y: string | number): number =>
  x === y ? 0 : x < y ? -1 : 1

type Order = (x: TopRow, y: TopRow) => number

/** By count, then by value. */
const orderOf =
  (by: readonly Pick<EventField, 'type'>[]): Order =>
  (x, y) => {
    if (x.count !== y.count) return y.count - x.count
    for (const [i, { type }] of by.entries()) {
      const [left, right] = [x.values[i]!, y.values[i]!]
      const order =
        type === 'ip'
          ? compareIpKeys(ipKey(String(left)), ipKey(String(right)))
          : compareValues(left, right)
      if (order !== 0) return order
    }
    return 0
  }

/** Where a row belongs in sorted rows. */
const placeOf = (sorted: readonly TopRow[], row: TopRow, order: Order): number => {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (order(sorted[middle]!, row) <= 0) low = middle + 1
    else high = middle
  }
  return low
}

/** The first `limit` of the rows in their order, without sorting all of them. */
export const firstOf = (
  rows: Iterable<TopRow>,
  by: readonly Pick<EventField, 'type'>[],
  limit: number
): TopRow[] => {
  const order = orderOf(by)
  if (limit === Number.POSITIVE_INFINITY) return [...rows].sort(order)
  const first: TopRow[] = []
  for (const row of rows) {
    const last = first.length < limit ? undefined : first[limit - 1]!
    if (last !== undefined && (row.count < last.count || order(row, last) >= 0)) continue
    first.splice(placeOf(first, row, order), 0, row)
    if (first.length > limit) first.pop()
  }
  return first
}

/** Counts combinations of the values of some fields. */
export class Counts {
  readonly #by: readonly Pick<EventField, 'type'>[]
  readonly #rows = new Map<string, TopRow>()

  constructor(by: readonly Pick<EventField, 'type'>[]) {
    this.#by = by
  }

  add(values: TopRow['values'], count: number): void {
    const key = values.length === 1 ? String(values[0]) : JSON.stringify(values)
    const row = this.#rows.get(key)
    if (row === undefined) this.#rows.set(key, { values, count })
    else row.count += count
  }

  rows(): Iterable<TopRow> {
    return this.#rows.values()
  }

  /** The most frequent combinations. */
  top(limit: number): TopRow[] {
    return firstOf(this.#rows.values(), this.#by, limit)
  }
}
