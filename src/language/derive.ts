import type { LogicalNode } from './ast.ts'
import { compileTest } from './compile/logic.ts'
import { optionsOf, withTree } from './compile/tree.ts'
import type { Expression } from './expression.ts'
import { print } from './print.ts'
import type { Context } from './types.ts'

/**
 * Compiles a new tree with the scheme, lists and options of an expression. Its nodes come from the expression; only their
 * arrangement is new. The result has no trace: its nodes still have their places in the old source.
 *
 * @returns `undefined` for an expression that `compile` did not make
 */
export const derive = (expression: Expression, root: LogicalNode): Expression | undefined => {
  const options = optionsOf(expression)
  if (options === undefined) return undefined
  const matches: (context: Context) => boolean = compileTest(root, options)
  const derived: Expression = {
    ...expression,
    source: print(root),
    matches,
    evaluate: matches,
    explain: () => [],
    trace: () => [],
    toString: () => print(root),
  }
  return withTree(derived, root, options)
}
