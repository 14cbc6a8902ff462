const NOTHING = new Uint8Array(0)

/**
 * Reads big-endian numbers and length-prefixed vectors from untrusted bytes. Reading past the end does not throw: it
 * returns zeros and empty vectors, and `isSound` is false from then on.
 *
 * @example
 * const cursor = new Cursor(Uint8Array.of(0, 2, 0x13, 0x01))
 * cursor.vector16() // 13 01
 * cursor.isDone // true
 */
export class Cursor {
  readonly #bytes: Uint8Array
  #at = 0
  /** False if a read went past the end. */
  isSound = true

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get left(): number {
    return this.#bytes.length - this.#at
  }

  /** Exactly all bytes were read. */
  get isDone(): boolean {
    return this.isSound && this.left === 0
  }

  uint8(): number {
    if (this.left > 0) return this.#bytes[this.#at++]!
    this.isSound = false
    return 0
  }

  uint16(): number {
    return this.uint8() * 0x100 + this.uint8()
  }

  /** A view of the next bytes, not a copy. */
  take(length: number): Uint8Array {
    if (length > this.left) {
      this.isSound = false
      this.#at = this.#bytes.length
      return NOTHING
    }
    this.#at += length
    return this.#bytes.subarray(this.#at - length, this.#at)
  }

  vector8(): Uint8Array {
    return this.take(this.uint8())
  }

  vector16(): Uint8Array {
    return this.take(this.uint16())
  }
}
