import type { RequestContext } from '../../context.ts'
import type { Expression } from '../../language/expression.ts'
import type { CountedMatch, Match, Ruling } from '../../phases/phase.ts'
import type { Rule, Ruleset } from '../../rules/rule.ts'
import type { RuleOutcome } from '../trial-phases.ts'

/** What became of one rule in a phase that ran. */
export interface Fate {
  readonly outcome: RuleOutcome
  readonly reason?: string | undefined
  readonly rateLimit?: CountedMatch | undefined
  /** What explains the outcome, where that is not the rule's expression. */
  readonly expression?: Expression | undefined
}

export interface Ran {
  /** Of the zone. */
  readonly ruleset: Ruleset
  /** What the phase ruled: the engine's own word, which is only put in other words here. */
  readonly ruling: Ruling
  readonly context: RequestContext
}

/** Tells what became of each rule of a product, in the order of the ruleset. */
export type Fates = (ran: Ran) => readonly Fate[]

export const DISABLED: Fate = { outcome: 'disabled' }
export const NOT_MATCHED: Fate = { outcome: 'not-matched' }
export const CLEARED: Fate = { outcome: 'skipped', reason: 'the visitor has passed its challenge' }

export const matchOf = ({ matches }: Ruling, rule: Rule): Match | undefined =>
  matches.find((match) => match.rule === rule)
