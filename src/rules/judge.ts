import { compileRules } from '../language/compile/rules.ts'
import type { Context } from '../language/types.ts'
import type { Rule } from './rule.ts'

/** The rules that are true of a request, in order. The last one decides, unless it only logs. */
export type Judge = (context: Context) => readonly Rule[]

const NO_RULES: readonly Rule[] = []

/**
 * Judges by all enabled rules at once: `log` notes a match and goes on, any other action ends the evaluation.
 *
 * @example createJudge(ruleset.rules)(context).at(-1)?.action // 'block'
 */
export const createJudge = (rules: readonly Rule[]): Judge => {
  const enabled = rules.filter((rule) => rule.enabled)
  const matching = compileRules(
    enabled.map(({ expression }) => expression),
    enabled.map(({ action }) => action !== 'log')
  )
  return (context) => {
    const found = matching(context)
    return found.length === 0 ? NO_RULES : found.map((i) => enabled[i]!)
  }
}
