import type { Lint } from '../lint-type.ts'
import { includes, planName } from '../plans.ts'

const document = (lines: string) => `rules:\n  - { name: a, expression: ssl, ${lines} }\n`

export const planAction: Lint = {
  code: 'plan_action',
  severity: 'error',
  needsPlan: true,
  title: 'an action that the plan does not include',
  explanation:
    'Needs `--plan`. The action `log` needs the Enterprise plan. So does an IP Access rule that blocks a country. A custom response for `block` needs\n' +
    'the Pro plan.',
  bad: [
    { yaml: document('action: log'), plan: 'business' },
    {
      yaml: document(
        'action: block, response: { status: 403, content: no, content_type: text/plain }'
      ),
      plan: 'free',
    },
    { yaml: 'access:\n  - { name: a, block: RU }\n', plan: 'business' },
  ],
  good: [
    { yaml: document('action: log'), plan: 'enterprise' },
    { yaml: document('action: log') },
    { yaml: document('action: block'), plan: 'free' },
    {
      yaml: 'access:\n  - { name: a, block: 192.0.2.1 }\n  - { name: b, managed_challenge: RU }\n',
      plan: 'free',
    },
  ],
  rules: ({ rules, plan }, report) => {
    if (plan === undefined) return
    for (const rule of rules) {
      const { action, response, parts } = rule.draft
      const tell = (what: string, needed: string) =>
        report(rule, {
          message: `the ${planName(plan)} plan has no ${what}: it needs the ${needed} plan`,
        })
      if (action === 'log' && !includes(plan, 'enterprise')) tell('`log`', 'Enterprise')
      if (response !== undefined && !includes(plan, 'pro')) tell('response of a `block`', 'Pro')
      const isCountry =
        parts?.product === 'access' && parts.target === 'country' && action === 'block'
      if (isCountry && !includes(plan, 'enterprise'))
        tell('IP Access rules that block a country', 'Enterprise')
    }
  },
}
