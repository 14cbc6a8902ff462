import type { SecurityEvent } from '../../event.ts'
import { bindable, decode, encode, type Row, timeOf } from '../columns.ts'
import { isNumber, ROW, typeOf } from './schema.ts'

type Cell = string | number

/** The server's indexes refuse texts longer than a third of a page; no address or Ray ID is as long. */
const MAX_KEY_CHARS = 200
const KEYS = ['ray', 'ip']

const cellOf = (column: string, value: string | number | null): Cell => {
  if (value === null) return isNumber(column) ? 0 : ''
  return KEYS.includes(column) ? bindable(String(value).slice(0, MAX_KEY_CHARS)) : value
}

/** The values of `ROW` for one event at this moment. */
export const rowOf = (event: SecurityEvent): Cell[] => {
  const isCut = event.ray.length > MAX_KEY_CHARS || event.ip.length >= MAX_KEY_CHARS
  const json = () => JSON.stringify(event)
  const values = encode(event, json, (text) => text)
  if (isCut) values[values.length - 1] = json()
  return [timeOf(event), ...values.map((value, i) => cellOf(ROW[i + 1]!, value))]
}

/** The approximate size of a row in memory. */
export const sizeOfRow = (row: readonly Cell[]): number =>
  row.reduce<number>((sum, cell) => sum + (typeof cell === 'string' ? cell.length : 8), 0)

/** One array for each column: the statement has the same number of parameters for any number of events. */
export const columnsOf = (rows: readonly (readonly Cell[])[]): Cell[][] =>
  ROW.map((_, i) => rows.map((row) => row[i]!))

export const UNNEST = ROW.map(
  (column, i) => `$${i + 1}::${typeOf(column).replace(/ COLLATE.*/, '')}[]`
).join(', ')

const NULLABLE = new Set(['ip', 'shape', 'matched', 'lists', 'notes', 'extra'])

/** The event of a row of the table. */
export const eventOf = (row: Readonly<Record<string, unknown>>): SecurityEvent => {
  const values: Record<string, string | number | null> = {}
  for (const name of ROW) {
    const value = row[name] as string | number
    values[name] = NULLABLE.has(name) && value === '' ? null : value
  }
  return decode(values as Row, String)
}

/** The event of the values of `rowOf`. */
export const eventOfCells = (cells: readonly Cell[]): SecurityEvent =>
  eventOf(Object.fromEntries(ROW.map((name, i) => [name, cells[i]])))
