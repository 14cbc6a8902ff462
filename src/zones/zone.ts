import { isChallenge } from '../challenges/level.ts'
import type { ContextLayout } from '../context.ts'
import { contextLayout } from '../context.ts'
import { createPhases } from '../phases/order.ts'
import type { Phase, PhaseServices } from '../phases/phase.ts'
import type { Ruleset } from '../rules/rule.ts'
import { allRules } from '../rules/rule.ts'
import type { ZoneFacts } from '../rules/zones.ts'

/** A site with its rules, ready to judge. Immutable: a reload creates another zone and swaps the reference. */
export interface Zone {
  readonly ruleset: Ruleset
  readonly phases: readonly Phase[]
  /** True if an enabled rule challenges visitors. */
  readonly hasChallenges: boolean
  /** Canonical names of the fields that its phases read, each once. */
  readonly fields: readonly string[]
  /** The facts of the zone; absent if the rules declare no zones. */
  readonly facts: ZoneFacts | undefined
  /** True for a host without a zone. */
  readonly isNowhere: boolean
  /** The layout of the values of these fields. */
  readonly layout: ContextLayout
}

/**
 * @param facts the facts of the zone, if the rules declare zones
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
