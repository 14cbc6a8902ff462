const WORD_BITS = 32
/** Leaves room in one word for the low bits of an address and the code for the length of its segment. */
const MIN_PART_BITS = 7
const MAX_PART_BITS = 12
/** Parts have about as many rows as these bits count, within the limits. */
const PART_ROWS_BITS = 8
/** A bucket has two to four rows if the rows of its part are spread evenly. */
const BUCKET_ROWS_BITS = 1
/** The low bits of a part's entry are the shift. The others are the number of its first bucket. */
const SHIFT_BITS = 5
const SHIFT_MASK = (1 << SHIFT_BITS) - 1

const bitsOf = (count: number) => WORD_BITS - Math.clz32(count)

/**
 * Narrows the search for an address among sorted rows to a few rows. The upper bits of the address select a part of the address
 * space. The range from the first row of a part to its last is divided into about as many buckets as the part has rows. The index
 * therefore works as well for rows that cluster, as real networks do, as for rows that are spread evenly.
 */
export class BucketIndex {
  /** The number of low bits in an address' first word, below the bits that select the part. */
  readonly lowBits: number
  /** The first row of each bucket, and at the end the number of rows. */
  readonly first: Uint32Array
  readonly #partBits: number
  /** Two words for each part: its first bucket and shift, then the start of its buckets. */
  readonly #parts: Uint32Array

  /**
   * @param high the upper 32 bits of the rows' addresses, in ascending order
   * @param next the next 32 bits; left out for IPv4
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

  /** Returns the 31 bits that follow the bits which select the part. */
  #windowOf(high: number, next: number): number {
    return ((high << this.#partBits) >>> 1) | (next >>> (WORD_BITS + 1 - this.#partBits))
  }

  bucketOf(high: number, next: number): number {
    const at = (high >>> this.lowBits) * 2
    const entry = this.#parts[at]!
    const beyond = this.#windowOf(high, next) - this.#parts[at + 1]!
    const bucket = (entry >>> SHIFT_BITS) + (Math.max(0, beyond) >>> (entry & SHIFT_MASK))
    // Addresses after the part's last row belong to its last bucket.
    return Math.min(bucket, (this.#parts[at + 2]! >>> SHIFT_BITS) - 1)
  }

  /** Returns the first row of the part that an address belongs to. */
  firstOfPart(high: number): number {
    return this.first[this.#parts[(high >>> this.lowBits) * 2]! >>> SHIFT_BITS]!
  }

  /** Returns, for each row, the bits that select its part, at their place in the first word of the address. */
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
