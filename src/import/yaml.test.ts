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
    {
      ...rule,
      name: 'Past theirs',
      expression: 'ssl',
      action: 'skip',
      skip: { current: false, phases: [], products: [], rulesets: ['x'], logs: true },
    },
    {
      product: 'list',
      name: 'office',
      kind: 'ip',
      entries: [{ value: '192.0.2.0/24', comment: 'the\noffice' }],
      source: 'a.tf:11',
    },
    { product: 'list', name: 'moved', kind: 'redirect', source: 'a.tf:12' },
  ])
  expect(text).toBe(`lists:
  # a.tf:11
  "office":
    kind: ip
    items:
      - "192.0.2.0/24" # the office

access:
  # a.tf:9
  - name: "block 192.0.2.1"
    id: "block-192-0-2-1"
    block: "192.0.2.1"

rules:
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
  # a.tf:1
  - name: "Asked"
    id: "asked"
    expression: |-
      ssl
    action: managed_challenge
  # a.tf:1
  - name: "Goes on"
    id: "goes-on"
    expression: |-
      ssl
    action: skip
    skip: { phases: ["http_ratelimit"] }
`)
  expect(leftOut.map(({ what, reason }) => [what, reason])).toEqual([
    ['Wrong', expect.stringContaining('unknown identifier')],
    ['Past theirs', 'it skips only products that edge1020 does not have'],
    ['moved', 'rule documents have no lists of the kind redirect'],
  ])
  expect(toDocument([]).text).toBe('rules: []\n')
})
