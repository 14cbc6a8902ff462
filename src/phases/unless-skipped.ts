import { actions } from '../actions.ts'
import type { RequestContext } from '../context.ts'
import type { Rule, Ruleset } from '../rules/rule.ts'
import { readsBody } from './body.ts'
import type { PhaseName } from './names.ts'
import { bitOf } from './names.ts'
import type { Phase } from './phase.ts'
import { searchRules } from './search.ts'
import { skippedBits, skipsPhase } from './skipped.ts'

/**
 * A phase that runs before the custom rules, and that one of them can skip. Before the phase refuses a request, it checks whether
 * such a rule matches. The custom rules judge the request again in their own phase.
 *
 * Source: https://developers.cloudflare.com/waf/custom-rules/skip/options/ (`products`)
 */
export const unlessSkipped = (phase: Phase, name: PhaseName, ruleset: Ruleset): Phase => {
  const { rules, accountRules = 0 } = ruleset
  const bit = bitOf(name)
  const isSkip = ({ enabled, action, skip }: Rule) =>
    enabled && action === 'skip' && (skippedBits(skip) & bit) !== 0
  if (!rules.some(isSkip)) return phase
  const account = rules.slice(0, accountRules).filter(({ enabled }) => enabled)
  const zone = rules.slice(accountRules).filter(({ enabled }) => enabled)
  // All rules of the account run before those of the zone, so no rule of the zone can skip a request that they end.
  const accountEnd = zone.some(isSkip) ? account.length : account.findLastIndex(isSkip) + 1
  const rulesets = [
    account.slice(0, accountEnd),
    zone.slice(0, zone.findLastIndex(isSkip) + 1),
  ].map((asked) => ({ asked, search: searchRules(asked), skips: asked.map(isSkip) }))
  const isSkipped = (context: RequestContext): boolean => {
    for (const { asked, search, skips } of rulesets) {
      const found = search(context)
      if (found.some((i) => skips[i])) return true
      const last = found.length === 0 ? undefined : asked[found.at(-1)!]!
      if (last !== undefined && (actions[last.action].answers || skipsPhase(last))) return false
    }
    return false
  }
  const read = rulesets.flatMap(({ asked }) => asked.flatMap(({ expression }) => expression.fields))
  const fields = [...new Set([...phase.fields, ...read])]
  return {
    ...phase,
    fields,
    readsBody: phase.readsBody || readsBody(fields),
    run: (context) => {
      const ruling = phase.run(context)
      // The phases before the custom rules are synchronous.
      if (ruling === undefined || ruling instanceof Promise || !ruling.ends) return ruling
      return isSkipped(context) ? undefined : ruling
    },
  }
}
