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
  /** The file as it was when the store was opened. */
  contents: Contents
}

export interface DrainEvents {
  /** So many events of this store's own journals are in the tables now. */
  onTaken: (events: number) => void
  /** So many events were removed, as too old, too many or too large. */
  onEvicted: (events: number) => void
  /** What keeps the events from the tables; `undefined` once nothing does. */
  onTrouble: (message: string | undefined) => void
  /** Something happened that is over already. */
  onNotice: (message: string, gap: Gap | undefined) => void
  /** A journal of this store lost its name, or a part: whoever writes it should begin another. */
  onLostName: (path: string) => void
}

/** This thread may wait for a lock; nobody waits for this thread. */
const LOCK_WAIT_MS = 1_000
/** A question takes far less time between its look at the files and the one at the tables. */
const FORGET_MS = 60_000
const OLD_ROWS = 500
/** A clock that is behind makes a chunk stale with each of its events. */
const SEAL_AGAIN_MS = 10_000
/** A disk that damages one file after another must not be filled with them. */
const SET_ASIDE_MS = 1_000

const GONE = 'the file was removed, moved or replaced'
const LOCKED = /database is locked|SQLITE_BUSY/i

const NOTHING: Contents = { identity: undefined, oldestMs: undefined, newestMs: undefined }

/** The tables and their file, open and known to be the one under its name. */
interface Open {
  readonly db: Connection
  readonly tables: Tables
  readonly identity: string | undefined
  /** Of the log beside the file; undefined until there is one. */
  wal: string | undefined
  bytes: number
  /** Times of the events in it, for what is said when they are gone. */
  oldestMs: number | undefined
  newestMs: number | undefined
}

/**
 * Brings events from journals into the tables, moves those of older files, removes the oldest. It runs on a thread of its own, in
 * small steps. Whatever happens to the file, the journals stay until their events are in it.
 */
export class Drain {
  readonly #options: DrainOptions
  readonly #events: DrainEvents
  readonly #own: OwnJournals
  readonly #left: LeftJournals
  #open: Open | undefined
  /** What is known of the file that was open last. */
  #known: Contents
  /** What was in a file that is gone, to be told in the next one. */
  #lostGap: Gap | undefined
  /** Removed journals whose rows are still there, and since when. */
  readonly #gone = new Map<string, number>()
  #setAsideMs = Number.NEGATIVE_INFINITY
  /** Journals that were told of because an edge did not write all their lines. */
  readonly #foreign = new Set<string>()
  #wasOpen = false
  #mayPrune = true
  #isSuspect = false
  #sealedAgainMs = Number.NEGATIVE_INFINITY
  #trouble: string | undefined
  /** A thread that ended may have left a trouble behind: the first good step of the next one says that all is well. */
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

  /** Does some of the work; false where there is none, or none that can be done now. */
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
   * Makes one chunk of events that are in the tables, when there is nothing else to do.
   *
   * @returns whether there may be more to make
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

  /** Somebody came across damage: the next step looks at every page. */
  suspect(): void {
    this.#isSuspect = true
  }

  /** With a connection of its own: the one that is open may remember pages as they were. */
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

  /** Work that time alone makes: events grow old, files lose their names. */
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
      // It lost its name while it was opened.
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

  /** SQLite goes on writing to a file that has lost its name: nobody would find the events again. */
  #check(open: Open): void {
    const { file } = this.#options
    if (identityOf(file) !== open.identity) {
      this.#finishMoved(open)
      this.#lose(open, GONE)
    } else if (open.wal !== undefined && identityOf(`${file}-wal`) !== open.wal) {
      // What is in the log that lost its name goes into the file, while it can still be read.
      open.db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
      this.#leave()
    } else if (sizeOf(file) < open.bytes) {
      checkPages(open.db)
      open.bytes = sizeOf(file)
    }
  }

  /** A file that was moved gets what is still in the log that stayed behind; a new file must not find that log. */
  #finishMoved({ db }: Open): void {
    const { file } = this.#options
    try {
      db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
      if (identityOf(file) !== undefined || sizeOf(`${file}-wal`) > 0) return
      for (const part of ['-wal', '-shm']) rmSync(`${file}${part}`, { force: true })
    } catch {
      // It was removed, or is in use: SQLite tells what belongs to a new file by itself.
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
      // A damaged or vanished file: what is in the journals is all there is to lose.
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
   * First the file goes, its row long after it: who has opened the file and asks the tables a moment later has to learn that all of
   * it is in them.
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

  /** @returns whether the next step can go on at once */
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
