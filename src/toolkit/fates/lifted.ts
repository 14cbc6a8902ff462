import type { RequestContext } from '../../context.ts'
import type { PhaseName } from '../../phases/names.ts'
import { bitOf } from '../../phases/names.ts'
import { skippedBits } from '../../phases/skipped.ts'
import type { Ruleset } from '../../rules/rule.ts'
import type { Fate } from './fate.ts'

/** The outcome of a rule in an earlier phase that would refuse, but that a custom rule lifted (`phases/unless-skipped.ts`). */
export const lifted = (phase: PhaseName, { rules }: Ruleset, context: RequestContext): Fate => {
  const bit = bitOf(phase)
  const by = rules.find(
    ({ enabled, action, skip, expression }) =>
      enabled && action === 'skip' && (skippedBits(skip) & bit) !== 0 && expression.matches(context)
  )
  return {
    outcome: 'skipped',
    reason: by === undefined ? 'a custom rule skips it' : `"${by.name}" skips it`,
  }
}
