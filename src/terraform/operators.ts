import { EvaluationProblem } from './problem.ts'
import type { BinaryOperator } from './syntax/tree.ts'
import type { Value } from './values.ts'
import {
  decimal,
  describe,
  isList,
  isObject,
  isUnknown,
  toNumber,
  toText,
  Unknown,
} from './values.ts'

/** `value[key]` and `value.key`. */
export const member = (value: Value, key: Value): Value => {
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

/** The operators of two numbers. */
export const arithmetic = (operator: BinaryOperator, a: number, b: number): Value => {
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
    case '%':
      return b === 0 ? a : decimal(a % b)
    case '<':
      return a < b
    case '<=':
      return a <= b
    case '>':
      return a > b
    default:
      return a >= b
  }
}
