import type { SeriesPoint, TopRow } from '../query.ts'
import type { SettledSeries, SettledTop } from '../settle.ts'
import { shownValue } from '../shown-value.ts'
import type { Row } from './columns.ts'
import type { Connection } from './database.ts'
import { groupOf, MS, selectionOf } from './sql.ts'

const rowsOf = (db: Connection, sql: string, values: readonly (string | number)[]) =>
  db.prepare<[(string | number)[]]>(sql).all([...values]) as Row[]

/**
 * Counts values in the table of events.
 *
 * @param isCut whether to return only the most frequent ones
 */
export const topInTable = (db: Connection, settled: SettledTop, isCut: boolean): TopRow[] => {
  const { by, limit } = settled
  const groups = by.map(groupOf)
  const selection = selectionOf(settled)
  const raw = groups.map((group, i) => `${group.raw} AS r${i}`).join(', ')
  const shown = groups.map((group, i) => `${group.shown(`r${i}`)} AS v${i}`).join(', ')
  const names = groups.map((_, i) => `v${i}`)
  const order = by.map((field, i) => (field.type === 'ip' ? `length(v${i}), v${i}` : `v${i}`))
  const sql =
    `SELECT ${shown}, sum(n) AS n FROM (SELECT ${raw}, count(*) AS n FROM events WHERE ${selection.sql} ` +
    `GROUP BY ${groups.map((_, i) => `r${i}`).join(', ')}) GROUP BY ${names.join(', ')}` +
    (isCut ? ` ORDER BY n DESC, ${order.join(', ')} LIMIT ${limit}` : '')
  return rowsOf(db, sql, selection.values).map((row) => ({
    values: by.map((field, i) => shownValue(field, row[`v${i}`]!)),
    count: Number(row['n']),
  }))
}

/** Counts events over time in the table of events. */
export const seriesInTable = (db: Connection, settled: SettledSeries): SeriesPoint[] => {
  const { by, bucketMs } = settled
  const selection = selectionOf(settled)
  const group = by === undefined ? undefined : groupOf(by)
  const raw = group === undefined ? "''" : group.raw
  const sql =
    `SELECT b, ${group === undefined ? "''" : group.shown('r')} AS v, sum(n) AS n FROM ` +
    `(SELECT ${MS} / ${bucketMs} * ${bucketMs} AS b, ${raw} AS r, count(*) AS n FROM events WHERE ${selection.sql} ` +
    'GROUP BY b, r) GROUP BY b, v'
  return rowsOf(db, sql, selection.values).map((row) => ({
    time: new Date(Number(row['b'])).toISOString(),
    ...(by === undefined ? {} : { value: shownValue(by, row['v']!) }),
    count: Number(row['n']),
  }))
}
