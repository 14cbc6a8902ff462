import type { Rule, Ruleset } from '../rules/rule.ts'
import { allRules } from '../rules/rule.ts'
import type { Known, Missing } from './needs.ts'
import { missingOf } from './needs.ts'

/** A rule that cannot be judged from a log, with the data that the log lacks. */
export interface Unjudged {
  readonly rule: Rule
  readonly missing: readonly Missing[]
}

type Products = Pick<Ruleset, 'access' | 'lockdowns' | 'agents' | 'rules' | 'rateLimits'>

/**
 * Returns the ruleset with the rules disabled that cannot be judged from a log, and a list of these rules. They are disabled so
 * that the replay guesses nothing.
 *
 * Rules that can be judged stay the same objects, so that matches refer to the rules of the given ruleset.
 */
export const judgeable = (
  ruleset: Ruleset,
  known: Known
): { ruleset: Ruleset; unjudged: readonly Unjudged[] } => {
  const hasZones = ruleset.zones.length > 0
  const unjudged: Unjudged[] = []
  const off = new Map<Rule, Rule>()
  for (const rule of allRules(ruleset)) {
    if (!rule.enabled || off.has(rule)) continue
    const missing = missingOf(rule, known, hasZones)
    if (missing.length === 0) continue
    unjudged.push({ rule, missing })
    off.set(rule, { ...rule, enabled: false })
  }
  if (unjudged.length === 0) return { ruleset, unjudged }
  const kept = <R extends Rule>(rules: readonly R[]): R[] =>
    rules.map((rule) => (off.get(rule) as R | undefined) ?? rule)
  const productsOf = ({ access, lockdowns, agents, rules, rateLimits }: Products): Products => ({
    access: kept(access),
    lockdowns: kept(lockdowns),
    agents: kept(agents),
    rules: kept(rules),
    rateLimits: kept(rateLimits),
  })
  const without = (all: Ruleset): Ruleset => ({
    ...all,
    ...productsOf(all),
    zones: all.zones.map((zone) => ({
      ...zone,
      ruleset: without(zone.ruleset),
      own: productsOf(zone.own),
    })),
  })
  return { ruleset: without(ruleset), unjudged }
}
