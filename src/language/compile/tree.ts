import type { RootNode } from '../ast.ts'
import type { Expression } from '../expression.ts'

/**
 * Keeps the tree that an expression was compiled from, for look-ups that serve many rules together.
 * A WeakMap would be tidier, and makes collecting garbage slow while thousands of rules are compiled.
 */
const TREE = Symbol('tree')

type WithTree = Expression & { readonly [TREE]?: RootNode }

export const withTree = (expression: Expression, root: RootNode): Expression =>
  Object.defineProperty(expression, TREE, { value: root })

/** `undefined` for an expression that was not made by `compile`. */
export const treeOf = (expression: Expression): RootNode | undefined =>
  (expression as WithTree)[TREE]
