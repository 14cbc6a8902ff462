import type { Layout, Mask } from './bit-layout.ts'
import { bitOf, costPerByte, layOut, wordOf } from './bit-layout.ts'
import { holdsAt } from './look.ts'
import { LOOKS } from './look-names.ts'
import { type Program, SET } from './program.ts'

const addTo = (set: Int32Array, { at, bits }: Mask) => {
  for (let i = 0; i < at.length; i++) set[at[i]!]! |= bits[i]!
}

const spread = (mask: Mask, words: number) => {
  const whole = new Int32Array(words)
  addTo(whole, mask)
  return whole
}

const overlaps = (set: Int32Array, { at, bits }: Mask) => {
  for (let i = 0; i < at.length; i++) if (set[at[i]!]! & bits[i]!) return true
  return false
}

/**
 * Runs a program as bit sets. A byte takes at most `costPerByte` word operations, whatever the input. The lazy DFA falls
 * back to it if it would build more states than it reuses; Unicode assertions always run here.
 */
export class BitNfa {
  /** Upper bound of word operations for one byte. */
  readonly costPerByte: number
  readonly #program: Program
  readonly #layout: Layout
  readonly #words: number
  #masks: Int32Array | undefined

  /** Undefined if the program is too intricate for a layout. */
  static of(program: Program): BitNfa | undefined {
    const layout = layOut(program)
    return layout && new BitNfa(program, layout)
  }

  constructor(program: Program, layout: Layout) {
    this.#program = program
    this.#layout = layout
    this.#words = wordOf(layout.count) + 1
    this.costPerByte = costPerByte(layout)
  }

  /** For each byte class, the bits that take it. */
  #takers(): Int32Array {
    const { op, x, size, classes, member } = this.#program
    const masks = new Int32Array(classes * this.#words)
    for (let state = 0; state < size; state++) {
      if (op[state] !== SET) continue
      const position = this.#layout.positionOf[state]!
      for (let c = 0; c < classes; c++) {
        if (member[x[state]! * classes + c]) {
          masks[c * this.#words + wordOf(position)]! |= bitOf(position)
        }
      }
    }
    return masks
  }

  /** Passes the assertions that hold at `at`; true if one leads to a match. */
  #passLooks(bits: Int32Array, bytes: string, at: number): boolean {
    const { looks } = this.#layout
    const held: (boolean | undefined)[] = []
    const passed = new Uint8Array(looks.length)
    for (let changed = true; changed; ) {
      changed = false
      for (let i = 0; i < looks.length; i++) {
        const { position, look, targets, accepts } = looks[i]!
        if (passed[i] || !(bits[wordOf(position)]! & bitOf(position))) continue
        held[look] ??= holdsAt(LOOKS[look]!, bytes, at)
        if (!held[look]) continue
        if (accepts) return true
        passed[i] = 1
        addTo(bits, targets)
        changed = true
      }
    }
    return false
  }

  /** Whether a match ends at or after `from`, given the live program states there (if any). */
  test(bytes: string, from = 0, alive?: Iterable<number>): boolean {
    const { classOf, anchored } = this.#program
    const layout = this.#layout
    const words = this.#words
    if (layout.startAccepts) return true
    this.#masks ??= this.#takers()
    const masks = this.#masks
    const shifts = spread(layout.shifts, words)
    const accepting = spread(layout.accepting, words)
    const starting = spread(layout.starting, words)
    const restart = anchored ? new Int32Array(words) : starting
    let bits = starting.slice()
    if (alive) {
      bits.fill(0)
      for (const state of alive) {
        const position = layout.positionOf[state]!
        bits[wordOf(position)]! |= bitOf(position)
      }
    }
    let next = new Int32Array(words)
    for (let at = from; ; at++) {
      if (layout.looks.length > 0 && this.#passLooks(bits, bytes, at)) return true
      if (at >= bytes.length) return false
      const row = classOf[bytes.charCodeAt(at) & 0xff]! * words
      let any = 0
      let carry = 0
      for (let w = 0; w < words; w++) {
        const taken = bits[w]! & masks[row + w]!
        if (taken & accepting[w]!) return true
        bits[w] = taken
        any |= taken
        const shifted = taken & shifts[w]!
        next[w] = restart[w]! | (shifted << 1) | carry
        carry = shifted >>> 31
      }
      if (any === 0 && anchored) return false
      if (any !== 0) {
        for (const { sources, targets } of layout.jumps) {
          if (overlaps(bits, sources)) addTo(next, targets)
        }
      }
      const done = bits
      bits = next
      next = done
    }
  }
}
