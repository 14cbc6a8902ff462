import type { Fate, Fates } from './fate.ts'
import { DISABLED, matchOf, NOT_MATCHED } from './fate.ts'
import { lifted } from './lifted.ts'

/** If several lockdowns cover a URL, the first one counts: no other one refuses a visitor that it lets in. */
export const lockdownFates: Fates = ({ ruleset, ruling, context }) => {
  let decided: Fate | undefined
  return ruleset.lockdowns.map((rule): Fate => {
    if (!rule.enabled) return DISABLED
    if (!rule.locked.matches(context)) return { ...NOT_MATCHED, expression: rule.locked }
    if (decided !== undefined) return decided
    decided = { outcome: 'not-reached', reason: `"${rule.name}" counts for this URL` }
    if (matchOf(ruling, rule) !== undefined) return { outcome: 'matched' }
    return rule.expression.matches(context)
      ? lifted('zone-lockdown', ruleset, context)
      : { ...NOT_MATCHED, reason: 'it lets the address in' }
  })
}
