import type { Layout } from './bit-layout.ts'
import { costPerByte, layOut } from './bit-layout.ts'
import { regexError } from './error.ts'
import type { Matcher } from './matcher.ts'
import { createMatcher } from './matcher.ts'
import { type Parsed, parseRegex } from './parse.ts'
import { compileProgram, type Program, TooLarge } from './program.ts'

export interface RegexOptions {
  /** The largest compiled program in bytes, counted about as Rust counts them (Cloudflare: 10 MiB). */
  sizeLimit?: number
  /** The largest DFA cache in bytes, per regex. */
  cacheBytes?: number
  /** True if `exec` receives visitors' input: large patterns are then rejected immediately. */
  captures?: boolean
  /** False disables V8's own RegExp even if it is safe; for comparing engines. */
  backtracking?: boolean
}

export interface CompiledRegex extends Matcher {
  readonly pattern: string
  /** Capturing groups, without the whole match. */
  readonly groupCount: number
  readonly names: ReadonlyMap<string, number>
}

const DEFAULT_SIZE_LIMIT = 10 * 1024 * 1024
const DEFAULT_CACHE_BYTES = 1024 * 1024

/** Word operations; at this cost, 64 KB of the worst input take about 0.3 s. Only counts in the thousands come near. */
const MAX_COST_PER_BYTE = 4_000
/** A program with fewer states never exceeds that cost. */
const SURELY_CHEAP_STATES = 256
/** Capturing visits states one by one, at about 10 ns each. */
const MAX_CAPTURE_STATES = 2_000

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

/** @returns the layout that the check made */
const refuseCostly = (pattern: string, program: Program, captures: boolean): Layout => {
  const layout = layOut(program)
  const isTooLarge = captures && program.size > MAX_CAPTURE_STATES
  if (layout !== undefined && costPerByte(layout) <= MAX_COST_PER_BYTE && !isTooLarge) return layout
  const message = `regex could take too long on long inputs (${program.size} states)`
  throw regexError(pattern, { start: 0, end: pattern.length }, message, SMALLER)
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
  const layout =
    program.size > SURELY_CHEAP_STATES ? refuseCostly(pattern, program, captures) : undefined
  const { names } = parsed
  const matcher = createMatcher(parsed, program, { layout, cacheBytes, backtracking })
  return { pattern, groupCount: parsed.groups, names, ...matcher }
}
