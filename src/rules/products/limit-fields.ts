import type { RateLimit } from './rate-limits.ts'

const VISITOR_ID = 'cf.unique_visitor_id'

/**
 * True if a rule counts by visitor instead of by address. Only Cloudflare can distinguish visitors behind one address.
 */
export const countsVisitors = ({ characteristics }: RateLimit): boolean =>
  characteristics.some(({ source }) => source === VISITOR_ID)

/**
 * Returns the distinct fields that a rate limiting rule reads: for its condition, for counting and for its characteristics.
 */
export const limitFields = (rule: RateLimit): string[] => [
  ...new Set([
    ...rule.expression.fields,
    ...(rule.countingExpression?.fields ?? []),
    ...rule.characteristics.flatMap((one) => one.expression?.fields ?? []),
    // The address replaces the visitor id, which does not exist here.
    ...(countsVisitors(rule) ? ['ip.src'] : []),
  ]),
]
