import type { Problem } from '../problem.ts'
import type { Scheme } from '../scheme.ts'
import { adviceFor } from './advice.ts'
import { mendCall } from './calls.ts'
import { mendComparison } from './comparison.ts'
import type { Fix } from './fix.ts'
import { afterSpace, looseItem } from './loose.ts'
import { mendName } from './names.ts'
import { mendPattern } from './patterns.ts'
import { mendSide } from './sides.ts'
import { mendText, stringAt } from './text.ts'

/** The maximum length of a corrected text in a hint. */
const MAX_SHOWN_CHARS = 160
/** The amount of surrounding text that a hint shows with a small change. */
const AROUND_CHARS = 48

export interface MendOptions {
  readonly scheme: Scheme
  /** Returns the problems of a changed expression. */
  readonly check: (source: string) => readonly Problem[]
}

const applied = (source: string, { start, end, text }: Fix): string =>
  source.slice(0, start) + text + source.slice(end)

const NAMES = new Set([
  'unknown_identifier',
  'unusable_field',
  'unusable_function',
  'invalid_index_access',
])

/** True if the changed expression has no problem between the mistake and the end of the change. */
const helps = (
  source: string,
  problem: Problem,
  earlier: number,
  fix: Fix,
  options: MendOptions
): boolean => {
  const changed = applied(source, fix)
  if (changed === source) return false
  const left = options.check(changed)
  const end = fix.start + fix.text.length
  const isName = NAMES.has(problem.code)
  const inside = left.filter(({ start, code }) => {
    if (start < Math.min(fix.start, problem.start)) return false
    // The name is corrected; the rest of its comparison has separate mistakes.
    if (isName) return start < end && NAMES.has(code)
    return start < end || (code === problem.code && start === end)
  })
  const before = left.filter(({ start }) => start < Math.min(fix.start, problem.start)).length
  return inside.length === 0 && before <= earlier
}

const candidates = function* (
  source: string,
  problem: Problem,
  { scheme }: MendOptions
): Generator<Fix | undefined> {
  if (NAMES.has(problem.code)) yield mendName(source, problem, scheme)
  yield mendText(source, problem)
  yield mendCall(source, problem, scheme)
  yield mendSide(source, problem, scheme)
  yield mendPattern(source, problem)
  const { comparison } = problem
  if (comparison === undefined || comparison.start > problem.start) return
  const fix = mendComparison(source, comparison, scheme)
  if (fix !== undefined && afterSpace(source, fix.end) >= problem.start) yield fix
}

const brief = (text: string): string => {
  const line = text.replace(/\s*[\r\n]+\s*/g, ' ').trim()
  const characters = [...line]
  return characters.length <= MAX_SHOWN_CHARS
    ? line
    : `${characters.slice(0, MAX_SHOWN_CHARS - 1).join('')}…`
}

/** The corrected text: the change itself, or a small change with the surrounding text. */
const shown = (source: string, fix: Fix): string => {
  if (fix.isPart !== true) return brief(fix.text)
  const from = Math.max(0, fix.start - AROUND_CHARS)
  const to = Math.min(source.length, fix.end + AROUND_CHARS)
  const text = `${source.slice(from, fix.start)}${fix.text}${source.slice(fix.end, to)}`
  const safe = text.replace(/^[\udc00-\udfff]|[\ud800-\udbff]$/g, '')
  return `${from > 0 ? '…' : ''}${brief(safe)}${to < source.length ? '…' : ''}`
}

const hintOf = (source: string, fix: Fix, help: string | undefined): string => {
  if (fix.reason === 'did you mean') return `did you mean \`${fix.text}\`?`
  const otherwise = /; or did you mean .*$/.exec(help ?? '')?.[0] ?? ''
  const reason = fix.reason === '' ? '' : `${fix.reason}: `
  return `${reason}write \`${shown(source, fix)}\`${otherwise}`
}

export interface Mended {
  readonly problem: Problem
  /** The correction, if it is certain. */
  readonly fix?: Fix
}

/** The item of a set around a place. */
const itemPlace = (source: string, at: number, from: number) => {
  const before = /[^\s{[(,;]*$/.exec(source.slice(from, at))?.[0].length ?? 0
  const start = at - before
  const length = looseItem(source, start)?.text.length ?? 1
  return { start, end: start + length }
}

/** False for a comma and for an escape in a string: each is underlined at its own place. */
const isWordWrong = (source: string, code: string, at: number) => {
  const string = stringAt(source, at)
  return code !== 'unexpected_comma' && (string === undefined || string.start === at)
}

/** The place to underline: the mistake ends where its change ends; a wrong value is underlined from its first character. */
const placeOf = (source: string, { code, start, end }: Problem, { parts, ...fix }: Fix) => {
  if (parts !== undefined && start >= parts.value && isWordWrong(source, code, start)) {
    if (parts.isGroup && start > parts.value) return itemPlace(source, start, parts.value)
    return { start: parts.value, end: fix.end }
  }
  const from = Math.min(afterSpace(source, start), end)
  const to = fix.isWhole === true ? end : Math.min(end, fix.end)
  return to > from ? { start: from, end: to } : { start, end }
}

/**
 * Finds the change that corrects a mistake. A change whose text does not parse is dropped.
 *
 * @param earlier the number of problems before this one
 */
export const mend = (
  source: string,
  problem: Problem,
  earlier: number,
  options: MendOptions
): Mended | undefined => {
  for (const fix of candidates(source, problem, options)) {
    if (fix === undefined || !helps(source, problem, earlier, fix, options)) continue
    const help = hintOf(source, fix, problem.help)
    return { problem: problem.with(help, placeOf(source, problem, fix)), fix }
  }
  return undefined
}

/**
 * Puts the corrected text of the user's own expression into the help of each problem with a certain correction. A problem
 * inside the change of an earlier problem has the same cause, and is dropped.
 */
export const teach = (
  source: string,
  problems: readonly Problem[],
  options: MendOptions
): Mended[] => {
  const told: Mended[] = []
  for (const [i, problem] of problems.toSorted((x, y) => x.start - y.start).entries()) {
    const covered = told.some(({ fix }) => {
      if (fix === undefined || fix.isWhole === true) return false
      return fix.start <= problem.start && problem.start < fix.end
    })
    if (covered) continue
    const mended = mend(source, problem, i, options)
    const advice = adviceFor(source, problem)
    told.push(mended ?? { problem: advice === undefined ? problem : problem.with(advice) })
  }
  return told
}
