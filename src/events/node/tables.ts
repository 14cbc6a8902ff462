import type { SecurityEvent } from '../event.ts'
import type { Gap } from '../state.ts'
import { createLateMark } from './chunks/seal.ts'
import { COLUMN_NAMES, encode, timeOf, type Value } from './columns.ts'
import type { Connection } from './database.ts'
import type { Entry } from './journal-lines.ts'
import { OLD_EVENTS } from './schema.ts'
import { firstId, ID_OF, MS } from './sql.ts'
import { dayOf, Texts } from './texts.ts'

/** Rows of one statement, the largest number first. A call of the driver costs more than its inserts. */
const ROWS = [32, 16, 8, 4, 2, 1] as const
/** The id takes two values. */
const VALUES = COLUMN_NAMES.length + 2

const prepareInsert = (db: Connection, rows: number) => {
  const row = `(${ID_OF}${', ?'.repeat(COLUMN_NAMES.length)})`
  return db.prepare<[Value[]]>(
    `INSERT INTO events (id, ${COLUMN_NAMES.join(', ')}) VALUES ${Array(rows).fill(row).join(', ')}`
  )
}

/** The number of events and the time from which all are stored, for retention and look-ups. */
export type Fact = 'events' | 'removed_before_ms'

/** Writes to the tables of one connection. All changes are in transactions that other processes cannot interrupt. */
export class Tables {
  readonly #db: Connection
  readonly #texts: Texts
  readonly #inserts
  readonly #lastMs
  readonly #lastSlot
  readonly #bytes
  readonly #setBytes
  readonly #has
  readonly #count
  readonly #markLate

  constructor(db: Connection) {
    this.#db = db
    this.#texts = new Texts(db)
    this.#markLate = createLateMark(db)
    this.#inserts = ROWS.map((rows) => ({ rows, insert: prepareInsert(db, rows) }))
    this.#lastMs = db.prepare(`SELECT ${MS} AS ms FROM events ORDER BY id DESC LIMIT 1`)
    this.#lastSlot = (ms: number) =>
      db
        .prepare(
          `SELECT id - ${firstId(ms)} AS slot FROM events WHERE id >= ${firstId(ms)} AND id < ${firstId(ms + 1)} ORDER BY id DESC LIMIT 1`
        )
        .get() as { slot: number } | undefined
    this.#bytes = db.prepare<string[]>('SELECT bytes FROM journals WHERE name = ?')
    this.#setBytes = db.prepare<[(string | number)[]]>(
      'INSERT INTO journals (name, bytes) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET bytes = excluded.bytes'
    )
    this.#has = db.prepare<[(string | number)[]]>(
      'SELECT 1 FROM events WHERE ray = ? AND ifnull(match_index, 0) = ?'
    )
    this.#count = db.prepare<[number[]]>(
      "INSERT INTO facts (name, value) VALUES ('events', ?) ON CONFLICT (name) DO UPDATE SET value = value + excluded.value"
    )
  }

  /** Runs `change` in a transaction, which is rolled back if it throws. */
  transaction<Result>(change: () => Result): Result {
    this.#db.exec('BEGIN IMMEDIATE')
    try {
      const result = change()
      this.#db.exec('COMMIT')
      return result
    } catch (error) {
      this.#texts.forget()
      try {
        this.#db.exec('ROLLBACK')
      } catch {
        // SQLite has already rolled back, as it does when the disk is full.
      }
      throw error
    }
  }

  /** The part of a journal that is in the tables, in bytes. */
  bytesOf(journal: string): number {
    return (this.#bytes.get(journal) as { bytes: number } | undefined)?.bytes ?? 0
  }

  /** Stores lines of a journal, up to `bytes`. Within a transaction. */
  take(journal: string, entries: readonly Entry[], bytes: number): number {
    const events = entries.flatMap(({ events: found }) => found ?? [])
    this.#insert(events)
    for (const { gap } of entries) if (gap !== undefined) this.addGap(gap)
    this.#setBytes.run([journal, bytes])
    return events.length
  }

  has({ ray, matchIndex }: SecurityEvent): boolean {
    return this.#has.get([ray, matchIndex]) !== undefined
  }

  addGap({ firstRay, lastRay, from, to, count, reason }: Gap): void {
    this.#db
      .prepare<[(string | number)[]]>('INSERT INTO gaps VALUES (?, ?, ?, ?, ?, ?)')
      .run([firstRay, lastRay, Date.parse(from), Date.parse(to), count, reason])
  }

  fact(name: Fact): number | undefined {
    const row = this.#db.prepare('SELECT value FROM facts WHERE name = ?').get(name)
    return (row as { value: number } | undefined)?.value
  }

  setFact(name: Fact, value: number): void {
    this.#db
      .prepare<[(string | number)[]]>('INSERT OR REPLACE INTO facts (name, value) VALUES (?, ?)')
      .run([name, value])
  }

  /** Names of all journals with a row. */
  journals(): string[] {
    return (this.#db.prepare('SELECT name FROM journals').all() as { name: string }[]).map(
      ({ name }) => name
    )
  }

  /** A journal that is gone needs no row. */
  forget(journal: string): void {
    this.#db.prepare('DELETE FROM journals WHERE name = ?').run(journal)
  }

  /**
   * Converts the next events of an older file. Within a transaction.
   *
   * @returns false if there are none
   */
  moveOld(rows: number): boolean {
    const old = this.#db
      .prepare<number[]>(`SELECT id, event FROM ${OLD_EVENTS} ORDER BY id LIMIT ?`)
      .all(rows) as { id: number; event: string }[]
    const last = old.at(-1)
    if (last === undefined) {
      this.#db.exec(`DROP TABLE ${OLD_EVENTS}`)
      return false
    }
    this.#insert(old.map(({ event }) => JSON.parse(event) as SecurityEvent))
    this.#db.prepare<number[]>(`DELETE FROM ${OLD_EVENTS} WHERE id <= ?`).run(last.id)
    return true
  }

  #insert(events: readonly SecurityEvent[]): void {
    if (events.length === 0) return
    const slots = this.#slots()
    const values: Value[] = []
    const times = events.map(timeOf)
    this.#markLate(times)
    for (const [i, event] of events.entries()) {
      const ms = times[i]!
      const day = dayOf(ms)
      const put = (text: string) => this.#texts.put(text, day)
      values.push(ms, slots(ms), ...encode(event, () => JSON.stringify(event), put))
    }
    let from = 0
    for (const { rows, insert } of this.#inserts) {
      const width = rows * VALUES
      while (values.length - from >= width) {
        insert.run(values.slice(from, from + width))
        from += width
      }
    }
    this.#count.run([events.length])
  }

  /** Returns free places within milliseconds. After the newest event in the table, every place is free. */
  #slots(): (ms: number) => number {
    const newestMs = (this.#lastMs.get() as { ms: number } | undefined)?.ms ?? -1
    const next = new Map<number, number>()
    return (ms) => {
      const slot = next.get(ms) ?? (ms > newestMs ? 0 : (this.#lastSlot(ms)?.slot ?? -1) + 1)
      next.set(ms, slot + 1)
      return slot
    }
  }
}
