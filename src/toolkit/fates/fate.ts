import type { RequestContext } from '../../context.ts'
import type { Expression } from '../../language/expression.ts'
import type { CountedMatch, Match, Ruling } from '../../phases/phase.ts'
import type { Rule, Ruleset } from '../../rules/rule.ts'
import type { RuleOutcome } from '../trial-phases.ts'

/** The outcome of one rule in a phase that ran. */
export interface Fate {
  readonly outcome: RuleOutcome
  readonly reason?: string | undefined
  readonly rateLimit?: CountedMatch | undefined
  /** The expression that explains the outcome, if it is not the rule's own. */
  readonly expression?: Expression | undefined
}

export interface Ran {
  /** The zone's ruleset. */
  readonly ruleset: Ruleset
  /** The ruling of the phase: this code only translates the engine's result. */
  readonly ruling: Ruling
  readonly context: RequestContext
}

/** Returns the outcome of each rule of a product, in the order of the ruleset. */
export type Fates = (ran: Ran) => readonly Fate[]

export const DISABLED: Fate = { outcome: 'disabled' }
export const NOT_MATCHED: Fate = { outcome: 'not-matched' }
export const CLEARED: Fate = { outcome: 'skipped', reason: 'the visitor has passed its challenge' }

export const matchOf = ({ matches }: Ruling, rule: Rule): Match | undefined =>
  matches.find((match) => match.rule === rule)
