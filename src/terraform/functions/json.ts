import { EvaluationProblem } from '../problem.ts'
import type { Value } from '../values.ts'
import {
  isList,
  isNumber,
  isObject,
  isUnknown,
  numberText,
  SetValue,
  sortedEntries,
} from '../values.ts'

const ESCAPED: Readonly<Record<string, string>> = {
  '<': '\\u003c',
  '>': '\\u003e',
  '&': '\\u0026',
  '\u2028': '\\u2028',
  '\u2029': '\\u2029',
}

const text = (value: string): string =>
  JSON.stringify(value)
    .replace(/[<>&\u2028\u2029]/g, (char) => ESCAPED[char]!)
    .replace(/\\[bf]/g, (found) => (found === '\\b' ? '\\u0008' : '\\u000c'))

const listed = (items: readonly Value[]): string => `[${items.map(jsonText).join(',')}]`

/** JSON in Go's form: keys sorted, numbers in full, `<`, `>` and `&` escaped. */
export const jsonText = (value: Value): string => {
  if (typeof value === 'string') return text(value)
  if (isNumber(value)) return numberText(value)
  if (value === null || typeof value === 'boolean') return String(value)
  if (isList(value)) return listed(value)
  if (value instanceof SetValue) return listed(value.items)
  if (isUnknown(value)) throw new EvaluationProblem(`${value.what} is not known`)
  if (!isObject(value)) return 'null'
  const members = sortedEntries(value).map(([key, item]) => `${text(key)}:${jsonText(item)}`)
  return `{${members.join(',')}}`
}
