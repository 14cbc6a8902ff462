import type { Lint } from '../lint-type.ts'

const document = (comment: string, country: string) => ({
  yaml: `rules:\n  # ${comment}\n  - { name: a, action: block, expression: ip.src.country eq "${country}" }\n`,
})

export const unusedIgnore: Lint = {
  code: 'unused_ignore',
  severity: 'warning',
  title: 'a comment that silences nothing',
  explanation:
    '`# edge1020-ignore CODE: reason` above a rule or inside it silences the findings of one lint for that rule. Where there are none any more, the\n' +
    'comment would hide the next one: remove it.',
  bad: [document('edge1020-ignore unknown_country: they say so', 'GB')],
  good: [document('edge1020-ignore unknown_country: they say so', 'UK')],
  by: 'ignores',
}
