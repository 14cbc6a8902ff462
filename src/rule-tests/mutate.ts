import type { Rule } from '../rules/rule.ts'
import type { Mutant } from './mutants.ts'
import { mutants } from './mutants.ts'
import type { RunOptions, TestResult } from './run.ts'
import { createRunner } from './run.ts'
import type { RuleTest } from './test.ts'

export interface MutationReport {
  readonly mutants: number
  readonly killed: number
  /** Changes that no test notices. */
  readonly survivors: readonly Pick<Mutant, 'rule' | 'place' | 'change'>[]
}

const isEvaluated = (outcome: string) =>
  outcome === 'matched' || outcome === 'not-matched' || outcome === 'counts'

/** The tests whose requests each rule was asked about: no other test can notice a change of it. */
const testsByRule = (results: readonly TestResult[]): Map<Rule, RuleTest[]> => {
  const byRule = new Map<Rule, RuleTest[]>()
  for (const { test, trial } of results) {
    for (const { rules } of trial?.phases ?? []) {
      for (const { rule, outcome } of rules) {
        // A limit that is not reached by one request is by the next one.
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
 * Changes each rule in turn, and finds the changes that no test notices.
 *
 * @param results of the rules as they are: all tests pass
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
