import { safeRegExp } from './backtrack.ts'
import type { Layout } from './bit-layout.ts'
import { BitNfa } from './bits.ts'
import { capture } from './capture.ts'
import { LazyDfa } from './dfa.ts'
import type { Node } from './hir.ts'
import { literalTest, requiredLiteral } from './literal.ts'
import { isUnicodeLook } from './look.ts'
import type { Parsed } from './parse.ts'
import type { Program } from './program.ts'

/** A match of a regex. Offsets are bytes, `end` exclusive. */
export interface RegexMatch {
  start: number
  end: number
  /** `groups[0]` is the whole match; `undefined` for a group that took no part. */
  groups: readonly (string | undefined)[]
  /** Number of the group with each name. */
  names: ReadonlyMap<string, number>
}

export interface Matcher {
  /**
   * True if the pattern matches anywhere in the bytes. The time is proportional to their length; never throws.
   */
  test(bytes: string): boolean
  /** The first match and its groups, as Rust's leftmost-first search finds them; never throws. */
  exec(bytes: string): RegexMatch | undefined
}

const ASCII = /^[\0-\x7f]*$/

/** V8 notes each step of a long run on a stack of limited size, so the automaton takes longer values. */
const MAX_V8_BYTES = 1024 * 1024

type Test = (bytes: string) => boolean

const backtrack = (node: Node, automaton: Test): Test | undefined => {
  const regExp = safeRegExp(node)
  return (
    regExp && ((bytes) => (bytes.length > MAX_V8_BYTES ? automaton(bytes) : regExp.test(bytes)))
  )
}

const prefiltered = (program: Program, node: Node, automaton: Test): Test => {
  const required = program.anchored ? undefined : requiredLiteral(node)
  if (required === undefined) return automaton
  return (bytes) => bytes.includes(required) && automaton(bytes)
}

/** Chooses the fastest engine that takes linear time for the pattern. */
export const createMatcher = (
  { node, names }: Parsed,
  program: Program,
  {
    layout,
    cacheBytes,
    backtracking,
  }: { layout: Layout | undefined; cacheBytes: number; backtracking: boolean }
): Matcher => {
  let bits: BitNfa | undefined
  const bitNfa = () => {
    bits ??= layout === undefined ? BitNfa.of(program)! : new BitNfa(program, layout)
    return bits
  }
  let dfa: LazyDfa | undefined
  // An assertion needs more than the neighbouring bytes.
  const unicode = [...program.looks].some(isUnicodeLook)
  const run: Test = (bytes) => {
    if (unicode && !ASCII.test(bytes)) return bitNfa().test(bytes)
    dfa ??= new LazyDfa(program, cacheBytes, bitNfa)
    return dfa.test(bytes)
  }
  const test =
    literalTest(node) ??
    (backtracking ? backtrack(node, run) : undefined) ??
    prefiltered(program, node, run)

  return {
    test,
    exec: (bytes) => {
      if (!test(bytes)) return undefined
      const offsets = capture(program, bytes)
      if (!offsets) return undefined
      const groups: (string | undefined)[] = []
      for (let i = 0; i < offsets.length; i += 2) {
        groups.push(offsets[i + 1]! < 0 ? undefined : bytes.slice(offsets[i], offsets[i + 1]))
      }
      return { start: offsets[0]!, end: offsets[1]!, groups, names }
    },
  }
}
