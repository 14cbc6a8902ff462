import { isChallenge } from '../../challenges/level.ts'
import type { Draft } from '../../rules/draft.ts'
import type { Judging } from '../sequences.ts'

/** True if no request that matches the first rule reaches the second. Both are indexes. */
export type Ends = (earlier: number, later: number) => boolean

/** The names of rate limiting in a `skip`. */
const RATE_LIMITS = { phase: 'http_ratelimit', product: 'rateLimit' }

const skipsBelow = ({ action, skip }: Draft): boolean =>
  action === 'skip' && (skip === undefined || skip.current || skip.phases.includes('current'))

const skipsLimits = ({ action, skip }: Draft): boolean =>
  action === 'skip' &&
  skip !== undefined &&
  (skip.phases.includes(RATE_LIMITS.phase) || skip.products.includes(RATE_LIMITS.product))

/**
 * True if a custom rule keeps requests that match it from a later custom rule of the same ruleset.
 */
const endsCustom = ({ action, skip }: Draft, later: Draft): boolean => {
  if (action === 'block') return true
  if (action === 'skip') return skip?.current ?? true
  // A visitor who passes a challenge reaches the later rules and has already passed the same challenge there.
  return isChallenge(action ?? '') && later.action === action
}

/**
 * Returns a function that tells whether each request that reaches a later custom rule has also reached an earlier one. Both are indexes.
 * A `skip` in the document skips its later rules, but not those of a zone.
 */
export const meetsBefore = (
  rules: readonly Judging[],
  common: number
): ((earlier: number, later: number) => boolean) => {
  const firstOpen = rules.findIndex(({ rule }) => skipsBelow(rule.draft))
  return (earlier, later) =>
    earlier >= common || later < common || firstOpen === -1 || earlier < firstOpen
}

/**
 * Returns which later rules each rule keeps its requests from.
 *
 * @param common number of leading rules that belong to the document: a `skip` there does not skip a zone's rules
 */
export const endsOf = (rules: readonly Judging[], common: number): Ends => {
  const drafts = rules.map(({ rule }) => rule.draft)
  // After a `skip` of the current ruleset, a request may pass the rest of its ruleset and still reach the next one.
  const isOpen = (draft: Draft) => draft.enabled && skipsBelow(draft)
  const firstOpen = drafts.findIndex(isOpen)
  const firstLeak = drafts.findIndex((draft) => isOpen(draft) && !skipsLimits(draft))
  const isBehind = (first: number, place: number) => first !== -1 && first < place
  return (earlier, later) => {
    const [one, two] = [drafts[earlier]!, drafts[later]!]
    if (!one.enabled) return false
    // IP Access, User Agent Blocking and lockdowns precede the custom rules: a visitor they decide about reaches none of the later rules.
    if (one.parts?.product !== 'custom') return one.parts?.product !== 'rateLimit'
    const isOfOther = earlier < common && later >= common
    if (isOfOther && (one.action === 'skip' || isBehind(firstOpen, earlier))) return false
    if (two.parts?.product !== 'rateLimit') return endsCustom(one, two)
    return !isBehind(firstLeak, earlier) && (one.action === 'block' || skipsLimits(one))
  }
}
