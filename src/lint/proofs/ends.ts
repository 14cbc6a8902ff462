import { isChallenge } from '../../challenges/level.ts'
import type { Draft } from '../../rules/draft.ts'
import type { Judging } from '../sequences.ts'

/** True where no request that matches the first rule comes to the second; both by their place. */
export type Ends = (earlier: number, later: number) => boolean

/** Names of the rate limits in a `skip`. */
const RATE_LIMITS = { phase: 'http_ratelimit', product: 'rateLimit' }

const skipsBelow = ({ action, skip }: Draft): boolean =>
  action === 'skip' && (skip === undefined || skip.current || skip.phases.includes('current'))

const skipsLimits = ({ action, skip }: Draft): boolean =>
  action === 'skip' &&
  skip !== undefined &&
  (skip.phases.includes(RATE_LIMITS.phase) || skip.products.includes(RATE_LIMITS.product))

/** Whether a custom rule keeps requests from a later custom rule of the same ruleset. */
const endsCustom = ({ action, skip }: Draft, later: Draft): boolean => {
  if (action === 'block') return true
  if (action === 'skip') return skip?.current ?? true
  // A visitor who has passed a challenge comes to the rules behind it, and has passed the same one there.
  return isChallenge(action ?? '') && later.action === action
}

/**
 * Whether each request that comes to a later custom rule has come to an earlier one; both by their place. A `skip` among the rules of
 * the document lets requests past the others there, and not past those of a zone.
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
 * What rules of one way end, in the order in which a request meets them.
 *
 * @param common rules of the document at the beginning: a `skip` there lets no rule of a zone out
 */
export const endsOf = (rules: readonly Judging[], common: number): Ends => {
  const drafts = rules.map(({ rule }) => rule.draft)
  // Behind a `skip` of the rules below, a request may pass the others of its ruleset, and still come to the next one.
  const isOpen = (draft: Draft) => draft.enabled && skipsBelow(draft)
  const firstOpen = drafts.findIndex(isOpen)
  const firstLeak = drafts.findIndex((draft) => isOpen(draft) && !skipsLimits(draft))
  const isBehind = (first: number, place: number) => first !== -1 && first < place
  return (earlier, later) => {
    const [one, two] = [drafts[earlier]!, drafts[later]!]
    if (!one.enabled) return false
    // Whoever is allowed, blocked or locked out before the custom rules comes to nothing behind.
    if (one.parts?.product !== 'custom') return one.parts?.product !== 'rateLimit'
    const isOfOther = earlier < common && later >= common
    if (isOfOther && (one.action === 'skip' || isBehind(firstOpen, earlier))) return false
    if (two.parts?.product !== 'rateLimit') return endsCustom(one, two)
    return !isBehind(firstLeak, earlier) && (one.action === 'block' || skipsLimits(one))
  }
}
