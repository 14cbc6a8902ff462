import type { Problem } from '../problem.ts'
import { afterSpace } from './loose.ts'
import { looseOperator } from './operators.ts'

const RATE = /(\d+)[^\d]+(\d+)/

/** The numbers of `rate(5, 60)` as the keys of a rule that counts. */
const rateAdvice = (source: string, end: number): string => {
  const given = /^\s*\(([^()]*)\)/.exec(source.slice(end))?.[1] ?? ''
  const [, requests, period] = RATE.exec(given) ?? []
  const keys =
    requests === undefined ? '' : `: \`requests_per_period: ${requests}\`, \`period: ${period}\``
  return `an expression does not count requests, a rule below \`rate_limits\` does${keys}`
}

const STATEMENTS = /^(?:if|when|then|where|select|case|unless)$/i
const COUNTING = /^(?:rate|count|rate_limit|ratelimit|requests|requests_per_second)$/i

const wordAdvice = (source: string, { start, end }: Problem): string | undefined => {
  const name = source.slice(start, end)
  if (COUNTING.test(name)) return rateAdvice(source, end)
  return STATEMENTS.test(name)
    ? `an expression is a condition and nothing else: leave \`${name}\` out`
    : undefined
}

/** A number with a unit or with marks between its digits. */
const LOOSE_NUMBER = /(?:\d[\d_,]*[_,]\d+|\d+\s*[kmg]i?b?)(?![\w.])$/i
const OUTSIDE = /(?:then|block|allow|deny|drop|challenge|log|return|do)(?![\w.])/iy

const STARTS_CONDITION = /(?:[a-z][\w.]*|\(|!)/iy

const joinAdvice = (source: string, { start }: Problem): string | undefined => {
  const at = afterSpace(source, start)
  const number = /^[\w,]*/.exec(source.slice(start))?.[0] ?? ''
  if (LOOSE_NUMBER.test(source.slice(0, start) + number)) {
    return 'a number is its digits only, without units and without marks between them'
  }
  OUTSIDE.lastIndex = at
  const word = OUTSIDE.exec(source)?.[0]
  if (word !== undefined) {
    return `an expression is a condition and nothing else: leave \`${word}\` out`
  }
  if (source[at] === ',' || source[at] === ';') {
    return `conditions are joined by \`and\` or \`or\`, not by \`${source[at]}\``
  }
  if (/^\.\d/.test(source.slice(at, at + 2))) return 'the language has whole numbers only'
  if (looseOperator(source, at) !== undefined) return 'each comparison has its own left side'
  STARTS_CONDITION.lastIndex = at
  const isNext = at > start && STARTS_CONDITION.test(source)
  return isNext ? '`and` or `or` is missing before this condition' : undefined
}

/** Advice for a problem without a certain correction. `undefined` keeps the help of the problem. */
export const adviceFor = (source: string, problem: Problem): string | undefined => {
  const { code, help } = problem
  if (code === 'unknown_identifier') return wordAdvice(source, problem)
  if (help !== undefined) return undefined
  if (code === 'missing_ending_quote') return 'the `"` at the end of the string is missing'
  return code === 'eof' ? joinAdvice(source, problem) : undefined
}
