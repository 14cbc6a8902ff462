import { parseIp } from '../../../lists/ip.ts'
import { lowered, TEXT_FIELDS } from '../../evaluate.ts'
import type { EventField } from '../../fields.ts'
import { ipKey, keyOf } from '../../ip-key.ts'
import type { Position, Settled, SettledCondition } from '../../settle.ts'
import { bindable, COLUMNS } from '../columns.ts'

/** The values of one statement: a query's values are never part of its text. */
export class Binder {
  readonly values: (string | number)[] = []

  /** `$1` … for a value. */
  bind(value: string | number): string {
    this.values.push(typeof value === 'string' ? bindable(value) : value)
    return `$${this.values.length}`
  }

  number(value: number): string {
    return `${this.bind(value)}::bigint`
  }

  text(value: string): string {
    return `${this.bind(value)}::text`
  }
}

const columnOf = ({ name }: EventField): string =>
  name === 'time' ? 'ms' : name === 'ray' ? 'ray' : COLUMNS[name]!.column

const isValue = (binder: Binder, field: EventField, value: string | number): string => {
  const column = columnOf(field)
  if (field.type === 'number') return `${column} = ${binder.number(Number(value))}`
  if (field.type !== 'ip') return `${column} = ${binder.text(String(value))}`
  return `${column} = ${binder.text(value === '' ? '' : ipKey(String(value)))}`
}

const bare = (
  binder: Binder,
  field: EventField,
  { operator, values, network }: SettledCondition
): string => {
  const column = columnOf(field)
  const [value = ''] = values
  switch (operator) {
    case 'is':
    case 'isNot':
      return isValue(binder, field, value)
    case 'in':
      return values.length === 0
        ? 'false'
        : values.map((one) => isValue(binder, field, one)).join(' OR ')
    case 'contains':
      return `strpos(${column}, ${binder.text(String(value))}) > 0`
    case 'startsWith': {
      const text = bindable(String(value))
      return `left(${column}, ${[...text].length}) = ${binder.text(text)}`
    }
    case 'greater':
      return `${column} > ${binder.number(Number(value))}`
    case 'less':
      return `${column} < ${binder.number(Number(value))}`
    case 'inNetwork': {
      const [first, last] = [keyOf(network!.from), keyOf(network!.to)]
      return `${column} >= ${binder.text(first)} AND ${column} <= ${binder.text(last)} AND length(${column}) = ${first.length}`
    }
  }
}

const conditionOf = (binder: Binder, condition: SettledCondition): string => {
  const { field, operator } = condition
  const parts = [bare(binder, field, condition)]
  if (field.also !== undefined) {
    parts.push(bare(binder, { ...field, name: field.also }, condition))
  }
  const test = parts.map((part) => `(${part})`).join(' OR ')
  return operator === 'isNot' ? `NOT (${test})` : `(${test})`
}

const freeText = (binder: Binder, text: string): string => {
  const wanted = binder.text(lowered(text))
  const parts = TEXT_FIELDS.map((name) => {
    const column = name === 'ray' ? 'ray' : COLUMNS[name]!.column
    return `strpos(lower(${column}), ${wanted}) > 0`
  })
  const ip = parseIp(text.trim())
  if (ip !== undefined) parts.push(`ip = ${binder.text(ipKey(ip.toString()))}`)
  return `(${parts.join(' OR ')})`
}

/** The condition of a selection, without `WHERE`. */
export const selectionOf = (binder: Binder, { where, fromMs, toMs, text }: Settled): string => {
  const parts: string[] = []
  if (fromMs !== undefined) parts.push(`ms >= ${binder.bind(fromMs)}::bigint`)
  if (toMs !== undefined) parts.push(`ms < ${binder.bind(toMs)}::bigint`)
  for (const condition of where) parts.push(conditionOf(binder, condition))
  if (text !== undefined) parts.push(freeText(binder, text))
  return parts.length === 0 ? 'true' : parts.join(' AND ')
}

/** The condition for events after a given event in an order. */
export const afterOf = (
  binder: Binder,
  { timeMs, ray, matchIndex }: Position,
  isNewest: boolean
): string => {
  const [ms, id] = [`${binder.bind(timeMs)}::bigint`, binder.text(ray)]
  const index = `${binder.bind(matchIndex)}::bigint`
  // The deciding event of a request comes first in the order `newest`, whatever its index.
  const [further, later] = isNewest ? ['<', '>'] : ['>', '<']
  return `(ms ${further}= ${ms} AND (ms ${further} ${ms} OR ray ${further} ${id} OR (ray = ${id} AND match_index ${later} ${index})))`
}

export const orderOf = (isNewest: boolean): string =>
  isNewest ? 'ms DESC, ray DESC, match_index ASC' : 'ms ASC, ray ASC, match_index DESC'

const MS_PER_SECOND = 1_000

export const bucketOf = (ms: number): string => `ms / ${ms} * ${ms}`

/** The counted expression for a field of `by`. */
export const groupOf = (field: EventField): string =>
  field.type === 'bucket' ? bucketOf((field.bucketSeconds ?? 1) * MS_PER_SECOND) : columnOf(field)
