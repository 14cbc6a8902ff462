import type { SecurityEvent } from './event.ts'
import { eventFields } from './fields.ts'

/** What a spreadsheet takes for a formula where a cell begins with it. */
const FORMULA = /^[=+\-@\t\r]/

/** A text that a visitor chose must not become a formula in somebody's spreadsheet: an apostrophe before it prevents that. */
const cellOf = (value: string | number): string => {
  if (typeof value === 'number') return String(value)
  const text = FORMULA.test(value) ? `'${value}` : value
  // Spreadsheets of many countries part cells at semicolons, pasted ones at tabs: a visitor must not begin a cell of their own.
  return /[",;\t\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/**
 * One line of CSV.
 *
 * Source: RFC 4180; https://owasp.org/www-community/attacks/CSV_Injection
 */
export const csvLine = (cells: readonly (string | number)[]): string =>
  `${cells.map(cellOf).join(',')}\r\n`

/** One column a field; stretches of time are in `time` already, and `rule` is in its two parts. */
const COLUMNS = eventFields.filter(({ type, name }) => type !== 'bucket' && name !== 'rule')

/** One event as a line of CSV. */
export const eventCsv = (event: SecurityEvent): string =>
  csvLine(COLUMNS.map(({ name, read }) => (name === 'time' ? event.time : read(event))))

/** The line above the events. */
export const csvHead = csvLine(COLUMNS.map(({ name }) => name))
