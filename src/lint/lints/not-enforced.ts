import type { Lint } from '../lint-type.ts'

const executes = (id: string) => ({
  file: 'rulesets.json',
  text: `[
  { "kind": "root", "phase": "http_request_firewall_custom", "rules": [
    { "action": "execute", "expression": "true", "action_parameters": { "id": "${id}" } }
  ] },
  { "id": "0123456789abcdef0123456789abcdef", "kind": "custom", "phase": "http_request_firewall_custom", "rules": [
    { "action": "block", "expression": "ssl" }
  ] }
]
`,
})

export const notEnforced: Lint = {
  code: 'not_enforced',
  severity: 'warning',
  title: 'a rule that this edge does not apply',
  explanation:
    'A part of the rule is not supported here, or the rule belongs to a ruleset that no rule executes. The edge reads the rule, but does not judge\n' +
    'requests with it. If other files contain the missing ruleset, load all of them together.',
  bad: [executes('ffffffffffffffffffffffffffffffff')],
  good: [executes('0123456789abcdef0123456789abcdef')],
  by: 'loader',
}
