import { compile } from '../language/compile.ts'
import { customRuleScheme } from '../language/defaults.ts'
import type { Expression } from '../language/expression.ts'
import { LIMITS } from '../language/limits.ts'

/** Removes all limits of the language. */
export const UNLIMITED = Object.fromEntries(
  Object.keys(LIMITS).map((limit) => [limit, Number.POSITIVE_INFINITY])
)

/**
 * Compiles an expression that represents a rule of another shape. Cloudflare's limits of expressions do not apply to it.
 */
export const compileGenerated = (source: string): Expression =>
  compile(source, { scheme: customRuleScheme, limits: UNLIMITED })
