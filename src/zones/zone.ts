import { isChallenge } from '../challenges/level.ts'
import type { ContextLayout } from '../context.ts'
import { contextLayout } from '../context.ts'
import { createPhases } from '../phases/order.ts'
import type { Phase, PhaseServices } from '../phases/phase.ts'
import type { Ruleset } from '../rules/rule.ts'
import { allRules } from '../rules/rule.ts'
import type { ZoneFacts } from '../rules/zones.ts'

/** One site: its rules, ready to judge. Never changed in place: a reload makes another and swaps the reference. */
export interface Zone {
  readonly ruleset: Ruleset
  readonly phases: readonly Phase[]
  /** True where an enabled rule asks visitors. */
  readonly hasChallenges: boolean
  /** Canonical names of the fields that its phases read, each once. */
  readonly fields: readonly string[]
  /** What it is; absent where the rules declare no zones. */
  readonly facts: ZoneFacts | undefined
  /** True for a host that is no zone's: nothing is there. */
  readonly isNowhere: boolean
  /** Where a request keeps the values of these fields. */
  readonly layout: ContextLayout
}

/**
 * @param facts what the zone is, where the rules declare zones
 * @example createZone(loadRules([{ file: 'site.yaml', text }]), services).fields // ['http.user_agent']
 */
export const createZone = (
  ruleset: Ruleset,
  services: PhaseServices,
  facts?: ZoneFacts,
  isNowhere = false
): Zone => {
  const phases = createPhases(ruleset, services)
  const fields = [...new Set(phases.flatMap((phase) => phase.fields))]
  const hasChallenges = allRules(ruleset).some(
    ({ enabled, action }) => enabled && isChallenge(action)
  )
  const layout = contextLayout(fields)
  return Object.freeze({ ruleset, phases, hasChallenges, fields, facts, isNowhere, layout })
}
