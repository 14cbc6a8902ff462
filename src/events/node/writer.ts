import { rayTime } from '../../ray.ts'
import type { SecurityEvent } from '../event.ts'
import type { Connection } from './database.ts'
import { BUSY_TIMEOUT_MS, bounds, setBusyTimeout, storeFailed } from './database.ts'

/** Retention is looked at once in so many appends, and removes at most that many more at a time. */
const PRUNE_EVERY_EVENTS = 1_000
const PRUNE_BITE_EVENTS = 4_000

/**
 * The driver waits for a locked file with the event loop standing still: it is let wait this long, then the visitors have
 * their turn, then it is tried again.
 */
const LOCK_WAIT_MS = 2
const RETRY_MS = 10

/** Rows of one statement, the most first. A crossing into the driver costs more than what it inserts. */
const ROWS = [64, 32, 16, 8, 4, 2, 1] as const
const COLUMNS = 2

const prepareBare = (db: Connection, sql: string) => db.prepare<[]>(sql)

const prepareInsert = (db: Connection, rows: number) =>
  db.prepare<[string[]]>(
    `INSERT INTO events (ray, event) VALUES ${Array(rows).fill('(?, ?)').join(', ')}`
  )

type Bare = ReturnType<typeof prepareBare>
type Insert = ReturnType<typeof prepareInsert>

/** Events that share one transaction, and the one promise that all of them wait for. */
interface Group {
  /** Ray ID and JSON in turn, as they are bound. */
  values: string[]
  promise: Promise<void>
  resolve: () => void
  reject: (error: Error) => void
  /** When the file was first found locked. */
  lockedSinceMs: number | undefined
}

const newGroup = (): Group => {
  let resolve!: () => void
  let reject!: (error: Error) => void
  const promise = new Promise<void>((resolved, rejected) => {
    resolve = resolved
    reject = rejected
  })
  return { values: [], promise, resolve, reject, lockedSinceMs: undefined }
}

const isLocked = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'SQLITE_BUSY'

/** JSON escapes what the driver cannot bind: NUL cuts its texts, a lone surrogate ends the process. */
const bound = (event: SecurityEvent) => [event.ray.toWellFormed(), JSON.stringify(event)]

/** Writes events in groups: all that were appended in one turn of the event loop share one transaction. */
export class Writer {
  readonly #db: Connection
  readonly #begin: Bare
  readonly #end: Bare
  readonly #inserts: readonly { width: number; insert: Insert }[]
  readonly #maxEvents: number
  #group: Group | undefined
  #sincePrune = 0
  /** Transactions committed so far. */
  commits = 0

  constructor(
    db: Connection,
    readonly file: string,
    maxEvents: number
  ) {
    this.#db = db
    setBusyTimeout(db, LOCK_WAIT_MS)
    this.#begin = prepareBare(db, 'BEGIN IMMEDIATE')
    this.#end = prepareBare(db, 'COMMIT')
    this.#inserts = ROWS.map((rows) => ({
      width: rows * COLUMNS,
      insert: prepareInsert(db, rows),
    }))
    this.#maxEvents = maxEvents
  }

  append(events: readonly SecurityEvent[]): Promise<void> {
    let values: string[]
    try {
      values = events.flatMap(bound)
    } catch (cause) {
      return Promise.reject(storeFailed(this.file, cause))
    }
    if (this.#group === undefined) {
      this.#group = newGroup()
      setImmediate(this.#flush)
    }
    for (const value of values) this.#group.values.push(value)
    return this.#group.promise
  }

  /** Commits what is pending, waiting for a locked file as long as it takes, up to the limit. */
  finish(): void {
    if (this.#group === undefined) return
    setBusyTimeout(this.#db, BUSY_TIMEOUT_MS)
    this.#group.lockedSinceMs = Number.NEGATIVE_INFINITY
    this.#flush()
  }

  readonly #flush = (): void => {
    const group = this.#group
    if (group === undefined) return
    try {
      this.#commit(group.values)
    } catch (cause) {
      if (isLocked(cause) && this.#mayWait(group)) setTimeout(this.#flush, RETRY_MS)
      else {
        this.#group = undefined
        group.reject(storeFailed(this.file, cause))
      }
      return
    }
    this.#group = undefined
    group.resolve()
    this.#sincePrune += group.values.length / COLUMNS
    if (this.#sincePrune >= PRUNE_EVERY_EVENTS) this.#prune()
  }

  #mayWait(group: Group): boolean {
    const now = performance.now()
    group.lockedSinceMs ??= now
    return now - group.lockedSinceMs < BUSY_TIMEOUT_MS
  }

  #commit(values: string[]): void {
    this.#begin.run()
    try {
      this.#insert(values)
      this.#end.run()
      this.commits++
    } catch (error) {
      this.#rollback()
      throw error
    }
  }

  #insert(values: string[]): void {
    let from = 0
    for (const { width, insert } of this.#inserts) {
      while (values.length - from >= width) {
        insert.run(values.slice(from, from + width))
        from += width
      }
    }
  }

  #rollback(): void {
    try {
      this.#db.exec('ROLLBACK')
    } catch {
      // SQLite has rolled back by itself, as it does when the disk is full.
    }
  }

  #prune(): void {
    this.#sincePrune = 0
    try {
      const { first, last } = bounds(this.#db)
      const until = Math.min(last - this.#maxEvents, first + PRUNE_BITE_EVENTS)
      if (until < first) return
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
