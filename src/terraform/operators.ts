import { EvaluationProblem } from './problem.ts'
import type { BinaryOperator } from './syntax/tree.ts'
import type { Value } from './values.ts'
import {
  decimal,
  describe,
  isList,
  isObject,
  isUnknown,
  narrowed,
  toNumber,
  toText,
  Unknown,
  UnknownMany,
} from './values.ts'

/** `value[key]` and `value.key`. */
export const member = (value: Value, key: Value): Value => {
  if (value instanceof UnknownMany) return value.element()
  if (isUnknown(value)) return new Unknown(value.what)
  if (isUnknown(key)) return new Unknown(key.what)
  if (isObject(value)) {
    const name = toText(key, 'a key')
    const found = value.get(name)
    if (found === undefined) {
      const near = [...value.keys()].slice(0, 5).map((known) => `"${known}"`)
      throw new EvaluationProblem(
        `there is no "${name}" in the object, which has ${near.length === 0 ? 'no keys' : near.join(', ')}${value.size > 5 ? ' …' : ''}`
      )
    }
    return found
  }
  if (isList(value)) {
    const index = toNumber(key, 'an index')
    const found = value[index]
    if (found === undefined) {
      throw new EvaluationProblem(`there is no element ${index} in a list of ${value.length}`)
    }
    return found
  }
  throw new EvaluationProblem(`${describe(value)} has no element ${describe(key)}`)
}

const calculated = (operator: BinaryOperator, a: number, b: number): number => {
  switch (operator) {
    case '+':
      return decimal(a + b)
    case '-':
      return decimal(a - b)
    case '*':
      return decimal(a * b)
    case '/':
      if (b === 0) throw new EvaluationProblem('division by zero')
      return a / b
    default:
      return b === 0 ? a : decimal(a % b)
  }
}

const exact = (operator: BinaryOperator, a: bigint, b: bigint): bigint | undefined => {
  if (operator === '+') return a + b
  if (operator === '-') return a - b
  if (operator === '*') return a * b
  if (b === 0n || (operator === '/' && a % b !== 0n)) return undefined
  return operator === '/' ? a / b : a % b
}

const isSafe = (value: number) => Math.abs(value) <= Number.MAX_SAFE_INTEGER
const isWhole = (value: number | bigint) => typeof value === 'bigint' || Number.isInteger(value)

/** The operators of two numbers. Whole numbers past 2^53 are exact. */
export const arithmetic = (
  operator: BinaryOperator,
  left: number | bigint,
  right: number | bigint
): Value => {
  if (operator === '<') return left < right
  if (operator === '<=') return left <= right
  if (operator === '>') return left > right
  if (operator === '>=') return left >= right
  const [a, b] = [Number(left), Number(right)]
  const found = calculated(operator, a, b)
  // Without a bound, a product of products would take all memory.
  if (!Number.isFinite(found)) return found
  if ([a, b, found].every(isSafe) || !isWhole(left) || !isWhole(right)) return found
  const whole = exact(operator, BigInt(left), BigInt(right))
  return whole === undefined ? found : narrowed(whole)
}
