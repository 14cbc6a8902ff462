import { BucketIndex } from './bucket-index.ts'
import type { Ip } from './ip.ts'
import { GAP, UNTIL_NEXT } from './prefix-lengths.ts'

/** The low bits of a row's first word are its code. The bits above are those of the address that do not select its part. */
const V4_CODE_BITS = 6
const V4_CODE = (1 << V4_CODE_BITS) - 1
const V6_CODE_BITS = 7
const V6_CODE = (1 << V6_CODE_BITS) - 1

/** The number of bits below the third, the second and the first word of an address. */
const BELOW_C = 32
const BELOW_B = 64
const BELOW_A = 96

const NO_HOST_BITS = new Uint8Array(0)

/**
 * An index of IPv4 segments, from their sorted first addresses. A code gives the length of each segment; without `hostBits`, a
 * segment ends where the next one begins. A row is one word, so a look-up among a million rows reads two or three cache lines.
 */
export class V4IntervalIndex {
  readonly #buckets: BucketIndex
  readonly #rows: Uint32Array
  readonly #lowMask: number

  constructor(starts: Uint32Array, hostBits: Uint8Array = NO_HOST_BITS) {
    this.#buckets = new BucketIndex(starts)
    this.#lowMask = 2 ** this.#buckets.lowBits - 1
    this.#rows = new Uint32Array(starts.length)
    for (let row = 0; row < starts.length; row++) {
      const code = (hostBits[row] ?? UNTIL_NEXT) & V4_CODE
      this.#rows[row] = ((starts[row]! & this.#lowMask) << V4_CODE_BITS) | code
    }
  }

  /** The memory in bytes. */
  get bytes(): number {
    return this.#rows.byteLength + this.#buckets.bytes
  }

  /** Returns the number of the segment that contains the address, or -1. It takes tens of nanoseconds among a million segments. */
  find(address: number): number {
    const rows = this.#rows
    const { first } = this.#buckets
    const bucket = this.#buckets.bucketOf(address, 0)
    const begin = first[bucket]!
    const low = address & this.#lowMask
    const probe = (low << V4_CODE_BITS) | V4_CODE
    let row = begin - 1
    let left = first[bucket + 1]! - begin
    // The sign of the difference replaces a branch, which the processor would mispredict half of the time.
    while (left > 0) {
      const half = (left + 1) >>> 1
      row += half & ~((probe - rows[row + half]!) >> 31)
      left -= half
    }
    if (row < 0) return -1
    const code = rows[row]! & V4_CODE
    if (code === (UNTIL_NEXT & V4_CODE)) return row
    if (code === (GAP & V4_CODE)) return -1
    const isWithin = ((rows[row]! >>> V4_CODE_BITS) ^ low) >>> code === 0
    return isWithin && (row >= begin || row >= this.#buckets.firstOfPart(address)) ? row : -1
  }

  starts(): Uint32Array {
    const starts = this.#buckets.upperBits()
    for (let row = 0; row < starts.length; row++) starts[row]! |= this.#rows[row]! >>> V4_CODE_BITS
    return starts
  }

  hostBits(): Uint8Array {
    return Uint8Array.from(this.#rows, (row) => {
      const code = row & V4_CODE
      return code < (GAP & V4_CODE) ? code : code | ~V4_CODE
    })
  }
}

const hasBits = (words: Uint32Array) => words.some((word) => word !== 0)

/** The same for IPv6. A row is two words if every segment begins with a /64, as in country data and most lists, else four. */
export class V6IntervalIndex {
  readonly #buckets: BucketIndex
  readonly #rows: Uint32Array
  readonly #stride: 2 | 4
  readonly #lowMask: number

  constructor(
    a: Uint32Array,
    b: Uint32Array,
    c?: Uint32Array,
    d?: Uint32Array,
    hostBits: Uint8Array = NO_HOST_BITS
  ) {
    const low =
      c !== undefined && d !== undefined && (hasBits(c) || hasBits(d)) ? { c, d } : undefined
    this.#buckets = new BucketIndex(a, b)
    this.#stride = low === undefined ? 2 : 4
    this.#lowMask = 2 ** this.#buckets.lowBits - 1
    this.#rows = new Uint32Array(a.length * this.#stride)
    let at = 0
    for (let row = 0; row < a.length; row++) {
      const code = (hostBits[row] ?? UNTIL_NEXT) & V6_CODE
      this.#rows[at++] = ((a[row]! & this.#lowMask) << V6_CODE_BITS) | code
      this.#rows[at++] = b[row]!
      if (low === undefined) continue
      this.#rows[at++] = low.c[row]!
      this.#rows[at++] = low.d[row]!
    }
  }

  /** The memory in bytes. */
  get bytes(): number {
    return this.#rows.byteLength + this.#buckets.bytes
  }

  /** Returns the number of the segment that contains the address, or -1. */
  find(ip: Ip): number {
    const { first } = this.#buckets
    const bucket = this.#buckets.bucketOf(ip.a, ip.b)
    const begin = first[bucket]!
    const low = ip.a & this.#lowMask
    let from = begin
    let to = first[bucket + 1]!
    while (from < to) {
      const middle = (from + to) >>> 1
      if (this.#startsBy(ip, low, middle)) from = middle + 1
      else to = middle
    }
    const row = from - 1
    if (row < 0) return -1
    const code = this.#rows[row * this.#stride]! & V6_CODE
    if (code === (UNTIL_NEXT & V6_CODE)) return row
    if (code === (GAP & V6_CODE) || !this.#isWithin(ip, low, row, code)) return -1
    // The comparison leaves out the bits that select the part.
    return row >= begin || row >= this.#buckets.firstOfPart(ip.a) ? row : -1
  }

  #startsBy({ b, c, d }: Ip, low: number, row: number): boolean {
    const rows = this.#rows
    const at = row * this.#stride
    const first = rows[at]! >>> V6_CODE_BITS
    if (first !== low) return first < low
    const second = rows[at + 1]!
    if (second !== b) return second < b
    if (this.#stride === 2) return true
    const third = rows[at + 2]!
    return third === c ? rows[at + 3]! <= d : third < c
  }

  /** Returns true if the address is in the network that begins at this row and has this number of host bits. */
  #isWithin(ip: Ip, low: number, row: number, hostBits: number): boolean {
    const rows = this.#rows
    const at = row * this.#stride
    const a = (rows[at]! >>> V6_CODE_BITS) ^ low
    if (hostBits >= BELOW_A) return a >>> (hostBits - BELOW_A) === 0
    const b = rows[at + 1]! ^ ip.b
    if (hostBits >= BELOW_B) return a === 0 && b >>> (hostBits - BELOW_B) === 0
    if (a !== 0 || b !== 0) return false
    const isHalf = this.#stride === 2
    const c = isHalf ? ip.c : rows[at + 2]! ^ ip.c
    if (hostBits >= BELOW_C) return c >>> (hostBits - BELOW_C) === 0
    const d = isHalf ? ip.d : rows[at + 3]! ^ ip.d
    return c === 0 && d >>> hostBits === 0
  }

  /** Returns the columns a to d of the starts. */
  starts(): [Uint32Array, Uint32Array, Uint32Array, Uint32Array] {
    const a = this.#buckets.upperBits()
    const [b, c, d] = [a, a, a].map(({ length }) => new Uint32Array(length))
    for (let row = 0; row < a.length; row++) {
      const at = row * this.#stride
      a[row]! |= this.#rows[at]! >>> V6_CODE_BITS
      b![row] = this.#rows[at + 1]!
      if (this.#stride === 2) continue
      c![row] = this.#rows[at + 2]!
      d![row] = this.#rows[at + 3]!
    }
    return [a, b!, c!, d!]
  }

  hostBits(): Uint8Array {
    const { length } = this.#rows
    return Uint8Array.from({ length: length / this.#stride }, (_, row) => {
      const code = this.#rows[row * this.#stride]! & V6_CODE
      return code < (GAP & V6_CODE) ? code : code | ~V6_CODE
    })
  }
}
