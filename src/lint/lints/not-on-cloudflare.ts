import type { Lint } from '../lint-type.ts'

const access = (network: string) => ({ yaml: `access:\n  - block: ${network}\n` })

export const notOnCloudflare: Lint = {
  code: 'not_on_cloudflare',
  severity: 'warning',
  title: 'a value that works here, and that Cloudflare refuses',
  explanation:
    'The edge takes the value. Cloudflare answers with an error when the rule is saved there. Use a value that both have, if the rule is to go\n' +
    'there.',
  bad: [access('192.0.2.0/23')],
  good: [access('192.0.2.0/24')],
  by: 'loader',
}
