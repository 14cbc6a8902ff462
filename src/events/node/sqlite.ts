import { EdgeError } from '../../error.ts'
import { parseRay, rayTime } from '../../ray.ts'
import { matcher, pageOf, seriesOf, topOf } from '../evaluate.ts'
import type { EventStore, FindResult, SecurityEvent } from '../event.ts'
import { explainMiss } from '../find.ts'
import type { EventQuery } from '../query.ts'
import type { Settled } from '../settle.ts'
import { queryOfFilter, settlePage, settleSeries, settleTop } from '../settle.ts'
import type { Connection } from './database.ts'
import { bounds, openForReading, openForWriting, storeFailed } from './database.ts'
import { Writer } from './writer.ts'

export interface SqliteOptions {
  /** Reads a store that another process writes; `append` is refused and a missing file is an error. */
  readOnly?: boolean
  /**
   * What a resolved `append` survives: the end of the process (default), or also a power cut, for a wait for the disk at
   * each commit.
   */
  durability?: 'process' | 'power'
  /** Older events are removed beyond this many. Default 1,000,000. */
  maxEvents?: number
}

const DEFAULT_MAX_EVENTS = 1_000_000
/** Events looked at in one go while filtering; others get their turn in between. */
const WINDOW_EVENTS = 10_000

const parse = (found: unknown): SecurityEvent =>
  JSON.parse((found as { event: string }).event) as SecurityEvent

const find = (db: Connection, name: string, text: string): FindResult => {
  const ray = parseRay(text)?.ray
  const [first, ...rest] =
    ray === undefined
      ? []
      : db
          .prepare('SELECT event FROM events WHERE ray = ?')
          .all(ray)
          .map(parse)
          .sort((x, y) => x.matchIndex - y.matchIndex)
  if (first !== undefined) return { found: true, events: [first, ...rest] }
  const oldest = db.prepare('SELECT ray FROM events ORDER BY id LIMIT 1').get() as
    | { ray: string }
    | undefined
  const horizon = db.prepare('SELECT removed_before_ms AS ms FROM horizon').get() as
    | { ms: number }
    | undefined
  return explainMiss(text, {
    store: name,
    oldestMs: oldest === undefined ? undefined : rayTime(oldest.ray),
    removedBeforeMs: horizon?.ms,
  })
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

/** Every event that fits, read in windows, so that visitors are answered meanwhile. */
const fitting = async (
  db: Connection,
  settled: Settled,
  isClosed: () => boolean
): Promise<SecurityEvent[]> => {
  const fits = matcher(settled)
  const { first, last } = bounds(db)
  const window = db.prepare<number[]>('SELECT event FROM events WHERE id <= ? AND id > ?')
  const found: SecurityEvent[] = []
  for (let until = last; until >= first; until -= WINDOW_EVENTS) {
    found.push(
      ...window
        .all(until, until - WINDOW_EVENTS)
        .map(parse)
        .filter(fits)
    )
    await turn()
    if (isClosed()) break
  }
  return found
}

/** An event store in a SQLite file that several processes may read while one or more write. */
export interface SqliteStore extends EventStore {
  /** Transactions committed since it was opened. */
  readonly commits: number
}

/**
 * Keeps events in a SQLite file (WAL). A resolved `append` is committed: the end of the process does not lose it.
 *
 * @throws EdgeError `store_failed` (cannot be opened), `store_not_found` (read-only and missing), `store_foreign`,
 * `store_version`
 * @example const store = sqliteStore('.edge1020/events.db')
 */
export const sqliteStore = (
  file: string,
  { readOnly = false, durability = 'process', maxEvents = DEFAULT_MAX_EVENTS }: SqliteOptions = {}
): SqliteStore => {
  if (!Number.isInteger(maxEvents) || maxEvents < 1) {
    throw new EdgeError(
      'invalid_store',
      `maxEvents ${maxEvents}: expected a whole number of at least 1`
    )
  }
  const db = readOnly ? openForReading(file) : openForWriting(file, durability)
  const writer = readOnly ? undefined : new Writer(db, file, maxEvents)
  const name = `sqlite ${file}`
  let closed = false

  const guarded = async <Result>(act: () => Result | Promise<Result>): Promise<Result> => {
    if (closed) throw new EdgeError('store_closed', `${name}: the store is closed`)
    try {
      return await act()
    } catch (cause) {
      throw cause instanceof EdgeError ? cause : storeFailed(file, cause)
    }
  }

  const page = (query?: EventQuery) =>
    guarded(async () => {
      const settled = settlePage(query)
      return pageOf(await fitting(db, settled, () => closed), settled)
    })

  return {
    name,
    get commits() {
      return writer?.commits ?? 0
    },
    append: (events) => {
      if (closed) return guarded(() => {})
      if (writer !== undefined) return writer.append(events)
      return Promise.reject(new EdgeError('store_read_only', `${name}: opened for reading only`))
    },
    find: (text) => guarded(() => find(db, name, text)),
    query: async (filter) => (await page(queryOfFilter(filter))).events,
    page,
    top: (query) =>
      guarded(async () => {
        const settled = settleTop(query)
        return topOf(await fitting(db, settled, () => closed), settled)
      }),
    series: (query) =>
      guarded(async () => {
        const settled = settleSeries(query)
        return seriesOf(await fitting(db, settled, () => closed), settled)
      }),
    close: async () => {
      if (closed) return
      closed = true
      writer?.finish()
      db.close()
    },
  }
}
