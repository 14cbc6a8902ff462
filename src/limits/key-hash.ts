const BYTES_PER_WORD = 4
/** The first word of a value is its length, shifted by these bits, and its type. */
const TYPE_BITS = 3

/** The type of a value. It precedes the value, so `1` and `"1"` differ, and so do an absent and an empty value. */
export const TAG = {
  absent: 0,
  text: 1,
  integer: 2,
  truth: 3,
  address: 4,
  array: 5,
  map: 6,
} as const

/** A state to continue from. The common prefix of all keys of a rule is hashed once. */
export interface HashStart {
  readonly v0: number
  readonly v1: number
  readonly v2: number
  readonly v3: number
  readonly words: number
}

/**
 * HalfSipHash-2-4 with 64 bits, word by word. It identifies the counters of a rule without a text for each. Without its key, nobody
 * can construct two values that collide. Among a million live counters, two share one by chance in one of 37 million cases.
 *
 * Source: https://github.com/veorq/SipHash (`halfsiphash.c`); J.-P. Aumasson, D. J. Bernstein: SipHash (2012)
 *
 * @example
 * const hash = new KeyHash(secret0, secret1)
 * hash.text('203.0.113.7').end()
 * counters.get(hash.high, hash.low)
 */
export class KeyHash {
  /** The result as two unsigned 32-bit halves; valid after `end`. */
  high = 0
  low = 0
  readonly #empty: HashStart
  #v0 = 0
  #v1 = 0
  #v2 = 0
  #v3 = 0
  #words = 0

  /** @param key0 32 bits of the secret; edges with common counters share it */
  constructor(key0: number, key1: number) {
    this.#empty = {
      v0: key0 | 0,
      v1: (key1 ^ 0xee) | 0,
      v2: (0x6c796765 ^ key0) | 0,
      v3: (0x74656462 ^ key1) | 0,
      words: 0,
    }
    this.begin()
  }

  begin({ v0, v1, v2, v3, words }: HashStart = this.#empty): this {
    this.#v0 = v0
    this.#v1 = v1
    this.#v2 = v2
    this.#v3 = v3
    this.#words = words
    return this
  }

  /** The state for a later `begin`. */
  get state(): HashStart {
    return { v0: this.#v0, v1: this.#v1, v2: this.#v2, v3: this.#v3, words: this.#words }
  }

  word(word: number): this {
    this.#v3 ^= word
    this.#rounds(2)
    this.#v0 ^= word
    this.#words = (this.#words + 1) | 0
    return this
  }

  tag(type: number, size = 0): this {
    return this.word((size << TYPE_BITS) | type)
  }

  /** @param bytes a binary string, as in the language */
  text(bytes: string): this {
    const { length } = bytes
    this.tag(TAG.text, length)
    const whole = length - (length % BYTES_PER_WORD)
    let i = 0
    for (; i < whole; i += BYTES_PER_WORD) {
      this.word(
        bytes.charCodeAt(i) |
          (bytes.charCodeAt(i + 1) << 8) |
          (bytes.charCodeAt(i + 2) << 16) |
          (bytes.charCodeAt(i + 3) << 24)
      )
    }
    let rest = 0
    for (let shift = 0; i < length; i++, shift += 8) rest |= bytes.charCodeAt(i) << shift
    return whole === length ? this : this.word(rest)
  }

  end(): this {
    const last = (this.#words << 26) | 0
    this.#v3 ^= last
    this.#rounds(2)
    this.#v0 ^= last
    this.#v2 ^= 0xee
    this.#rounds(4)
    this.high = (this.#v1 ^ this.#v3) >>> 0
    this.#v1 ^= 0xdd
    this.#rounds(4)
    this.low = (this.#v1 ^ this.#v3) >>> 0
    return this
  }

  #rounds(times: number): void {
    let v0 = this.#v0
    let v1 = this.#v1
    let v2 = this.#v2
    let v3 = this.#v3
    for (let i = 0; i < times; i++) {
      v0 = (v0 + v1) | 0
      v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0
      v0 = (v0 << 16) | (v0 >>> 16)
      v2 = (v2 + v3) | 0
      v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2
      v0 = (v0 + v3) | 0
      v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0
      v2 = (v2 + v1) | 0
      v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2
      v2 = (v2 << 16) | (v2 >>> 16)
    }
    this.#v0 = v0
    this.#v1 = v1
    this.#v2 = v2
    this.#v3 = v3
  }
}
