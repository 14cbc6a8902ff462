import type { Node } from './hir.ts'
import { sequence } from './literal.ts'
import { intersect, type Ranges } from './ranges.ts'
import type { Trie } from './utf8.ts'

// V8's own RegExp is several times faster than any automaton written in JavaScript, but it backtracks. This file gives V8
// only the patterns whose backtracking provably stays linear. Tests ask only for yes or no, so any pattern of the same
// language will do.

/** The most steps that V8 may take for one byte; one step is about a nanosecond. */
const MAX_STEPS_PER_BYTE = 256

/**
 * The number of ways in which a node can match at one place, and the steps to find them all; Infinity if unbounded.
 */
interface Effort {
  ways: number
  steps: number
}

const trieSteps = (trie: Trie | undefined): number =>
  trie ? trie.edges.reduce((sum, edge) => sum + 1 + trieSteps(edge.next), 0) : 0

const effortOf = (node: Node): Effort => {
  switch (node.kind) {
    case 'empty':
    case 'look':
    case 'set':
      return { ways: 1, steps: 1 }
    case 'utf8':
      return { ways: 1, steps: trieSteps(node.trie) }
    case 'group':
      return effortOf(node.node)
    case 'cat': {
      const total = { ways: 1, steps: 0 }
      for (const part of node.nodes) {
        const { ways, steps } = effortOf(part)
        total.steps += total.ways * steps
        total.ways *= ways
      }
      return total
    }
    case 'alt': {
      const all = node.nodes.map(effortOf)
      return {
        ways: all.reduce((sum, { ways }) => sum + ways, 0),
        steps: all.reduce((sum, { steps }) => sum + 1 + steps, 0),
      }
    }
    case 'repeat': {
      const { ways, steps } = effortOf(node.node)
      const total = { ways: 1, steps: 0 }
      if (node.to > MAX_STEPS_PER_BYTE) return { ways: Infinity, steps: Infinity }
      for (let i = node.to; i > 0; i--) {
        const skip = i > node.from ? 1 : 0
        total.steps = skip + steps + ways * total.steps
        total.ways = skip + ways * total.ways
      }
      return total
    }
  }
}

/** The byte set of `[…]*`, `[…]+` or `[…]{n,}`. */
const runOf = (node: Node): Ranges | undefined =>
  node.kind === 'repeat' && node.to === Number.POSITIVE_INFINITY && node.node.kind === 'set'
    ? node.node.ranges
    : undefined

/**
 * The number of places, in a sequence of bytes that are all in `run`, where the parts before `index` can end: few if one of
 * them takes a byte from outside the run.
 */
const placesInRun = (parts: readonly Node[], index: number, run: Ranges): number => {
  let distance = 0
  for (let i = index - 1; i >= 0; i--) {
    const part = parts[i]!
    if (part.kind === 'set' && intersect(part.ranges, run).length === 0) return distance + 1
    distance += part.max
  }
  return Number.POSITIVE_INFINITY
}

/**
 * An upper bound of V8's steps per byte. It follows the pattern part by part and bounds the number of ways (a start and the
 * choices since) that reach a part at the same offset. The work at an offset is that number times the steps of the part. A
 * bounded part multiplies by its own ways. An unbounded run collects all ways that entered its sequence of bytes: one, if
 * the pattern is anchored and this is its first choice; few, if a byte from outside the sequence has to come shortly
 * before; otherwise unbounded.
 */
const stepsPerByte = (root: Node): number => {
  const parts = sequence(root)
  /** Ways to reach the part at one offset, and at all offsets together. */
  let here = 1
  let overall = parts[0]?.kind === 'look' && parts[0].look === 'start' ? 1 : Infinity
  let total = 0
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i]!
    const run = runOf(part)
    if (run) {
      here = Math.min(overall, here * placesInRun(parts, i, run))
      const next = parts[i + 1]
      const exact = next?.kind === 'set' && intersect(next.ranges, run).length === 0
      // If the next byte cannot belong to the sequence, only the end of the sequence continues.
      if (!exact) overall = Number.POSITIVE_INFINITY
      total += 2 * here
    } else {
      const { ways, steps } = effortOf(part)
      total += here * steps
      here *= ways
      overall *= ways
    }
    if (!(total <= MAX_STEPS_PER_BYTE)) return Number.POSITIVE_INFINITY
  }
  return total
}

const hex = (byte: number) => `\\x${byte.toString(16).padStart(2, '0')}`

const printSet = (ranges: Ranges): string => {
  let source = ''
  for (let i = 0; i < ranges.length; i += 2) {
    const low = ranges[i]!
    const high = ranges[i + 1]!
    source += low === high ? hex(low) : `${hex(low)}-${hex(high)}`
  }
  return ranges.length === 2 && ranges[0] === ranges[1] ? source : `[${source}]`
}

const printTrie = (trie: Trie): string =>
  `(?:${trie.edges.map(({ ranges, next }) => printSet(ranges) + (next ? printTrie(next) : '')).join('|')})`

const JS_LOOKS: Readonly<Partial<Record<string, string>>> = {
  start: '^',
  end: '$',
  word: '\\b',
  notWord: '\\B',
}

/** Prints a node in JavaScript's syntax; `undefined` if JavaScript has no such assertion. */
const print = (node: Node): string | undefined => {
  switch (node.kind) {
    case 'empty':
      return ''
    case 'set':
      return printSet(node.ranges)
    case 'utf8':
      return printTrie(node.trie)
    case 'look':
      return JS_LOOKS[node.look]
    case 'group':
      return print(node.node)
    case 'repeat': {
      const body = print(node.node)
      const to = node.to === Number.POSITIVE_INFINITY ? '' : node.to
      return body === undefined ? undefined : `(?:${body}){${node.from},${to}}`
    }
    default: {
      const bodies = node.nodes.map(print)
      if (bodies.includes(undefined)) return undefined
      return node.kind === 'alt' ? `(?:${bodies.join('|')})` : bodies.join('')
    }
  }
}

/** The pattern as a V8 regular expression, if its backtracking provably costs little per byte. */
export const safeRegExp = (root: Node): RegExp | undefined => {
  if (stepsPerByte(root) === Number.POSITIVE_INFINITY) return undefined
  const source = print(root)
  return source === undefined ? undefined : new RegExp(source)
}
