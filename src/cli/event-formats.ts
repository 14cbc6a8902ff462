import { catalogue } from '../answers/catalogue.ts'
import { csvHead, csvLine, eventCsv } from '../events/csv.ts'
import type { SecurityEvent } from '../events/event.ts'
import type { EventPage, SeriesPoint, TopRow } from '../events/query.ts'
import { paint } from '../paint.ts'
import type { Io } from './command.ts'
import { shownTime } from './event-one.ts'
import { fitTable } from './fit-table.ts'
import { printable } from './printable.ts'

export const FORMATS = ['table', 'json', 'ndjson', 'csv'] as const
export type Format = (typeof FORMATS)[number]

const MAX_CELL_CHARS = 60
const SHOWN_TIME_CHARS = 19
const BAR_CHARS = 30
const PER_CENT = 100

const lines = (values: readonly unknown[]): string =>
  values.map((value) => `${JSON.stringify(value)}\n`).join('')

const withHead = (rows: readonly (readonly string[])[], { color, columns }: Io): string => {
  const text = fitTable(rows, columns)
  const end = text.indexOf('\n')
  return paint(color, 'bold', text.slice(0, end)) + text.slice(end)
}

const HEAD = ['TIME', 'ACTION', 'RAY ID', 'IP', 'COUNTRY', 'REQUEST', 'RULE']

/** Returns the title of an event without a rule. */
const answerTitle = ({ answer }: SecurityEvent): string =>
  catalogue.get(answer?.code ?? 0)?.title ?? ''

const rowOf = (event: SecurityEvent): string[] => [
  shownTime(event.time).slice(0, SHOWN_TIME_CHARS),
  event.action,
  event.ray,
  event.ip,
  event.country,
  printable(`${event.method} ${event.host}${event.path}`, MAX_CELL_CHARS),
  printable(event.rule.name || answerTitle(event), MAX_CELL_CHARS),
]

/** Returns a function that prints events in a format, one page per call. */
export const eventWriter = (format: Format, io: Io) => {
  let begun = false
  return (events: readonly SecurityEvent[]): void => {
    if (events.length === 0) return
    const isFirst = !begun
    begun = true
    if (format === 'csv') io.out((isFirst ? csvHead : '') + events.map(eventCsv).join(''))
    else if (format === 'table') {
      const rows = events.map(rowOf)
      io.out(isFirst ? withHead([HEAD, ...rows], io) : fitTable(rows, io.columns))
    } else io.out(lines(events))
  }
}

/** Prints one page of events. */
export const printPage = (format: Format, page: EventPage, io: Io): void => {
  if (format === 'json') io.out(`${JSON.stringify(page)}\n`)
  else if (format === 'csv' && page.events.length === 0) io.out(csvHead)
  else eventWriter(format, io)(page.events)
}

const bar = (count: number, most: number): string =>
  '█'.repeat(Math.max(1, Math.round((count / most) * BAR_CHARS)))

/** Prints the most frequent values. The share is relative to the sum of the printed rows. */
export const printTop = (
  format: Format,
  { by, rows }: { by: readonly string[]; rows: readonly TopRow[] },
  io: Io
): void => {
  if (format === 'json') io.out(`${JSON.stringify({ by, rows })}\n`)
  else if (format === 'ndjson') io.out(lines(rows))
  else if (format === 'csv') {
    io.out(csvLine([...by, 'count']))
    for (const { values, count } of rows) io.out(csvLine([...values, count]))
  } else if (rows.length > 0) {
    const total = rows.reduce((sum, { count }) => sum + count, 0)
    const shown = rows.map(({ values, count }) => [
      String(count),
      `${((count / total) * PER_CENT).toFixed(1)} %`,
      ...values.map((value) =>
        value === '' ? '(none)' : printable(String(value), MAX_CELL_CHARS)
      ),
    ])
    io.out(withHead([['COUNT', 'SHARE', ...by.map((name) => name.toUpperCase())], ...shown], io))
  }
}

export const printSeries = (
  format: Format,
  { by, points, ...rest }: { bucketSeconds: number; by?: string; points: readonly SeriesPoint[] },
  io: Io
): void => {
  const named = by === undefined ? {} : { by }
  if (format === 'json') io.out(`${JSON.stringify({ ...rest, ...named, points })}\n`)
  else if (format === 'ndjson') io.out(lines(points))
  else if (format === 'csv') {
    io.out(csvLine(['time', ...(by === undefined ? [] : [by]), 'count']))
    for (const { time, value, count } of points) {
      io.out(csvLine([time, ...(by === undefined ? [] : [value ?? '']), count]))
    }
  } else if (points.length > 0) {
    const most = Math.max(...points.map(({ count }) => count))
    const shown = points.map(({ time, value, count }) => [
      shownTime(time).slice(0, SHOWN_TIME_CHARS),
      ...(by === undefined ? [] : [printable(String(value ?? ''), MAX_CELL_CHARS)]),
      String(count),
      bar(count, most),
    ])
    io.out(
      withHead(
        [['TIME', ...(by === undefined ? [] : [by.toUpperCase()]), 'COUNT', ''], ...shown],
        io
      )
    )
  }
}
