import { Later } from '../later.ts'
import { limitFields } from '../rules/products/limit-fields.ts'
import type { Ruleset } from '../rules/rule.ts'
import { readsBody } from './body.ts'
import { idlePhase } from './idle.ts'
import type { Phase, PhaseServices } from './phase.ts'

/** The counting code, for edges with rate limiting rules. */
export const limiting = new Later(async () => (await import('./all-limiting.ts')).allLimiting)

/**
 * The phase of rate limiting rules. It imports the counting code if there are such rules.
 *
 * Source: https://developers.cloudflare.com/waf/rate-limiting-rules/
 */
export const rateLimits = (ruleset: Ruleset, services: PhaseServices): Phase => {
  const phase = { name: 'rate-limits', source: 'ratelimit' } as const
  const enabled = ruleset.rateLimits.filter((rule) => rule.enabled)
  if (enabled.length === 0) return idlePhase(phase)
  limiting.ask()
  const fields = [...new Set(enabled.flatMap(limitFields))]
  return {
    ...phase,
    fields,
    readsBody: readsBody(fields),
    run: limiting.build(({ judgeRateLimits }) => judgeRateLimits(phase, enabled, services)),
  }
}
