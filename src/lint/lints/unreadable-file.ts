import type { Lint } from '../lint-type.ts'

export const unreadableFile: Lint = {
  code: 'unreadable_file',
  severity: 'error',
  title: 'a file that cannot be read',
  explanation:
    'The file breaks the rules of its format: for example unfinished HCL, invalid JSON, or an API response that reports an error. Other commands\n' +
    'then load nothing, and exit with 2.',
  bad: [{ file: 'main.tf', text: 'resource "cloudflare_ruleset" "a" {\n  name = "open\n}\n' }],
  good: [{ file: 'main.tf', text: 'resource "cloudflare_ruleset" "a" {\n  name = "closed"\n}\n' }],
  by: 'loader',
}
