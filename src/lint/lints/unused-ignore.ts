import type { Lint } from '../lint-type.ts'

const document = (comment: string, country: string) => ({
  yaml: `rules:\n  # ${comment}\n  - { name: a, action: block, expression: ip.src.country eq "${country}" }\n`,
})

export const unusedIgnore: Lint = {
  code: 'unused_ignore',
  severity: 'warning',
  title: 'an ignore comment that silences nothing',
  explanation:
    '`# edge1020-ignore CODE: reason` above or inside a rule silences the findings of one lint for this rule. If there is no such finding, the\n' +
    'comment would hide the next one. Remove it.',
  bad: [document('edge1020-ignore unknown_country: they say so', 'GB')],
  good: [document('edge1020-ignore unknown_country: they say so', 'UK')],
  by: 'ignores',
}
