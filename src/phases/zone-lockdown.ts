import { compileRules } from '../language/compile/rules.ts'
import type { Ruleset } from '../rules/rule.ts'
import { idlePhase } from './idle.ts'
import { bitOf } from './names.ts'
import type { Phase, Ruling } from './phase.ts'

const NAME = 'zone-lockdown'
const CODE = 1106

/** A visitor that a lockdown allows also skips User Agent Blocking: https://developers.cloudflare.com/waf/tools/user-agent-blocking/ */
const LET_IN: Ruling = { matches: [], ends: false, skips: bitOf('user-agents') }

/**
 * Zone Lockdown. If several lockdowns cover a URL, the one with the smallest priority counts.
 *
 * Source: https://developers.cloudflare.com/waf/tools/zone-lockdown/
 */
export const zoneLockdown = ({ lockdowns }: Ruleset): Phase => {
  const enabled = lockdowns.filter((rule) => rule.enabled)
  const about = { name: NAME, source: 'zonelockdown' } as const
  if (enabled.length === 0) return idlePhase(about)
  const matching = compileRules(
    enabled.map(({ locked }) => locked),
    enabled.map(() => true)
  )
  const rulings = enabled.map(
    (rule): Ruling => ({
      matches: [{ phase: about, rule, action: 'block', code: CODE, page: rule.page }],
      ends: true,
      skips: 0,
    })
  )
  return {
    ...about,
    fields: [...new Set(enabled.flatMap(({ expression }) => expression.fields))],
    readsBody: false,
    run: (context) => {
      const [first] = matching(context)
      if (first === undefined) return undefined
      return enabled[first]!.expression.matches(context) ? rulings[first] : LET_IN
    },
  }
}
