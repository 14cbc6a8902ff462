import type { Comparison } from '../problem.ts'
import type { Fix } from './fix.ts'
import { afterSpace, looseValue } from './loose.ts'
import { looseOperator } from './operators.ts'

const TRUTHS: ReadonlyMap<string, boolean> = new Map(
  Object.entries({
    ...{ true: true, on: true, yes: true, 1: true },
    ...{ false: false, off: false, no: false, 0: false },
  })
)

/** A Bool that is compared with true or false. */
export const truth = (source: string, { start, end }: Comparison): Fix | undefined => {
  const operator = looseOperator(source, afterSpace(source, end))
  if (operator?.meant !== 'eq') return undefined
  const value = looseValue(source, afterSpace(source, operator.end))
  const [item] = value?.items ?? []
  if (value === undefined || value.items.length !== 1 || item === undefined) return undefined
  const says = TRUTHS.get(item.inner.toLowerCase())
  if (says === undefined) return undefined
  const bare = source.slice(start, end)
  const text = says === operator.isNegated ? `not ${bare}` : bare
  return { start, end: value.end, text, reason: 'a Bool needs no comparison' }
}

/** A `not` before the next operand. */
export const NOT_BEFORE = /(?:(?<![\w.])not\s+|!\s*)$/

const EMPTY: Readonly<Record<string, string>> = { Bytes: '""', Int: '0' }

const KEYED = /^([a-z._]+)\[("[^"]+")\]$/
const EXISTS = /^\s*(?:exists|is\s+(?:not\s+(?:null|empty)|present|set))(?![\w.])/i

/** A header or a parameter in place of a condition: `not http.request.headers["x-a"]`, `… exists`. */
export const bareKey = (source: string, { start, end, type }: Comparison): Fix | undefined => {
  const [, map = '', key = ''] = KEYED.exec(source.slice(start, end)) ?? []
  if (type.kind !== 'Array' || map === '') return undefined
  const exists = EXISTS.exec(source.slice(end))?.[0] ?? ''
  if (!CONDITION_END.test(source.slice(end + exists.length))) return undefined
  const name = map === 'http.request.headers' ? key.toLowerCase() : key
  const text = `has_key(${map}, ${name})`
  return {
    start,
    end: end + exists.length,
    text,
    reason: 'a key that is there is found by `has_key()`',
  }
}

/** The text that may follow a condition. */
const CONDITION_END = /^\s*(?:$|\)|&&|\|\||\^\^|(?:and|or|xor)(?![\w.]))/

/** A field that is not a Bool in place of a condition: `not http.user_agent`. */
export const bareValue = (source: string, { start, end, type }: Comparison): Fix | undefined => {
  if (!CONDITION_END.test(source.slice(end))) return undefined
  const empty = EMPTY[type.kind]
  if (empty === undefined) return undefined
  const not = NOT_BEFORE.exec(source.slice(0, start))?.[0]
  const text = `${source.slice(start, end)} ${not === undefined ? 'ne' : 'eq'} ${empty}`
  const reason = `a value of type ${type.kind} is no condition`
  return { start: start - (not?.length ?? 0), end, text, reason }
}
