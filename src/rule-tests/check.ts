import { isChallenge } from '../challenges/level.ts'
import type { Rule } from '../rules/rule.ts'
import type { Trial } from '../toolkit/trial.ts'
import { isCalled, unknownRule } from './names.ts'
import type { Expected } from './test.ts'

/** Returns the verdict in words, such as `pass` or `block 1020 by "no scripts"`. */
export const verdictText = (trial: Trial): string => {
  const { action, code, rule } = trial
  const shown = trial.isRefused ? action : 'pass'
  return [
    shown,
    ...(code === 0 ? [] : [String(code)]),
    ...(rule === undefined ? [] : [`by "${rule.name}"`]),
  ].join(' ')
}

const actionProblem = ({ action }: Expected, trial: Trial): string[] => {
  if (action === undefined) return []
  const { isRefused, matches } = trial
  const isMet =
    action === 'pass'
      ? !isRefused
      : action === 'challenge'
        ? isChallenge(trial.action)
        : trial.action === action || matches.some((match) => !isRefused && match.action === action)
  return isMet ? [] : [`expected ${action}, got ${verdictText(trial)}`]
}

const number = (
  what: string,
  expected: number | undefined,
  found: number | undefined,
  trial: Trial
) =>
  expected === undefined || expected === found
    ? []
    : [`expected ${what} ${expected}, got ${found || verdictText(trial)}`]

/** Returns the differences between a trial and the expected verdict, one sentence each. It is empty for a test that passes. */
export const problemsOf = (expected: Expected, trial: Trial, rules: readonly Rule[]): string[] => {
  const { rule, notRules, matched } = expected
  const named = [...(rule === undefined ? [] : [rule]), ...notRules, ...matched]
  const unknown = named.flatMap((name) => unknownRule(name, rules) ?? [])
  if (unknown.length > 0) return unknown
  const found = trial.matches
  const has = (name: string) => found.some((match) => isCalled(match.rule, name))
  return [
    ...actionProblem(expected, trial),
    ...number('code', expected.code, trial.code, trial),
    ...number('status', expected.status, trial.status, trial),
    ...(rule !== undefined && !(trial.rule !== undefined && isCalled(trial.rule, rule))
      ? [`expected the rule "${rule}" to decide, got ${verdictText(trial)}`]
      : []),
    ...notRules.filter(has).map((name) => `the rule "${name}" matches`),
    ...matched.filter((name) => !has(name)).map((name) => `the rule "${name}" does not match`),
  ]
}
