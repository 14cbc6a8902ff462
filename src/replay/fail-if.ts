import { EdgeError } from '../error.ts'
import { nearest } from '../nearest.ts'
import type { ReplayReport } from './report.ts'

/** What a condition can be about, each with its count. */
const COUNTS: Readonly<Record<string, (report: ReplayReport) => number>> = {
  blocked: ({ outcomes }) => outcomes.block,
  challenged: ({ outcomes }) => outcomes.challenge,
  refused: ({ refused }) => refused.count,
  newly_blocked: ({ difference }) => difference?.newly_blocked.count ?? 0,
  newly_challenged: ({ difference }) => difference?.newly_challenged.count ?? 0,
  newly_passed: ({ difference }) => difference?.newly_passed.count ?? 0,
  changed: ({ difference }) =>
    Object.values(difference ?? {}).reduce((sum, { count }) => sum + count, 0),
  broken: ({ skipped }) => skipped.broken,
}
/** These compare two rulesets. */
const OF_DIFFERENCE = ['newly_blocked', 'newly_challenged', 'newly_passed', 'changed']

const OPERATORS: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '>=': (a, b) => a >= b,
  '<=': (a, b) => a <= b,
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '>': (a, b) => a > b,
  '<': (a, b) => a < b,
}
const CONDITION = /^\s*([a-z_]+)\s*(>=|<=|==|!=|>|<)\s*(\d+(?:\.\d+)?)\s*(%?)\s*$/
const FORM = 'NAME > NUMBER, or NUMBER%, as in newly_blocked > 0.1%'

/** When a replay counts as failed. */
export interface FailCondition {
  /** As it was written. */
  readonly text: string
  /** True where it needs rules to compare with. */
  readonly needsAgainst: boolean
  /** Why the replay fails; `undefined` where it does not. */
  check(report: ReplayReport): string | undefined
}

const percent = (share: number) => `${Number((share * 100).toFixed(4))}%`

/**
 * Reads a condition: a count or a percentage of the judged requests (of `broken`, of the lines).
 *
 * @throws EdgeError `wrong_usage`
 * @example readFailIf('newly_blocked > 0.1%').check(report) // 'newly_blocked is 12 of 10000 (0.12%)'
 */
export const readFailIf = (text: string): FailCondition => {
  const [, name, operator, digits, isPercent] = CONDITION.exec(text) ?? []
  if (name === undefined) {
    throw new EdgeError('wrong_usage', `--fail-if "${text}": expected ${FORM}`)
  }
  if (!Object.hasOwn(COUNTS, name)) {
    const known = Object.keys(COUNTS)
    const near = nearest(name, known)
    const hint =
      near === undefined ? `expected one of ${known.join(', ')}` : `did you mean ${near}?`
    throw new EdgeError('wrong_usage', `--fail-if "${text}": unknown name "${name}": ${hint}`)
  }
  const bound = Number(digits)
  if (isPercent === '%' && bound > 100) {
    throw new EdgeError('wrong_usage', `--fail-if "${text}": expected at most 100%`)
  }
  return {
    text,
    needsAgainst: OF_DIFFERENCE.includes(name),
    check: (report) => {
      const count = COUNTS[name]!(report)
      const all = name === 'broken' ? report.lines : report.requests
      const share = all === 0 ? 0 : count / all
      const value = isPercent === '%' ? share * 100 : count
      if (!OPERATORS[operator!]!(value, bound)) return undefined
      return `${name} is ${count} of ${all} (${percent(share)})`
    },
  }
}
