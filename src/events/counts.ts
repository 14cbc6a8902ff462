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

/** The position of a row in sorted rows. */
const placeOf = (sorted: readonly TopRow[], row: TopRow, order: Order): number => {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (order(sorted[middle]!, row) <= 0) low = middle + 1
    else high = middle
  }
  return low
}

/** The first `limit` of many rows in their order, without sorting all of them. */
class First {
  readonly rows: TopRow[] = []
  /** A row with a smaller count is not among them. */
  least = 0

  constructor(
    readonly order: Order,
    readonly limit: number
  ) {}

  add(row: TopRow): void {
    const { rows, order, limit } = this
    const isFull = rows.length === limit
    if (isFull && order(row, rows[limit - 1]!) >= 0) return
    rows.splice(placeOf(rows, row, order), 0, row)
    if (isFull) rows.pop()
    if (rows.length === limit) this.least = rows[limit - 1]!.count
  }
}

/** The first `limit` rows: the most frequent ones; equally frequent ones by value. */
export const firstOf = (
  rows: Iterable<TopRow>,
  by: readonly Pick<EventField, 'type'>[],
  limit: number
): TopRow[] => {
  const order = orderOf(by)
  if (limit === Number.POSITIVE_INFINITY) return [...rows].sort(order)
  const first = new First(order, limit)
  for (const row of rows) if (row.count >= first.least) first.add(row)
  return first.rows
}

/** Counts the values of one field. */
class ValueCounts {
  readonly #counts = new Map<string | number, number>()

  constructor(readonly by: readonly Pick<EventField, 'type'>[]) {}

  add([value = '']: TopRow['values'], count: number): void {
    this.#counts.set(value, (this.#counts.get(value) ?? 0) + count)
  }

  *rows(): Generator<TopRow> {
    for (const [value, count] of this.#counts) yield { values: [value], count }
  }

  top(limit: number): TopRow[] {
    if (limit === Number.POSITIVE_INFINITY) return firstOf(this.rows(), this.by, limit)
    const first = new First(orderOf(this.by), limit)
    // Most of many values never become a row.
    for (const [value, count] of this.#counts) {
      if (count >= first.least) first.add({ values: [value], count })
    }
    return first.rows
  }
}

/** Counts combinations of the values of several fields. */
class CombinationCounts {
  readonly #rows = new Map<string, TopRow>()

  constructor(readonly by: readonly Pick<EventField, 'type'>[]) {}

  add(values: TopRow['values'], count: number): void {
    const key = JSON.stringify(values)
    const row = this.#rows.get(key)
    if (row === undefined) this.#rows.set(key, { values, count })
    else row.count += count
  }

  rows(): Iterable<TopRow> {
    return this.#rows.values()
  }

  top(limit: number): TopRow[] {
    return firstOf(this.#rows.values(), this.by, limit)
  }
}

/** Adds up the counts of values. */
export interface Counts {
  /** @param values in the order of the fields; the array must not change afterwards */
  add(values: TopRow['values'], count: number): void
  rows(): Iterable<TopRow>
  /** Returns the most frequent ones. */
  top(limit: number): TopRow[]
}

export const createCounts = (by: readonly Pick<EventField, 'type'>[]): Counts =>
  by.length === 1 ? new ValueCounts(by) : new CombinationCounts(by)
