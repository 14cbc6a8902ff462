import { holdsAt, LOOKS } from './look.ts'
import { LOOK, MATCH, type Program, SAVE, SET, SPLIT } from './program.ts'

/** Steps spent on finding what follows what, before a program is called too intricate. */
const MAX_CLOSURE_STEPS = 4_000_000

/** Taking a byte costs this many plain word operations for each word. */
const WORD_COST = 4

/** Asking for an assertion, as often as others may have to be asked again. */
const LOOK_COST = 4

const wordOf = (position: number) => position >>> 5
const bitOf = (position: number) => 1 << (position & 31)

/** The words of a long bit set that are not zero: where they are, and what they hold. */
interface Mask {
  at: Int32Array
  bits: Int32Array
}

/** Takes positions in ascending or descending order. */
const toMask = (positions: readonly number[]): Mask => {
  const at: number[] = []
  const bits: number[] = []
  for (const position of positions) {
    if (at.at(-1) !== wordOf(position)) {
      at.push(wordOf(position))
      bits.push(0)
    }
    bits[bits.length - 1]! |= bitOf(position)
  }
  return { at: Int32Array.from(at), bits: Int32Array.from(bits) }
}

/** Positions that lead to the same places, other than to their neighbour. */
interface Jump {
  sources: Mask
  targets: Mask
}

interface PendingLook {
  position: number
  look: number
  targets: Mask
  accepts: boolean
}

/**
 * A program as bit sets: one bit for each place that takes a byte or waits for an assertion, numbered so that the
 * next place is mostly the next bit. A step then is a shift for `x{1000}` and its like, plus one jump for each loop
 * and choice.
 */
interface Layout {
  positionOf: Int32Array
  count: number
  /** Bits whose step leads to the bit after them. */
  shifts: Mask
  jumps: Jump[]
  looks: PendingLook[]
  accepting: Mask
  starting: Mask
  startAccepts: boolean
}

interface Sources {
  sources: number[]
  targets: readonly number[]
}

interface Reach {
  positions: readonly number[]
  accepts: boolean
  /** The jump of whatever leads here, once there is one. */
  jump?: Sources | undefined
}

/** `undefined` where the program is too intricate. */
const layOut = (program: Program): Layout | undefined => {
  const { op, x, y, size, start } = program
  const positionOf = new Int32Array(size).fill(-1)
  let count = 0
  // The compiler works backwards, so descending numbers follow the text.
  for (let state = size - 1; state >= 0; state--) {
    if (op[state] === SET || op[state] === LOOK) positionOf[state] = count++
  }

  const seen = new Int32Array(size)
  const stack: number[] = []
  let round = 0
  let steps = 0
  const reached = new Map<number, Reach>()
  /** The positions a state reaches without a byte or an assertion. */
  const reach = (from: number): Reach => {
    const known = reached.get(from)
    if (known) return known
    const positions: number[] = []
    let accepts = false
    round++
    stack.push(from)
    while (stack.length > 0) {
      const state = stack.pop()!
      if (seen[state] === round) continue
      seen[state] = round
      steps++
      if (op[state] === SPLIT) stack.push(x[state]!, y[state]!)
      else if (op[state] === SAVE) stack.push(y[state]!)
      else if (op[state] === MATCH) accepts = true
      else if (positionOf[state]! >= 0) positions.push(positionOf[state]!)
    }
    const found = { positions: positions.sort((a, b) => a - b), accepts }
    reached.set(from, found)
    return found
  }
  const jumps = new Map<string, Sources>()
  const addJump = (source: number, targets: readonly number[]): Sources | undefined => {
    if (targets.length === 0) return undefined
    const key = targets.join()
    const jump = jumps.get(key) ?? { sources: [], targets }
    jumps.set(key, jump)
    jump.sources.push(source)
    return jump
  }

  const shifts: number[] = []
  const accepting: number[] = []
  const looks: PendingLook[] = []
  for (let state = size - 1; state >= 0; state--) {
    const position = positionOf[state]!
    if (position < 0) continue
    const after = reach(y[state]!)
    if (steps > MAX_CLOSURE_STEPS) return undefined
    if (op[state] === LOOK) {
      const { positions, accepts } = after
      looks.push({ position, look: x[state]!, targets: toMask(positions), accepts })
      continue
    }
    if (after.accepts) accepting.push(position)
    const rest = after.positions.filter((target) => target !== position + 1)
    if (rest.length < after.positions.length) {
      shifts.push(position)
      addJump(position, rest)
    } else if (after.jump) after.jump.sources.push(position)
    else after.jump = addJump(position, rest)
  }
  const begin = reach(start)
  return {
    positionOf,
    count,
    shifts: toMask(shifts),
    jumps: [...jumps.values()].map(({ sources, targets }) => ({
      sources: toMask(sources),
      targets: toMask(targets),
    })),
    looks,
    accepting: toMask(accepting),
    starting: toMask(begin.positions),
    startAccepts: begin.accepts,
  }
}

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
 * Runs a program as bit sets. Takes at most `costPerByte` word operations a byte, whatever the input: the floor
 * under the lazy DFA where that would build more states than it reuses, and the way to test Unicode assertions.
 */
export class BitNfa {
  /** Upper bound of word operations for one byte. */
  readonly costPerByte: number
  readonly #program: Program
  readonly #layout: Layout
  readonly #words: number
  #masks: Int32Array | undefined

  /** Undefined where the program is too intricate to be laid out at all. */
  static of(program: Program): BitNfa | undefined {
    const layout = layOut(program)
    return layout && new BitNfa(program, layout)
  }

  constructor(program: Program, layout: Layout) {
    this.#program = program
    this.#layout = layout
    this.#words = wordOf(layout.count) + 1
    let cost = this.#words * WORD_COST
    for (const { sources, targets } of layout.jumps) {
      cost += sources.at.length + targets.at.length
    }
    for (const { targets } of layout.looks) cost += LOOK_COST + targets.at.length
    this.costPerByte = cost
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

  /** Passes the assertions that hold at `at`; true where one leads to a match. */
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

  /** Whether a match ends at or after `from`, given the program states alive there (all of them, if any). */
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
