import type { Action } from '../actions.ts'
import { PRODUCT_KEYS } from './keys.ts'
import type { Rule, Ruleset } from './rule.ts'

/** One line of `edge1020 rules print`. */
export interface PrintedRule {
  id: string
  name: string
  action: Action
  enabled: boolean
  /** The expression that the edge evaluates; shorthand becomes one. */
  expression: string
  description?: string
  file: string
  line: number
}

/** The rules as plain data, in order, each with its expression. */
export const printRules = ({ rules }: Ruleset): PrintedRule[] =>
  rules.map(({ expression, ...rule }) => ({ ...rule, expression: expression.source }))

/** The slot of a ruleset for each key of a document. */
const SLOTS = {
  access: 'access',
  lockdown: 'lockdowns',
  user_agents: 'agents',
  rules: 'rules',
  rate_limits: 'rateLimits',
} as const satisfies Readonly<Record<(typeof PRODUCT_KEYS)[number], keyof Ruleset>>

/** Returns the rules of each product that has some, with the product's document key. */
export const productsOf = (
  ruleset: Pick<Ruleset, (typeof SLOTS)[keyof typeof SLOTS]>
): { readonly product: (typeof PRODUCT_KEYS)[number]; readonly rules: readonly Rule[] }[] =>
  PRODUCT_KEYS.map((product) => ({ product, rules: ruleset[SLOTS[product]] })).filter(
    ({ rules }) => rules.length > 0
  )
