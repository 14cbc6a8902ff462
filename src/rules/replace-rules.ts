import type { Rule, Ruleset } from './rule.ts'

/** The slots of a ruleset that contain rules, in the order of their products. */
export type ProductSlot = 'access' | 'lockdowns' | 'agents' | 'rules' | 'rateLimits'
export const PRODUCT_SLOTS: readonly ProductSlot[] = [
  'access',
  'lockdowns',
  'agents',
  'rules',
  'rateLimits',
]

/** The ruleset with other rules in place of some; the zones' rulesets too. */
export const replaceRules = (ruleset: Ruleset, by: ReadonlyMap<Rule, Rule>): Ruleset => {
  const products = <T extends Pick<Ruleset, ProductSlot>>(of: T): T => ({
    ...of,
    ...Object.fromEntries(
      PRODUCT_SLOTS.map((slot) => [
        slot,
        (of[slot] as readonly Rule[]).map((rule) => by.get(rule) ?? rule),
      ])
    ),
  })
  return {
    ...products(ruleset),
    zones: ruleset.zones.map((zone) => ({
      ...zone,
      ruleset: products(zone.ruleset),
      own: products(zone.own),
    })),
  }
}
