import { levelOf } from '../../challenges/level.ts'
import type { Fate, Fates } from './fate.ts'
import { CLEARED, DISABLED, matchOf, NOT_MATCHED } from './fate.ts'
import { lifted } from './lifted.ts'

export const agentFates: Fates = ({ ruleset, ruling, context }) => {
  let first: string | undefined
  return ruleset.agents.map((rule): Fate => {
    if (!rule.enabled) return DISABLED
    if (matchOf(ruling, rule) !== undefined) {
      first = rule.name
      return { outcome: 'matched' }
    }
    if (!rule.expression.matches(context)) return NOT_MATCHED
    if (first !== undefined) {
      return { outcome: 'not-reached', reason: `"${first}" counts for this User-Agent` }
    }
    first = rule.name
    const level = levelOf(rule.action)
    return level > 0 && context.hasCleared(level)
      ? CLEARED
      : lifted('user-agents', ruleset, context)
  })
}
