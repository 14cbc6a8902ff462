import type { Problem } from '../problem.ts'
import type { Scheme } from '../scheme.ts'
import { headerField, meantField } from './field-names.ts'
import type { Fix } from './fix.ts'
import { afterSpace, looseItem } from './loose.ts'
import type { Meant } from './operators.ts'
import { looseOperator, spelled } from './operators.ts'

/** The operator after its sides change places. */
const FLIPPED: Readonly<Partial<Record<Meant, Meant>>> = {
  ...{ eq: 'eq', lt: 'gt', le: 'ge', gt: 'lt', ge: 'le' },
  in: 'contains',
}
const FIELD = /[a-z][\w.]*(?:\[[^\]]*\])*/iy

/** `"DE" == ip.src.country`, `"curl" in http.user_agent`: the field comes first. */
const reversed = (source: string, { start }: Problem, scheme: Scheme): Fix | undefined => {
  if (!/["'\d]/.test(source[start] ?? '')) return undefined
  const item = looseItem(source, start)
  const operator = item && looseOperator(source, afterSpace(source, start + item.text.length))
  const meant = operator && FLIPPED[operator.meant]
  if (item === undefined || operator === undefined || meant === undefined) return undefined
  FIELD.lastIndex = afterSpace(source, operator.end)
  const left = FIELD.exec(source)?.[0]
  if (left === undefined || !scheme.fields.has(left.replace(/\[.*$/, ''))) return undefined
  const value = item.quotes === 'other' ? `"${item.inner}"` : item.text
  const isNot = operator.isNegated
  const isEqual = meant === 'eq'
  const shown =
    isEqual && isNot ? (operator.isSymbol ? '!=' : 'ne') : spelled({ ...operator, meant })
  const text = `${isNot && !isEqual ? 'not ' : ''}${left} ${shown} ${value}`
  return { start, end: FIELD.lastIndex, text, reason: 'the field comes first' }
}

const VARIABLE = /\$\{?(\w+)\}?|%\{(?:HTTP:)?([\w-]+)\}/y

/** `$remote_addr` of nginx, `%{REQUEST_URI}` of Apache. */
const variable = (source: string, { start }: Problem, scheme: Scheme): Fix | undefined => {
  VARIABLE.lastIndex = start
  const found = VARIABLE.exec(source)
  if (found === null) return undefined
  const name = (found[1] ?? found[2]!).toLowerCase()
  const header = /^(?:http|sent_http)_(.+)$/.exec(name)?.[1]?.replaceAll('_', '-')
  const text = meantField(name, scheme) ?? (header && headerField(header))
  return text === undefined
    ? undefined
    : { start, end: VARIABLE.lastIndex, text, reason: 'did you mean' }
}

/** Left sides that are not operands. */
export const mendSide = (source: string, problem: Problem, scheme: Scheme): Fix | undefined => {
  const at = afterSpace(source, problem.start)
  const isNumber = problem.code === 'unknown_identifier' && /\d/.test(source[at] ?? '')
  if (problem.code !== 'expected_name' && !isNumber) return undefined
  const placed = problem.with(problem.help ?? '', { start: at, end: at + 1 })
  return reversed(source, placed, scheme) ?? variable(source, placed, scheme)
}
