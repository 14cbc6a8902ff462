import { COLUMNS, type ColumnKind, type Value } from '../columns.ts'
import { type Connection, numberOf } from '../database.ts'
import { firstId, MS, SLOTS } from '../sql.ts'
import type { Tables } from '../tables.ts'
import {
  encodeAddresses,
  encodeNumbers,
  encodeTexts,
  encodeTimes,
  SLOTS_BLOCK,
  TIMES,
} from './block.ts'

/** The number of events in a chunk. */
const CHUNK_EVENTS = 16_384
/** This many of the newest events stay out of chunks, because events arrive slightly out of order. */
const LOOSE_EVENTS = 4_096

/** The columns of queries, each once. */
const SEALED: readonly { column: string; kind: ColumnKind }[] = [
  ...new Map(Object.values(COLUMNS).map((one) => [one.column, one])).values(),
]

type Row = Readonly<Record<string, Value>>

const SELECT = `SELECT ${MS} AS ${TIMES}, id & ${SLOTS - 1} AS ${SLOTS_BLOCK}, ${SEALED.map(({ column }) => column).join(', ')} FROM events`

/** The texts of the rows of one chunk. */
const createTextOf = (db: Connection) => {
  const find = db.prepare<[number]>('SELECT text FROM texts WHERE id = ?')
  const known = new Map<number, string>()
  return (value: Value): string => {
    if (value === null) return ''
    if (typeof value === 'string') return value.slice(1)
    let text = known.get(value)
    if (text === undefined) {
      text = (find.get(value) as { text: string } | undefined)?.text ?? ''
      known.set(value, text)
    }
    return text
  }
}

const encodeColumn = (kind: ColumnKind, values: readonly Value[], textOf: (v: Value) => string) => {
  if (kind === 'number') return encodeNumbers(values.map(Number))
  return kind === 'ip'
    ? encodeAddresses(values.map((value) => String(value ?? '')))
    : encodeTexts(values.map(textOf))
}

const write = (db: Connection, toMs: number, rows: readonly Row[]): void => {
  const put = db.prepare<[(number | string | Buffer)[]]>(
    'INSERT INTO chunk_columns (to_ms, name, block) VALUES (?, ?, ?)'
  )
  const textOf = createTextOf(db)
  db.prepare<number[]>('INSERT INTO chunks (to_ms, events, is_stale) VALUES (?, ?, 0)').run(
    toMs,
    rows.length
  )
  put.run([toMs, TIMES, encodeTimes(rows.map((row) => Number(row[TIMES])))])
  put.run([toMs, SLOTS_BLOCK, encodeNumbers(rows.map((row) => Number(row[SLOTS_BLOCK])))])
  for (const { column, kind } of SEALED) {
    const values = rows.map((row) => row[column]!)
    put.run([toMs, column, encodeColumn(kind, values, textOf)])
  }
}

const remove = (db: Connection, toMs: number): void => {
  db.prepare<number[]>('DELETE FROM chunk_columns WHERE to_ms = ?').run(toMs)
  db.prepare<number[]>('DELETE FROM chunks WHERE to_ms = ?').run(toMs)
}

const rowsOf = (db: Connection, fromMs: number, toMs: number): Row[] =>
  db
    .prepare(`${SELECT} WHERE id >= ${firstId(fromMs)} AND id < ${firstId(toMs)} ORDER BY id`)
    .all() as Row[]

/** The end of the millisecond of the event that is `size` events after `fromMs`; undefined if there are fewer. */
const endBehind = (db: Connection, fromMs: number, size: number): number | undefined =>
  numberOf(
    db,
    `SELECT ${MS} + 1 FROM events WHERE id >= ${firstId(fromMs)} ORDER BY id LIMIT 1 OFFSET ${size - 1}`
  )

/** The number of events in no chunk. */
const looseEvents = (db: Connection, tables: Tables): number =>
  (tables.fact('events') ?? 0) - (numberOf(db, 'SELECT sum(events) FROM chunks') ?? 0)

/**
 * Creates one more chunk of stored events. A chunk contains the columns of its events separately, so a query over millions
 * of events reads a few bytes of each.
 *
 * @returns whether it created one
 */
export const sealNext = (db: Connection, tables: Tables, size = CHUNK_EVENTS): boolean => {
  const isDue = () => looseEvents(db, tables) >= size + Math.min(size, LOOSE_EVENTS)
  if (!isDue()) return false
  return tables.transaction(() => {
    // Another process may have created it already.
    if (!isDue()) return false
    const fromMs = numberOf(db, 'SELECT max(to_ms) FROM chunks') ?? 0
    const toMs = endBehind(db, fromMs, size)
    if (toMs === undefined) return false
    write(db, toMs, rowsOf(db, fromMs, toMs))
    return true
  })
}

/** The end of an incomplete chunk, if there is one. */
const staleEnd = (db: Connection): number | undefined =>
  numberOf(
    db,
    'SELECT min(to_ms) FROM chunks WHERE is_stale = 1 AND to_ms > (SELECT min(to_ms) FROM chunks)'
  )

/**
 * Recreates a chunk to which events were added. The oldest chunk is excluded, because retention keeps removing events from
 * it.
 */
export const sealAgain = (db: Connection, tables: Tables, size = CHUNK_EVENTS): boolean => {
  // Most of the time there is none, and a transaction would hold up other processes.
  if (staleEnd(db) === undefined) return false
  return tables.transaction(() => {
    const endMs = staleEnd(db)
    if (endMs === undefined) return false
    let fromMs = numberOf(db, `SELECT max(to_ms) FROM chunks WHERE to_ms < ${endMs}`)!
    remove(db, endMs)
    while (fromMs < endMs) {
      const behind = endBehind(db, fromMs, 2 * size)
      const isRest = behind === undefined || behind >= endMs
      const toMs = isRest ? endMs : Math.min(endMs, endBehind(db, fromMs, size)!)
      write(db, toMs, rowsOf(db, fromMs, toMs))
      fromMs = toMs
    }
    return true
  })
}

/** Marks the chunk of a late event as incomplete. Within a transaction. */
export const createLateMark = (db: Connection): ((times: readonly number[]) => void) => {
  const last = db.prepare('SELECT max(to_ms) AS n FROM chunks')
  const mark = db.prepare<number[]>(
    'UPDATE chunks SET is_stale = 1, events = events + 1 WHERE to_ms = (SELECT min(to_ms) FROM chunks WHERE to_ms > ?)'
  )
  return (times) => {
    const sealedMs = (last.get() as { n: number | null }).n
    if (sealedMs === null) return
    for (const ms of times) if (ms < sealedMs) mark.run(ms)
  }
}

/** Removes the chunks of removed events. Within the transaction that removed them. */
export const cutChunks = (db: Connection, oldestMs: number | undefined): void => {
  const before = oldestMs ?? Number.MAX_SAFE_INTEGER
  const ends = db.prepare<number[]>('SELECT to_ms AS n FROM chunks WHERE to_ms <= ?').all(before)
  for (const { n } of ends as { n: number }[]) remove(db, n)
  const cutMs = numberOf(db, 'SELECT min(to_ms) FROM chunks')
  if (cutMs === undefined) return
  db.exec(
    `UPDATE chunks SET is_stale = 1, events = (SELECT count(*) FROM events WHERE id < ${firstId(cutMs)}) WHERE to_ms = ${cutMs}`
  )
}
