import { EvaluationProblem } from '../problem.ts'
import type { Value } from '../values.ts'
import { decimal, elementsOf, narrowed, toNumber, toText } from '../values.ts'
import { between, type Functions, of } from './function.ts'

const numbersOf = (args: readonly Value[], name: string) =>
  args.map((arg) => toNumber(arg, `\`${name}\``))
const one = (compute: (value: number) => number) =>
  of(1, ([value], _, name) => compute(toNumber(value!, `\`${name}\``)))

const MAX_RANGE = 1_024

const range = (args: readonly number[]): number[] => {
  const [start, limit] = args.length === 1 ? [0, args[0]!] : [args[0]!, args[1]!]
  const step = args[2] ?? (start <= limit ? 1 : -1)
  if (step === 0) throw new EvaluationProblem('`range`: the step must not be 0')
  const list: number[] = []
  for (let at = start; step > 0 ? at < limit : at > limit; at += step) {
    if (list.length === MAX_RANGE) {
      throw new EvaluationProblem(`\`range\`: more than ${MAX_RANGE} elements`)
    }
    list.push(at)
  }
  return list
}

const DIGITS = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'
/** Up to this base, upper and lower case mean the same. */
const LETTERS_BASE = 36

/** More digits than any number has. A number of a million digits takes minutes. */
const MAX_DIGITS = 1_000

const parseInteger = (text: string, base: number): number | bigint => {
  if (text.length > MAX_DIGITS) {
    throw new EvaluationProblem(`\`parseint\`: more than ${MAX_DIGITS} digits`)
  }
  const digits = (base > LETTERS_BASE ? text : text.toLowerCase()).replace(/^[+-]/, '')
  const values = [...digits].map((digit) => DIGITS.indexOf(digit))
  if (digits === '' || values.some((value) => value < 0 || value >= base)) {
    throw new EvaluationProblem(`\`parseint\`: "${text}" is not a number of base ${base}`)
  }
  const number = values.reduce((sum, value) => sum * BigInt(base) + BigInt(value), 0n)
  return narrowed(text.startsWith('-') ? -number : number)
}

export const numberFunctions: Functions = {
  abs: one(Math.abs),
  ceil: one(Math.ceil),
  floor: one(Math.floor),
  signum: one(Math.sign),
  log: of(2, (args, _, name) => {
    const [value, base] = numbersOf(args, name)
    const found = Math.log(value!) / Math.log(base!)
    if (!Number.isFinite(found)) throw new EvaluationProblem('`log`: the result is not a number')
    return found
  }),
  pow: of(2, (args, _, name) => {
    const [value, power] = numbersOf(args, name)
    return value! ** power!
  }),
  max: between(1, Number.POSITIVE_INFINITY, (args, _, name) => Math.max(...numbersOf(args, name))),
  min: between(1, Number.POSITIVE_INFINITY, (args, _, name) => Math.min(...numbersOf(args, name))),
  sum: of(1, ([list], _, name) => {
    const numbers = numbersOf(elementsOf(list!, '`sum`'), name)
    if (numbers.length === 0) throw new EvaluationProblem('`sum`: the list is empty')
    return numbers.reduce((sum, value) => decimal(sum + value))
  }),
  range: between(1, 3, (args, _, name) => range(numbersOf(args, name))),
  parseint: of(2, ([text, base]) => {
    const radix = toNumber(base!, '`parseint`')
    if (!Number.isInteger(radix) || radix < 2 || radix > DIGITS.length) {
      throw new EvaluationProblem(`\`parseint\`: expected a base from 2 to ${DIGITS.length}`)
    }
    return parseInteger(toText(text!, '`parseint`'), radix)
  }),
}
