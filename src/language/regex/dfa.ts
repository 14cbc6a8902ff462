import { CARRIAGE_RETURN, LINE_FEED, LOWER_A, SPACE } from '../characters.ts'
import type { BitNfa } from './bits.ts'
import { holdsBetween, looksBackOnly, NO_BYTE } from './look.ts'
import { LOOKS } from './look-names.ts'
import { LOOK, MATCH, type Program, SAVE, SET, SPLIT } from './program.ts'
import { SparseSet } from './sparse.ts'

// Entries of the transition table that are not states.
const UNKNOWN = -1
const MATCHED = -2
const DEAD = -3

const FIRST_STATES = 8
/** The memory of a state beyond its row and its members: the key, the map entry. */
const STATE_OVERHEAD_BYTES = 160
/** Building may take this many steps in one test, plus as many for each byte. Beyond that it does not pay. */
const BUILD_ALLOWANCE = 20_000
const BUILD_STEPS_PER_BYTE = 4

/** Kinds of preceding byte that an assertion can distinguish, with one byte of each. */
const BEFORE = [NO_BYTE, LINE_FEED, CARRIAGE_RETURN, LOWER_A, SPACE]
const kindOf = (byte: number) => {
  if (byte === LINE_FEED) return 1
  if (byte === CARRIAGE_RETURN) return 2
  return holdsBetween('wordStartHalf', byte, NO_BYTE) ? 4 : 3
}

/**
 * Tells whether a program matches. Builds a deterministic automaton as inputs need it: one table look-up per byte once it
 * is warm, and a bounded cache that is dropped when full. If even that does not pay, it uses state sets (`BitNfa`). It
 * reads Unicode word assertions as ASCII ones, so patterns with those need ASCII text.
 */
export class LazyDfa {
  readonly #program: Program
  readonly #cacheBytes: number
  readonly #stride: number
  readonly #fallback: () => BitNfa
  #table: Int32Array
  #members: Int32Array[] = []
  #before: number[] = []
  #ids = new Map<string, number>()
  #start = UNKNOWN
  #used = 0
  readonly #near: SparseSet
  readonly #far: SparseSet
  readonly #stack: Int32Array
  /** States built and caches dropped so far, for tests. */
  built = 0
  cleared = 0

  constructor(program: Program, cacheBytes: number, fallback: () => BitNfa) {
    this.#program = program
    this.#cacheBytes = cacheBytes
    this.#fallback = fallback
    this.#stride = program.classes + 1
    this.#table = new Int32Array(FIRST_STATES * this.#stride)
    this.#near = new SparseSet(program.size)
    this.#far = new SparseSet(program.size)
    this.#stack = new Int32Array(program.size + 1)
  }

  /**
   * Adds a state and the states it reaches without a byte, given the byte before and, if known, the byte after (`undefined`
   * keeps assertions about it for later). Returns true if one of them is a match.
   */
  #close(set: SparseSet, state: number, before: number, after?: number): boolean {
    const { op, x, y } = this.#program
    const stack = this.#stack
    let depth = 0
    if (!set.add(state)) return false
    stack[depth++] = state
    while (depth > 0) {
      const here = stack[--depth]!
      switch (op[here]) {
        case MATCH:
          return true
        case SPLIT:
          if (set.add(x[here]!)) stack[depth++] = x[here]!
          if (set.add(y[here]!)) stack[depth++] = y[here]!
          break
        case SAVE:
          if (set.add(y[here]!)) stack[depth++] = y[here]!
          break
        case LOOK: {
          const look = LOOKS[x[here]!]!
          if (after === undefined && !looksBackOnly(look)) break
          if (!holdsBetween(look, before, after ?? NO_BYTE)) break
          if (set.add(y[here]!)) stack[depth++] = y[here]!
        }
      }
    }
    return false
  }

  /** The state for the members of `set`. Builds it if necessary. */
  #intern(set: SparseSet, before: number): number {
    const { op, x, size, anchored } = this.#program
    const kept: number[] = []
    let looks = false
    for (let i = 0; i < set.size; i++) {
      const state = set.dense[i]!
      const pending = op[state] === LOOK && !looksBackOnly(LOOKS[x[state]!]!)
      if (pending) looks = true
      if (pending || op[state] === SET) kept.push(state)
    }
    if (kept.length === 0 && anchored) return DEAD
    const members = Int32Array.from(kept).sort()
    const kind = looks ? before : 0
    // State numbers as UTF-16 units, two for each number that one cannot hold.
    let key = String.fromCharCode(kind)
    for (const state of members) {
      if (size > 0xffff) key += String.fromCharCode(state >>> 16)
      key += String.fromCharCode(state & 0xffff)
    }
    const known = this.#ids.get(key)
    if (known !== undefined) return known

    const cost = this.#stride * 4 + members.length * 6 + STATE_OVERHEAD_BYTES
    if (this.#used + cost > this.#cacheBytes && this.#members.length > 0) this.#clear()
    this.#used += cost
    const id = this.#members.length * this.#stride
    if (id + this.#stride > this.#table.length) {
      const larger = new Int32Array(this.#table.length * 2)
      larger.set(this.#table)
      this.#table = larger
    }
    this.#table.fill(UNKNOWN, id, id + this.#stride)
    this.#members.push(members)
    this.#before.push(kind)
    this.#ids.set(key, id)
    this.built++
    return id
  }

  #clear() {
    this.#members = []
    this.#before = []
    this.#ids.clear()
    this.#start = UNKNOWN
    this.#used = 0
    this.cleared++
  }

  #startState(): number {
    if (this.#start === UNKNOWN) {
      this.#far.clear()
      const matched = this.#close(this.#far, this.#program.start, NO_BYTE)
      this.#start = matched ? MATCHED : this.#intern(this.#far, 0)
    }
    return this.#start
  }

  /** The state after `id` on a byte of class `byteClass` (the last class is the end of the text). */
  #build(id: number, byteClass: number): number {
    const { op, x, y, start, anchored, classes, sample, member } = this.#program
    const index = id / this.#stride
    const members = this.#members[index]!
    const atEnd = byteClass === classes
    const after = atEnd ? NO_BYTE : sample[byteClass]!
    const near = this.#near
    near.clear()
    for (const state of members) {
      if (this.#close(near, state, BEFORE[this.#before[index]!]!, after)) return MATCHED
    }
    if (atEnd) return DEAD
    const far = this.#far
    far.clear()
    const kind = kindOf(after)
    for (let i = 0; i < near.size; i++) {
      const state = near.dense[i]!
      if (op[state] !== SET || member[x[state]! * classes + byteClass] === 0) continue
      if (this.#close(far, y[state]!, after)) return MATCHED
    }
    if (!anchored && this.#close(far, start, after)) return MATCHED
    return this.#intern(far, kind)
  }

  test(bytes: string): boolean {
    const { classOf, classes } = this.#program
    const { length } = bytes
    let state = this.#startState()
    if (state < 0) return state === MATCHED
    let table = this.#table
    let work = -BUILD_ALLOWANCE
    for (let at = 0; at < length; at++) {
      const byteClass = classOf[bytes.charCodeAt(at) & 0xff]!
      let next = table[state + byteClass]!
      if (next < 0) {
        if (next === UNKNOWN) {
          const members = this.#members[state / this.#stride]!
          work += members.length + this.#stride
          if (work > at * BUILD_STEPS_PER_BYTE) return this.#fallback().test(bytes, at, members)
          const { cleared } = this
          next = this.#build(state, byteClass)
          table = this.#table
          // After the cache is cleared, the row belongs to another state.
          if (this.cleared === cleared) table[state + byteClass] = next
        }
        if (next < 0) return next === MATCHED
      }
      state = next
    }
    let end = table[state + classes]!
    if (end === UNKNOWN) {
      end = this.#build(state, classes)
      table[state + classes] = end
    }
    return end === MATCHED
  }
}
