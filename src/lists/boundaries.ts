import { GAP, UNTIL_NEXT } from './extents.ts'
import type { Ip } from './ip.ts'
import type { Packed } from './pack.ts'

const WORD_BITS = 32
/** Behind every address of IPv4. */
const NOWHERE = 0x1_0000_0000
/** Slots of IPv4: 4 bytes for each of them, one for two rows and at most four megabytes. */
const V4_ROWS_BITS = 0
const V4_MAX_BITS = 20
const V6_ROWS_BITS = 2
const V6_MAX_BITS = 17

/**
 * Says between which rows a word is, from its upper bits. The slots share out what lies between the first row and the last, so
 * that data that has only a corner of the address space, as IPv6 does, has all of them.
 */
class Slots {
  /** The first row's word. */
  readonly origin: number
  /** From `origin` to the last row's word. */
  readonly span: number
  readonly shift: number
  /** For each slot the first row in or behind it, and the number of rows at the end. */
  readonly first: Uint32Array

  constructor(words: Uint32Array, bits: number) {
    this.origin = words[0] ?? NOWHERE
    this.span = (words.at(-1) ?? NOWHERE) - this.origin
    const spanBits = WORD_BITS - Math.clz32(this.span)
    this.shift = Math.min(WORD_BITS - 1, Math.max(0, spanBits - bits))
    const slots = Math.floor(this.span / 2 ** this.shift) + 1
    this.first = new Uint32Array(slots + 1)
    let slot = 0
    for (let row = 0; row < words.length; row++) {
      const own = (words[row]! - this.origin) >>> this.shift
      while (slot < own) this.first[++slot] = row
    }
    while (slot < slots) this.first[++slot] = words.length
  }
}

/** Slots are a power of two of the number of rows, within limits. */
const slotBits = (rows: number, rowsBits: number, most: number) =>
  Math.max(1, Math.min(most, WORD_BITS - 1 - Math.clz32(rows) - rowsBits))

/** Rising IPv4 addresses, each of them the first of a stretch that goes on until the next, or as far as its extent says. */
export class V4Boundaries {
  readonly starts: Uint32Array
  readonly extents: Uint8Array | undefined
  readonly #slots: Slots

  constructor(starts: Uint32Array, extents?: Uint8Array) {
    this.starts = starts
    this.extents = extents
    this.#slots = new Slots(starts, slotBits(starts.length, V4_ROWS_BITS, V4_MAX_BITS))
  }

  static of({ starts, extents }: Packed): V4Boundaries {
    return new V4Boundaries(starts[0]!, extents)
  }

  get length(): number {
    return this.starts.length
  }

  /** Memory. */
  get bytes(): number {
    return this.starts.byteLength + (this.extents?.byteLength ?? 0) + this.#slots.first.byteLength
  }

  /** The stretch that the address lies in, -1 where it is in none. Tens of nanoseconds among a million. */
  find(address: number): number {
    const row = this.#lastBy(address)
    if (row < 0 || this.extents === undefined) return row
    const extent = this.extents[row]!
    if (extent === UNTIL_NEXT) return row
    return extent < GAP && (address ^ this.starts[row]!) >>> extent === 0 ? row : -1
  }

  /** The last row that begins at or before the address. */
  #lastBy(address: number): number {
    const { origin, span, shift, first } = this.#slots
    if (address < origin) return -1
    const key = address - origin
    if (key >= span) return this.starts.length - 1
    const starts = this.starts
    const slot = key >>> shift
    let row = first[slot]!
    let rows = first[slot + 1]! - row
    // Without branches, as those would be predicted wrong every other time. Within a slot differences have 31 bits.
    while (rows > 1) {
      const half = rows >>> 1
      row += half & ~((address - starts[row + half]!) >> 31)
      rows -= half
    }
    return rows === 0 || starts[row]! > address ? row - 1 : row
  }
}

const hasBits = (words: Uint32Array) => words.some((word) => word !== 0)

/** The same for IPv6: a column for each 32-bit word, as most comparisons are settled by the first. */
export class V6Boundaries {
  readonly a: Uint32Array
  readonly b: Uint32Array
  /** Absent where every boundary is one of a /64, as in country data and most lists. */
  readonly low: { readonly c: Uint32Array; readonly d: Uint32Array } | undefined
  readonly extents: Uint8Array | undefined
  readonly #slots: Slots

  constructor(
    a: Uint32Array,
    b: Uint32Array,
    c?: Uint32Array,
    d?: Uint32Array,
    extents?: Uint8Array
  ) {
    this.a = a
    this.b = b
    this.low =
      c !== undefined && d !== undefined && (hasBits(c) || hasBits(d)) ? { c, d } : undefined
    this.extents = extents
    this.#slots = new Slots(a, slotBits(a.length, V6_ROWS_BITS, V6_MAX_BITS))
  }

  static of({ starts: [a, b, c, d], extents }: Packed): V6Boundaries {
    return new V6Boundaries(a!, b!, c, d, extents)
  }

  get length(): number {
    return this.a.length
  }

  /** Memory. */
  get bytes(): number {
    const columns = [this.a, this.b, this.low?.c, this.low?.d, this.extents, this.#slots.first]
    return columns.reduce((sum, column) => sum + (column?.byteLength ?? 0), 0)
  }

  /** The stretch that the address lies in, -1 where it is in none. */
  find(ip: Ip): number {
    const row = this.#lastBy(ip)
    if (row < 0 || this.extents === undefined) return row
    const extent = this.extents[row]!
    if (extent === UNTIL_NEXT) return row
    return extent < GAP && this.#isWithin(ip, row, extent) ? row : -1
  }

  /** The last row that begins at or before the address. */
  #lastBy(ip: Ip): number {
    const { origin, span, shift, first } = this.#slots
    if (ip.a < origin) return -1
    const slot = Math.min(ip.a - origin, span) >>> shift
    let low = first[slot]!
    let high = first[slot + 1]!
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#startsBy(ip, middle)) low = middle + 1
      else high = middle
    }
    return low - 1
  }

  #startsBy(ip: Ip, row: number): boolean {
    const a = this.a[row]!
    if (a !== ip.a) return a < ip.a
    const b = this.b[row]!
    if (b !== ip.b) return b < ip.b
    if (this.low === undefined) return true
    const c = this.low.c[row]!
    return c === ip.c ? this.low.d[row]! <= ip.d : c < ip.c
  }

  /** Whether the address is in the network of so many host bits that begins here. */
  #isWithin(ip: Ip, row: number, hostBits: number): boolean {
    const a = ip.a ^ this.a[row]!
    if (hostBits >= 96) return a >>> (hostBits - 96) === 0
    const b = ip.b ^ this.b[row]!
    if (hostBits >= 64) return a === 0 && b >>> (hostBits - 64) === 0
    if (a !== 0 || b !== 0) return false
    const c = ip.c ^ (this.low?.c[row] ?? 0)
    if (hostBits >= 32) return c >>> (hostBits - 32) === 0
    return c === 0 && (ip.d ^ (this.low?.d[row] ?? 0)) >>> hostBits === 0
  }
}
