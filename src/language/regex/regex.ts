import { safeRegExp } from './backtrack.ts'
import { BitNfa } from './bits.ts'
import { capture } from './capture.ts'
import { LazyDfa } from './dfa.ts'
import { regexError } from './error.ts'
import type { Node } from './hir.ts'
import { literalTest, requiredLiteral } from './literal.ts'
import { type Parsed, parseRegex } from './parse.ts'
import { compileProgram, needsText, type Program, TooLarge } from './program.ts'

export interface RegexOptions {
  /** Largest compiled program in bytes, counted about as Rust does (Cloudflare: 10 MiB). */
  sizeLimit?: number
  /** Largest DFA cache in bytes, per regex. */
  cacheBytes?: number
  /** Say so where `exec` will be given visitors' input: large patterns are then refused at once. */
  captures?: boolean
  /** False keeps V8's own RegExp out of it, even where that is safe; for comparing engines. */
  backtracking?: boolean
}

/** Where a regex matched. Offsets are bytes, `end` exclusive. */
export interface RegexMatch {
  start: number
  end: number
  /** `groups[0]` is the whole match; `undefined` for a group that took no part. */
  groups: readonly (string | undefined)[]
  /** Number of the group with each name. */
  names: ReadonlyMap<string, number>
}

export interface CompiledRegex {
  readonly pattern: string
  /** Capturing groups, the whole match not counted. */
  readonly groupCount: number
  readonly names: ReadonlyMap<string, number>
  /** Whether it matches anywhere in the bytes. Time is proportional to their length; never throws. */
  test(bytes: string): boolean
  /** The first match and its groups, as Rust's leftmost-first search finds them; never throws. */
  exec(bytes: string): RegexMatch | undefined
}

const DEFAULT_SIZE_LIMIT = 10 * 1024 * 1024
const DEFAULT_CACHE_BYTES = 1024 * 1024

/** Word operations; 64 KB of the worst input then take some 0.3 s. Only counts in the thousands come near. */
const MAX_COST_PER_BYTE = 4_000
/** Below this no program costs more than that. */
const SURELY_CHEAP_STATES = 256
/** Capturing visits states one by one, some 10 ns each. */
const MAX_CAPTURE_STATES = 2_000
const ASCII = /^[\0-\x7f]*$/

/** V8 notes each step of a long run on a stack of limited size; longer values go to the automaton. */
const MAX_V8_BYTES = 1024 * 1024

const SMALLER = 'make counted repetitions such as `{1,1000}` smaller'

const compile = (pattern: string, parsed: Parsed, sizeLimit: number): Program => {
  try {
    return compileProgram(parsed.node, parsed.groups, sizeLimit)
  } catch (error) {
    if (!(error instanceof TooLarge)) throw error
    const message = `compiled regex exceeds size limit of ${sizeLimit} bytes`
    throw regexError(pattern, { start: 0, end: pattern.length }, message, SMALLER)
  }
}

const refuseCostly = (pattern: string, program: Program, captures: boolean, bits?: BitNfa) => {
  const costly = bits === undefined || bits.costPerByte > MAX_COST_PER_BYTE
  if (!costly && !(captures && program.size > MAX_CAPTURE_STATES)) return
  const message = `regex could take too long on long inputs (${program.size} states)`
  throw regexError(pattern, { start: 0, end: pattern.length }, message, SMALLER)
}

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

/**
 * Compiles a regular expression of the Rules language (`matches`, `~`, `regex_replace`): the dialect of Rust's
 * `regex` crate over bytes, Unicode off unless `(?u)`. Pattern and subjects are binary strings (`toBytes`).
 *
 * @throws EdgeError `invalid_regex`, pointing into the pattern
 * @see https://developers.cloudflare.com/ruleset-engine/rules-language/operators/
 * @example compileRegex('(?i)googlebot/\\d').test('GoogleBot/2.1') // true
 */
export const compileRegex = (
  pattern: string,
  {
    sizeLimit = DEFAULT_SIZE_LIMIT,
    cacheBytes = DEFAULT_CACHE_BYTES,
    captures = false,
    backtracking = true,
  }: RegexOptions = {}
): CompiledRegex => {
  const parsed = parseRegex(pattern)
  const program = compile(pattern, parsed, sizeLimit)
  const { names } = parsed

  let bits: BitNfa | undefined
  if (program.size > SURELY_CHEAP_STATES) {
    bits = BitNfa.of(program)
    refuseCostly(pattern, program, captures, bits)
  }
  const bitNfa = () => {
    bits ??= BitNfa.of(program)!
    return bits
  }
  let dfa: LazyDfa | undefined
  const unicode = needsText(program)
  const run: Test = (bytes) => {
    if (unicode && !ASCII.test(bytes)) return bitNfa().test(bytes)
    dfa ??= new LazyDfa(program, cacheBytes, bitNfa)
    return dfa.test(bytes)
  }
  const test =
    literalTest(parsed.node) ??
    (backtracking ? backtrack(parsed.node, run) : undefined) ??
    prefiltered(program, parsed.node, run)

  return {
    pattern,
    groupCount: parsed.groups,
    names,
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
