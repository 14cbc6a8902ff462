import type { Rule } from '../../rules/rule.ts'
import type { VerdictAction } from '../../verdict.ts'
import { explicitRequest } from '../counterfactual/explicit.ts'
import type { Flips } from '../counterfactual/flips.ts'
import { flipsOf } from '../counterfactual/flips.ts'
import { joinFrom } from '../from.ts'
import type { From } from '../pretend.ts'
import type { Trial, TrialRequest, Trials } from '../trial.ts'
import { placeOf } from '../trial-phases.ts'
import type { Remedy } from './remedies.ts'
import { remediesOf } from './remedies.ts'
import type { Vantage } from './vantages.ts'
import { standardVantages } from './vantages.ts'

/** The result at one vantage point. */
export interface Seen {
  readonly name: string
  readonly title: string
  readonly kind: Vantage['kind']
  readonly country: string
  readonly asn: number
  readonly action: VerdictAction
  readonly status?: number
  readonly code?: number
  readonly rule?: string
}

/** The reason why one of the vantage points is blocked. */
export interface Attribution {
  /** The vantage point. */
  readonly of: string
  readonly rule: string
  /** The place of the rule. */
  readonly source: string
  /** Attributes of which any single one would let the request pass; if there is none, attributes that would do so together. */
  readonly scope: readonly string[]
  /** True if all attributes of `scope` have to change together. */
  readonly together?: true
  /** Attributes that make no difference. */
  readonly irrelevant: readonly string[]
  /** The smallest changes that let the request pass. */
  readonly flips: Flips['flips']
}

/** The results of one request at all vantage points. */
export interface CheckResult {
  readonly blocked: readonly Seen[]
  readonly passed: readonly Seen[]
  /** Absent if no vantage point is blocked, or if no rule is the cause. */
  readonly attribution?: Attribution
  readonly remedies: readonly Remedy[]
  readonly notes: readonly string[]
}

export interface CheckOptions {
  /** Visitors in addition to the standard vantage points; the first blocked one of them is explained. */
  from?: readonly From[] | undefined
  /** Default: `standardVantages()`. */
  vantages?: readonly Vantage[] | undefined
  maxTrials?: number | undefined
  maxRules?: number | undefined
}

/** The search tries single attributes first, then pairs. */
const MAX_CHANGES = 2
const DEFAULT_MAX_TRIALS = 2_000

const seen = ({ name, title, kind }: Vantage, trial: Trial): Seen => {
  const { visitor } = trial.context
  return {
    name,
    title,
    kind,
    country: visitor.country,
    asn: visitor.asn,
    action: trial.action,
    ...(trial.isRefused ? { status: trial.status! } : {}),
    ...(trial.code === 0 ? {} : { code: trial.code }),
    ...(trial.rule === undefined ? {} : { rule: trial.rule.name }),
  }
}

const describeFrom = ({ as, country, asn, ip }: From): string =>
  [as, country, asn === undefined ? undefined : `AS${asn}`, ip].filter(Boolean).join(' ') ||
  'as given'

const ownVantages = (from: readonly From[]): Vantage[] =>
  from.map((one, i) => ({
    name: from.length === 1 ? 'you' : `you-${i + 1}`,
    title: describeFrom(one),
    kind: 'you',
    from: one,
  }))

const attribute = (of: string, rule: Rule, { flips, irrelevant }: Flips): Attribution => {
  const fewest = Math.min(...flips.map(({ changes }) => changes.length))
  const smallest = flips.filter(({ changes }) => changes.length === fewest)
  const scope = [...new Set(smallest.flatMap(({ changes }) => changes.map((one) => one.attribute)))]
  return {
    of,
    rule: rule.name,
    source: placeOf(rule),
    scope,
    ...(flips.length > 0 && fewest > 1 ? { together: true } : {}),
    irrelevant,
    flips,
  }
}

/**
 * Judges one request from several vantage points. The result lists the blocked ones with the rule, the reason and the remedies.
 *
 * @param request the request of the first vantage point; a persona replaces the headers that distinguish
 * clients
 * @throws EdgeError as `trials.run` does
 * @example checkRequest(trials, { url: 'https://shop.test/' }, { from: [{ as: 'curl-hetzner' }] }).attribution?.scope //
 * ['asn']
 */
export const checkRequest = (
  trials: Trials,
  request: TrialRequest,
  {
    from = [],
    vantages = standardVantages(),
    maxTrials = DEFAULT_MAX_TRIALS,
    maxRules,
  }: CheckOptions = {}
): CheckResult => {
  const all = [...ownVantages(from), ...vantages].map((vantage) => {
    const from = joinFrom(request.from ?? {}, vantage.from)
    const asked = { ...request, from }
    return { vantage, asked, trial: trials.run(asked) }
  })
  const rows = all.map(({ vantage, trial }) => ({ row: seen(vantage, trial), trial }))
  const first = all.find(({ trial }) => trial.isRefused)
  const rule = first?.trial.rule
  const result = {
    blocked: rows.filter(({ trial }) => trial.isRefused).map(({ row }) => row),
    passed: rows.filter(({ trial }) => !trial.isRefused).map(({ row }) => row),
  }
  if (first === undefined) return { ...result, remedies: [], notes: [] }
  if (rule === undefined) {
    const why =
      first.trial.action === 'no_zone'
        ? 'the rules declare zones, and the host is none’s'
        : 'the edge answers on this path itself'
    return { ...result, remedies: [], notes: [why] }
  }
  const flips = flipsOf(trials, first.asked, { maxChanges: MAX_CHANGES, maxTrials, maxRules })
  const explicit = explicitRequest(first.trial, first.asked)
  return {
    ...result,
    attribution: attribute(first.vantage.name, rule, flips),
    remedies: remediesOf(trials, explicit, first.trial),
    notes: flips.isComplete ? [] : ['the rules are many: not all causes were looked for'],
  }
}
