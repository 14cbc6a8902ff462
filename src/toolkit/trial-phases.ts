import type { RequestContext } from '../context.ts'
import type { MatchedPart, TracedPart } from '../language/trace.ts'
import type { PhaseName } from '../phases/names.ts'
import { bitOf, PHASE_NAMES } from '../phases/names.ts'
import type { CountedMatch, Match, Ruling } from '../phases/phase.ts'
import { skippedBits } from '../phases/skipped.ts'
import type { Rule, Ruleset } from '../rules/rule.ts'
import type { Zone } from '../zones/zone.ts'
import { accessFates } from './fates/access.ts'
import { agentFates } from './fates/agents.ts'
import { customFates } from './fates/custom.ts'
import type { Fate, Fates } from './fates/fate.ts'
import { limitFates } from './fates/limits.ts'
import { lockdownFates } from './fates/lockdowns.ts'

/**
 * - `matched`: the rule is true of the request and counts
 * - `not-matched`: it is not true of the request
 * - `counts`: a rate limit that is not reached counts the request
 * - `skipped`: another rule skips it, or the visitor has passed its challenge
 * - `not-reached`: an earlier rule has decided
 * - `disabled`: it is switched off
 */
export type RuleOutcome =
  | 'matched'
  | 'not-matched'
  | 'counts'
  | 'skipped'
  | 'not-reached'
  | 'disabled'

/** One rule of a phase, and its outcome. */
export interface TrialRule {
  readonly rule: Rule
  readonly outcome: RuleOutcome
  /** The reason, if the outcome alone does not show it: `"office" skips it`. */
  readonly reason?: string | undefined
  /** `file:line`, or the path of a rule that came as an object. */
  readonly place: string
  /** For rate limits that are reached. */
  readonly rateLimit?: CountedMatch | undefined
  /** The smallest set of comparisons that made the expression true, or false; empty if it was not evaluated. */
  decisive(): readonly MatchedPart[]
  /** Every part of the expression with its result and the fields it read, outside first; empty if it was not evaluated. */
  trace(): readonly TracedPart[]
}

/**
 * - `ran`
 * - `skipped`: a rule of an earlier phase skips it
 * - `not-reached`: an earlier phase has answered
 * - `empty`: it has no rules
 */
export type PhaseOutcome = 'ran' | 'skipped' | 'not-reached' | 'empty'

export interface TrialPhase {
  readonly name: PhaseName
  readonly outcome: PhaseOutcome
  /** The reason why it did not run. */
  readonly reason?: string | undefined
  readonly rules: readonly TrialRule[]
}

/** The judged request, as far as the explanation of phases needs it. */
export interface Judged {
  readonly context: RequestContext
  readonly zone: Zone
  readonly matches: readonly Match[]
  readonly rulings: readonly (Ruling | undefined)[]
}

const FATES: Readonly<Record<PhaseName, Fates>> = {
  'ip-access': accessFates,
  'zone-lockdown': lockdownFates,
  'user-agents': agentFates,
  'custom-rules': customFates,
  'rate-limits': limitFates,
}

const RULES: Readonly<Record<PhaseName, (ruleset: Ruleset) => readonly Rule[]>> = {
  'ip-access': ({ access }) => access,
  'zone-lockdown': ({ lockdowns }) => lockdowns,
  'user-agents': ({ agents }) => agents,
  'custom-rules': ({ rules }) => rules,
  'rate-limits': ({ rateLimits }) => rateLimits,
}

const NOTHING: readonly never[] = []

export const placeOf = ({ file, line }: Pick<Rule, 'file' | 'line'>): string =>
  line > 0 ? `${file}:${line}` : file

const isEvaluated = ({ outcome }: Fate): boolean =>
  outcome === 'matched' || outcome === 'not-matched' || outcome === 'counts'

const trialRule = (rule: Rule, fate: Fate, context: RequestContext): TrialRule => {
  const { outcome, reason, rateLimit, expression = rule.expression } = fate
  const evaluated = isEvaluated(fate)
  return {
    rule,
    outcome,
    ...(reason === undefined ? {} : { reason }),
    place: placeOf(rule),
    ...(rateLimit === undefined ? {} : { rateLimit }),
    decisive: () => (evaluated ? expression.explain(context, outcome !== 'not-matched') : NOTHING),
    trace: () => (evaluated ? expression.trace(context) : NOTHING),
  }
}

/** The reason why a phase did not run: the rule that skips it, or the one that has answered. */
const hindrance = (
  place: number,
  { matches, rulings, zone }: Judged
): Omit<TrialPhase, 'name' | 'rules'> => {
  const bit = bitOf(PHASE_NAMES[place]!)
  const earlier = rulings.slice(0, place)
  const skipping = earlier.findIndex((ruling) => ruling !== undefined && (ruling.skips & bit) !== 0)
  const ending = earlier.find((ruling) => ruling?.ends === true)
  if (ending !== undefined) {
    const by = ending.matches.at(-1)!.rule.name
    return { outcome: 'not-reached', reason: `"${by}" answers` }
  }
  if (skipping < 0) return { outcome: 'not-reached', reason: reasonWithout(zone) }
  const { matches: found } = earlier[skipping]!
  const by =
    found.find(({ rule }) => (skippedBits(rule.skip) & bit) !== 0) ?? found.at(-1) ?? matches.at(-1)
  // A lockdown that lets an address in has no match.
  const who = found.length === 0 ? 'the lockdown that lets the address in' : `"${by!.rule.name}"`
  return { outcome: 'skipped', reason: `${who} skips it` }
}

const reasonWithout = ({ isNowhere }: Zone) =>
  isNowhere ? 'the host is no zone’s' : 'the edge answers on this path before all rules'

/** Each phase and each rule of a judged request, in order. */
export const trialPhases = (judged: Judged): readonly TrialPhase[] => {
  const { zone, rulings, context } = judged
  const { ruleset } = zone
  return PHASE_NAMES.map((name, place): TrialPhase => {
    const rules = RULES[name](ruleset)
    if (rules.length === 0) return { name, outcome: 'empty', rules: NOTHING }
    const ruling = rulings[place]
    if (ruling === undefined) {
      const why = hindrance(place, judged)
      const outcome = why.outcome === 'skipped' ? 'skipped' : 'not-reached'
      return {
        name,
        ...why,
        rules: rules.map((rule) =>
          trialRule(
            rule,
            rule.enabled ? { outcome, reason: why.reason } : { outcome: 'disabled' },
            context
          )
        ),
      }
    }
    const fates = FATES[name]({ ruleset, ruling, context })
    return {
      name,
      outcome: 'ran',
      rules: rules.map((rule, i) => trialRule(rule, fates[i]!, context)),
    }
  })
}
