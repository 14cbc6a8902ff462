import type { Ip } from '../../lists/ip.ts'
import { compareIp, nextIp } from '../../lists/ip.ts'
import type { IpMapColumns } from '../../lists/ipmap.ts'

/** In the columns of an IpMap: these addresses belong to nobody. */
export const NOBODY = 0xffffffff

/**
 * Columns from ranges in ascending order. Each segment lasts until the next begins, so of adjacent ranges of one network
 * only the first is kept. `add` returns false if a range begins inside or before the last one; `cut` shortens the last
 * range if the new one begins inside it.
 */
export class V4Segments {
  readonly #starts: Uint32Array
  readonly #values: Uint32Array
  #length = 0
  /** The start of the last range. */
  #last = -1
  /** The first address after the ranges so far. */
  #next = 0
  #value = NOBODY

  constructor(maxRanges: number) {
    // A gap may precede each range, and one may follow the last range.
    this.#starts = new Uint32Array(maxRanges * 2 + 1)
    this.#values = new Uint32Array(maxRanges * 2 + 1)
  }

  add(from: number, to: number, value: number): boolean {
    return from >= this.#next && this.cut(from, to, value)
  }

  cut(from: number, to: number, value: number): boolean {
    if (from <= this.#last) return false
    if (from > this.#next) this.#begin(this.#next, NOBODY)
    this.#begin(from, value)
    this.#last = from
    this.#next = to + 1
    return true
  }

  columns(): IpMapColumns['v4'] {
    if (this.#next <= 0xffffffff) this.#begin(this.#next, NOBODY)
    return {
      starts: this.#starts.slice(0, this.#length),
      values: this.#values.slice(0, this.#length),
    }
  }

  #begin(start: number, value: number): void {
    if (value === this.#value) return
    this.#starts[this.#length] = start
    this.#values[this.#length++] = value
    this.#value = value
  }
}

const hasBits = (words: Uint32Array) => words.some((word) => word !== 0)

/** The same for IPv6. */
export class V6Segments {
  readonly #words: readonly [Uint32Array, Uint32Array, Uint32Array, Uint32Array]
  readonly #values: Uint32Array
  #length = 0
  #last: Ip | undefined
  /** `undefined` after the last possible address. */
  #next: Ip | undefined
  #isFull = false
  #value = NOBODY

  constructor(maxRanges: number) {
    const column = () => new Uint32Array(maxRanges * 2 + 1)
    this.#words = [column(), column(), column(), column()]
    this.#values = column()
  }

  add(from: Ip, to: Ip, value: number): boolean {
    const next = this.#next
    const isInside = this.#isFull || (next !== undefined && compareIp(from, next) < 0)
    return !isInside && this.cut(from, to, value)
  }

  cut(from: Ip, to: Ip, value: number): boolean {
    const [last, next] = [this.#last, this.#next]
    if (last !== undefined && compareIp(from, last) <= 0) return false
    if (next !== undefined && compareIp(from, next) > 0) this.#begin(next, NOBODY)
    this.#begin(from, value)
    this.#last = from
    this.#next = nextIp(to)
    this.#isFull = this.#next === undefined
    return true
  }

  columns(): IpMapColumns['v6'] {
    if (this.#next !== undefined) this.#begin(this.#next, NOBODY)
    const [a, b, c, d] = this.#words.map((words) => words.slice(0, this.#length)) as [
      Uint32Array,
      Uint32Array,
      Uint32Array,
      Uint32Array,
    ]
    const values = this.#values.slice(0, this.#length)
    return hasBits(c) || hasBits(d) ? { a, b, c, d, values } : { a, b, values }
  }

  #begin(start: Ip, value: number): void {
    if (value === this.#value) return
    const [a, b, c, d] = this.#words
    const row = this.#length++
    a[row] = start.a
    b[row] = start.b
    c[row] = start.c
    d[row] = start.d
    this.#values[row] = value
    this.#value = value
  }
}
