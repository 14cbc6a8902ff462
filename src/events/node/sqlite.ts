import { EdgeError } from '../../error.ts'
import { parseRay, rayTime } from '../../ray.ts'
import type { EventStore, FindResult, SecurityEvent } from '../event.ts'
import { settleFilter } from '../filter.ts'
import { explainMiss } from '../find.ts'
import type { Connection } from './database.ts'
import { openForReading, openForWriting, storeFailed } from './database.ts'

export interface SqliteOptions {
  /** Reads a store that another process writes; `append` is refused and a missing file is an error. */
  readOnly?: boolean
  /**
   * What a resolved `append` survives: the end of the process (default), or also a power cut, for about half the
   * throughput.
   */
  durability?: 'process' | 'power'
  /** Older events are removed beyond this many. Default 1,000,000. */
  maxEvents?: number
}

type Statement = ReturnType<typeof prepareInsert>

const prepareInsert = (db: Connection) => db.prepare<(string | number)[]>(INSERT)

interface Pending {
  event: SecurityEvent
  resolve: () => void
  reject: (error: EdgeError) => void
}

const DEFAULT_MAX_EVENTS = 1_000_000
/** Retention is looked at once in so many appends, and removes at most that many more at a time. */
const PRUNE_EVERY_EVENTS = 1_000
const PRUNE_BITE_EVENTS = 4_000

const INSERT =
  'INSERT INTO events (ray, match_index, time_ms, action, rule_id, rule_name, ip, country, event) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)'
const COLUMNS: Record<string, string> = {
  ray: 'ray = ?',
  action: 'action = ?',
  ip: 'ip = ?',
  country: 'country = ?',
}

/**
 * Text as the driver can bind it: it ends the process on a lone surrogate and cuts at NUL. The event itself is stored as
 * JSON, which escapes both; only the columns to search by lose them.
 */
const bindable = (text: string): string => text.toWellFormed().replaceAll('\0', '\u2400')

const row = (event: SecurityEvent): (string | number)[] => [
  bindable(event.ray),
  event.matchIndex,
  Date.parse(event.time),
  bindable(event.action),
  bindable(event.rule.id),
  bindable(event.rule.name),
  bindable(event.ip),
  bindable(event.country),
  JSON.stringify(event),
]

const parse = (found: unknown): SecurityEvent =>
  JSON.parse((found as { event: string }).event) as SecurityEvent

/** Writes events in groups: all that were appended in one turn of the event loop share one transaction. */
class Writer {
  readonly #db: Connection
  readonly #insert: Statement
  readonly #maxEvents: number
  #pending: Pending[] = []
  #sincePrune = 0
  /** Transactions committed so far. */
  commits = 0

  constructor(
    db: Connection,
    readonly file: string,
    maxEvents: number
  ) {
    this.#db = db
    this.#insert = prepareInsert(db)
    this.#maxEvents = maxEvents
  }

  append(event: SecurityEvent): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#pending.length === 0) setImmediate(() => this.flush())
      this.#pending.push({ event, resolve, reject })
    })
  }

  flush(): void {
    const group = this.#pending
    if (group.length === 0) return
    this.#pending = []
    try {
      this.#commit(group)
    } catch {
      // One that cannot be stored must not take the others with it.
      this.#commitEach(group)
      return
    }
    for (const { resolve } of group) resolve()
    this.#sincePrune += group.length
    if (this.#sincePrune >= PRUNE_EVERY_EVENTS) this.#prune()
  }

  #commit(group: readonly Pending[]): void {
    this.#db.exec('BEGIN IMMEDIATE')
    try {
      for (const { event } of group) this.#insert.run(...row(event))
      this.#db.exec('COMMIT')
      this.commits++
    } catch (error) {
      this.#rollback()
      throw error
    }
  }

  #rollback(): void {
    try {
      this.#db.exec('ROLLBACK')
    } catch {
      // SQLite has rolled back by itself, as it does when the disk is full.
    }
  }

  #commitEach(group: readonly Pending[]): void {
    for (const one of group) {
      try {
        this.#commit([one])
        one.resolve()
      } catch (cause) {
        one.reject(storeFailed(this.file, cause))
      }
    }
  }

  #prune(): void {
    this.#sincePrune = 0
    const { first, last } = this.#db
      .prepare('SELECT min(id) AS first, max(id) AS last FROM events')
      .get() as { first: number; last: number }
    const until = Math.min(last - this.#maxEvents, first + PRUNE_BITE_EVENTS)
    if (until < first) return
    try {
      this.#db.exec('BEGIN IMMEDIATE')
      this.#db.prepare('DELETE FROM events WHERE id <= ?').run(until)
      const oldest = this.#db.prepare('SELECT ray FROM events ORDER BY id LIMIT 1').get() as
        | { ray: string }
        | undefined
      if (oldest !== undefined) {
        this.#db
          .prepare('INSERT OR REPLACE INTO horizon (id, removed_before_ms) VALUES (1, ?)')
          .run(rayTime(oldest.ray))
      }
      this.#db.exec('COMMIT')
    } catch {
      // Another process holds the file: the next thousand events try again.
      this.#rollback()
    }
  }
}

const find = (db: Connection, name: string, text: string): FindResult => {
  const ray = parseRay(text)?.ray
  const [first, ...rest] =
    ray === undefined
      ? []
      : db
          .prepare('SELECT event FROM events WHERE ray = ? ORDER BY match_index')
          .all(ray)
          .map(parse)
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

const query = (db: Connection, filter: Parameters<EventStore['query']>[0]): SecurityEvent[] => {
  const { limit, rule, ...fields } = settleFilter(filter)
  const wheres: string[] = []
  const values: string[] = []
  for (const [field, value] of Object.entries(fields)) {
    const where = COLUMNS[field]
    if (where === undefined || value === undefined) continue
    wheres.push(where)
    values.push(bindable(value))
  }
  if (rule !== undefined) {
    wheres.push('(rule_id = ? OR rule_name = ?)')
    values.push(bindable(rule), bindable(rule))
  }
  const where = wheres.length === 0 ? '' : `WHERE ${wheres.join(' AND ')}`
  // Newest first by the order of insertion. No index beyond the Ray ID's: each would cost every refusal a write.
  return db
    .prepare(`SELECT event FROM events ${where} ORDER BY id DESC LIMIT ${limit}`)
    .all(...values)
    .map(parse)
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

  const guarded = async <Result>(act: () => Result): Promise<Result> => {
    if (closed) throw new EdgeError('store_closed', `${name}: the store is closed`)
    try {
      return act()
    } catch (cause) {
      throw cause instanceof EdgeError ? cause : storeFailed(file, cause)
    }
  }

  return {
    name,
    get commits() {
      return writer?.commits ?? 0
    },
    append: (event) => {
      if (closed) return guarded(() => {})
      if (writer !== undefined) return writer.append(event)
      return Promise.reject(new EdgeError('store_read_only', `${name}: opened for reading only`))
    },
    find: (text) => guarded(() => find(db, name, text)),
    query: (filter) => guarded(() => query(db, filter)),
    close: async () => {
      if (closed) return
      closed = true
      writer?.flush()
      db.close()
    },
  }
}
