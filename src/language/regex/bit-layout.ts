import { LOOK, MATCH, type Program, SAVE, SET, SPLIT } from './program.ts'

/** Steps for finding the successors of all states. A program that needs more is too intricate. */
const MAX_CLOSURE_STEPS = 4_000_000

/** Taking a byte costs this many plain operations for each word. */
const WORD_COST = 4

/** The cost of an assertion, including the assertions that it may make necessary again. */
const LOOK_COST = 4

export const wordOf = (position: number) => position >>> 5
export const bitOf = (position: number) => 1 << (position & 31)

/** The non-zero words of a long bit set: their positions and values. */
export interface Mask {
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

/** Positions that lead to the same places, apart from their neighbour. */
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
 * A program as bit sets: one bit for each place that takes a byte or waits for an assertion. The numbering makes the next
 * place mostly the next bit. A step of `x{1000}` is then a shift, plus one jump for each loop and choice.
 */
export interface Layout {
  positionOf: Int32Array
  count: number
  /** Bits whose step leads to the next bit. */
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
  /** The jump for everything that leads here, once there is one. */
  jump?: Sources | undefined
}

/** `undefined` if the program is too intricate. */
export const layOut = (program: Program): Layout | undefined => {
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
  /** The positions that a state reaches without a byte or an assertion. */
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

/** Upper bound of word operations for one byte. */
export const costPerByte = ({ count, jumps, looks }: Layout): number => {
  let cost = (wordOf(count) + 1) * WORD_COST
  for (const { sources, targets } of jumps) cost += sources.at.length + targets.at.length
  for (const { targets } of looks) cost += LOOK_COST + targets.at.length
  return cost
}
