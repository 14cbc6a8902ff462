import { holdsAt } from './look.ts'
import { LOOKS } from './look-names.ts'
import { LOOK, MATCH, type Program, SAVE, SET, SPLIT } from './program.ts'
import { SparseSet } from './sparse.ts'

/** Threads in order of preference: each has a state, and the offsets that its path captured. */
interface Threads {
  states: SparseSet
  offsets: (Int32Array | undefined)[]
}

/**
 * Finds the leftmost match and its groups. If several matches start there, it returns the match that the pattern prefers. This
 * is a Pike VM: it visits each state at most once per byte. Threads share offsets until one of them writes.
 *
 * @returns start and end offset of the match and of each group; -1 for a group that did not take part
 */
export const capture = (program: Program, bytes: string): Int32Array | undefined => {
  const { op, x, y, start, anchored, classOf, classes, member, size, slots } = program
  let current: Threads = { states: new SparseSet(size), offsets: [] }
  let next: Threads = { states: new SparseSet(size), offsets: [] }
  let best: Int32Array | undefined
  const stack: number[] = []
  const held: Int32Array[] = []

  const follow = (threads: Threads, state: number, offsets: Int32Array, at: number) => {
    stack.push(state)
    held.push(offsets)
    while (stack.length > 0) {
      let here = stack.pop()!
      let mine = held.pop()!
      while (threads.states.add(here)) {
        const code = op[here]
        if (code === SPLIT) {
          stack.push(y[here]!)
          held.push(mine)
          here = x[here]!
        } else if (code === SAVE) {
          mine = mine.slice()
          mine[x[here]!] = at
          here = y[here]!
        } else if (code === LOOK) {
          if (!holdsAt(LOOKS[x[here]!]!, bytes, at)) break
          here = y[here]!
        } else {
          threads.offsets[here] = mine
          break
        }
      }
    }
  }

  for (let at = 0; ; at++) {
    if (best === undefined && (at === 0 || !anchored)) {
      const offsets = new Int32Array(slots).fill(-1)
      offsets[0] = at
      follow(current, start, offsets, at)
    }
    const { dense, size: alive } = current.states
    if (alive === 0 && (best !== undefined || anchored)) return best
    const byteClass = at < bytes.length ? classOf[bytes.charCodeAt(at) & 0xff]! : -1
    for (let i = 0; i < alive; i++) {
      const state = dense[i]!
      const code = op[state]
      if (code === MATCH) {
        best = current.offsets[state]!.slice()
        best[1] = at
        break // the remaining threads are less preferred
      }
      if (code !== SET || byteClass < 0 || member[x[state]! * classes + byteClass] === 0) continue
      follow(next, y[state]!, current.offsets[state]!, at + 1)
    }
    if (at >= bytes.length) return best
    const done = current
    current = next
    next = done
    next.states.clear()
  }
}
