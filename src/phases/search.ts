import { levelOf } from '../challenges/level.ts'
import type { RequestContext } from '../context.ts'
import type { Matching } from '../language/compile/rules.ts'
import { compileRules } from '../language/compile/rules.ts'
import type { Rule } from '../rules/rule.ts'
import { endsRules } from './skipped.ts'

/**
 * Searches the custom rules of one ruleset. It returns the places of the rules that match a request, up to the first one that ends
 * the evaluation. A challenge that the visitor has passed neither matches nor ends the evaluation.
 *
 * @param enabled only enabled rules
 */
export const searchRules = (
  enabled: readonly Rule[]
): ((context: RequestContext) => readonly number[]) => {
  const expressions = enabled.map(({ expression }) => expression)
  const ends = enabled.map(endsRules)
  const levels = enabled.map(({ action }) => levelOf(action))
  const matching = compileRules(expressions, ends)
  /** By the level of the visitor's clearance, created when needed. */
  const cleared: (Matching | undefined)[] = []

  return (context) => {
    const found = matching(context)
    const last = found.at(-1)
    if (last === undefined || levels[last] === 0) return found
    if (!context.hasCleared(levels[last]!)) return found
    const level = [3, 2, 1].find((one) => context.hasCleared(one))!
    cleared[level] ??= compileRules(
      expressions,
      ends.map((isEnd, i) => isEnd && (levels[i] === 0 || levels[i]! > level))
    )
    return cleared[level](context).filter((i) => levels[i] === 0 || levels[i]! > level)
  }
}
