import type { Lint } from '../lint-type.ts'

const DASHBOARD_CHARACTERS = 4_000

export const expressionLength: Lint = {
  code: 'expression_length',
  severity: 'warning',
  title: 'an expression that the dashboard does not save',
  explanation:
    'Cloudflare’s API takes expressions of up to 4,096 characters, and the editor of its dashboard up to 4,000. A rule in between can no longer\n' +
    'be edited there. Longer ones are an error of the document (`expression_too_long`).',
  bad: [
    `http.host in {${Array.from({ length: 200 }, (_, i) => `"shop-${100 + i}.test.abc"`).join(' ')}}`,
  ],
  good: ['http.host eq "shop.test"'],
  expression: ({ source, role }, report) => {
    const { length } = [...source]
    if (role === 'characteristic' || length <= DASHBOARD_CHARACTERS) return
    report({
      message: `the expression has ${length} characters: the dashboard takes ${DASHBOARD_CHARACTERS}`,
      help: 'split the rule, or put addresses into a list',
    })
  },
}
