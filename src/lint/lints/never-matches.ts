import { treeOf } from '../../language/compile/tree.ts'
import type { Lint } from '../lint-type.ts'
import { impossible, logicOf, reasonOf } from '../proofs/logic.ts'
import { ofProduct } from '../sequences.ts'
import { truthOfComparison } from './value-out-of-range.ts'

export const neverMatches: Lint = {
  code: 'never_matches',
  severity: 'error',
  title: 'a rule that never matches',
  explanation:
    'The conditions contradict each other, so no request can satisfy all of them. The lint proves this with the texts, networks and numbers that\n' +
    'the expression contains, and one value of each kind that it does not contain. If the proof would take too long, the lint reports nothing.',
  bad: [
    { yaml: 'lockdown:\n  - { name: a, urls: shop.test/*, allow: [0.0.0.0/0, "::/0"] }\n' },
    {
      yaml: 'rate_limits:\n  - { name: a, expression: ssl and not ssl, requests_per_period: 5, period: 60, action: block }\n',
    },
    'ip.src.country eq "DE" and ip.src.country eq "FR"',
    'http.host eq "a.test" and not http.host contains "test"',
    'ip.src in {192.0.2.0/25} and ip.src in {192.0.2.128/25}',
    'cf.waf.score lt 20 and cf.waf.score gt 50',
    'starts_with(http.request.uri.path, "/api/") and http.request.uri.path wildcard "/admin/*"',
    'lower(http.user_agent) eq "curl" and http.user_agent contains "W"',
    'ssl and not ssl',
    'not len(http.request.headers["x-a"][0]) ge 0 and http.request.headers["x-a"][0] contains "1"',
    'len(http.host) eq 1 and http.host contains "ab"',
    'any(http.request.headers["x-a"][*] eq "1") and not any(http.request.headers["x-a"][*] in {"1" "2"})',
  ],
  good: [
    { yaml: 'lockdown:\n  - { name: a, urls: shop.test/*, allow: 0.0.0.0/0 }\n' },
    'lower(substring(http.user_agent, 0, 1)) eq "a" and substring(http.user_agent, 4) eq "XYZ"',
    'len(substring(http.user_agent, 0, 2)) lt 3 and http.user_agent contains "abcdef"',
    'http.user_agent wildcard "abc" and http.user_agent eq "ABC"',
    'ip.src.country eq "DE" or ip.src.country eq "FR"',
    'http.user_agent contains "a" and http.user_agent contains "b"',
    'starts_with(http.host, "aba") and ends_with(http.host, "ba") and not http.host wildcard "aba*ba"',
    'any(http.request.headers["x-a"][*] eq "1") and any(http.request.headers["x-a"][*] eq "2")',
    'not len(http.request.headers["x-a"][0]) ge 0 and not http.request.headers["x-a"][0] eq "1"',
  ],
  expression: ({ root, role }, report, subject) => {
    const formula = role === 'characteristic' ? undefined : logicOf(subject).of(root)
    if (formula === undefined || formula.kind === 'constant') return
    // `value_out_of_range` reports this.
    if (root.kind === 'compare' && truthOfComparison(root) !== undefined) return
    const proof = impossible([{ formula, isTrue: true }])
    if (proof === undefined) return
    report({
      message: `no request matches: ${reasonOf(proof.conflict)}`,
      help: 'write `or` if one of the conditions is enough, or remove the rule',
    })
  },
  rules: (subject, report) => {
    for (const rule of ofProduct(subject.rules, 'lockdown')) {
      const root = rule.draft.expression && treeOf(rule.draft.expression)
      const formula = root && logicOf(subject).of(root)
      if (formula === undefined || impossible([{ formula, isTrue: true }]) === undefined) continue
      report(rule, {
        message: 'no request matches: the lockdown lets all addresses in',
        help: 'list the addresses to let in',
      })
    }
  },
}
