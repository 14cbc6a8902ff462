import { fieldFacts } from '../../language/fields.ts'
import type { Lint } from '../lint-type.ts'
import { includes, planName, planOf } from '../plans.ts'
import { nodesOf } from '../written-tests.ts'

const document = (expression: string) =>
  `rules:\n  - { name: a, action: block, expression: '${expression}' }\n`

export const planField: Lint = {
  code: 'plan_field',
  severity: 'error',
  needsPlan: true,
  title: 'a field that the plan does not include',
  explanation:
    'Needs `--plan`. Cloudflare’s field reference names the lowest plan for each field, and so does [fields](../fields.md). The lint does not check\n' +
    'add-ons.',
  bad: [
    { yaml: document('cf.waf.score lt 20'), plan: 'business' },
    { yaml: document('any(http.request.cookies["a"][*] eq "b")'), plan: 'free' },
  ],
  good: [
    { yaml: document('cf.waf.score lt 20'), plan: 'enterprise' },
    { yaml: document('cf.waf.score lt 20') },
    { yaml: document('ip.src.country eq "DE"'), plan: 'free' },
  ],
  expression: (written, report, { plan }) => {
    if (plan === undefined) return
    const told = new Set<string>()
    for (const node of nodesOf(written)) {
      if (node.kind !== 'field' || told.has(node.name)) continue
      const words = fieldFacts.get(node.name)?.plan
      const needed = planOf(words)
      if (needed === undefined || includes(plan, needed)) continue
      told.add(node.name)
      report({
        part: { start: node.start, length: node.end - node.start },
        message: `the ${planName(plan)} plan does not have \`${node.name}\`: ${words}`,
      })
    }
  },
}
