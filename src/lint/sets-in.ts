import type { CompareNode } from '../language/ast.ts'
import type { Part } from '../rules/node.ts'
import type { Written } from './subject.ts'
import { nodesOf } from './written-tests.ts'

/** Returns the comparisons with sets and lists. */
export const setsOf = (written: Written): CompareNode[] =>
  nodesOf(written).filter(
    (node): node is CompareNode => node.kind === 'compare' && node.operator === 'in'
  )

export const partOf = ({ start, end }: CompareNode): Part => ({ start, length: end - start })
