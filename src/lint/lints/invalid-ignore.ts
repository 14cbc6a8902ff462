import type { Lint } from '../lint-type.ts'

const document = (comment: string, country: string) => ({
  yaml: `rules:\n  # ${comment}\n  - { name: a, action: block, expression: ip.src.country eq "${country}" }\n`,
})

export const invalidIgnore: Lint = {
  code: 'invalid_ignore',
  severity: 'warning',
  title: 'an ignore comment without a code or a reason',
  explanation:
    'The next reader needs to know why the finding does not matter: write `# edge1020-ignore CODE: reason`. A comment cannot silence an error that\n' +
    'stops a document from loading.',
  bad: [
    document('edge1020-ignore', 'DE'),
    document('edge1020-ignore no_such_code: x', 'DE'),
    document('edge1020-ignore unknown_country', 'UK'),
  ],
  good: [document('edge1020-ignore unknown_country: they say so', 'UK')],
  by: 'ignores',
}
