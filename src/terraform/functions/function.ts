import type { Scope } from '../evaluate.ts'
import type { Value } from '../values.ts'

/** One of Terraform's functions. */
export interface TerraformFunction {
  readonly min: number
  readonly max: number
  /** True if lists and objects can have unknown elements, which the result then has too. Otherwise the result is unknown. */
  readonly takesPartlyUnknown?: boolean
  /** True if whole arguments can be unknown. */
  readonly takesUnknown?: boolean
  /** @throws EvaluationProblem */
  run(args: readonly Value[], scope: Scope, name: string): Value
  /** Instead of `run`, for functions that evaluate their arguments lazily. */
  readonly lazy?: (args: readonly (() => Value)[]) => Value
}

export type Functions = Readonly<Record<string, TerraformFunction>>

type Run = TerraformFunction['run']

/** A function of exactly `count` arguments. */
export const of = (count: number, run: Run): TerraformFunction => ({ min: count, max: count, run })

export const between = (min: number, max: number, run: Run): TerraformFunction => ({
  min,
  max,
  run,
})

/** The same, with unknown elements in its lists and objects. */
export const partly = (given: TerraformFunction): TerraformFunction => ({
  ...given,
  takesPartlyUnknown: true,
})
