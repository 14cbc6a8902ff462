import type { RateLimit } from './rate-limits.ts'

const VISITOR_ID = 'cf.unique_visitor_id'

/** Whether a rule counts by visitors behind one address, which only Cloudflare can tell apart. */
export const countsVisitors = ({ characteristics }: RateLimit): boolean =>
  characteristics.some(({ source }) => source === VISITOR_ID)

/** Every field that a rate limiting rule reads, each once: to judge, to count and to tell its counters apart. */
export const limitFields = (rule: RateLimit): string[] => [
  ...new Set([
    ...rule.expression.fields,
    ...(rule.countingExpression?.fields ?? []),
    ...rule.characteristics.flatMap((one) => one.expression?.fields ?? []),
    // The address stands for what nothing here holds.
    ...(countsVisitors(rule) ? ['ip.src'] : []),
  ]),
]
