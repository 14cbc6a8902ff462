import { closeSync } from 'node:fs'
import { EdgeError } from '../../error.ts'
import { parseRay, rayTime } from '../../ray.ts'
import { mergeSeries, mergeTop, pageOf, pointsOf, topOf } from '../evaluate.ts'
import type { EventFilter, FindResult, SecurityEvent } from '../event.ts'
import { explainMiss } from '../find.ts'
import type { EventPage, EventQuery, SeriesPoint, SeriesQuery, TopQuery, TopRow } from '../query.ts'
import type { SettledPage, SettledSeries, SettledTop } from '../settle.ts'
import { queryOfFilter, settlePage, settleSeries, settleTop } from '../settle.ts'
import type { Gap } from '../state.ts'
import { candidatesOf, periodOf, pointsOfStretches, topOfStretches } from './chunks/answer.ts'
import { stretchesOf } from './chunks/chunk.ts'
import { ChunkCounts } from './chunks/chunk-counts.ts'
import { isScannable } from './chunks/scan.ts'
import { COLUMN_NAMES, decode, type Row } from './columns.ts'
import type { Connection } from './database.ts'
import { emptyTables, identityOf, openForReading, storeFailed } from './database.ts'
import { JournalIndexes } from './journal-index.ts'
import { hasTable, isOld, OLD_EVENTS } from './schema.ts'
import { firstId, MS, type Sql, selectionOf } from './sql.ts'
import { seriesInTable, topInTable } from './table-counts.ts'
import { type Held, type OpenJournal, openJournals, type Tail, tailOf, takenOf } from './tail.ts'

/** Texts that are remembered. */
const MAX_TEXTS = 50_000
/** Rows of an older file that are read at once. */
const OLD_ROWS = 2_000

const SELECT = `SELECT ${MS} AS ms, ${COLUMN_NAMES.join(', ')} FROM events`

/** The table with events of an older file, while it exists. */
const oldTable = (db: Connection): string | undefined =>
  isOld(db) ? 'events' : hasTable(db, OLD_EVENTS) ? OLD_EVENTS : undefined

const parsed = (rows: unknown[]) =>
  (rows as { event: string }[]).map(({ event }) => JSON.parse(event) as SecurityEvent)

const oldByRay = (db: Connection, ray: string): SecurityEvent[] => {
  const table = oldTable(db)
  return table === undefined
    ? []
    : parsed(db.prepare(`SELECT event FROM ${table} WHERE ray = ?`).all(ray))
}

function* oldEvents(db: Connection): Generator<SecurityEvent> {
  const table = oldTable(db)
  if (table === undefined) return
  let last = 0
  for (;;) {
    const rows = db
      .prepare<number[]>(
        `SELECT id, event FROM ${table} WHERE id > ? ORDER BY id LIMIT ${OLD_ROWS}`
      )
      .all(last) as { id: number; event: string }[]
    yield* parsed(rows)
    if (rows.length < OLD_ROWS) return
    last = rows.at(-1)!.id
  }
}

/** Events outside the current tables. */
function* others(db: Connection, { events }: Tail): Generator<SecurityEvent> {
  yield* events
  yield* oldEvents(db)
}

interface GapRow {
  first_ray: string
  last_ray: string
  from_ms: number
  to_ms: number
  count: number
  reason: string
}

const gapsOf = (db: Connection): Gap[] =>
  isOld(db)
    ? []
    : (db.prepare('SELECT * FROM gaps').all() as GapRow[]).map((row) => ({
        firstRay: row.first_ray,
        lastRay: row.last_ray,
        from: new Date(row.from_ms).toISOString(),
        to: new Date(row.to_ms).toISOString(),
        count: row.count,
        reason: row.reason,
      }))

/** The oldest stored event, and the time from which all events are stored. */
const horizonOf = (db: Connection): { oldestMs?: number; removedBeforeMs?: number } => {
  const table = oldTable(db)
  const old =
    table === undefined
      ? undefined
      : (db.prepare(`SELECT ray FROM ${table} ORDER BY id LIMIT 1`).get() as
          | { ray: string }
          | undefined)
  const removed = isOld(db)
    ? db.prepare('SELECT removed_before_ms AS ms FROM horizon').get()
    : db.prepare("SELECT value AS ms FROM facts WHERE name = 'removed_before_ms'").get()
  const oldest = isOld(db)
    ? undefined
    : db.prepare(`SELECT ${MS} AS ms FROM events ORDER BY id LIMIT 1`).get()
  return {
    oldestMs: old === undefined ? (oldest as { ms: number } | undefined)?.ms : rayTime(old.ray),
    removedBeforeMs: (removed as { ms: number } | undefined)?.ms,
  }
}

/** Reads the tables of a store together with its journals. It blocks its thread, but never a writer. */
export class Reader {
  #db: Connection | undefined
  #identity: string | undefined
  readonly #texts = new Map<number, string>()
  readonly #indexes = new JournalIndexes()
  readonly #counts = new ChunkCounts()

  constructor(
    readonly file: string,
    readonly name: string
  ) {}

  find(text: string): FindResult {
    const ray = parseRay(text)?.ray
    return this.#read((db, open) => {
      const journals = open.map((journal) => takenOf(db, journal))
      const events =
        ray === undefined
          ? []
          : [
              ...this.#rows(db, { sql: `${SELECT} WHERE ray = ?`, values: [ray] }),
              ...oldByRay(db, ray),
              ...this.#indexes.eventsOf(journals, ray),
            ]
      const [first, ...rest] = events.sort((x, y) => x.matchIndex - y.matchIndex)
      if (first !== undefined) return { found: true, events: [first, ...rest] }
      return explainMiss(text, {
        store: this.name,
        ...horizonOf(db),
        gaps: [...gapsOf(db), ...this.#indexes.gaps(journals)],
      })
    })
  }

  /** @param held events in memory, also for the next three methods */
  query(filter?: EventFilter, held?: Held): SecurityEvent[] {
    return this.page(queryOfFilter(filter), held).events
  }

  page(query?: EventQuery, held: Held = []): EventPage {
    const settled = settlePage(query)
    return this.#read((db, journals) => {
      const tail = tailOf(db, journals, held)
      return pageOf([...this.#candidates(db, settled), ...others(db, tail)], settled)
    })
  }

  top(query: TopQuery, held: Held = []): TopRow[] {
    const settled = settleTop(query)
    return this.#read((db, journals) => this.#top(db, tailOf(db, journals, held), settled))
  }

  series(query: SeriesQuery, held: Held = []): SeriesPoint[] {
    const settled = settleSeries(query)
    return this.#read((db, journals) => this.#series(db, tailOf(db, journals, held), settled))
  }

  close(): void {
    this.#db?.close()
    this.#db = undefined
    this.#indexes.clear()
  }

  /** Reopens the file if another one has its name now. */
  #connection(): Connection {
    const identity = identityOf(this.file)
    if (this.#db !== undefined && identity === this.#identity) return this.#db
    this.close()
    this.#texts.clear()
    this.#counts.clear()
    this.#db = openForReading(this.file)
    this.#identity = identity
    return this.#db
  }

  /** Without the file, only the journals have events. */
  #connectionFor(journals: readonly OpenJournal[]): Connection {
    try {
      return this.#connection()
    } catch (error) {
      const isMissing = error instanceof EdgeError && error.code === 'store_not_found'
      if (!isMissing || journals.length === 0) throw error
      return emptyTables(this.file)
    }
  }

  /** One view of tables and journals: no event is missing, and none appears twice. */
  #read<Result>(look: (db: Connection, journals: readonly OpenJournal[]) => Result): Result {
    // Open journals stay readable after their events have reached the tables and they are removed.
    const journals = openJournals(this.file)
    try {
      const db = this.#connectionFor(journals)
      db.exec('BEGIN')
      try {
        return look(db, journals)
      } finally {
        db.exec('COMMIT')
        if (db !== this.#db) db.close()
      }
    } catch (error) {
      // The next query reopens the file.
      this.close()
      throw error instanceof EdgeError ? error : storeFailed(this.file, error)
    } finally {
      for (const { fd } of journals) closeSync(fd)
    }
  }

  #text(db: Connection, id: number): string {
    let text = this.#texts.get(id)
    if (text === undefined) {
      const row = db.prepare<[number]>('SELECT text FROM texts WHERE id = ?').get(id)
      text = (row as { text: string } | undefined)?.text ?? ''
      if (this.#texts.size === MAX_TEXTS) this.#texts.clear()
      this.#texts.set(id, text)
    }
    return text
  }

  #rows(db: Connection, { sql, values }: Sql): SecurityEvent[] {
    if (isOld(db)) return []
    const rows = db.prepare<[(string | number)[]]>(sql).all([...values]) as Row[]
    return rows.map((row) =>
      decode(row, (value) => (typeof value === 'number' ? this.#text(db, value) : value.slice(1)))
    )
  }

  /** At least as many events as the page and the position after it need, if there are enough. */
  #candidates(db: Connection, settled: SettledPage): SecurityEvent[] {
    // The table has the order of a page without conditions.
    const isChosen = settled.where.length > 0 || settled.text !== undefined
    const isHere = isChosen && !isOld(db) && isScannable(settled)
    const stretches = isHere ? stretchesOf(db, periodOf(settled)) : undefined
    if (stretches === undefined) return this.#inTable(db, settled)
    const found: SecurityEvent[] = []
    const inTable = (within: SettledPage) => this.#inTable(db, within)
    const byId = (ids: readonly bigint[]) =>
      this.#rows(db, { sql: `${SELECT} WHERE id IN (${ids.join(', ')})`, values: [] })
    for (const events of candidatesOf(stretches, settled, inTable, byId)) {
      found.push(...events)
      if (found.length > settled.limit && pageOf(found, settled).next !== undefined) break
    }
    return found
  }

  /** The table is ordered by time only, so the last millisecond is read to its end. */
  #inTable(db: Connection, settled: SettledPage): SecurityEvent[] {
    const { order, limit, after } = settled
    const selection = selectionOf(settled)
    const isNewest = order === 'newest'
    const found: SecurityEvent[] = []
    let bound = after === undefined ? undefined : isNewest ? after.timeMs + 1 : after.timeMs
    for (;;) {
      const side = bound === undefined ? '1' : `id ${isNewest ? '<' : '>='} ${firstId(bound)}`
      const rows = this.#rows(db, {
        sql: `${SELECT} WHERE ${side} AND ${selection.sql} ORDER BY id ${isNewest ? 'DESC' : 'ASC'} LIMIT ${limit + 1}`,
        values: selection.values,
      })
      const isAll = rows.length <= limit
      const lastMs = isAll ? undefined : Date.parse(rows.at(-1)!.time)
      found.push(...rows.filter(({ time }) => Date.parse(time) !== lastMs))
      if (lastMs === undefined) return found
      found.push(
        ...this.#rows(db, {
          sql: `${SELECT} WHERE id >= ${firstId(lastMs)} AND id < ${firstId(lastMs + 1)} AND ${selection.sql}`,
          values: selection.values,
        })
      )
      if (pageOf(found, settled).next !== undefined) return found
      bound = isNewest ? lastMs : lastMs + 1
    }
  }

  #top(db: Connection, tail: Tail, settled: SettledTop): TopRow[] {
    const rest = topOf(others(db, tail), { ...settled, limit: Number.POSITIVE_INFINITY })
    if (isOld(db)) return rest.slice(0, settled.limit)
    const { by, limit } = settled
    const stretches = isScannable(settled, by) ? stretchesOf(db, settled) : undefined
    if (stretches !== undefined) {
      const inTable = (within: SettledTop) => topInTable(db, within, false)
      return topOfStretches(stretches, settled, inTable, rest, this.#counts)
    }
    // Events in the journals can bring any value to the top.
    return mergeTop([...topInTable(db, settled, rest.length === 0), ...rest], by, limit)
  }

  #series(db: Connection, tail: Tail, settled: SettledSeries): SeriesPoint[] {
    const rest = pointsOf(others(db, tail), settled)
    if (isOld(db)) return mergeSeries(rest, settled)
    const selected = this.#withTop(db, tail, settled)
    const isWhole = isScannable(selected, settled.by === undefined ? [] : [settled.by])
    const stretches = isWhole ? stretchesOf(db, selected) : undefined
    const points =
      stretches === undefined
        ? seriesInTable(db, selected)
        : pointsOfStretches(
            stretches,
            selected,
            (within) => seriesInTable(db, within),
            this.#counts
          )
    return mergeSeries([...points, ...rest], settled)
  }

  /** Selects only the most frequent values of a field. Buckets and times are not fields for conditions. */
  #withTop(db: Connection, tail: Tail, settled: SettledSeries): SettledSeries {
    const { by, limit } = settled
    if (by === undefined || by.type === 'bucket' || by.type === 'time') return settled
    const top = this.#top(db, tail, { ...settled, by: [by], limit })
    const condition = {
      field: { ...by, also: undefined },
      operator: 'in' as const,
      values: top.map(({ values }) => values[0]!),
    }
    return { ...settled, where: [...settled.where, condition] }
  }
}
