import type { IpRange } from '../../lists/ip.ts'
import { parseIp } from '../../lists/ip.ts'
import { lowered, TEXT_FIELDS } from '../evaluate.ts'
import type { EventField } from '../fields.ts'
import { ipKey, keyOf } from '../ip-key.ts'
import type { Settled, SettledCondition } from '../settle.ts'
import { bindable, COLUMNS } from './columns.ts'
import { INLINE } from './texts.ts'

/** A piece of SQL with its values, in their order. */
export interface Sql {
  readonly sql: string
  readonly values: readonly (string | number)[]
}

/** The id of an event is its millisecond, and in the lowest bits its place within that. */
export const SLOT_BITS = 20
export const SLOTS = 2 ** SLOT_BITS
/** The first id of a millisecond. The driver binds all numbers as floating-point numbers. */
export const firstId = (ms: number): string => `(${Math.max(0, Math.floor(ms))} * ${SLOTS})`
export const ID_OF = `CAST(? AS INTEGER) * ${SLOTS} + CAST(? AS INTEGER)`
export const MS = `(id >> ${SLOT_BITS})`

const all = (parts: readonly Sql[], between: string): Sql => ({
  sql: parts.map(({ sql }) => `(${sql})`).join(between),
  values: parts.flatMap(({ values }) => values),
})

const textIs = (column: string, wanted: string): Sql =>
  wanted === ''
    ? { sql: `${column} IS NULL`, values: [] }
    : {
        sql: `${column} = ? OR ${column} = (SELECT id FROM texts WHERE text = ?)`,
        values: [INLINE + bindable(wanted), bindable(wanted)],
      }

type Test = (text: string) => string

/** A test of a text, whether it is inline or in `texts`. */
const textTest = (column: string, test: Test, value: string): Sql => ({
  sql:
    `${column} IN (SELECT id FROM texts WHERE ${test('text')}) OR ` +
    `(typeof(${column}) = 'text' AND ${test(`substr(${column}, 2)`)})`,
  values: [value, value],
})

const contains: Test = (text) => `instr(${text}, ?) > 0`
const containsLowered: Test = (text) => `instr(lower(${text}), ?) > 0`
/** SQLite counts characters, like a string's iterator. */
const startsWith =
  (value: string): Test =>
  (text) =>
    `substr(${text}, 1, ${[...value].length}) = ?`

const ipTest = (wanted: string): Sql =>
  wanted === ''
    ? { sql: 'ip IS NULL', values: [] }
    : { sql: 'ip = ?', values: [bindable(ipKey(wanted))] }

const within = ({ from, to }: IpRange): Sql => {
  const [first, last] = [keyOf(from), keyOf(to)]
  return {
    sql: `ip >= ? AND ip <= ? AND length(ip) = ${first.length}`,
    values: [first, last],
  }
}

/** Both are `is` with one value, whatever the field. */
const isValue = (field: EventField, value: string | number): Sql => {
  if (field.name === 'ray') return { sql: 'ray = ?', values: [bindable(String(value))] }
  const { column, kind } = COLUMNS[field.name]!
  if (kind === 'number') return { sql: `ifnull(${column}, 0) = ?`, values: [value] }
  return kind === 'ip' ? ipTest(String(value)) : textIs(column, String(value))
}

const bare = ({ field, operator, values, network }: SettledCondition): Sql => {
  const [value = ''] = values
  if (operator === 'inNetwork') return within(network!)
  if (operator === 'is' || operator === 'isNot') return isValue(field, value)
  if (values.length === 0) return { sql: '0', values: [] }
  if (operator === 'in')
    return all(
      values.map((one) => isValue(field, one)),
      ' OR '
    )
  if (operator === 'greater' || operator === 'less') {
    if (field.type === 'time') {
      const ms = Number(value)
      const bound = operator === 'greater' ? `id >= ${firstId(ms + 1)}` : `id < ${firstId(ms)}`
      return { sql: bound, values: [] }
    }
    const sign = operator === 'greater' ? '>' : '<'
    return { sql: `ifnull(${COLUMNS[field.name]!.column}, 0) ${sign} ?`, values: [value] }
  }
  const text = bindable(String(value))
  const test = operator === 'contains' ? contains : startsWith(text)
  if (field.name === 'ray') return { sql: test('ray'), values: [text] }
  return textTest(COLUMNS[field.name]!.column, test, text)
}

const conditionOf = (condition: SettledCondition): Sql => {
  const own = bare(condition)
  const { also } = condition.field
  const field = also === undefined ? undefined : { ...condition.field, name: also, also: undefined }
  const { sql, values } =
    field === undefined ? own : all([own, bare({ ...condition, field })], ' OR ')
  const test = `ifnull(${sql.includes(' OR ') ? `(${sql})` : sql}, 0)`
  // `ifnull` would prevent SQLite from using the table's own order for the time.
  if (condition.field.type === 'time' || condition.field.type === 'ip') {
    return condition.operator === 'isNot'
      ? { sql: `NOT ifnull(${sql}, 0)`, values }
      : { sql, values }
  }
  if (condition.field.name === 'ray' && condition.operator !== 'isNot') return { sql, values }
  return { sql: condition.operator === 'isNot' ? `NOT ${test}` : test, values }
}

const freeText = (text: string): Sql => {
  const wanted = bindable(lowered(text))
  const parts = TEXT_FIELDS.map(
    (name): Sql =>
      name === 'ray'
        ? { sql: containsLowered('ray'), values: [wanted] }
        : textTest(COLUMNS[name]!.column, containsLowered, wanted)
  )
  const ip = parseIp(text.trim())
  return all(ip === undefined ? parts : [...parts, ipTest(ip.toString())], ' OR ')
}

/** The condition of a selection, without `WHERE`. */
export const selectionOf = ({ where, fromMs, toMs, text }: Settled): Sql => {
  const parts: Sql[] = []
  if (fromMs !== undefined) parts.push({ sql: `id >= ${firstId(fromMs)}`, values: [] })
  if (toMs !== undefined) parts.push({ sql: `id < ${firstId(toMs)}`, values: [] })
  parts.push(...where.map(conditionOf))
  if (text !== undefined) parts.push(freeText(text))
  return parts.length === 0 ? { sql: '1', values: [] } : all(parts, ' AND ')
}

/** The counted expression for a field of `by`: the stored form, then the form for people. */
export const groupOf = (field: EventField): { raw: string; shown: (raw: string) => string } => {
  const same = (raw: string) => raw
  if (field.type === 'time') return { raw: MS, shown: same }
  if (field.type === 'bucket') {
    const ms = (field.bucketSeconds ?? 1) * 1_000
    return { raw: `${MS} / ${ms} * ${ms}`, shown: same }
  }
  if (field.name === 'ray') return { raw: 'ray', shown: same }
  const { column, kind } = COLUMNS[field.name]!
  if (kind === 'number') return { raw: `ifnull(${column}, 0)`, shown: same }
  if (kind === 'ip') return { raw: "ifnull(ip, '')", shown: same }
  return {
    raw: column,
    shown: (raw) =>
      `CASE typeof(${raw}) WHEN 'integer' THEN (SELECT text FROM texts WHERE id = ${raw}) WHEN 'text' THEN substr(${raw}, 2) ELSE '' END`,
  }
}
