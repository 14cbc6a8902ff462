import type { Lint } from '../lint-type.ts'

const agents = (agent: string) => ({ yaml: `user_agents:\n  - block: "${agent}"\n` })

export const notAWildcard: Lint = {
  code: 'not_a_wildcard',
  severity: 'warning',
  title: 'a star in User Agent Blocking',
  explanation:
    'User Agent Blocking compares the whole header, and `*` has no special meaning. To match a part of the header, write a custom rule with\n' +
    '`contains` or `wildcard`.',
  bad: [agents('BadBot/*')],
  good: [agents('BadBot/1.0')],
  by: 'loader',
}
