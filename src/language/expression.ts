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
  /** What stands on the left, as the language prints it. */
  readonly field: string
}

/** A parsed, checked and compiled expression. */
export interface Expression {
  /** As written. */
  readonly source: string
  readonly type: Type
  /** Names of the fields it reads (canonical: aliases resolved), in order of appearance, each once. */
  readonly fields: readonly string[]
  /** Each use of a list, with what its left side asks for. */
  readonly listUses: readonly ListUse[]
  /** Names of the lists it refers to, without `$`. */
  readonly lists: readonly string[]
  /** Findings that do not stop it from running, e.g. a deprecated field. */
  readonly warnings: readonly Diagnostic[]
  /** Truth of a Bool expression. Never throws. */
  matches(context: Context): boolean
  /** Value of any expression; `undefined` is a missing value. Never throws. */
  evaluate(context: Context): Value | undefined
  /**
   * After `matches` gave true: the fields that made it so, with their values, smallest sufficient set.
   *
   * @param wanted what `matches` gave, where that is false
   */
  explain(context: Context, wanted?: boolean): MatchedPart[]
  /** Every sub-expression with its result and what it read. */
  trace(context: Context): TracedPart[]
  /**
   * Canonical text; parsing it gives the same expression again. On the main entry it is `source` until a request matches a rule.
   */
  toString(): string
}
