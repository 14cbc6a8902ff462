import type { Rule } from '../rules/rule.ts'
import type { Mutant } from './mutants.ts'
import { mutants } from './mutants.ts'
import type { RunOptions, TestResult } from './run.ts'
import { createRunner } from './run.ts'
import type { RuleTest } from './test.ts'

export interface MutationReport {
  readonly mutants: number
  readonly killed: number
  /** The changes that no test detects. */
  readonly survivors: readonly Pick<Mutant, 'rule' | 'place' | 'change'>[]
}

const isEvaluated = (outcome: string) =>
  outcome === 'matched' || outcome === 'not-matched' || outcome === 'counts'

/** Returns, for each rule, the tests that evaluated it. No other test can detect a change of the rule. */
const testsByRule = (results: readonly TestResult[]): Map<Rule, RuleTest[]> => {
  const byRule = new Map<Rule, RuleTest[]>()
  for (const { test, trial } of results) {
    for (const { rules } of trial?.phases ?? []) {
      for (const { rule, outcome } of rules) {
        // With several requests, a later one can reach a limit that this one does not.
        if (!isEvaluated(outcome) && test.times === 1) continue
        const known = byRule.get(rule)
        if (known === undefined) byRule.set(rule, [test])
        else known.push(test)
      }
    }
  }
  return byRule
}

/**
 * Changes each rule in turn and returns the changes that no test detects.
 *
 * @param results the results with the unchanged rules, in which all tests pass
 */
export const mutate = (results: readonly TestResult[], options: RunOptions): MutationReport => {
  const byRule = testsByRule(results)
  const survivors: Pick<Mutant, 'rule' | 'place' | 'change'>[] = []
  let count = 0
  for (const { ruleset, touched, ...mutant } of mutants(options.ruleset)) {
    count++
    const { passes } = createRunner({ ...options, ruleset })
    const tests = new Set(touched.flatMap((rule) => byRule.get(rule) ?? []))
    const isNoticed = [...tests].some((test) => !passes(test))
    if (!isNoticed) survivors.push(mutant)
  }
  return { mutants: count, killed: count - survivors.length, survivors }
}
