import { rayTime } from '../../ray.ts'
import type { SecurityEvent } from '../event.ts'
import type { Connection } from './database.ts'
import { bounds, storeFailed } from './database.ts'

interface Pending {
  event: SecurityEvent
  resolve: () => void
  reject: (error: Error) => void
}

/** Retention is looked at once in so many appends, and removes at most that many more at a time. */
const PRUNE_EVERY_EVENTS = 1_000
const PRUNE_BITE_EVENTS = 4_000

/** Rows of one statement, the most first. A crossing into the driver costs more than what it inserts. */
const ROWS = [64, 16, 4, 1] as const

type Insert = ReturnType<typeof prepareInsert>
type Statement = ReturnType<typeof prepareBare>

const prepareBare = (db: Connection, sql: string) => db.prepare<[]>(sql)

const prepareInsert = (db: Connection, rows: number) =>
  db.prepare<string[]>(
    `INSERT INTO events (ray, event) VALUES ${Array.from({ length: rows }, () => '(?, ?)').join(', ')}`
  )

/** Writes events in groups: all that were appended in one turn of the event loop share one transaction. */
export class Writer {
  readonly #db: Connection
  readonly #begin: Statement
  readonly #end: Statement
  readonly #inserts: readonly { rows: number; insert: Insert }[]
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
    this.#begin = prepareBare(db, 'BEGIN IMMEDIATE')
    this.#end = prepareBare(db, 'COMMIT')
    this.#inserts = ROWS.map((rows) => ({ rows, insert: prepareInsert(db, rows) }))
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
    // Ray IDs are hex digits, and JSON escapes what the driver cannot bind: NUL ends its texts, a lone surrogate the process.
    const values = group.flatMap(({ event }) => [event.ray.toWellFormed(), JSON.stringify(event)])
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

  #insert(values: readonly string[]): void {
    let from = 0
    for (const { rows, insert } of this.#inserts) {
      const width = rows * 2
      while (values.length - from >= width) {
        insert.run(...values.slice(from, from + width))
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
    const { first, last } = bounds(this.#db)
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
