import { EvaluationProblem, LimitProblem } from '../problem.ts'
import { unified, unifiedMap } from '../unify.ts'
import type { Value } from '../values.ts'
import {
  describe,
  elementsOf,
  isList,
  isObject,
  isUnknown,
  SetValue,
  setOf,
  toBoolean,
  toExact,
  toText,
  Unknown,
} from '../values.ts'
import { type Functions, of, partly, type TerraformFunction } from './function.ts'

const identity: TerraformFunction = { ...of(1, ([value]) => value!), takesUnknown: true }

const unlessNull = (convert: (value: Value, where: string) => Value) =>
  of(1, ([value], _, name) => (value === null ? null : convert(value!, `\`${name}\``)))

const lazily = (lazy: NonNullable<TerraformFunction['lazy']>): TerraformFunction => ({
  min: 1,
  max: Number.POSITIVE_INFINITY,
  run: () => null,
  lazy,
})

const attempt = (read: () => Value): { value: Value } | { problem: EvaluationProblem } => {
  try {
    return { value: read() }
  } catch (error) {
    if (error instanceof EvaluationProblem && !(error instanceof LimitProblem)) {
      return { problem: error }
    }
    throw error
  }
}

export const typeFunctions: Functions = {
  can: lazily(([read]) => {
    const result = attempt(read!)
    if ('problem' in result) return false
    return isUnknown(result.value) ? new Unknown(result.value.what) : true
  }),
  try: lazily((reads) => {
    let problem: EvaluationProblem | undefined
    for (const read of reads) {
      const result = attempt(read)
      if ('value' in result) return result.value
      problem = result.problem
    }
    throw new EvaluationProblem(
      `\`try\`: no expression has a value; the last error is: ${problem?.message}`
    )
  }),
  ephemeralasnull: identity,
  issensitive: of(1, () => false),
  nonsensitive: identity,
  sensitive: identity,
  tobool: unlessNull(toBoolean),
  tolist: partly(
    of(1, ([value]) => (value === null ? null : unified(elementsOf(value!, '`tolist`'))))
  ),
  tomap: partly(
    of(1, ([value]) => {
      if (!isObject(value!)) {
        throw new EvaluationProblem(`\`tomap\`: expected an object, found ${describe(value!)}`)
      }
      return unifiedMap(value)
    })
  ),
  tonumber: unlessNull(toExact),
  toset: of(1, ([value]) =>
    value === null ? null : setOf(unified(elementsOf(value!, '`toset`')))
  ),
  tostring: {
    ...of(1, ([value]) =>
      value === null || isUnknown(value!) ? value! : toText(value!, '`tostring`')
    ),
    takesUnknown: true,
  },
  type: of(1, ([value]) => {
    if (isList(value!)) return 'tuple'
    if (isObject(value!)) return 'object'
    return value instanceof SetValue ? 'set' : typeof value
  }),
}
