/** A set of small integers that keeps insertion order and clears at no cost. */
export class SparseSet {
  size = 0
  readonly dense: Int32Array
  readonly #sparse: Int32Array

  constructor(capacity: number) {
    this.dense = new Int32Array(capacity)
    this.#sparse = new Int32Array(capacity)
  }

  /** False if the value was there already. */
  add(value: number): boolean {
    const at = this.#sparse[value]!
    if (at < this.size && this.dense[at] === value) return false
    this.#sparse[value] = this.size
    this.dense[this.size++] = value
    return true
  }

  clear() {
    this.size = 0
  }
}
