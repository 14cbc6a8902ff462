import { createContext, Script } from 'node:vm'
import type { Budget } from '../evaluate.ts'
import { EvaluationProblem, LimitProblem } from '../problem.ts'
import type { Value } from '../values.ts'
import { toRegExp } from './re2.ts'

const TIMEOUT_MS = 500

/** JavaScript's regular expressions can take exponential time. A separate script can be stopped. */
const sandbox = createContext(Object.create(null))
const script = new Script('isGlobal ? [...text.matchAll(pattern)] : pattern.exec(text)')

interface Asked {
  readonly text: string
  readonly pattern: RegExp
  readonly isGlobal?: boolean
}

/** How often the time of a pattern is doubled on a machine that gives this process no time. */
const MOST_ATTEMPTS = 6

const processorMs = (since?: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(since)
  return (user + system) / 1_000
}

/** Runs the pattern for at most so much processor time. The timer of a script counts the time of other programs too. */
const run = <T>(limit: number): { found: T } | undefined => {
  const start = process.cpuUsage()
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
    try {
      return { found: script.runInContext(sandbox, { timeout: limit * 2 ** attempt }) as T }
    } catch (error) {
      // The error comes from another realm, so `instanceof` does not work.
      if ((error as { code?: unknown }).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error
      if (processorMs(start) >= limit) return undefined
    }
  }
  return undefined
}

const ask = <T>(asked: Asked, name: string, budget: Budget): T => {
  Object.assign(sandbox, { isGlobal: false, ...asked })
  const limit = Math.min(TIMEOUT_MS, budget.slowMsLeft)
  const start = process.cpuUsage()
  const done = run<T>(limit)
  budget.slowPattern(processorMs(start))
  if (done !== undefined) return done.found
  throw new LimitProblem(`\`${name}\`: the pattern takes more than ${limit} ms`)
}

const compile = (source: string, flags: string, name: string): RegExp => {
  try {
    return toRegExp(source, flags)
  } catch (error) {
    if (!(error instanceof EvaluationProblem)) throw error
    throw new EvaluationProblem(
      `\`${name}\`: cannot read the pattern "${source}": ${error.message}`
    )
  }
}

/** The whole match, or its groups: a list, or an object if they have names. */
const captured = (match: RegExpExecArray): Value => {
  if (match.groups !== undefined) {
    return new Map(Object.entries(match.groups).map(([key, text]) => [key, text ?? null]))
  }
  if (match.length === 1) return match[0]
  return match.slice(1).map((text) => text ?? null)
}

export const regexMatch = (pattern: string, text: string, budget: Budget): Value => {
  budget.pattern(text, pattern)
  const match = ask<RegExpExecArray | null>(
    { text, pattern: compile(pattern, '', 'regex') },
    'regex',
    budget
  )
  if (match === null) {
    throw new EvaluationProblem(`\`regex\`: "${pattern}" does not match "${text}"`)
  }
  return captured(match)
}

/** All matches. In RE2, an empty one directly after another does not count. */
const matchesOf = (
  pattern: string,
  text: string,
  name: string,
  budget: Budget
): RegExpExecArray[] => {
  budget.pattern(text, pattern)
  const all = ask<RegExpExecArray[]>(
    { text, pattern: compile(pattern, 'g', name), isGlobal: true },
    name,
    budget
  )
  let end = -1
  return Array.from(all).filter(({ index, 0: found }) => {
    const isNew = found !== '' || index !== end
    end = index + found.length
    return isNew
  })
}

export const regexMatches = (pattern: string, text: string, budget: Budget): Value =>
  matchesOf(pattern, text, 'regexall', budget).map(captured)

/** `$1`, `$name` and `${name}` in a replacement, as in Go: the longest name counts, and an unknown group is empty. */
const expanded = (template: string, match: RegExpExecArray): string =>
  template.replace(
    /\$(?:\{(\w+)\}|(\w+)|(\$))/g,
    (_, braced?: string, plain?: string, dollar?: string) => {
      if (dollar !== undefined) return '$'
      const name = braced ?? plain ?? ''
      return (/^\d+$/.test(name) ? match[Number(name)] : match.groups?.[name]) ?? ''
    }
  )

export const regexReplace = (
  text: string,
  pattern: string,
  replacement: string,
  budget: Budget
): string => {
  let replaced = ''
  let next = 0
  for (const match of matchesOf(pattern, text, 'replace', budget)) {
    replaced += text.slice(next, match.index) + expanded(replacement, match)
    next = match.index + match[0].length
  }
  return replaced + text.slice(next)
}
