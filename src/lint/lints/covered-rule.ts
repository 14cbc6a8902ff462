import { print } from '../../language/print.ts'
import { inBackticks } from '../../rules/node.ts'
import type { Lint } from '../lint-type.ts'
import type { Covered } from '../proofs/covering.ts'
import { Covering } from '../proofs/covering.ts'
import { exampleOf, logicOf } from '../proofs/logic.ts'
import type { Judging } from '../sequences.ts'
import { sequencesOf } from '../sequences.ts'

const placeOf = ({ rule: { draft, name } }: Judging, from: Judging): string => {
  const { file, line } = draft.place.span()
  const isSame = file === from.rule.draft.place.span().file
  const where = draft.place.path ?? (isSame ? `line ${line}` : `${file}:${line}`)
  return `${inBackticks(name)} (${where})`
}

const VERBS: Readonly<Record<string, string>> = {
  block: 'blocks',
  skip: 'skips the rules below for',
}

const messageOf = ({ by }: Covered, judging: Judging): string => {
  const names = by.map((one) => placeOf(one, judging))
  if (by.length > 1) {
    return `no request reaches this rule: ${names.slice(0, -1).join(', ')} and ${names.at(-1)} take all of its requests together`
  }
  const verb = VERBS[by[0]!.rule.draft.action ?? ''] ?? 'challenges'
  return `no request reaches this rule: ${names[0]} ${verb} all of its requests`
}

const isSameRule = (first: Judging, second: Judging): boolean =>
  first.rule.draft.action === second.rule.draft.action &&
  print(first.written.root) === print(second.written.root)

const document = (first: string, second: string) => ({
  yaml: `rules:\n  - { name: first, ${first} }\n  - { name: second, ${second} }\n`,
})

export const coveredRule: Lint = {
  code: 'covered_rule',
  severity: 'error',
  title: 'a rule that no request reaches',
  explanation:
    'Earlier rules take every request of this one: they block it, or skip the rules below. That is proved by what the expressions mean, not by their\n' +
    'text: a rule for `192.0.2.0/24` covers one for `192.0.2.7`. `log` and a `skip` of other phases cover nothing, nor do rules that are disabled,\n' +
    'and a challenge covers only rules with the same challenge. The finding has a request that both rules match, for `edge1020 eval`.',
  bad: [
    {
      yaml:
        'rules:\n  - { name: a, action: block, expression: ssl }\n' +
        'zones:\n  - name: a.test\n    rules:\n      - { name: b, action: block, expression: ssl and cf.client.bot }\n',
    },
    document(
      'action: block, expression: "ip.src in {192.0.2.0/24}"',
      'action: block, expression: ip.src eq 192.0.2.7 and ssl'
    ),
    document(
      'action: skip, expression: \'http.request.uri.path contains "/api"\'',
      'action: block, expression: \'starts_with(http.request.uri.path, "/api/v1")\''
    ),
    {
      yaml:
        'rules:\n' +
        '  - { name: a, action: block, expression: ip.src.country eq "DE" }\n' +
        '  - { name: b, action: block, expression: ip.src.country eq "AT" }\n' +
        '  - { name: c, action: managed_challenge, expression: \'ip.src.country in {"AT" "DE"} and ssl\' }\n',
    },
  ],
  good: [
    {
      // A skip among the rules of all zones lets no rule of a zone out.
      yaml:
        'rules:\n  - { name: a, action: skip, expression: ssl }\n' +
        'zones:\n  - name: a.test\n    rules:\n      - { name: b, action: block, expression: ssl and cf.client.bot }\n',
    },
    document('action: log, expression: ssl', 'action: block, expression: ssl and cf.client.bot'),
    document(
      'action: block, enabled: false, expression: ssl',
      'action: block, expression: ssl and cf.client.bot'
    ),
    document(
      'action: managed_challenge, expression: ssl',
      'action: block, expression: ssl and cf.client.bot'
    ),
    document(
      'action: skip, skip: { phases: [http_ratelimit] }, expression: ssl',
      'action: block, expression: ssl and cf.client.bot'
    ),
    document(
      'action: block, expression: ip.src eq 192.0.2.7',
      'action: block, expression: "ip.src in {192.0.2.0/24}"'
    ),
  ],
  rules: (subject, report) => {
    for (const { rules, common } of sequencesOf(subject)) {
      if (rules.length < 2) continue
      const covering = new Covering(rules, common, logicOf(subject))
      for (let later = Math.max(1, common); later < rules.length; later++) {
        const judging = rules[later]!
        const covered = covering.of(later)
        if (covered === undefined) continue
        // Said by `duplicate_rule`.
        if (covered.by.length === 1 && isSameRule(covered.by[0]!, judging)) continue
        report(judging.rule, {
          message: messageOf(covered, judging),
          example: exampleOf(judging.written, covered.values),
        })
      }
    }
  },
}
