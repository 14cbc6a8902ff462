import type { Lint } from '../lint-type.ts'

const document = (comment: string, country: string) => ({
  yaml: `rules:\n  # ${comment}\n  - { name: a, action: block, expression: ip.src.country eq "${country}" }\n`,
})

export const invalidIgnore: Lint = {
  code: 'invalid_ignore',
  severity: 'warning',
  title: 'a comment that tries to silence findings, and has no code or no reason',
  explanation:
    'Whoever reads the rule next wants to know why the finding does not matter: `# edge1020-ignore CODE: reason`. Errors that stop a document from\n' +
    'loading cannot be silenced.',
  bad: [
    document('edge1020-ignore', 'DE'),
    document('edge1020-ignore no_such_code: x', 'DE'),
    document('edge1020-ignore unknown_country', 'UK'),
  ],
  good: [document('edge1020-ignore unknown_country: they say so', 'UK')],
  by: 'ignores',
}
