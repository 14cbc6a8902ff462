import type { Lint } from '../lint-type.ts'

const DASHBOARD_CHARACTERS = 4_000

export const expressionLength: Lint = {
  code: 'expression_length',
  severity: 'warning',
  title: 'an expression that is too long for the dashboard',
  explanation:
    'Cloudflare’s API accepts expressions of up to 4,096 characters, but the editor in its dashboard only 4,000. Nobody can edit a rule of a length\n' +
    'between these limits in the dashboard. A longer expression is an error in the document (`expression_too_long`).',
  bad: [
    `http.host in {${Array.from({ length: 200 }, (_, i) => `"shop-${100 + i}.test.abc"`).join(' ')}}`,
  ],
  good: ['http.host eq "shop.test"'],
  expression: ({ source, role }, report) => {
    const { length } = [...source]
    if (role === 'characteristic' || length <= DASHBOARD_CHARACTERS) return
    report({
      message: `the expression has ${length} characters; the dashboard accepts ${DASHBOARD_CHARACTERS}`,
      help: 'split the rule, or move addresses to a list',
    })
  },
}
