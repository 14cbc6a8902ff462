import type { Mark, Postings } from './lookup.ts'
import { markAll } from './lookup.ts'

const BYTES = 256
const BYTE_MASK = BYTES - 1
const UPPER_A = 65
const UPPER_Z = 90
const CASE_BIT = 0x20

/** V8 leaves longer sources to its interpreter, which is slower than the automaton. */
const MAX_GATE_CHARACTERS = 20_000

/** Needles as a tree, row by row: where each class of bytes leads to from each state; 0 is the root and nowhere. */
interface Trie {
  /** Class of each byte, both cases of a letter in one; 0 for bytes that no needle has. */
  readonly classes: Uint8Array
  readonly width: number
  readonly states: number
  readonly next: Int32Array
  /** Rules of the needle that ends in a state. */
  readonly ends: readonly (readonly number[] | undefined)[]
}

const classesOf = (needles: Iterable<string>) => {
  const classes = new Uint8Array(BYTES)
  let width = 1
  for (const needle of needles) {
    for (let i = 0; i < needle.length; i++) {
      const byte = needle.charCodeAt(i)
      if (classes[byte] === 0) classes[byte] = width++
    }
  }
  for (let upper = UPPER_A; upper <= UPPER_Z; upper++) classes[upper] = classes[upper | CASE_BIT]!
  return { classes, width }
}

const buildTrie = (postings: Postings<string>): Trie => {
  const { classes, width } = classesOf(postings.keys())
  const bytes = [...postings.keys()].reduce((sum, needle) => sum + needle.length, 0)
  const next = new Int32Array((bytes + 1) * width)
  const ends: (readonly number[] | undefined)[] = [undefined]
  for (const [needle, rules] of postings) {
    let state = 0
    for (let i = 0; i < needle.length; i++) {
      const edge = state * width + classes[needle.charCodeAt(i)]!
      if (next[edge] === 0) next[edge] = ends.push(undefined) - 1
      state = next[edge]!
    }
    ends[state] = rules
  }
  return { classes, width, states: ends.length, next, ends }
}

const hexEscape = (byte: number) => `\\x${byte.toString(16).padStart(2, '0')}`

/** The needles as one regex that shares their beginnings. It cannot backtrack further than a needle is long. */
const gateOf = ({ classes, width, next, ends }: Trie): RegExp | undefined => {
  const bytes = Array.from({ length: width }, (_, one) => hexEscape(classes.lastIndexOf(one)))
  const sourceFrom = (state: number): string => {
    if (ends[state] !== undefined) return ''
    const branches: string[] = []
    for (let one = 1; one < width; one++) {
      const to = next[state * width + one]!
      if (to !== 0) branches.push(`${bytes[one]}${sourceFrom(to)}`)
    }
    return branches.length === 1 ? branches[0]! : `(?:${branches.join('|')})`
  }
  const source = sourceFrom(0)
  return source.length > MAX_GATE_CHARACTERS ? undefined : new RegExp(source, 'i')
}

/**
 * Aho-Corasick: finds all needles in one pass over the text. States in which a needle ends have the highest numbers, so
 * that one comparison a byte tells them.
 */
const buildAutomaton = ({ classes, width, states, next, ends }: Trie): Mark => {
  const fail = new Int32Array(states)
  const rulesOf: (readonly number[] | undefined)[] = [...ends]
  const order = [0]
  const full = next.slice(0, states * width)
  for (const state of order) {
    const inherited = rulesOf[fail[state]!]
    if (state !== 0 && inherited !== undefined) {
      rulesOf[state] = [...new Set([...(rulesOf[state] ?? []), ...inherited])]
    }
    for (let edge = state * width + 1, one = 1; one < width; one++, edge++) {
      const to = next[edge]!
      const shorter = state === 0 ? 0 : full[fail[state]! * width + one]!
      if (to === 0) full[edge] = shorter
      else {
        fail[to] = shorter
        order.push(to)
      }
    }
  }
  const quiet = order.filter((state) => rulesOf[state] === undefined)
  const found = order.filter((state) => rulesOf[state] !== undefined)
  const rows = new Int32Array(states)
  const numbered = [...quiet, ...found]
  numbered.forEach((state, i) => {
    rows[state] = i * width
  })
  const table = new Int32Array(states * width)
  numbered.forEach((state, i) => {
    for (let one = 0; one < width; one++) {
      table[i * width + one] = rows[full[state * width + one]!]!
    }
  })
  const firstFound = quiet.length * width
  const rules = found.map((state) => rulesOf[state]!)
  // What was found already in a text is not marked again: a visitor may repeat a needle thousands of times.
  const seen = new Float64Array(found.length)
  let searches = 0
  return (value, bits) => {
    const text = value as string
    searches++
    let row = 0
    for (let i = 0; i < text.length; i++) {
      row = table[row + classes[text.charCodeAt(i) & BYTE_MASK]!]!
      if (row < firstFound) continue
      const at = (row - firstFound) / width
      if (seen[at] === searches) continue
      seen[at] = searches
      markAll(bits, rules[at]!)
    }
  }
}

/**
 * Marks the rules of all needles that a text contains, ASCII letters in either case. Time is proportional to the text,
 * whatever it holds. Most texts hold none, which V8's regex engine says four times as fast as the automaton does.
 */
export const needleLookup = (postings: Postings<string>): Mark => {
  const trie = buildTrie(postings)
  const gate = gateOf(trie)
  const search = buildAutomaton(trie)
  if (gate === undefined) return search
  return (value, bits) => {
    if (gate.test(value as string)) search(value, bits)
  }
}
