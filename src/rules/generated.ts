import { compile } from '../language/compile.ts'
import { customRuleScheme } from '../language/defaults.ts'
import type { Expression } from '../language/expression.ts'
import { LIMITS } from '../language/limits.ts'

/** No limits of the language. */
export const UNLIMITED = Object.fromEntries(
  Object.keys(LIMITS).map((limit) => [limit, Number.POSITIVE_INFINITY])
)

/** Compiles an expression that stands for a rule of another shape: Cloudflare's limits of expressions are not its limits. */
export const compileGenerated = (source: string): Expression =>
  compile(source, { scheme: customRuleScheme, limits: UNLIMITED })
