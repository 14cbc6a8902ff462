import type { Lint } from '../lint-type.ts'
import { includes, planName } from '../plans.ts'
import { nodesOf } from '../written-tests.ts'

const document = (expression: string) =>
  `rules:\n  - { name: a, action: block, expression: '${expression}' }\n`

export const planRegex: Lint = {
  code: 'plan_regex',
  severity: 'error',
  needsPlan: true,
  title: 'a regular expression that the plan does not include',
  explanation: 'Needs `--plan`. `matches` needs the Business plan. `wildcard` works on every plan.',
  bad: [{ yaml: document('http.host matches "^a"'), plan: 'pro' }],
  good: [
    { yaml: document('http.host matches "^a"'), plan: 'business' },
    { yaml: document('http.host matches "^a"') },
    { yaml: document('http.host wildcard "a*"'), plan: 'free' },
  ],
  expression: (written, report, { plan }) => {
    if (plan === undefined || includes(plan, 'business')) return
    for (const node of nodesOf(written)) {
      if (node.kind !== 'compare' || node.operator !== 'matches') continue
      report({
        part: { start: node.start, length: node.end - node.start },
        message: `the ${planName(plan)} plan has no \`matches\`: it needs the Business plan`,
        help: 'write `wildcard`',
      })
    }
  },
}
