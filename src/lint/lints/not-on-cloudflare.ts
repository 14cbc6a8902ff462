import type { Lint } from '../lint-type.ts'

const access = (network: string) => ({ yaml: `access:\n  - block: ${network}\n` })

export const notOnCloudflare: Lint = {
  code: 'not_on_cloudflare',
  severity: 'warning',
  title: 'a value that Cloudflare rejects',
  explanation:
    'The value works on this edge, but Cloudflare returns an error when you save the rule there. If you plan to use the rule on Cloudflare, choose a\n' +
    'value that both accept.',
  bad: [access('192.0.2.0/23')],
  good: [access('192.0.2.0/24')],
  by: 'loader',
}
