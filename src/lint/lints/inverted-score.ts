import type { CompareNode } from '../../language/ast.ts'
import type { Lint } from '../lint-type.ts'
import { signedComparisons } from '../polarity.ts'
import { STOPS } from '../site-requests.ts'
import { truthOfComparison } from './value-out-of-range.ts'

/** Fields in which a low number is bad, with the meaning of the highest numbers. */
const SCORES: Readonly<Record<string, string>> = {
  'cf.bot_management.score': '99 is a person, 1 a bot',
  'cf.waf.score': '1 is an attack, 99 is clean',
  'cf.waf.score.sqli': '1 is an attack, 99 is clean',
  'cf.waf.score.xss': '1 is an attack, 99 is clean',
  'cf.waf.score.rce': '1 is an attack, 99 is clean',
}
/** Scores from here on are not considered bad. */
const GOOD_FROM = 10

const scoreOf = ({ left }: CompareNode): string | undefined =>
  left.kind === 'field' && Object.hasOwn(SCORES, left.name) ? left.name : undefined

const boundOf = ({ right }: CompareNode): number =>
  right.kind === 'literal' && typeof right.value === 'number' ? right.value : Number.NaN

export const invertedScore: Lint = {
  code: 'inverted_score',
  severity: 'warning',
  title: 'a rule that stops visitors with good scores',
  explanation:
    'In `cf.bot_management.score` and `cf.waf.score`, low numbers are bad: a bot score of 1 means a bot, an attack score of 99 means a clean\n' +
    'request. A rule that blocks `cf.waf.score gt 50` blocks everybody except attackers. Write `lt`.',
  bad: [
    'cf.bot_management.score gt 80',
    'cf.waf.score ge 50 and http.request.method eq "POST"',
    'not cf.waf.score lt 20',
  ],
  good: [
    'cf.bot_management.score lt 30',
    'cf.bot_management.score gt 1 and cf.bot_management.score lt 30',
    'cf.waf.score gt 20 and cf.waf.score le 50',
    'not cf.bot_management.score gt 80',
    {
      yaml: 'rules: [{ name: people, action: skip, expression: cf.bot_management.score gt 80 }]\n',
    },
  ],
  expression: ({ rule, role, root }, report) => {
    if (role !== 'expression' || !STOPS.has(rule.draft.action ?? '')) return
    const comparisons = signedComparisons(root).flatMap(({ node, isNegated }) => {
      const score = scoreOf(node)
      const isAbove = node.operator === 'gt' || node.operator === 'ge'
      const isBelow = node.operator === 'lt' || node.operator === 'le'
      if (score === undefined || !(isAbove || isBelow)) return []
      return [{ node, score, takesGood: isAbove !== isNegated }]
    })
    for (const { node, score, takesGood } of comparisons) {
      const isBounded = comparisons.some((one) => one.score === score && !one.takesGood)
      // `value_out_of_range` reports comparisons that the field's bounds decide.
      const isDecided = truthOfComparison(node) !== undefined
      if (!takesGood || isBounded || isDecided || !(boundOf(node) >= GOOD_FROM)) continue
      report({
        part: { start: node.start, length: node.end - node.start },
        message: `this stops visitors with good scores: ${SCORES[score]}`,
        help: `write \`${score} lt …\``,
      })
    }
  },
}
