import type { Ip } from '../../lists/ip.ts'
import type { NamedLists } from '../../lists/kind.ts'
import type { LogicalNode } from '../ast.ts'
import type { Context, Value } from '../types.ts'

/** A list's contents: `undefined` (no such list here) is an empty one. */
export interface Lists {
  ip?(name: string): ReturnType<NamedLists<Ip>['ip']>
  int?(name: string): ReturnType<NamedLists<Ip>['int']>
  /** Binary strings. */
  string?(name: string): ReturnType<NamedLists<Ip>['string']>
}

export interface CompileOptions {
  /** Treatment of a missing value. `docs`: `!=` is false, `len` is missing. `engine`: `!=` is true, `len` is 0. */
  readonly missing: 'docs' | 'engine'
  readonly lists: Lists
  /** Compiles a condition that is an argument of a call: passed in, as conditions hold calls and calls hold conditions. */
  readonly condition: (
    node: LogicalNode,
    options: CompileOptions
  ) => (context: Context) => Value | undefined
}
