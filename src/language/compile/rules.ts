import type { Expression } from '../expression.ts'
import type { Context } from '../types.ts'
import { lookups } from './lookups.ts'

/** Returns the numbers of the expressions that are true of a request, up to the first one that ends the evaluation. */
export type Matching = (context: Context) => readonly number[]

export const NO_RULES: readonly number[] = []

const oneByOne =
  (expressions: readonly Expression[], ends: readonly boolean[]): Matching =>
  (context) => {
    let found: number[] | undefined
    for (let rule = 0; rule < expressions.length; rule++) {
      if (!expressions[rule]!.matches(context)) continue
      if (found === undefined) found = [rule]
      else found.push(rule)
      if (ends[rule]) return found
    }
    return found ?? NO_RULES
  }

/** True if two expressions read the same field: a look-up serves at least two. */
const readOneField = (expressions: readonly Expression[]): boolean => {
  const known = new Set<string>()
  return expressions.some(({ fields }) => {
    if (fields.some((field) => known.has(field))) return true
    for (const field of fields) known.add(field)
    return false
  })
}

/**
 * Compiles many expressions for evaluation together. A value that several expressions look up is looked up once, and an
 * expression that cannot be true is not evaluated. The result is the same as evaluating them one after the other.
 *
 * A field is still read only when it is needed, for 32 expressions at a time. How and why:
 * docs/decisions/rule-evaluation.md
 *
 * @param ends whether the evaluation ends after an expression that is true
 * @example compileRules([first, second], [true, true])(context) // [1]: the second is the first that is true
 */
export const compileRules = (
  expressions: readonly Expression[],
  ends: readonly boolean[]
): Matching => {
  if (!readOneField(expressions)) return oneByOne(expressions, ends)
  lookups.ask()
  return lookups.build(
    ({ compileWithLookups }) => compileWithLookups(expressions, ends) ?? oneByOne(expressions, ends)
  )
}
