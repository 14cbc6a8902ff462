import { rmSync, unlinkSync } from 'node:fs'
import { basename } from 'node:path'
import { messageOf } from '../../error.ts'
import type { Gap } from '../state.ts'
import { sealAgain, sealNext } from './chunks/seal.ts'
import type { Connection, Contents } from './database.ts'
import {
  checkPages,
  contentsOf,
  identityOf,
  isDamage,
  keptAs,
  openForWriting,
  setAside,
  setBusyTimeout,
  sizeOf,
} from './database.ts'
import type { Durability } from './durability.ts'
import { journalsIn, placesOf } from './journal-names.ts'
import { LeftJournals } from './left-journals.ts'
import type { Grown } from './messages.ts'
import { OwnJournals } from './own-journals.ts'
import { prune } from './retention.ts'
import { hasTable, OLD_EVENTS } from './schema.ts'
import type { Limits } from './store-limits.ts'
import { Tables } from './tables.ts'
import { takeJournal } from './take-journal.ts'

export interface DrainOptions extends Limits {
  file: string
  durability: Durability
  /** The file's contents when the store was opened. */
  contents: Contents
}

export interface DrainEvents {
  /** Gets the number of this store's own events that reached the tables. */
  onTaken: (events: number) => void
  /** Gets the number of events that were removed because they were too old, too many or too large. */
  onEvicted: (events: number) => void
  /** Gets the problem that keeps events from the tables; `undefined` when it is over. */
  onTrouble: (message: string | undefined) => void
  /** Gets a problem that is already over. */
  onNotice: (message: string, gap: Gap | undefined) => void
  /** A journal of this store lost its name or a part: its writer should start another one. */
  onLostName: (path: string) => void
}

/** This thread may wait for a lock, because no visitor waits for this thread. */
const LOCK_WAIT_MS = 1_000
/** A query takes far less time between reading the files and reading the tables. */
const FORGET_MS = 60_000
const OLD_ROWS = 500
/** With a slow clock, each event makes a chunk stale. */
const SEAL_AGAIN_MS = 10_000
/** A disk that damages one file after another must not be filled with them. */
const SET_ASIDE_MS = 1_000

const GONE = 'the file was removed, moved or replaced'
const LOCKED = /database is locked|SQLITE_BUSY/i

const NOTHING: Contents = { identity: undefined, oldestMs: undefined, newestMs: undefined }

/** The tables and their open file, which is the one under its name. */
interface Open {
  readonly db: Connection
  readonly tables: Tables
  readonly identity: string | undefined
  /** The identity of the log beside the file; undefined until there is one. */
  wal: string | undefined
  bytes: number
  /** Times of its events, for the message if they are lost. */
  oldestMs: number | undefined
  newestMs: number | undefined
}

/**
 * Moves events from journals into the tables, converts those of older files, and removes the oldest. It runs in a separate
 * thread, in small steps. Whatever happens to the file, the journals stay until the file has their events.
 */
export class Drain {
  readonly #options: DrainOptions
  readonly #events: DrainEvents
  readonly #own: OwnJournals
  readonly #left: LeftJournals
  #open: Open | undefined
  /** The contents of the last open file. */
  #known: Contents
  /** The contents of a lost file, for a gap in the next one. */
  #lostGap: Gap | undefined
  /** Removed journals whose rows still exist, with the time of removal. */
  readonly #gone = new Map<string, number>()
  #setAsideMs = Number.NEGATIVE_INFINITY
  /** Reported journals with lines that no edge wrote. */
  readonly #foreign = new Set<string>()
  #wasOpen = false
  #mayPrune = true
  #isSuspect = false
  #sealedAgainMs = Number.NEGATIVE_INFINITY
  #trouble: string | undefined
  /** The previous thread may have left a problem: the first good step of this one reports that it is over. */
  #hasTold = false

  constructor(options: DrainOptions, events: DrainEvents) {
    this.#options = options
    this.#known = options.contents
    this.#events = events
    const onForeign = (path: string) => this.#tellOfForeign(path)
    this.#own = new OwnJournals(options.file, events, (path) => this.#remove(path), onForeign)
    this.#left = new LeftJournals(
      options.file,
      {
        isOwn: (path) => this.#own.has(path),
        take: (path, fd) => {
          const until = Number.POSITIVE_INFINITY
          return takeJournal(this.#open!, { path, fd, until, from: 0, repeats: false, onForeign })
            .more
        },
        remove: (path) => this.#remove(path),
      },
      (message) => events.onNotice(message, undefined)
    )
  }

  get trouble(): string | undefined {
    return this.#trouble
  }

  /** A journal of this store has grown. */
  grown(...grown: Grown): void {
    this.#own.grown(...grown)
  }

  /** Does some of the work; false if there is none, or none that can be done now. */
  step(): boolean {
    try {
      const open = this.#opened()
      if (this.#isSuspect) this.#look()
      const more = this.#own.step(open) || this.#left.step() || this.#moveOld(open)
      if (more) this.#mayPrune = true
      const pruned =
        !more &&
        this.#mayPrune &&
        prune(open.db, open.tables, this.#options, this.#events.onEvicted)
      if (!more && !pruned) this.#mayPrune = false
      this.#forget(open)
      this.#note(open)
      this.#tell(undefined)
      return more || pruned
    } catch (error) {
      return this.#fail(error)
    }
  }

  /**
   * Creates one chunk of stored events when there is no other work.
   *
   * @returns whether there may be more to create
   */
  seal(): boolean {
    const open = this.#open
    if (open === undefined || this.#trouble !== undefined) return false
    try {
      const isDue = performance.now() - this.#sealedAgainMs > SEAL_AGAIN_MS
      if (isDue) this.#sealedAgainMs = performance.now()
      const again = isDue && sealAgain(open.db, open.tables)
      return sealNext(open.db, open.tables) || again
    } catch (error) {
      return this.#fail(error)
    }
  }

  /** Reports suspected damage: the next step checks every page. */
  suspect(): void {
    this.#isSuspect = true
  }

  /** Uses a new connection: the open one may have old pages in its cache. */
  #look(): void {
    const { file, durability } = this.#options
    this.#isSuspect = false
    const db = openForWriting(file, durability)
    try {
      checkPages(db)
    } finally {
      db.close()
    }
  }

  /** Work that only time causes: events get too old, files lose their names. */
  tick(): void {
    this.#mayPrune = true
    this.#left.lookAgain()
    this.#own.tick()
  }

  close(): void {
    this.#leave()
    this.#own.close()
  }

  #opened(): Open {
    const { file, durability } = this.#options
    if (this.#open !== undefined) this.#check(this.#open)
    if (this.#open !== undefined) return this.#open
    const { contents } = this.#options
    if (!this.#wasOpen && identityOf(file) !== contents.identity) this.#tellOfLoss(contents, GONE)
    const before = identityOf(file)
    const db = openForWriting(file, durability)
    const after = identityOf(file)
    if (after === undefined || (before !== undefined && before !== after)) {
      // The file lost its name while it was being opened.
      db.close()
      throw new Error('the file was removed or replaced while it was opened')
    }
    setBusyTimeout(db, LOCK_WAIT_MS)
    this.#wasOpen = true
    const tables = new Tables(db)
    const files = new Set(
      placesOf(file)
        .flatMap(journalsIn)
        .map((path) => basename(path))
    )
    for (const name of tables.journals()) {
      if (!files.has(name)) this.#gone.set(name, performance.now())
    }
    const lost = this.#lostGap
    if (lost !== undefined) {
      tables.transaction(() => tables.addGap(lost))
      this.#lostGap = undefined
    }
    // The identity from before the queries: the file may lose its name at any time.
    this.#open = { db, tables, wal: undefined, bytes: 0, ...contentsOf(db, file), identity: after }
    return this.#open
  }

  /** SQLite continues to write to a file that has lost its name, and its events would be lost. */
  #check(open: Open): void {
    const { file } = this.#options
    if (identityOf(file) !== open.identity) {
      this.#finishMoved(open)
      this.#lose(open, GONE)
    } else if (open.wal !== undefined && identityOf(`${file}-wal`) !== open.wal) {
      // Moves the log that lost its name into the file, while it can still be read.
      open.db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
      this.#leave()
    } else if (sizeOf(file) < open.bytes) {
      checkPages(open.db)
      open.bytes = sizeOf(file)
    }
  }

  /** Moves the rest of the log that stayed behind into the moved file; a new file must not find that log. */
  #finishMoved({ db }: Open): void {
    const { file } = this.#options
    try {
      db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
      if (identityOf(file) !== undefined || sizeOf(`${file}-wal`) > 0) return
      for (const part of ['-wal', '-shm']) rmSync(`${file}${part}`, { force: true })
    } catch {
      // It was removed or is in use: SQLite itself recognises the log of a new file.
    }
  }

  #note(open: Open): void {
    const { file } = this.#options
    open.wal = identityOf(`${file}-wal`)
    open.bytes = sizeOf(file)
  }

  #lose(open: Open, reason: string): void {
    this.#leave()
    this.#tellOfLoss(open, reason)
    this.#known = NOTHING
  }

  #tellOfLoss({ oldestMs, newestMs = 0 }: Contents, reason: string): void {
    const { file } = this.#options
    if (oldestMs !== undefined) {
      this.#lostGap = {
        firstRay: '',
        lastRay: '',
        from: new Date(oldestMs).toISOString(),
        to: new Date(Math.max(newestMs, oldestMs)).toISOString(),
        count: 0,
        reason,
      }
    }
    this.#events.onNotice(
      `event store ${file}: ${reason}; the edge starts a new one without the earlier events`,
      this.#lostGap
    )
  }

  #leave(): void {
    const open = this.#open
    if (open !== undefined) this.#known = open
    this.#open = undefined
    try {
      open?.db.close()
    } catch {
      // The file is damaged or missing: only the journals still have events.
    }
  }

  #tellOfForeign(path: string): void {
    const name = basename(path)
    if (this.#foreign.has(name)) return
    this.#foreign.add(name)
    this.#events.onNotice(
      `event store ${this.#options.file}: the journal ${path} has lines without an event: the edge skips them`,
      undefined
    )
  }

  #remove(path: string): void {
    try {
      unlinkSync(path)
    } catch {
      // Another process removed it.
    }
    this.#foreign.delete(basename(path))
    this.#gone.set(basename(path), performance.now())
  }

  /**
   * Removes the file first and its row much later: a reader that opened the file and queries the tables a moment later must
   * learn that they contain all of it.
   */
  #forget({ tables }: Open): void {
    const names = [...this.#gone]
      .filter(([, sinceMs]) => performance.now() - sinceMs > FORGET_MS)
      .map(([name]) => name)
    if (names.length === 0) return
    tables.transaction(() => {
      for (const name of names) tables.forget(name)
    })
    for (const name of names) this.#gone.delete(name)
  }

  #moveOld({ db, tables }: Open): boolean {
    return (
      hasTable(db, OLD_EVENTS) &&
      tables.transaction(() => hasTable(db, OLD_EVENTS) && tables.moveOld(OLD_ROWS))
    )
  }

  /** @returns whether the next step can run at once */
  #fail(error: unknown): boolean {
    const { file } = this.#options
    const said = messageOf(error)
    if (isDamage(error)) return this.#setAside(said)
    const reason = LOCKED.test(said)
      ? 'locked by another process'
      : said.replace(/^event store .*?: /, '')
    if (!LOCKED.test(said)) this.#leave()
    this.#tell(`event store ${file}: ${reason}`)
    return false
  }

  #setAside(said: string): boolean {
    const { file } = this.#options
    this.#leave()
    if (performance.now() - this.#setAsideMs < SET_ASIDE_MS) {
      this.#tell(this.#trouble ?? said)
      return false
    }
    this.#setAsideMs = performance.now()
    let kept: string
    try {
      kept = setAside(file)
    } catch (error) {
      this.#tell(`event store ${file}: damaged, and cannot be renamed: ${messageOf(error)}`)
      return false
    }
    const reason = keptAs(kept)
    this.#tellOfLoss(this.#known, reason)
    this.#known = NOTHING
    return true
  }

  #tell(message: string | undefined): void {
    if (this.#hasTold && message === this.#trouble) return
    this.#hasTold = true
    this.#trouble = message
    this.#events.onTrouble(message)
  }
}
