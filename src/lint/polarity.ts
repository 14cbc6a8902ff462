import type { CompareNode, LogicalNode, RootNode } from '../language/ast.ts'
import { children, isLogical } from '../language/walk.ts'

/** A comparison, and whether an odd number of `not` stands before it. */
export interface Signed {
  readonly node: CompareNode
  readonly isNegated: boolean
}

const signed = (node: LogicalNode, isNegated: boolean): Signed[] => {
  if (node.kind === 'compare') return [{ node, isNegated }]
  // What is true where another one is false says nothing by itself.
  if (node.kind === 'xor' || node.kind === 'bare') return []
  const inside = node.kind === 'not' ? !isNegated : isNegated
  return children(node).flatMap((child) => signed(child as LogicalNode, inside))
}

/** The comparisons of a condition, in order. */
export const signedComparisons = (root: RootNode): Signed[] =>
  isLogical(root) ? signed(root, false) : []
