const MIN_SLOTS = 16
/** Above this part of its slots a shard grows: probes get long behind it. */
const MAX_LOAD = 0.75
/** A shard moves to other memory as a whole, and no request should wait for more than some thousand entries. */
const SHARDS = 256
/** How many entries are compared where one has to make room. */
const CANDIDATES = 16

/** What an entry is worth against others: where one has to make room, the one for which this is smallest does. */
export type Worth = (shard: Shard, slot: number) => number

/**
 * Some of the entries of a table: columns of numbers, found by open addressing. An entry is free where its end is 0, and may be
 * dropped from its end on.
 */
export class Shard {
  size = 0
  high = new Uint32Array(MIN_SLOTS)
  low = new Uint32Array(MIN_SLOTS)
  /** Until when an entry says anything, in milliseconds of the counters' clock. */
  ends = new Float64Array(MIN_SLOTS)
  /** `width` numbers of each entry. */
  counts: Uint32Array
  #hand = 0

  constructor(readonly width: number) {
    this.counts = new Uint32Array(MIN_SLOTS * width)
  }

  /** Of all the numbers of an entry. */
  sum(slot: number): number {
    let sum = 0
    for (let i = slot * this.width; i < (slot + 1) * this.width; i++) sum += this.counts[i]!
    return sum
  }

  /** -1 where there is none. */
  find(high: number, low: number): number {
    const mask = this.ends.length - 1
    for (let slot = low & mask; this.ends[slot] !== 0; slot = (slot + 1) & mask) {
      if (this.low[slot] === low && this.high[slot] === high) return slot
    }
    return -1
  }

  /** Takes a free slot for a key that has none yet. */
  insert(high: number, low: number, end: number): number {
    const mask = this.ends.length - 1
    let slot = low & mask
    while (this.ends[slot] !== 0) slot = (slot + 1) & mask
    this.high[slot] = high
    this.low[slot] = low
    this.ends[slot] = end
    this.counts.fill(0, slot * this.width, (slot + 1) * this.width)
    this.size++
    return slot
  }

  get bytes(): number {
    const { high, low, ends, counts } = this
    return high.byteLength + low.byteLength + ends.byteLength + counts.byteLength
  }

  get isFull(): boolean {
    return this.size + 1 > this.ends.length * MAX_LOAD
  }

  /** Frees a slot, and moves those behind it up that were pushed on by it. */
  remove(slot: number): void {
    const mask = this.ends.length - 1
    let hole = slot
    for (let next = (slot + 1) & mask; this.ends[next] !== 0; next = (next + 1) & mask) {
      const home = this.low[next]! & mask
      // Where its home lies between hole and itself, it would not be found any more.
      if (((next - home) & mask) < ((next - hole) & mask)) continue
      this.#move(next, hole)
      hole = next
    }
    this.ends[hole] = 0
    this.size--
  }

  #move(from: number, to: number): void {
    this.high[to] = this.high[from]!
    this.low[to] = this.low[from]!
    this.ends[to] = this.ends[from]!
    const { width } = this
    this.counts.copyWithin(to * width, from * width, (from + 1) * width)
  }

  /** Drops what has ended, and makes as much room as the rest needs. */
  tidy(now: number): void {
    const { high, low, ends, counts, width } = this
    let live = 0
    for (let slot = 0; slot < ends.length; slot++) if (ends[slot]! > now) live++
    let slots = MIN_SLOTS
    // Twice as much as needed, or the next one would come soon.
    while (live > (slots * MAX_LOAD) / 2) slots *= 2
    this.size = 0
    this.#hand = 0
    this.high = new Uint32Array(slots)
    this.low = new Uint32Array(slots)
    this.ends = new Float64Array(slots)
    this.counts = new Uint32Array(slots * width)
    for (let slot = 0; slot < ends.length; slot++) {
      const end = ends[slot]!
      if (end <= now) continue
      const place = this.insert(high[slot]!, low[slot]!, end)
      for (let i = 0; i < width; i++) this.counts[place * width + i] = counts[slot * width + i]!
    }
  }

  /** The next entry of a round through all of them; there has to be one. */
  next(): number {
    const mask = this.ends.length - 1
    do this.#hand = (this.#hand + 1) & mask
    while (this.ends[this.#hand] === 0)
    return this.#hand
  }
}

/**
 * A hash table of at most `most` entries that each have an end. Its entries are numbers in typed arrays, some 100 bytes each,
 * and nothing in it is the garbage collector's work, however many keys visitors invent. It grows a shard at a time.
 *
 * @example
 * const table = new CounterTable(1_000_000, 8, (shard, slot) => shard.sum(slot))
 */
export class CounterTable {
  /** Live entries that made room for others. */
  evicted = 0
  readonly #shards: (Shard | undefined)[]
  readonly #width: number
  readonly #most: number
  readonly #worth: Worth
  #size = 0

  /**
   * @param most entries at one time
   * @param width numbers of each entry
   * @param worth which of a few entries makes room where the table is full: the one for which this is smallest
   */
  constructor(most: number, width: number, worth: Worth) {
    this.#most = most
    this.#worth = worth
    this.#width = width
    this.#shards = Array.from({ length: SHARDS }, () => undefined)
  }

  /** Entries, with those that have ended and are not dropped yet. */
  get size(): number {
    return this.#size
  }

  /** Of the typed arrays. */
  get bytes(): number {
    return this.#shards.reduce((sum, shard) => sum + (shard?.bytes ?? 0), 0)
  }

  /** The part of the table that a key is in. */
  shard(high: number): Shard {
    const at = high & (SHARDS - 1)
    let shard = this.#shards[at]
    if (shard === undefined) {
      shard = new Shard(this.#width)
      this.#shards[at] = shard
    }
    return shard
  }

  /** A slot for a key that has none yet. */
  insert(high: number, low: number, end: number, now: number): number {
    const shard = this.shard(high)
    if (this.#size >= this.#most) this.#makeRoom(high & (SHARDS - 1), now)
    if (shard.isFull) {
      const before = shard.size
      shard.tidy(now)
      this.#size += shard.size - before
    }
    this.#size++
    return shard.insert(high, low, end)
  }

  remove(shard: Shard, slot: number): void {
    shard.remove(slot)
    this.#size--
  }

  /** Looks at the next few entries from the shard of the new one on: drops one that has ended, or else the one worth least. */
  #makeRoom(wanted: number, now: number): void {
    let least: Shard | undefined
    let [leastSlot, leastWorth] = [-1, Infinity]
    let seen = 0
    for (let i = 0; i < SHARDS && seen < CANDIDATES; i++) {
      const shard = this.#shards[(wanted + i) % SHARDS]
      if (shard === undefined) continue
      for (let left = shard.size; left > 0 && seen < CANDIDATES; left--, seen++) {
        const slot = shard.next()
        if (shard.ends[slot]! <= now) {
          this.remove(shard, slot)
          return
        }
        const worth = this.#worth(shard, slot)
        if (worth >= leastWorth) continue
        least = shard
        leastSlot = slot
        leastWorth = worth
      }
    }
    if (least === undefined) return
    this.evicted++
    this.remove(least, leastSlot)
  }
}
