import {
  CARRIAGE_RETURN,
  DIGIT_0,
  DIGIT_9,
  LINE_FEED,
  LOWER_A,
  LOWER_Z,
  UNDERSCORE,
  UPPER_A,
  UPPER_Z,
} from '../characters.ts'
import type { Node, NodeOf } from './hir.ts'
import { LOOKS, type Look } from './look-names.ts'
import type { Ranges } from './ranges.ts'
import type { Trie } from './utf8.ts'

/** Instructions. `x` and `y` are their operands. */
export const SET = 0 // a byte of set x, then go to y
export const SPLIT = 1 // try x, then y
export const LOOK = 2 // assertion LOOKS[x], then go to y
export const SAVE = 3 // note the offset in slot x, then go to y
export const MATCH = 4
export const FAIL = 5

/** A compiled pattern: a nondeterministic automaton over bytes. */
export interface Program {
  readonly op: Uint8Array
  readonly x: Int32Array
  readonly y: Int32Array
  readonly start: number
  readonly size: number
  /** Bytes that no part of the pattern tells apart share a class. */
  readonly classOf: Uint8Array
  readonly classes: number
  /** One byte of each class. */
  readonly sample: Uint8Array
  /** `member[set * classes + class]` is 1 if the set takes the class. */
  readonly member: Uint8Array
  readonly looks: ReadonlySet<Look>
  /** Offsets to capture: two for the match, two for each group. */
  readonly slots: number
  /** Every match begins at the start of the text. */
  readonly anchored: boolean
}

/** `compileProgram` throws it if the pattern is too large. */
export class TooLarge extends Error {}

// About the amount that Rust's `regex-automata` charges for its size limit on a 64-bit machine: exact for plain
// repetitions, a little low for choices and loops, where Rust keeps states that are not needed here.
const STATE_BYTES = 32
const RANGE_BYTES = 8

const isAnchored = (node: Node): boolean => {
  switch (node.kind) {
    case 'look':
      return node.look === 'start'
    case 'cat': {
      const first = node.nodes.find((part) => part.max > 0 || isAnchored(part))
      return first !== undefined && isAnchored(first)
    }
    case 'alt':
      return node.nodes.every(isAnchored)
    case 'group':
      return isAnchored(node.node)
    case 'repeat':
      return node.from > 0 && isAnchored(node.node)
    default:
      return false
  }
}

class Compiler {
  readonly op: number[] = []
  readonly x: number[] = []
  readonly y: number[] = []
  readonly sets: Ranges[] = []
  readonly looks = new Set<Look>()
  readonly #setIds = new Map<string, number>()
  readonly #limit: number
  #charged = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  emit(op: number, x: number, y: number, extra = 0): number {
    this.#charged += STATE_BYTES + extra
    if (this.#charged > this.#limit) throw new TooLarge()
    this.op.push(op)
    this.x.push(x)
    this.y.push(y)
    return this.op.length - 1
  }

  set(ranges: Ranges, next: number): number {
    if (ranges.length === 0) return this.emit(FAIL, 0, 0)
    const key = ranges.join()
    let id = this.#setIds.get(key)
    if (id === undefined) {
      id = this.sets.length
      this.sets.push(ranges)
      this.#setIds.set(key, id)
    }
    const extra = ranges.length > 2 ? (ranges.length / 2) * RANGE_BYTES : 0
    return this.emit(SET, id, next, extra)
  }

  /** Ordered choice between entries; the first is preferred. */
  choice(entries: readonly number[]): number {
    let entry = entries.at(-1) ?? this.emit(FAIL, 0, 0)
    for (let i = entries.length - 2; i >= 0; i--) entry = this.emit(SPLIT, entries[i]!, entry)
    return entry
  }

  split(preferred: number, other: number, greedy: boolean) {
    return greedy ? this.emit(SPLIT, preferred, other) : this.emit(SPLIT, other, preferred)
  }

  trie(trie: Trie, next: number, known: Map<Trie, number>): number {
    let entry = known.get(trie)
    if (entry === undefined) {
      entry = this.choice(
        trie.edges.map((edge) =>
          this.set(edge.ranges, edge.next ? this.trie(edge.next, next, known) : next)
        )
      )
      known.set(trie, entry)
    }
    return entry
  }

  repeat({ node, from, to, greedy }: NodeOf<'repeat'>, next: number): number {
    let entry = next
    if (to === Number.POSITIVE_INFINITY) {
      const loop = this.emit(SPLIT, next, next)
      const body = this.node(node, loop)
      if (greedy) this.x[loop] = body
      else this.y[loop] = body
      if (from > 0) entry = body
      // A choice of its own enters a body that can match the empty text, so that the body is tried once before it is
      // skipped.
      else entry = node.min > 0 ? loop : this.split(body, next, greedy)
      for (let i = 1; i < from; i++) entry = this.node(node, entry)
      return entry
    }
    for (let i = from; i < to; i++) entry = this.split(this.node(node, entry), next, greedy)
    for (let i = 0; i < from; i++) entry = this.node(node, entry)
    return entry
  }

  /** Compiles a node that continues at `next`; returns its entry. */
  node(node: Node, next: number): number {
    switch (node.kind) {
      case 'empty':
        return next
      case 'set':
        return this.set(node.ranges, next)
      case 'utf8':
        return this.trie(node.trie, next, new Map())
      case 'look':
        this.looks.add(node.look)
        return this.emit(LOOK, LOOKS.indexOf(node.look), next)
      case 'cat':
        return node.nodes.reduceRight((entry, part) => this.node(part, entry), next)
      case 'alt':
        return this.choice(node.nodes.map((branch) => this.node(branch, next)))
      case 'group': {
        const close = this.emit(SAVE, node.index * 2 + 1, next)
        return this.emit(SAVE, node.index * 2, this.node(node.node, close))
      }
      case 'repeat':
        return this.repeat(node, next)
    }
  }
}

const WORD_EDGES = [
  DIGIT_0,
  DIGIT_9 + 1,
  UPPER_A,
  UPPER_Z + 1,
  UNDERSCORE,
  UNDERSCORE + 1,
  LOWER_A,
  LOWER_Z + 1,
]

/** Cuts 0–255 into classes at each place where a set or an assertion begins or ends. */
const classify = (sets: readonly Ranges[], looks: ReadonlySet<Look>) => {
  const cuts = new Uint8Array(258)
  for (const set of sets) {
    for (let i = 0; i < set.length; i += 2) {
      cuts[set[i]!] = 1
      cuts[set[i + 1]! + 1] = 1
    }
  }
  for (const look of looks) {
    const edges = look.startsWith('word') || look.startsWith('notWord') ? WORD_EDGES : []
    const lines = look.endsWith('Line')
      ? [LINE_FEED]
      : look.endsWith('Crlf')
        ? [LINE_FEED, CARRIAGE_RETURN]
        : []
    for (const edge of [...edges, ...lines.flatMap((byte) => [byte, byte + 1])]) cuts[edge] = 1
  }
  const classOf = new Uint8Array(256)
  const sample: number[] = [0]
  for (let byte = 1; byte < 256; byte++) {
    if (cuts[byte]) sample.push(byte)
    classOf[byte] = sample.length - 1
  }
  const member = new Uint8Array(sets.length * sample.length)
  sets.forEach((set, id) => {
    for (let i = 0; i < set.length; i += 2) {
      const last = classOf[set[i + 1]!]!
      for (let c = classOf[set[i]!]!; c <= last; c++) member[id * sample.length + c] = 1
    }
  })
  return { classOf, classes: sample.length, sample: Uint8Array.from(sample), member }
}

/**
 * Compiles parsed nodes into a program.
 *
 * @throws TooLarge if the program would exceed `sizeLimit` bytes, counted about as Rust counts them
 */
export const compileProgram = (node: Node, groups: number, sizeLimit: number): Program => {
  const compiler = new Compiler(sizeLimit)
  const start = compiler.node(node, compiler.emit(MATCH, 0, 0))
  return {
    op: Uint8Array.from(compiler.op),
    x: Int32Array.from(compiler.x),
    y: Int32Array.from(compiler.y),
    start,
    size: compiler.op.length,
    ...classify(compiler.sets, compiler.looks),
    looks: compiler.looks,
    slots: (groups + 1) * 2,
    anchored: isAnchored(node),
  }
}
