import type { RootNode } from '../ast.ts'
import type { Expression } from '../expression.ts'

/** The trees that expressions were compiled from: for looking at many rules together, nobody else's business. */
const trees = new WeakMap<Expression, RootNode>()

export const rememberTree = (expression: Expression, root: RootNode): Expression => {
  trees.set(expression, root)
  return expression
}

/** `undefined` for an expression that was not made by `compile`. */
export const treeOf = (expression: Expression): RootNode | undefined => trees.get(expression)
