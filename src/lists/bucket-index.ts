const WORD_BITS = 32
/** So that an address' remaining bits and how far a segment goes fit into one word. */
const MIN_PART_BITS = 7
const MAX_PART_BITS = 12
/** Parts have about as many rows as these bits count, within the limits. */
const PART_ROWS_BITS = 8
/** A bucket has two to four rows if they are spread evenly in its part. */
const BUCKET_ROWS_BITS = 1
/** In a part's entry these hold the shift, the others the number of its first bucket. */
const SHIFT_BITS = 5
const SHIFT_MASK = (1 << SHIFT_BITS) - 1

const bitsOf = (count: number) => WORD_BITS - Math.clz32(count)

/**
 * Narrows an address' place among rising rows to a few of them. The upper bits of the address choose a part of the address space.
 * What lies between the first row of a part and its last is cut into buckets, as many as it has rows. So it doesn't matter whether
 * rows are spread over the whole address space or crowd in corners of it, as the networks that are in use do.
 */
export class BucketIndex {
  /** An address' bits behind those that choose the part. */
  readonly lowBits: number
  /** Row at which each bucket begins; one more than there are buckets. */
  readonly first: Uint32Array
  readonly #partBits: number
  /** Two words for each part: first bucket and shift, then where the buckets begin. */
  readonly #parts: Uint32Array

  /**
   * @param high upper 32 bits of the rows' addresses, rising
   * @param next the 32 bits that follow; none in IPv4
   */
  constructor(high: Uint32Array, next?: Uint32Array) {
    const rows = high.length
    const bits = bitsOf(rows) - PART_ROWS_BITS
    this.#partBits = Math.min(MAX_PART_BITS, Math.max(MIN_PART_BITS, bits))
    this.lowBits = WORD_BITS - this.#partBits
    const parts = 2 ** this.#partBits
    this.#parts = new Uint32Array(2 * (parts + 1))
    const windowOf = (row: number) =>
      this.#windowOf(high[row]!, next === undefined ? 0 : next[row]!)
    let buckets = 0
    let row = 0
    for (let part = 0; part < parts; part++) {
      const from = row
      while (row < rows && high[row]! >>> this.lowBits === part) row++
      const start = from === row ? 0 : windowOf(from)
      const span = from === row ? 0 : windowOf(row - 1) - start
      const shift = Math.max(
        0,
        bitsOf(span) - Math.max(0, bitsOf(row - from) - 1 - BUCKET_ROWS_BITS)
      )
      this.#parts[part * 2] = (buckets << SHIFT_BITS) | shift
      this.#parts[part * 2 + 1] = start
      buckets += (span >>> shift) + 1
    }
    this.#parts[parts * 2] = buckets << SHIFT_BITS
    this.first = new Uint32Array(buckets + 1)
    let bucket = 0
    for (let row = 0; row < rows; row++) {
      const own = this.bucketOf(high[row]!, next === undefined ? 0 : next[row]!)
      while (bucket < own) this.first[++bucket] = row
    }
    while (bucket < buckets) this.first[++bucket] = rows
  }

  get bytes(): number {
    return this.#parts.byteLength + this.first.byteLength
  }

  /** The 31 bits behind those that choose the part. */
  #windowOf(high: number, next: number): number {
    return ((high << this.#partBits) >>> 1) | (next >>> (WORD_BITS + 1 - this.#partBits))
  }

  bucketOf(high: number, next: number): number {
    const at = (high >>> this.lowBits) * 2
    const entry = this.#parts[at]!
    const beyond = this.#windowOf(high, next) - this.#parts[at + 1]!
    const bucket = (entry >>> SHIFT_BITS) + (Math.max(0, beyond) >>> (entry & SHIFT_MASK))
    // Behind the part's last row is its last bucket.
    return Math.min(bucket, (this.#parts[at + 2]! >>> SHIFT_BITS) - 1)
  }

  /** The first row of an address' part of the address space. */
  firstOfPart(high: number): number {
    return this.first[this.#parts[(high >>> this.lowBits) * 2]! >>> SHIFT_BITS]!
  }

  /** The upper bits of each row's address, those that choose its part, from `lowBits` on. */
  upperBits(): Uint32Array {
    const upper = new Uint32Array(this.first.at(-1)!)
    for (let part = 0; part < 2 ** this.#partBits; part++) {
      const from = this.first[this.#parts[part * 2]! >>> SHIFT_BITS]!
      const to = this.first[this.#parts[part * 2 + 2]! >>> SHIFT_BITS]!
      upper.fill((part << this.lowBits) >>> 0, from, to)
    }
    return upper
  }
}
