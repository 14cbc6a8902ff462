import { expect, test } from 'vitest'
import { toDocument } from './yaml.ts'

test('a document with the place of each rule, and what has no form in it', () => {
  const rule = { product: 'custom', action: 'block', source: 'a.tf:1', enabled: true } as const
  const { text, leftOut } = toDocument([
    { ...rule, name: 'On', expression: 'ssl' },
    { ...rule, name: 'Off "quoted"', expression: 'not ssl', enabled: false, at: 'a.tf:7' },
    { ...rule, name: 'Wrong', expression: 'sls' },
    { ...rule, name: 'Asked', expression: 'ssl', action: 'managed_challenge' },
    {
      ...rule,
      name: 'Goes on',
      expression: 'ssl',
      action: 'skip',
      skip: { current: false, phases: ['http_ratelimit'], products: [], rulesets: [], logs: true },
    },
    { product: 'access', action: 'block', target: 'ip', value: '192.0.2.1', source: 'a.tf:9' },
    { product: 'list', name: 'office', kind: 'ip', source: 'a.tf:11' },
  ])
  expect(text).toBe(`rules:
  # a.tf:1
  - name: "On"
    id: "on"
    expression: |-
      ssl
    action: block
  # a.tf:7
  - name: "Off \\"quoted\\""
    id: "off-quoted"
    expression: |-
      not ssl
    action: block
    enabled: false
`)
  expect(leftOut.map(({ what, reason }) => [what, reason])).toEqual([
    ['Wrong', expect.stringContaining('unknown identifier')],
    ['Asked', 'it has no form in a rule document yet'],
    ['Goes on', 'it skips other products only, which are not here'],
    ['192.0.2.1', 'it has no form in a rule document yet'],
    ['office', 'lists are given with `--feed` or the option `lists`'],
  ])
  expect(toDocument([]).text).toBe('rules: []\n')
})
