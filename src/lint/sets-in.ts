import type { CompareNode } from '../language/ast.ts'
import { descendants } from '../language/walk.ts'
import type { Part } from '../rules/node.ts'
import type { Written } from './subject.ts'

/** The comparisons with sets and lists. */
export const setsOf = ({ root }: Written): CompareNode[] =>
  descendants(root).filter(
    (node): node is CompareNode => node.kind === 'compare' && node.operator === 'in'
  )

export const partOf = ({ start, end }: CompareNode): Part => ({ start, length: end - start })
