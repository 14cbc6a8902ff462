import type { Ruleset } from '../rules/rule.ts'
import { customRules } from './custom-rules.ts'
import type { Phase } from './phase.ts'

/**
 * Every phase, in the order in which Cloudflare runs them. A new product is one line here.
 *
 * Source: https://developers.cloudflare.com/ruleset-engine/reference/phases-list/
 */
const ORDER: readonly ((ruleset: Ruleset) => Phase)[] = [customRules]

/** The phases that a zone's rules make. The place of a phase in the list is the place of its bit in `Ruling.skips`. */
export const createPhases = (ruleset: Ruleset): readonly Phase[] =>
  ORDER.map((create) => create(ruleset))
