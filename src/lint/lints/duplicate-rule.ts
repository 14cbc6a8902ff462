import { print } from '../../language/print.ts'
import type { Lint } from '../lint-type.ts'
import { placeFrom } from '../place-from.ts'
import { isRepeated, overruledIn } from '../proofs/overruled.ts'
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
    'An earlier rule has the same expression, however it is written, and the same action: this one changes nothing but the number of rules.\n' +
    'So does a second rule of IP Access or User Agent Blocking with the same target, and a second lockdown with the same URLs and addresses.',
  bad: [
    { yaml: 'access:\n  - { name: a, block: AS64496 }\n  - { name: b, block: as64496 }\n' },
    { yaml: 'access:\n  - { name: a, block: 192.0.2.7 }\n  - { name: b, block: 192.0.2.7/32 }\n' },
    { yaml: 'user_agents:\n  - { name: a, block: Bad/1 }\n  - { name: b, block: Bad/1 }\n' },
    {
      yaml:
        'rules:\n' +
        '  - { name: a, action: block, expression: http.host eq "a.test" and ssl }\n' +
        '  - { name: b, action: block, expression: \'(http.host == "a.test") && ssl\' }\n',
    },
  ],
  good: [
    { yaml: 'user_agents:\n  - { name: a, block: Bad/1 }\n  - { name: b, block: bad/1 }\n' },
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
          report(judging.rule, {
            message: `the rule ${placeFrom(judging.rule, earlier.rule)} is the same`,
            help: 'leave one of them out',
          })
        }
      }
    }
    for (const overruled of overruledIn(subject)) {
      if (!isRepeated(overruled)) continue
      const [earlier] = overruled.by
      report(overruled.rule, {
        message: `the rule ${placeFrom(overruled.rule, earlier!)} is the same`,
        help: 'leave one of them out',
      })
    }
  },
}
