import { print } from '../../language/print.ts'
import { inBackticks } from '../../rules/node.ts'
import type { Lint } from '../lint-type.ts'
import type { Judging } from '../sequences.ts'
import { sequencesOf } from '../sequences.ts'

const keyOf = ({ rule: { draft }, written }: Judging): string => {
  const { action, skip, response } = draft
  return JSON.stringify([action, skip, response, print(written.root)])
}

export const duplicateRule: Lint = {
  code: 'duplicate_rule',
  severity: 'warning',
  title: 'the same rule twice',
  explanation:
    'An earlier rule has the same expression, however it is written, and the same action: this one changes nothing but the number of rules.',
  bad: [
    {
      yaml:
        'rules:\n' +
        '  - { name: a, action: block, expression: http.host eq "a.test" and ssl }\n' +
        '  - { name: b, action: block, expression: \'(http.host == "a.test") && ssl\' }\n',
    },
  ],
  good: [
    {
      yaml:
        'rules:\n' +
        '  - { name: a, action: log, expression: http.host eq "a.test" }\n' +
        '  - { name: b, action: block, expression: http.host eq "a.test" }\n',
    },
  ],
  rules: (subject, report) => {
    for (const { rules, common } of sequencesOf(subject)) {
      const first = new Map<string, Judging>()
      for (const [i, judging] of rules.entries()) {
        const key = keyOf(judging)
        const earlier = first.get(key)
        if (earlier === undefined) first.set(key, judging)
        else if (i >= common) {
          const { line, file } = earlier.rule.draft.place.span()
          const place = earlier.rule.draft.place.path ?? `${file}:${line}`
          report(judging.rule, {
            message: `the rule ${inBackticks(earlier.rule.name)} at ${place} is the same`,
            help: 'leave one of them out',
          })
        }
      }
    }
  },
}
