import type { Draft } from '../../rules/draft.ts'
import type { Lint, Plan } from '../lint-type.ts'
import { planName } from '../plans.ts'
import type { LintRule } from '../subject.ts'

type Product = NonNullable<Draft['parts']>['product']

/**
 * @see https://developers.cloudflare.com/waf/custom-rules/#availability and the same section for the other products
 */
const LIMITS: Readonly<
  Partial<Record<Product, { what: string; most: Readonly<Record<Plan, number>> }>>
> = {
  custom: { what: 'custom rules', most: { free: 5, pro: 20, business: 100, enterprise: 1000 } },
  rateLimit: {
    what: 'rate limiting rules',
    most: { free: 1, pro: 2, business: 5, enterprise: 100 },
  },
  lockdown: {
    what: 'Zone Lockdown rules',
    most: { free: 0, pro: 3, business: 10, enterprise: 200 },
  },
}

const rules = (count: number) =>
  `rules:\n${Array.from({ length: count }, (_, i) => `  - { name: r${i}, action: block, expression: 'http.host eq "h${i}.test"' }\n`).join('')}`

export const planRuleCount: Lint = {
  code: 'plan_rule_count',
  severity: 'error',
  needsPlan: true,
  title: 'more rules than the plan includes',
  explanation:
    'Needs `--plan`. On the Free, Pro, Business and Enterprise plan a zone can have 5, 20, 100 or 1,000 custom rules, 1, 2, 5 or 100 rate limiting\n' +
    'rules, and 0, 3, 10 or 200 Zone Lockdowns. The lint does not count disabled rules. Often one rule with `or` can replace several rules that\n' +
    'look for the same thing in different places.',
  bad: [{ yaml: rules(6), plan: 'free' }],
  good: [{ yaml: rules(5), plan: 'free' }, { yaml: rules(6), plan: 'pro' }, { yaml: rules(6) }],
  rules: ({ rules: all, plan }, report) => {
    if (plan === undefined) return
    const seen = new Map<string, number>()
    for (const rule of all as readonly LintRule[]) {
      const { parts } = rule.draft
      const limit = parts && LIMITS[parts.product]
      if (parts === undefined || limit === undefined || !rule.draft.enabled) continue
      const key = `${rule.group}\0${parts.product}`
      const count = (seen.get(key) ?? 0) + 1
      seen.set(key, count)
      const most = limit.most[plan]
      // Reported once, at the first rule beyond the limit.
      if (count !== most + 1) continue
      report(rule, {
        message: `the ${planName(plan)} plan has ${most} ${limit.what}: this rule exceeds the limit`,
      })
    }
  },
}
