import type { RootNode } from '../ast.ts'
import type { Expression } from '../expression.ts'
import type { CompileOptions } from './options.ts'

/**
 * Keeps the tree that an expression was compiled from, for look-ups that serve many rules together.
 * A WeakMap would be tidier, and makes collecting garbage slow while thousands of rules are compiled.
 * An expression that compiles itself later has getters of these names.
 */
export const TREE = Symbol('tree')
export const OPTIONS = Symbol('options')

type WithTree = Expression & {
  readonly [TREE]?: RootNode
  readonly [OPTIONS]?: CompileOptions
}

export const withTree = (
  expression: Expression,
  root: RootNode,
  options: CompileOptions
): Expression =>
  Object.defineProperties(expression, { [TREE]: { value: root }, [OPTIONS]: { value: options } })

/** `undefined` for an expression that was not made by `compile`. */
export const treeOf = (expression: Expression): RootNode | undefined =>
  (expression as WithTree)[TREE]

/** The options that it was compiled with; likewise. */
export const optionsOf = (expression: Expression): CompileOptions | undefined =>
  (expression as WithTree)[OPTIONS]
