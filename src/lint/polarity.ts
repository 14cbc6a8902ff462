import type { CompareNode, LogicalNode, RootNode } from '../language/ast.ts'
import { children, isLogical } from '../language/walk.ts'

/** A comparison, and whether it is under an odd number of `not`. */
export interface Signed {
  readonly node: CompareNode
  readonly isNegated: boolean
}

const signed = (node: LogicalNode, isNegated: boolean): Signed[] => {
  if (node.kind === 'compare') return [{ node, isNegated }]
  // Under `xor`, the truth of one comparison says nothing about the whole.
  if (node.kind === 'xor' || node.kind === 'bare') return []
  const inside = node.kind === 'not' ? !isNegated : isNegated
  return children(node).flatMap((child) => signed(child as LogicalNode, inside))
}

/** Returns the comparisons of a condition in order. */
export const signedComparisons = (root: RootNode): Signed[] =>
  isLogical(root) ? signed(root, false) : []
