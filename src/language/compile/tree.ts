import type { RootNode } from '../ast.ts'
import type { Expression } from '../expression.ts'
import type { CompileOptions } from './options.ts'

/**
 * Keeps the tree from which an expression was compiled, for look-ups that serve many rules together. A WeakMap would be
 * tidier, but it slows garbage collection while thousands of rules are compiled. An expression that compiles itself later
 * has a getter of this name.
 */
export const ORIGIN = Symbol('origin')

/** The source of a compiled expression. */
export interface Origin {
  readonly root: RootNode
  readonly options: CompileOptions
}

type WithOrigin = Expression & { readonly [ORIGIN]?: Origin }

export const withTree = (
  expression: Expression,
  root: RootNode,
  options: CompileOptions
): Expression => Object.defineProperty(expression, ORIGIN, { value: { root, options } })

/** `undefined` for an expression that `compile` did not make. */
export const originOf = (expression: Expression): Origin | undefined =>
  (expression as WithOrigin)[ORIGIN]

/** The tree of an expression; `undefined` for an expression that `compile` did not make. */
export const treeOf = (expression: Expression): RootNode | undefined => originOf(expression)?.root

/** The options of its compilation; `undefined` for an expression that `compile` did not make. */
export const optionsOf = (expression: Expression): CompileOptions | undefined =>
  originOf(expression)?.options
