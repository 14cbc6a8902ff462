import type { LogicalNode } from '../../language/ast.ts'
import type { Part } from '../../rules/node.ts'
import type { Lint, ReportPart } from '../lint-type.ts'
import type { Logic } from '../proofs/logic.ts'
import { impossible, logicOf, reasonOf } from '../proofs/logic.ts'
import type { Demand } from '../proofs/solve.ts'

const partOf = ({ start, end }: LogicalNode): Part => ({ start, length: end - start })

const isGroup = ({ kind }: LogicalNode): boolean => kind === 'and' || kind === 'or'

/**
 * Proofs per expression. Expressions with more parts would produce more findings than are useful.
 */
const MAX_PARTS = 200

/**
 * Reports items of an `and` that are always true and items of an `or` that are never true, in their context.
 */
const search = (root: LogicalNode, logic: Logic, report: ReportPart): void => {
  const whole: Demand = { formula: logic.ofNode(root), isTrue: true }
  let left = MAX_PARTS
  const visit = (node: LogicalNode): void => {
    if (node.kind !== 'and' && node.kind !== 'or') return
    for (const item of node.items) {
      if (left-- <= 0) return
      const formula = logic.ofNode(item)
      if (formula.kind === 'constant') continue
      const isDead = node.kind === 'or' ? impossible([whole, { formula, isTrue: true }]) : undefined
      const isIdle =
        node.kind === 'and' && isGroup(item) ? impossible([{ formula, isTrue: false }]) : undefined
      if (isDead !== undefined) {
        report({
          part: partOf(item),
          message: `this part is never true: ${reasonOf(isDead.conflict)}`,
          help: 'remove it or correct it',
        })
      } else if (isIdle !== undefined) {
        report({
          part: partOf(item),
          message: 'this part is always true',
          help: 'to exclude several values, write `and` between the negations, or `not x in {…}`',
        })
      } else visit(item)
    }
  }
  visit(root)
}

export const deadPart: Lint = {
  code: 'dead_part',
  severity: 'warning',
  title: 'a part of an expression that has no effect',
  explanation:
    'An alternative of an `or` can never be true, or a part of an `and` is always true. The rule would do the same without it. It probably matches\n' +
    'less or more than its author thinks.',
  bad: [
    'http.host eq "a.test" and (ssl or http.host eq "b.test")',
    'ssl and (http.request.uri.path ne "/a" or http.request.uri.path ne "/b")',
    '(http.host eq "a.test" and http.host eq "b.test") or ssl',
  ],
  good: [
    'http.host eq "a.test" and (ssl or http.request.uri.path eq "/b")',
    'ssl and not (http.request.uri.path eq "/a" or http.request.uri.path eq "/b")',
  ],
  expression: ({ root, role }, report, subject) => {
    const logic = logicOf(subject)
    const formula = role === 'characteristic' ? undefined : logic.of(root)
    if (formula === undefined || (formula.kind !== 'and' && formula.kind !== 'or')) return
    // If a rule never matches or always matches, none of its parts matters.
    if (impossible([{ formula, isTrue: true }]) ?? impossible([{ formula, isTrue: false }])) return
    search(root as LogicalNode, logic, report)
  },
}
