import { orderOf } from './order.ts'
import type { RangeRows } from './ranges.ts'

/** The value of segments that belong to no range. */
export const NO_VALUE = 0xffffffff

const WORD = 0x1_0000_0000
const LAST_WORD = 0xffffffff

/**
 * The address space of a family, divided into segments. Each segment ends where the next one begins. `starts` has a column for each
 * word of an address. Adjacent segments have different values. Only the first `length` rows are used.
 */
export interface Segments {
  readonly starts: readonly Uint32Array[]
  readonly values: Uint32Array
  length: number
}

/** Compares two addresses, given as words in `x` and `y`. */
const compareWords = (
  x: Uint32Array,
  atX: number,
  y: Uint32Array,
  atY: number,
  words: number
): number => {
  for (let word = 0; word < words; word++) {
    const difference = x[atX + word]! - y[atY + word]!
    if (difference !== 0) return difference
  }
  return 0
}

/** A heap of the ranges that contain the current address. Its root is the narrowest; of equally wide ranges, the one added last. */
class OpenRanges {
  readonly #rows: RangeRows
  readonly #heap: number[] = []

  constructor(rows: RangeRows) {
    this.#rows = rows
  }

  /** `undefined` if the heap is empty. */
  get narrowest(): number | undefined {
    return this.#heap[0]
  }

  push(row: number): void {
    const heap = this.#heap
    let place = heap.length
    while (place > 0) {
      const parent = (place - 1) >>> 1
      if (!this.#isAhead(row, heap[parent]!)) break
      heap[place] = heap[parent]!
      place = parent
    }
    heap[place] = row
  }

  pop(): void {
    const heap = this.#heap
    const row = heap.pop()
    if (row === undefined || heap.length === 0) return
    let place = 0
    for (;;) {
      let child = place * 2 + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && this.#isAhead(heap[child + 1]!, heap[child]!)) child++
      if (!this.#isAhead(heap[child]!, row)) break
      heap[place] = heap[child]!
      place = child
    }
    heap[place] = row
  }

  #isAhead(x: number, y: number): boolean {
    const { data, stride, words } = this.#rows
    const atX = x * stride
    const atY = y * stride
    // Subtracts from the lowest word up. The highest word that differs decides.
    let order = 0
    let borrowX = 0
    let borrowY = 0
    for (let word = words - 1; word >= 0; word--) {
      let widthX = data[atX + words + word]! - data[atX + word]! - borrowX
      let widthY = data[atY + words + word]! - data[atY + word]! - borrowY
      borrowX = widthX < 0 ? 1 : 0
      borrowY = widthY < 0 ? 1 : 0
      widthX += borrowX * WORD
      widthY += borrowY * WORD
      if (widthX !== widthY) order = widthX - widthY
    }
    return order === 0 ? x > y : order < 0
  }
}

/** Collects the starts of segments, in ascending order. */
class SegmentWriter implements Segments {
  readonly starts: Uint32Array[]
  readonly values: Uint32Array
  length = 0

  constructor(words: number, rows: number) {
    this.starts = Array.from({ length: words }, () => new Uint32Array(rows))
    this.values = new Uint32Array(rows)
  }

  begin(address: Uint32Array, at: number, value: number): void {
    // Replaces a segment that contains no address.
    if (this.length > 0 && this.#isLast(address, at)) this.length--
    const before = this.length === 0 ? NO_VALUE : this.values[this.length - 1]
    if (value === before) return
    for (let word = 0; word < this.starts.length; word++) {
      this.starts[word]![this.length] = address[at + word]!
    }
    this.values[this.length++] = value
  }

  #isLast(address: Uint32Array, at: number): boolean {
    for (let word = 0; word < this.starts.length; word++) {
      if (this.starts[word]![this.length - 1] !== address[at + word]) return false
    }
    return true
  }
}

/** Writes the following address into `next`. Returns false after the last address of the family. */
const follow = (data: Uint32Array, at: number, next: Uint32Array): boolean => {
  let carry = 1
  for (let word = next.length - 1; word >= 0; word--) {
    const value = data[at + word]!
    next[word] = value + carry
    if (value < LAST_WORD) carry = 0
  }
  return carry === 0
}

/**
 * Divides overlapping ranges into segments. The narrowest range that contains an address gives its value; of equally wide ranges,
 * the one added last. It sorts the starts and keeps a heap of open ranges, so the time is n log n for any overlaps.
 *
 * @param isValued false if all values count as 0
 */
export const flatten = (rows: RangeRows, isValued: boolean): Segments => {
  const { data, length, stride, words } = rows
  const segments = new SegmentWriter(words, length * 2)
  const open = new OpenRanges(rows)
  const next = new Uint32Array(words)

  const valueBy = (row: number | undefined) =>
    row === undefined ? NO_VALUE : isValued ? data[row * stride + words * 2]! : 0

  /** Advances to `limit`, where the next range begins, or to the end of the address space. */
  const advance = (limit: number | undefined) => {
    for (let row = open.narrowest; row !== undefined; row = open.narrowest) {
      const end = row * stride + words
      if (limit !== undefined && compareWords(data, end, data, limit, words) >= 0) return
      if (!follow(data, end, next)) return
      for (let ended = open.narrowest; ended !== undefined; ended = open.narrowest) {
        if (compareWords(data, ended * stride + words, next, 0, words) >= 0) break
        open.pop()
      }
      segments.begin(next, 0, valueBy(open.narrowest))
    }
  }

  for (const row of orderOf(rows)) {
    const from = row * stride
    if (compareWords(data, from, data, from + words, words) > 0) continue
    advance(from)
    open.push(row)
    segments.begin(data, from, valueBy(open.narrowest))
  }
  advance(undefined)
  return segments
}
