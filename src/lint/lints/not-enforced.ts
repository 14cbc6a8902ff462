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
  title: 'a rule that judges no request here',
  explanation:
    'The rule has a part that this edge does not have, or belongs to a ruleset that no rule executes. It is read, and judges no request. Load the\n' +
    'files that belong together in one run.',
  bad: [executes('ffffffffffffffffffffffffffffffff')],
  good: [executes('0123456789abcdef0123456789abcdef')],
  by: 'loader',
}
