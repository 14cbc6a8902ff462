import type { ContextLayout } from '../context.ts'
import { contextLayout } from '../context.ts'
import { createPhases } from '../phases/order.ts'
import type { Phase } from '../phases/phase.ts'
import type { Ruleset } from '../rules/rule.ts'

/** One site: its rules, ready to judge. Never changed in place: a reload makes another and swaps the reference. */
export interface Zone {
  readonly ruleset: Ruleset
  readonly phases: readonly Phase[]
  /** Canonical names of the fields that its phases read, each once. */
  readonly fields: readonly string[]
  /** Where a request keeps the values of these fields. */
  readonly layout: ContextLayout
}

/** @example createZone(loadRules([{ file: 'site.yaml', text }])).fields // ['http.user_agent'] */
export const createZone = (ruleset: Ruleset): Zone => {
  const phases = createPhases(ruleset)
  const fields = [...new Set(phases.flatMap((phase) => phase.fields))]
  return Object.freeze({ ruleset, phases, fields, layout: contextLayout(fields) })
}
