const MIN_SLOTS = 16
/** A shard grows above this share of used slots, because probes would get long. */
const MAX_LOAD = 0.75
/** A growing shard is copied as a whole, and no request should wait for more than some thousand entries. */
const SHARDS = 256
/** The number of entries that an eviction compares. */
const CANDIDATES = 16

/** The worth of an entry. An eviction removes the entry with the smallest worth. */
export type Worth = (shard: Shard, slot: number) => number

/**
 * A part of the entries of a table: columns of numbers with open addressing. An entry with the end 0 is free. An entry can be
 * dropped after its end.
 */
export class Shard {
  size = 0
  high = new Uint32Array(MIN_SLOTS)
  low = new Uint32Array(MIN_SLOTS)
  /** The end of each entry, in milliseconds of the counters' clock. */
  ends = new Float64Array(MIN_SLOTS)
  /** `width` numbers of each entry. */
  counts: Uint32Array
  #hand = 0

  constructor(readonly width: number) {
    this.counts = new Uint32Array(MIN_SLOTS * width)
  }

  /** The sum of all numbers of an entry. */
  sum(slot: number): number {
    let sum = 0
    for (let i = slot * this.width; i < (slot + 1) * this.width; i++) sum += this.counts[i]!
    return sum
  }

  /** The slot of a key; -1 if there is none. */
  find(high: number, low: number): number {
    const mask = this.ends.length - 1
    for (let slot = low & mask; this.ends[slot] !== 0; slot = (slot + 1) & mask) {
      if (this.low[slot] === low && this.high[slot] === high) return slot
    }
    return -1
  }

  /** Takes a free slot for a new key. */
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

  /** Frees a slot, and moves back the later entries that it had displaced. */
  remove(slot: number): void {
    const mask = this.ends.length - 1
    let hole = slot
    for (let next = (slot + 1) & mask; this.ends[next] !== 0; next = (next + 1) & mask) {
      const home = this.low[next]! & mask
      // If its home is between the hole and its slot, a look-up would no longer find it there.
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

  /** Drops expired entries and resizes the shard for the rest. */
  tidy(now: number): void {
    const { high, low, ends, counts, width } = this
    let live = 0
    for (let slot = 0; slot < ends.length; slot++) if (ends[slot]! > now) live++
    let slots = MIN_SLOTS
    // Twice the necessary size, so the next resize does not come soon.
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

  /** The next entry of a round through all entries; there must be at least one. */
  next(): number {
    const mask = this.ends.length - 1
    do this.#hand = (this.#hand + 1) & mask
    while (this.ends[this.#hand] === 0)
    return this.#hand
  }
}

/**
 * A hash table of at most `most` entries, each with an end. Its entries are numbers in typed arrays, some 100 bytes each, so the
 * garbage collector has no work, whatever the number of keys that visitors invent. It grows one shard at a time.
 *
 * @example
 * const table = new CounterTable(1_000_000, 8, (shard, slot) => shard.sum(slot))
 */
export class CounterTable {
  /** The number of evicted live entries. */
  evicted = 0
  readonly #shards: (Shard | undefined)[]
  readonly #width: number
  readonly #most: number
  readonly #worth: Worth
  #size = 0

  /**
   * @param most the limit of entries
   * @param width the number of numbers per entry
   * @param worth the worth of an entry; a full table evicts the entry with the smallest worth among a few
   */
  constructor(most: number, width: number, worth: Worth) {
    this.#most = most
    this.#worth = worth
    this.#width = width
    this.#shards = Array.from({ length: SHARDS }, () => undefined)
  }

  /** The number of entries, including expired ones that are not dropped yet. */
  get size(): number {
    return this.#size
  }

  /** The size of the typed arrays in bytes. */
  get bytes(): number {
    return this.#shards.reduce((sum, shard) => sum + (shard?.bytes ?? 0), 0)
  }

  /** The shard of a key. */
  shard(high: number): Shard {
    const at = high & (SHARDS - 1)
    let shard = this.#shards[at]
    if (shard === undefined) {
      shard = new Shard(this.#width)
      this.#shards[at] = shard
    }
    return shard
  }

  /** Takes a slot for a new key. */
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

  /**
   * Compares the next few entries, starting in the shard of the new key. Drops an expired one, else the one with the
   * smallest worth.
   */
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
