import { isChallenge } from '../challenges/level.ts'
import type { ContextLayout } from '../context.ts'
import { contextLayout } from '../context.ts'
import { createPhases } from '../phases/order.ts'
import type { Phase, PhaseServices } from '../phases/phase.ts'
import type { Ruleset } from '../rules/rule.ts'
import { allRules } from '../rules/rule.ts'

/** One site: its rules, ready to judge. Never changed in place: a reload makes another and swaps the reference. */
export interface Zone {
  readonly ruleset: Ruleset
  readonly phases: readonly Phase[]
  /** True where an enabled rule asks visitors. */
  readonly hasChallenges: boolean
  /** Canonical names of the fields that its phases read, each once. */
  readonly fields: readonly string[]
  /** Where a request keeps the values of these fields. */
  readonly layout: ContextLayout
}

/** @example createZone(loadRules([{ file: 'site.yaml', text }]), services).fields // ['http.user_agent'] */
export const createZone = (ruleset: Ruleset, services: PhaseServices): Zone => {
  const phases = createPhases(ruleset, services)
  const fields = [...new Set(phases.flatMap((phase) => phase.fields))]
  const hasChallenges = allRules(ruleset).some(
    ({ enabled, action }) => enabled && isChallenge(action)
  )
  return Object.freeze({ ruleset, phases, hasChallenges, fields, layout: contextLayout(fields) })
}
