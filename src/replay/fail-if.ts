import { EdgeError } from '../error.ts'
import { nearest } from '../nearest.ts'
import type { ReplayReport } from './report.ts'

/** The names that a condition can use, each with its count. */
const COUNTS: Readonly<Record<string, (report: ReplayReport) => number>> = {
  passed: ({ outcomes }) => outcomes.pass,
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
/** The names that compare two rulesets. */
const OF_DIFFERENCE = ['newly_blocked', 'newly_challenged', 'newly_passed', 'changed']

const OPERATORS: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '>=': (a, b) => a >= b,
  '<=': (a, b) => a <= b,
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '>': (a, b) => a > b,
  '<': (a, b) => a < b,
}
const CONDITION =
  /^\s*(?:([a-z_]+)|rule\s+(?:"([^"]+)"|'([^']+)'))\s*(>=|<=|==|!=|>|<)\s*(\d+(?:\.\d+)?)\s*(%?)\s*$/
const FORM =
  'NAME > NUMBER or rule "NAME" > NUMBER, each with a count or a percentage, as in newly_blocked > 0.1%'

/** A condition under which a replay fails. */
export interface FailCondition {
  /** The condition as the user wrote it. */
  readonly text: string
  /** True if the condition needs rules to compare with. */
  readonly needsAgainst: boolean
  /**
   * Returns why the replay fails, or `undefined` if it does not.
   *
   * @throws EdgeError `wrong_usage` if the condition names a rule that was not judged
   */
  check(report: ReplayReport): string | undefined
}

const percent = (share: number) => `${Number((share * 100).toFixed(4))}%`

const wrong = (text: string, reason: string) =>
  new EdgeError('wrong_usage', `--fail-if "${text}": ${reason}`)

/** Returns the number of requests that a rule matches, whether or not the rule decides. */
const countOfRule = (
  text: string,
  name: string,
  { rules: { matched, silent, unjudged } }: ReplayReport
): number => {
  const isNamed = (rule: { readonly id: string; readonly name: string }) =>
    rule.name === name || rule.id === name
  const found = matched.filter(isNamed)
  if (found.length > 0) return found.reduce((sum, rule) => sum + rule.matched, 0)
  if (silent.some(isNamed)) return 0
  const missed = unjudged.map(({ rule }) => rule)
  if (missed.some(isNamed)) throw wrong(text, 'the logs do not tell enough to judge this rule')
  const near = nearest(
    name,
    [...matched, ...silent, ...missed].map((rule) => rule.name)
  )
  const hint = near === undefined ? '' : `: did you mean "${near}"?`
  throw wrong(text, `no enabled rule of --rules has the name or id "${name}"${hint}`)
}

const unknownName = (text: string, name: string): EdgeError => {
  const known = Object.keys(COUNTS)
  const near = nearest(name, known)
  const hint = near === undefined ? `expected one of ${known.join(', ')}` : `did you mean ${near}?`
  return wrong(text, `unknown name "${name}": ${hint}`)
}

/**
 * Reads a condition on a count or a percentage. A percentage is of the judged requests, and for `broken` of the lines.
 *
 * @throws EdgeError `wrong_usage` if the text is not a condition or uses an unknown name
 * @example readFailIf('newly_blocked > 0.1%').check(report) // 'newly_blocked is 12 of 10000 (0.12%)'
 */
export const readFailIf = (text: string): FailCondition => {
  const [, name, double, single, operator, digits, isPercent] = CONDITION.exec(text) ?? []
  if (operator === undefined) throw wrong(text, `expected ${FORM}`)
  if (name !== undefined && !Object.hasOwn(COUNTS, name)) throw unknownName(text, name)
  const rule = double ?? single ?? ''
  const title = name ?? `rule "${rule}"`
  const bound = Number(digits)
  if (isPercent === '%' && bound > 100) throw wrong(text, 'expected at most 100%')
  return {
    text,
    needsAgainst: name !== undefined && OF_DIFFERENCE.includes(name),
    check: (report) => {
      const count = name === undefined ? countOfRule(text, rule, report) : COUNTS[name]!(report)
      const all = name === 'broken' ? report.lines : report.requests
      const share = all === 0 ? 0 : count / all
      const value = isPercent === '%' ? share * 100 : count
      if (!OPERATORS[operator]!(value, bound)) return undefined
      return `${title} is ${count} of ${all} (${percent(share)})`
    },
  }
}
