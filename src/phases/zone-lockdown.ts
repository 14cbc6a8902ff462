import { compileRules } from '../language/compile/rules.ts'
import type { Lockdown } from '../rules/products/lockdowns.ts'
import { bitOf } from './names.ts'
import type { Ruling } from './phase.ts'
import type { CreateJudge } from './products.ts'

const CODE = 1106

/** A visitor that a lockdown allows also skips User Agent Blocking: https://developers.cloudflare.com/waf/tools/user-agent-blocking/ */
const LET_IN: Ruling = { matches: [], ends: false, skips: bitOf('user-agents') }

/**
 * Zone Lockdown. If several lockdowns cover a URL, the one with the smallest priority counts.
 *
 * Source: https://developers.cloudflare.com/waf/tools/zone-lockdown/
 */
export const judgeLockdowns: CreateJudge<Lockdown> = (phase, enabled) => {
  const matching = compileRules(
    enabled.map(({ locked }) => locked),
    enabled.map(() => true)
  )
  const rulings = enabled.map(
    (rule): Ruling => ({
      matches: [{ phase, rule, action: 'block', code: CODE, page: rule.page }],
      ends: true,
      skips: 0,
    })
  )
  return (context) => {
    const [first] = matching(context)
    if (first === undefined) return undefined
    return enabled[first]!.expression.matches(context) ? rulings[first] : LET_IN
  }
}
