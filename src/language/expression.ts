import type { Diagnostic } from '../error.ts'
import type { ListSlot } from '../lists/kind.ts'
import type { MatchedPart, TracedPart } from './trace.ts'
import type { Context, Type, Value } from './types.ts'

/** `field in $name` */
export interface ListUse {
  /** Without `$`. */
  readonly name: string
  /** The kind of list that a value of the left side can be in. */
  readonly kind: ListSlot
  /** The left side, as the language prints it. */
  readonly field: string
}

/** A parsed, checked and compiled expression. */
export interface Expression {
  /** As written. */
  readonly source: string
  readonly type: Type
  /** Names of the fields it reads (canonical: aliases resolved), in order of appearance, each once. */
  readonly fields: readonly string[]
  /** Each use of a list, with the kind that its left side needs. */
  readonly listUses: readonly ListUse[]
  /** Names of the lists it refers to, without `$`. */
  readonly lists: readonly string[]
  /** Findings that do not prevent evaluation, e.g. a deprecated field. */
  readonly warnings: readonly Diagnostic[]
  /** Truth of a Bool expression. Never throws. */
  matches(context: Context): boolean
  /** Value of any expression; `undefined` is a missing value. Never throws. */
  evaluate(context: Context): Value | undefined
  /**
   * Call it after `matches` returned true: the smallest sufficient set of fields that made the expression true, with their
   * values.
   *
   * @param wanted the result of `matches`, if it was false
   */
  explain(context: Context, wanted?: boolean): MatchedPart[]
  /** Every sub-expression with its result and the fields it read. */
  trace(context: Context): TracedPart[]
  /** Canonical text; parsing it gives the same expression. On the main entry it is `source` until a request matches a rule. */
  toString(): string
}
