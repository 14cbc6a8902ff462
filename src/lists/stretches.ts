import { orderOf } from './order.ts'
import type { RangeColumns } from './ranges.ts'

/** No value: between ranges. */
export const NO_VALUE = 0xffffffff
const LAST_WORD = 0xffffffff

/** Stretches of one value, each going on until the next begins. Addresses as columns of words. */
export interface Stretches {
  readonly starts: readonly Uint32Array[]
  readonly values: Uint32Array
}

type Words = readonly Uint32Array[]

const compareRows = (x: Words, i: number, y: Words, j: number): number => {
  for (let word = 0; word < x.length; word++) {
    const difference = x[word]![i]! - y[word]![j]!
    if (difference !== 0) return difference
  }
  return 0
}

/** How many addresses a range has, less one, as columns of words. */
const widthsOf = ({ from, to }: RangeColumns): Words => {
  const widths = from.map((column) => new Uint32Array(column.length))
  for (let row = 0; row < from[0]!.length; row++) {
    let borrow = 0
    for (let word = from.length - 1; word >= 0; word--) {
      const difference = to[word]![row]! - from[word]![row]! - borrow
      borrow = difference < 0 ? 1 : 0
      widths[word]![row] = difference >>> 0
    }
  }
  return widths
}

/** Rows of ranges that have begun, the narrowest on top, of equals the latest. What has ended is left until it is on top. */
class Begun {
  readonly #rows: number[] = []
  readonly #widths: Words

  constructor(widths: Words) {
    this.#widths = widths
  }

  get top(): number | undefined {
    return this.#rows[0]
  }

  #isBefore(x: number, y: number): boolean {
    return (compareRows(this.#widths, x, this.#widths, y) || y - x) < 0
  }

  push(row: number): void {
    const rows = this.#rows
    let at = rows.length
    rows.push(row)
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!this.#isBefore(row, rows[parent]!)) break
      rows[at] = rows[parent]!
      at = parent
    }
    rows[at] = row
  }

  pop(): void {
    const rows = this.#rows
    const row = rows.pop()!
    if (rows.length === 0) return
    let at = 0
    for (let child = 1; child < rows.length; child = at * 2 + 1) {
      const right = child + 1
      if (right < rows.length && this.#isBefore(rows[right]!, rows[child]!)) child = right
      if (!this.#isBefore(rows[child]!, row)) break
      rows[at] = rows[child]!
      at = child
    }
    rows[at] = row
  }
}

/** Stretches as they come; equal neighbours are one. */
class Output {
  length = 0
  #starts: Uint32Array[]
  #values: Uint32Array

  constructor(words: number, rows: number) {
    this.#starts = Array.from({ length: words }, () => new Uint32Array(rows))
    this.#values = new Uint32Array(rows)
  }

  add(address: readonly number[], value: number): void {
    if (value === (this.length === 0 ? NO_VALUE : this.#values[this.length - 1])) return
    for (let word = 0; word < address.length; word++) {
      this.#starts[word]![this.length] = address[word]!
    }
    this.#values[this.length++] = value
  }

  whole(): Stretches {
    return {
      starts: this.#starts.map((column) => column.slice(0, this.length)),
      values: this.#values.slice(0, this.length),
    }
  }
}

/**
 * Cuts overlapping ranges into stretches that do not overlap: where several lie over each other the narrowest counts, and of
 * equals the latest. Ranges that end before they begin hold nothing.
 */
export const flatten = (ranges: RangeColumns): Stretches => {
  const { from, to, values } = ranges
  const words = from.length
  const order = orderOf(from)
  const begun = new Begun(widthsOf(ranges))
  // Each range begins one stretch and ends another.
  const output = new Output(words, order.length * 2)
  const at = new Array<number>(words).fill(0)

  const isAtOrBehind = (columns: Words, row: number): boolean => {
    for (let word = 0; word < words; word++) {
      const difference = columns[word]![row]! - at[word]!
      if (difference !== 0) return difference > 0
    }
    return true
  }
  const isAt = (columns: Words, row: number): boolean =>
    columns.every((column, word) => column[row] === at[word])
  const goTo = (columns: Words, row: number) => {
    for (let word = 0; word < words; word++) at[word] = columns[word]![row]!
  }
  /** @returns false behind the last address there is */
  const goBehind = (row: number): boolean => {
    goTo(to, row)
    for (let word = words - 1; word >= 0; word--) {
      if (at[word] !== LAST_WORD) {
        at[word]!++
        return true
      }
      at[word] = 0
    }
    return false
  }

  for (let next = 0; next < order.length || begun.top !== undefined; ) {
    const { top } = begun
    const row = order[next]
    if (row !== undefined && (top === undefined || compareRows(from, row, to, top) <= 0)) {
      goTo(from, row)
    } else if (!goBehind(top!)) break
    for (; next < order.length && isAt(from, order[next]!); next++) {
      const one = order[next]!
      if (compareRows(from, one, to, one) <= 0) begun.push(one)
    }
    while (begun.top !== undefined && !isAtOrBehind(to, begun.top)) begun.pop()
    output.add(at, begun.top === undefined ? NO_VALUE : values[begun.top]!)
  }
  return output.whole()
}
