import type { Diagnostic } from '../error.ts'
import { ORIGIN, originOf } from '../language/compile/tree.ts'
import type { Expression, ListUse } from '../language/expression.ts'
import type { Context, Type, Value } from '../language/types.ts'
import { BOOL } from '../language/types.ts'
import { compileGenerated } from './generated.ts'

const NONE: readonly never[] = []

/**
 * An expression that is compiled on first use. Thousands of IP Access rules are looked up in a set, and only those that match need an
 * expression, for their event.
 */
export class LazyExpression implements Expression {
  readonly type: Type = BOOL
  readonly listUses: readonly ListUse[] = NONE
  readonly lists: readonly string[] = NONE
  readonly warnings: readonly Diagnostic[] = NONE
  #compiled: Expression | undefined

  /** @param source is known to be right; @param fields all that it reads */
  constructor(
    readonly source: string,
    readonly fields: readonly string[]
  ) {}

  get #expression(): Expression {
    this.#compiled ??= compileGenerated(this.source)
    return this.#compiled
  }

  get [ORIGIN]() {
    return originOf(this.#expression)
  }

  matches(context: Context): boolean {
    return this.#expression.matches(context)
  }

  evaluate(context: Context): Value | undefined {
    return this.#expression.evaluate(context)
  }

  explain(context: Context, wanted?: boolean) {
    return this.#expression.explain(context, wanted)
  }

  trace(context: Context) {
    return this.#expression.trace(context)
  }

  toString(): string {
    return this.#expression.toString()
  }
}
