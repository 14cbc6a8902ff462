import type { Ip, IpRange } from './ip.ts'

const FIRST_ROWS = 16
/** Means "no value" in the columns of an IpMap. */
const MAX_VALUE = 0xfffffffe

/**
 * Ranges of one family in one array. The row of a range has the words of its first address, those of its last one, and its value.
 * A row occupies one or two cache lines, so reading rows in any order is fast.
 */
export class RangeRows {
  /** The number of words in an address: 1 (IPv4) or 4 (IPv6). */
  readonly words: number
  /** The number of words in a row. */
  readonly stride: number
  data: Uint32Array
  length = 0

  constructor(words: 1 | 4) {
    this.words = words
    this.stride = words * 2 + 1
    this.data = new Uint32Array(FIRST_ROWS * this.stride)
  }

  /** Adds a row and returns its index in `data`. */
  grow(): number {
    const at = this.length * this.stride
    if (at === this.data.length) {
      const grown = new Uint32Array(this.data.length * 2)
      grown.set(this.data)
      this.data = grown
    }
    this.length++
    return at
  }
}

const checked = (value: number): number => {
  if (value >= 0 && value <= MAX_VALUE && Number.isInteger(value)) return value
  throw new RangeError(`range value ${value}: expected an integer from 0 to ${MAX_VALUE}`)
}

/**
 * A growing list of address ranges, both ends included, each with a value from 0 to 0xfffffffe. It uses typed arrays, so a million
 * ranges do not need a million objects. A range that ends before it begins is kept, but contains no address.
 *
 * @example
 * const ranges = new RangeBuffer()
 * ranges.add4(0xc0000200, 0xc00002ff, 7) // 192.0.2.0/24
 * buildIpMap(ranges).find(parseIp('192.0.2.1')!) // 7
 */
export class RangeBuffer {
  readonly v4 = new RangeRows(1)
  readonly v6 = new RangeRows(4)

  /** Addresses are unsigned 32-bit words. */
  add4(from: number, to: number, value = 0): void {
    const word = checked(value)
    const at = this.v4.grow()
    const { data } = this.v4
    data[at] = from
    data[at + 1] = to
    data[at + 2] = word
  }

  add6(from: Ip, to: Ip, value = 0): void {
    const word = checked(value)
    const at = this.v6.grow()
    const { data } = this.v6
    data[at] = from.a
    data[at + 1] = from.b
    data[at + 2] = from.c
    data[at + 3] = from.d
    data[at + 4] = to.a
    data[at + 5] = to.b
    data[at + 6] = to.c
    data[at + 7] = to.d
    data[at + 8] = word
  }

  /** Adds a range. It ignores ranges whose ends belong to different families. */
  add({ from, to }: IpRange, value = 0): void {
    if (from.family !== to.family) return
    if (from.family === 4) this.add4(from.d, to.d, value)
    else this.add6(from, to, value)
  }

  get length(): number {
    return this.v4.length + this.v6.length
  }
}
