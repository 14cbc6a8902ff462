import { KIND_NAMES } from '../../lists/kind.ts'
import type { Lint } from '../lint-type.ts'
import { includes, planName } from '../plans.ts'

const document = (list: string, expression: string) =>
  `lists: { mine: ${list} }\nrules:\n  - { name: a, action: block, expression: '${expression}' }\n`

export const planList: Lint = {
  code: 'plan_list',
  severity: 'error',
  needsPlan: true,
  title: 'a kind of list that the plan does not include',
  explanation:
    'Needs `--plan`. Every plan has lists of addresses. Lists of AS numbers and of hosts need the Enterprise plan.',
  bad: [
    {
      yaml: document('{ kind: asn, items: [AS64500] }', 'ip.src.asnum in $mine'),
      plan: 'business',
    },
    { yaml: document('{ kind: hostname, items: [a.test] }', 'http.host in $mine'), plan: 'free' },
  ],
  good: [
    { yaml: document('{ kind: ip, items: [192.0.2.1] }', 'ip.src in $mine'), plan: 'free' },
    {
      yaml: document('{ kind: asn, items: [AS64500] }', 'ip.src.asnum in $mine'),
      plan: 'enterprise',
    },
    { yaml: document('{ kind: asn, items: [AS64500] }', 'ip.src.asnum in $mine') },
  ],
  expression: ({ expression }, report, { plan }) => {
    if (plan === undefined || includes(plan, 'enterprise')) return
    for (const { name, kind } of expression.listUses) {
      if (kind === 'ip') continue
      report({
        message: `the ${planName(plan)} plan has no lists of ${KIND_NAMES[kind]}: \`$${name}\` needs the Enterprise plan`,
      })
    }
  },
}
