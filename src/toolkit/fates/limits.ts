import { actions } from '../../actions.ts'
import type { RequestContext } from '../../context.ts'
import { fieldFacts } from '../../language/fields.ts'
import type { RateLimit } from '../../rules/products/rate-limits.ts'
import type { Fate, Fates } from './fate.ts'
import { DISABLED, matchOf, NOT_MATCHED } from './fate.ts'

const amountOf = ({ requestsPerPeriod, scorePerPeriod, period }: RateLimit): string =>
  `${scorePerPeriod === undefined ? `${requestsPerPeriod} requests` : `a score of ${scorePerPeriod}`} in ${period} seconds`

/** A limit that is not reached: states whether the request counts toward it. */
const standing = (rule: RateLimit, context: RequestContext): Fate => {
  const { expression, countingExpression = expression, scorePerPeriod } = rule
  const applies = expression.matches(context)
  const asksResponse =
    scorePerPeriod !== undefined ||
    countingExpression.fields.some((field) => fieldFacts.get(field)?.source === 'response')
  if (asksResponse) {
    return applies || countingExpression !== expression
      ? { outcome: 'counts', reason: `the response decides what counts toward ${amountOf(rule)}` }
      : NOT_MATCHED
  }
  if (countingExpression.matches(context)) {
    return {
      outcome: 'counts',
      reason: `counts toward ${amountOf(rule)}`,
      expression: countingExpression,
    }
  }
  return applies
    ? {
        ...NOT_MATCHED,
        reason: 'its action is for such requests, others count',
        expression: countingExpression,
      }
    : NOT_MATCHED
}

export const limitFates: Fates = ({ ruleset, ruling, context }) => {
  let decided: Fate | undefined
  return ruleset.rateLimits.map((rule): Fate => {
    if (!rule.enabled) return DISABLED
    if (decided !== undefined) return decided
    const match = matchOf(ruling, rule)
    if (match === undefined) return standing(rule, context)
    if (actions[match.action].ends) {
      decided = { outcome: 'not-reached', reason: `"${rule.name}" has decided` }
    }
    return { outcome: 'matched', rateLimit: match.rateLimit }
  })
}
