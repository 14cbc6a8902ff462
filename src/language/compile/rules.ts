import type { Expression } from '../expression.ts'
import type { Context } from '../types.ts'
import { lookups } from './lookups.ts'

/** Gives the numbers of the expressions that are true of a request, up to the first that ends the evaluation. */
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

/** True where two expressions read one field: a look-up serves two at least. */
const readOneField = (expressions: readonly Expression[]): boolean => {
  const known = new Set<string>()
  return expressions.some(({ fields }) => {
    if (fields.some((field) => known.has(field))) return true
    for (const field of fields) known.add(field)
    return false
  })
}

/**
 * Prepares many expressions for being asked together: what several of them look up is looked up once, and those that
 * cannot be true are not evaluated. Which are true is the same as asking one after the other.
 *
 * Fields are still read only when they are needed, for 32 expressions at a time. How and why:
 * docs/decisions/rule-evaluation.md
 *
 * @param ends whether the evaluation ends behind an expression that is true
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
