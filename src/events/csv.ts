import type { SecurityEvent } from './event.ts'
import { eventFields } from './fields.ts'

/** Spreadsheets read a cell that starts with one of these as a formula. */
const FORMULA = /^[=+\-@\t\r]/

/** A leading apostrophe keeps a visitor's text from becoming a formula in a spreadsheet. */
const cellOf = (value: string | number): string => {
  if (typeof value === 'number') return String(value)
  const text = FORMULA.test(value) ? `'${value}` : value
  // Spreadsheets also split cells at semicolons (in many countries) and at tabs (pasted text). A visitor must not start a new cell.
  return /[",;\t\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/**
 * One line of CSV.
 *
 * Source: RFC 4180; https://owasp.org/www-community/attacks/CSV_Injection
 */
export const csvLine = (cells: readonly (string | number)[]): string =>
  `${cells.map(cellOf).join(',')}\r\n`

/** One column per field. Buckets are left out because of `time`, and `rule` because of its two parts. */
const COLUMNS = eventFields.filter(({ type, name }) => type !== 'bucket' && name !== 'rule')

/** One event as a line of CSV. */
export const eventCsv = (event: SecurityEvent): string =>
  csvLine(COLUMNS.map(({ name, read }) => (name === 'time' ? event.time : read(event))))

/** The header line. */
export const csvHead = csvLine(COLUMNS.map(({ name }) => name))
