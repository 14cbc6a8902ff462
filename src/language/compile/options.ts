import type { Ip } from '../../lists/ip.ts'
import type { NamedLists } from '../../lists/kind.ts'
import type { LogicalNode } from '../ast.ts'
import type { Context, Value } from '../types.ts'

/** The contents of lists. `undefined` means that the list does not exist here; it counts as empty. */
export interface Lists {
  ip?(name: string): ReturnType<NamedLists<Ip>['ip']>
  int?(name: string): ReturnType<NamedLists<Ip>['int']>
  /** Binary strings. */
  string?(name: string): ReturnType<NamedLists<Ip>['string']>
}

export interface CompileOptions {
  /** How a missing value behaves. `docs`: `!=` is false, `len` is missing. `engine`: `!=` is true, `len` is 0. */
  readonly missing: 'docs' | 'engine'
  readonly lists: Lists
  /**
   * Compiles a condition that is an argument of a call. It is passed in because conditions contain calls and calls contain
   * conditions.
   */
  readonly condition: (
    node: LogicalNode,
    options: CompileOptions
  ) => (context: Context) => Value | undefined
}
