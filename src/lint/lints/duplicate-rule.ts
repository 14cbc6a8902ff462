import type { Lint } from '../lint-type.ts'
import { placeFrom } from '../place-from.ts'
import { meetsBefore } from '../proofs/ends.ts'
import { isRepeated, overruledIn } from '../proofs/overruled.ts'
import { sameRuleKey } from '../same-rule.ts'
import { sequencesOf } from '../sequences.ts'

const lockdowns = (urls: string) => ({
  yaml:
    'lockdown:\n  - { name: a, urls: shop.test/x/*, allow: 192.0.2.7 }\n' +
    `  - { name: b, urls: ${urls}, allow: 192.0.2.7 }\n`,
})

export const duplicateRule: Lint = {
  code: 'duplicate_rule',
  severity: 'warning',
  title: 'the same rule twice',
  explanation:
    'An earlier rule has the same action and an expression with the same meaning, so this rule has no effect. The lint also finds a second rule of\n' +
    'IP Access or User Agent Blocking with the same target, and a second lockdown with the same URLs and addresses.',
  bad: [
    { yaml: 'access:\n  - { name: a, block: AS64496 }\n  - { name: b, block: as64496 }\n' },
    { yaml: 'access:\n  - { name: a, block: 192.0.2.7 }\n  - { name: b, block: 192.0.2.7/32 }\n' },
    { yaml: 'user_agents:\n  - { name: a, block: Bad/1 }\n  - { name: b, block: Bad/1 }\n' },
    lockdowns('shop.test/x/*'),
    {
      yaml:
        'rules:\n' +
        '  - { name: a, action: block, expression: http.host eq "a.test" and ssl }\n' +
        '  - { name: b, action: block, expression: \'(http.host == "a.test") && ssl\' }\n',
    },
    {
      yaml:
        'rules:\n  - { name: a, action: block, expression: ssl }\n' +
        'zones:\n  - name: a.test\n    rules:\n      - { name: b, action: block, expression: ssl }\n',
    },
  ],
  good: [
    { yaml: 'user_agents:\n  - { name: a, block: Bad/1 }\n  - { name: b, block: bad/1 }\n' },
    lockdowns('shop.test/y/*'),
    {
      yaml:
        'rules:\n' +
        '  - { name: a, action: log, expression: http.host eq "a.test" }\n' +
        '  - { name: b, action: block, expression: http.host eq "a.test" }\n',
    },
    // The zone has a different list with this name.
    {
      yaml:
        'lists: { office: [203.0.113.0/24] }\n' +
        'rules:\n  - { name: a, action: block, expression: ip.src in $office }\n' +
        'zones:\n  - name: a.test\n    lists: { office: [203.0.0.0/16] }\n' +
        '    rules:\n      - { name: b, action: block, expression: ip.src in $office }\n',
    },
    // Requests that a `skip` in the document lets through still reach the zone's rules.
    {
      yaml:
        'rules:\n  - { name: a, action: skip, expression: ssl }\n' +
        'zones:\n  - name: a.test\n    rules:\n      - { name: b, action: skip, expression: ssl }\n',
    },
    {
      yaml:
        'rules:\n  - { name: a, action: skip, expression: cf.client.bot }\n  - { name: b, action: block, expression: ssl }\n' +
        'zones:\n  - name: a.test\n    rules:\n      - { name: c, action: block, expression: ssl }\n',
    },
  ],
  rules: (subject, report) => {
    for (const { rules, common } of sequencesOf(subject)) {
      const meets = meetsBefore(rules, common)
      const first = new Map<string, number>()
      for (const [i, judging] of rules.entries()) {
        const key = sameRuleKey(judging, subject)
        const earlier = first.get(key)
        if (earlier === undefined || !meets(earlier, i)) first.set(key, i)
        else if (i >= common) {
          report(judging.rule, {
            message: `this rule is the same as ${placeFrom(judging.rule, rules[earlier]!.rule)}`,
            help: 'remove one of them',
          })
        }
      }
    }
    for (const overruled of overruledIn(subject)) {
      if (!isRepeated(overruled)) continue
      const [earlier] = overruled.by
      report(overruled.rule, {
        message: `this rule is the same as ${placeFrom(overruled.rule, earlier!)}`,
        help: 'remove one of them',
      })
    }
  },
}
