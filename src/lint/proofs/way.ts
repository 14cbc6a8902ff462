import { isChallenge } from '../../challenges/level.ts'
import { treeOf } from '../../language/compile/tree.ts'
import type { IpRange } from '../../lists/ip.ts'
import { rangeHolds } from '../../lists/ip.ts'
import type { Judging, Meeting } from '../sequences.ts'
import { meetingsOf, ofProduct } from '../sequences.ts'
import type { LintRule, Subject } from '../subject.ts'
import type { AccessParts } from './access.ts'
import { accessOf, rangeOf } from './access.ts'
import type { Ends } from './ends.ts'
import { endsOf } from './ends.ts'

/** The rules that a request meets, from IP Access rules to rate limits, in order. */
export interface Way {
  readonly rules: readonly Judging[]
  /**
   * Indexes of the rules to check. The others also belong to the ways of other requests, or only keep requests from later rules.
   */
  readonly asked: readonly number[]
  readonly ends: Ends
}

/** If more rules than this precede the custom rules, those preceding rules are ignored. */
const MAX_BEFORE = 500

/** Gives a rule without an expression the expression that means the same. */
const withExpression = (rule: LintRule): Judging[] => {
  const { expression, place } = rule.draft
  const root = expression && treeOf(expression)
  if (expression === undefined || root === undefined) return []
  const locate = () => place.span()
  const written = { expression, source: expression.source, root, locate, rule } as const
  return [{ rule, written: { ...written, role: 'expression' } }]
}

const holds = (outer: IpRange | undefined, inner: IpRange | undefined): boolean =>
  outer !== undefined && inner !== undefined && rangeHolds(outer, inner)

/** Addresses take precedence over AS numbers, and AS numbers over countries. */
const rankOf = ({ target }: AccessParts): number =>
  target === 'country' ? 2 : target === 'asn' ? 1 : 0

/** True if the first rule may take precedence for visitors of the second. */
const mayOverrule = (first: AccessParts, second: AccessParts): boolean => {
  const [one, two] = [rankOf(first), rankOf(second)]
  if (one !== two) return one < two
  return one > 0 ? first.value === second.value : holds(rangeOf(second), rangeOf(first))
}

/**
 * Returns the IP Access rules whose visitors reach no later phase. A visitor who passes the challenge of a narrower rule reaches them.
 */
const accessRules = ({ met, all }: Meeting<LintRule>): LintRule[] => {
  const challenges = ofProduct(all, 'access').filter(({ draft }) => isChallenge(draft.action ?? ''))
  return ofProduct(met, 'access').filter((rule) => {
    const { action } = rule.draft
    if (action !== 'block') return action === 'allow'
    return !challenges.some((one) => mayOverrule(accessOf(one), accessOf(rule)))
  })
}

const skipsProduct = (rules: readonly LintRule[], product: string): boolean =>
  ofProduct(rules, 'custom').some(({ draft }) => draft.skip?.products.includes(product))

/**
 * Among several lockdowns only the first is certain to decide, and none is if some rule may skip them.
 */
const lockdown = ({ met, all }: Meeting<LintRule>): LintRule[] => {
  const isCertain = ofProduct(all, 'lockdown').length === 1 && !skipsProduct(all, 'zoneLockdown')
  return isCertain ? ofProduct(met, 'lockdown') : []
}

/**
 * Returns the rules of User Agent Blocking that always block. A visitor admitted by a lockdown bypasses them, and a rule may skip them.
 */
const agentRules = ({ met, all }: Meeting<LintRule>): LintRule[] => {
  if (ofProduct(all, 'lockdown').length > 0 || skipsProduct(all, 'uaBlock')) return []
  const first = new Map<string, LintRule>()
  for (const rule of ofProduct(met, 'agent')) {
    const { parts } = rule.draft
    if (parts?.product === 'agent' && !first.has(parts.userAgent)) first.set(parts.userAgent, rule)
  }
  return [...first.values()].filter(({ draft }) => draft.action === 'block')
}

const before = (meeting: Meeting<LintRule>): Judging[] => {
  const access = ofProduct(meeting.all, 'access')
  const agents = ofProduct(meeting.all, 'agent')
  if (access.length + agents.length > MAX_BEFORE) return []
  return [...accessRules(meeting), ...lockdown(meeting), ...agentRules(meeting)].flatMap(
    withExpression
  )
}

/** Returns the ways of the document's requests and of each zone's requests. */
export const waysOf = (subject: Subject): Way[] =>
  meetingsOf(subject, (rules) => rules).map((meeting) => {
    const { met, common } = meeting
    const own = new Set(met.slice(common))
    const written = (product: 'custom' | 'rateLimit'): Judging[] =>
      ofProduct(met, product).flatMap((rule) =>
        rule.written === undefined ? [] : [{ rule, written: rule.written }]
      )
    const [custom, limits] = [written('custom'), written('rateLimit')]
    const first = custom.length + limits.length === 0 ? [] : before(meeting)
    const rules = [...first, ...custom, ...limits]
    const ofDocument = custom.filter(({ rule }) => !own.has(rule)).length
    return {
      rules,
      asked: rules.flatMap(({ rule }, i) => (i >= first.length && own.has(rule) ? i : [])),
      ends: endsOf(rules, first.length + ofDocument),
    }
  })
