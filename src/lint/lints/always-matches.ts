import type { Lint } from '../lint-type.ts'
import { impossible, logicOf, reasonOf } from '../proofs/logic.ts'
import { truthOfComparison } from './value-out-of-range.ts'

export const alwaysMatches: Lint = {
  code: 'always_matches',
  severity: 'error',
  title: 'a rule that matches every request',
  explanation:
    'The condition is true for every request. The usual cause is `or` between negations: `path ne "/a" or path ne "/b"` is true for every path,\n' +
    'because no path equals both texts. Write `and`, or `not path in {"/a" "/b"}`. If a rule is meant for every request, write `true`.',
  bad: [
    'http.request.uri.path ne "/a" or http.request.uri.path ne "/b"',
    'not http.host eq "a.test" or not http.host eq "b.test"',
    'cf.waf.score ge 20 or cf.waf.score lt 50',
    'ssl or not ssl',
  ],
  good: [
    'true',
    'http.request.uri.path ne "/a" and http.request.uri.path ne "/b"',
    'not ip.src.country in {"DE"} or ssl or cf.client.bot',
  ],
  expression: ({ root, role }, report, subject) => {
    const formula = role === 'characteristic' ? undefined : logicOf(subject).of(root)
    if (formula === undefined || formula.kind === 'constant') return
    // `value_out_of_range` reports this.
    if (root.kind === 'compare' && truthOfComparison(root) !== undefined) return
    const proof = impossible([{ formula, isTrue: false }])
    if (proof === undefined) return
    const reason = proof.conflict === undefined ? '' : `, because ${reasonOf(proof.conflict)}`
    report({
      message: `every request matches${reason}`,
      help: 'write `and`, or `true` if the rule is meant for every request',
    })
  },
}
