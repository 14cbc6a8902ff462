import { createHash } from 'node:crypto'
import { closeSync, fstatSync, openSync, statSync } from 'node:fs'
import { mkdir, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { EdgeError, messageOf } from '../../../error.ts'
import type { FindResult, SecurityEvent } from '../../event.ts'
import { type Entry, readLines } from '../journal-lines.ts'
import { journalsIn, lifeOf, ownerOf, placesOf } from '../journal-names.ts'
import { JournalWriter } from '../journal-writer.ts'
import { openJournal } from '../open-journal.ts'
import { ask, leave } from '../threads.ts'

export interface SpillOptions {
  /** The directory, and the prefix of the names in it. */
  file: string
  /** Name of the store, for messages. */
  name: string
  flushes: boolean
  maxBytes: number
  onNotice: (message: string) => void
}

/** Read at once, in the thread that serves visitors: about a millisecond. */
const READ_BYTES = 65_536
/** A journal of a process that cannot be checked belongs to nobody after this idle time. */
const ABANDONED_MS = 3_600_000
const HASH_CHARS = 8

/** The place of a store's spill: edges with the same directory and address share it. */
export const spillFile = (directory: string, address: string): string => {
  const hash = createHash('sha256').update(address).digest('hex').slice(0, HASH_CHARS)
  return join(directory, `postgres-${hash}`)
}

/** Stores of this process that still write: what a closed one left belongs to nobody. */
const writing = new Set<string>()

/** A journal that is not on the server yet. */
interface Spilled {
  /** Open, so that it can be read even if it loses its name. */
  readonly fd: number
  /** The bytes known to be written. */
  bytes: number
  events: number
  /** The part that is on the server, in bytes and in events. */
  taken: number
  takenEvents: number
}

/**
 * Journals with events that the server did not take in time. The next process continues with those that this one leaves.
 * Nothing records the part that is on the server: a journal that is read again changes nothing there.
 */
export class Spill {
  readonly #options: SpillOptions
  readonly #journals: JournalWriter
  readonly #spilled = new Map<string, Spilled>()
  #hasDirectory = false
  #wasAsked = false
  #sweeping: Promise<void> = Promise.resolve()
  /** Journals of others that were reported as unreadable. */
  readonly #unreadable = new Set<string>()

  constructor(options: SpillOptions) {
    this.#options = options
    const { file, flushes } = options
    this.#journals = new JournalWriter({
      file,
      places: placesOf(file),
      flushes,
      onGrown: (path, bytes, _, written) => this.#grown(path, bytes, written),
    })
    writing.add(this.#journals.store)
  }

  /** Whether the server has all of it. */
  get isEmpty(): boolean {
    return this.#all.every(({ taken, bytes }) => taken >= bytes)
  }

  /** The number of events that are not on the server. */
  get waiting(): number {
    return this.#all.reduce((sum, { events, takenEvents }) => sum + events - takenEvents, 0)
  }

  /** Returns whether the server has what is in the spill now. */
  mark(): () => boolean {
    const marks = this.#all.map((one) => ({ one, bytes: one.bytes }))
    return () => marks.every(({ one, bytes }) => one.taken >= bytes)
  }

  /** Directories with such events. */
  get directories(): string[] {
    return [...new Set([...this.#spilled.keys()].map((path) => dirname(path)))]
  }

  /** Whether it has files although the server has all of it. */
  get hasRest(): boolean {
    return this.#spilled.size > 0 && this.isEmpty
  }

  get #all(): Spilled[] {
    return [...this.#spilled.values()]
  }

  /** Undefined if all lines were written. */
  async write(lines: string, events: number): Promise<Error | undefined> {
    const { maxBytes, file } = this.#options
    const bytes = Buffer.from(lines)
    const spilled = this.#all.reduce((sum, one) => sum + one.bytes - one.taken, 0)
    if (spilled + bytes.length > maxBytes) return new Error('the spill files have no room')
    if (!this.#hasDirectory) {
      // Without it, the journals go to the directory for temporary files.
      await mkdir(dirname(file), { recursive: true }).catch(() => {})
      this.#hasDirectory = true
    }
    return this.#journals.write(bytes, events)
  }

  /** Removes the files that the server has all of. Not during `write`. */
  sweep(): Promise<void> {
    this.#sweeping = this.#sweeping.then(() => this.#sweep())
    return this.#sweeping
  }

  async #sweep(): Promise<void> {
    await this.#journals.leave()
    for (const [path, one] of this.#spilled) {
      if (one.taken >= one.bytes) await this.#remove(path, one)
    }
  }

  /**
   * Gives the next lines to `insert`.
   *
   * @param insert rejects if the server does not take them
   * @returns whether there were any
   */
  async drain(insert: (entries: readonly Entry[]) => Promise<void>): Promise<boolean> {
    for (const [path, one] of this.#spilled) {
      if (one.taken >= one.bytes) continue
      const { entries, bytes } = this.#next(one)
      if (bytes > one.taken) {
        await insert(entries)
        one.taken = bytes
        one.takenEvents += entries.reduce((sum, { events }) => sum + (events?.length ?? 0), 0)
        // The journals of others begin without a count. Damaged lines have no events.
        if (one.taken >= one.bytes || one.events < one.takenEvents) one.events = one.takenEvents
        return true
      }
      // It was truncated from outside, or ends in the middle of a line.
      this.#options.onNotice(
        `event store ${this.#options.name}: ${one.events - one.takenEvents} events are missing in the spill file ${path}`
      )
      one.taken = one.bytes
      one.events = one.takenEvents
    }
    return false
  }

  /** Takes over the journals of processes that are gone. */
  adopt(): void {
    for (const path of placesOf(this.#options.file).flatMap(journalsIn)) {
      if (this.#spilled.has(path) || !this.#isLeft(path)) continue
      try {
        const fd = openJournal(path, this.#options.file)
        const bytes = fstatSync(fd).size
        this.#spilled.set(path, {
          fd,
          bytes,
          events: 0,
          taken: 0,
          takenEvents: 0,
        })
      } catch (error) {
        this.#tell(path, error)
      }
    }
  }

  /** Events of a Ray ID in the journals. */
  async find(ray: string): Promise<readonly SecurityEvent[]> {
    if (this.isEmpty) return []
    const { file, name } = this.#options
    this.#wasAsked = true
    try {
      // The thread of SQLite's queries: without a database it reads the journals beside it alone.
      const result = await ask<FindResult>(file, name, { about: 'find', argument: ray })
      return result.found ? result.events : []
    } catch (error) {
      // The server took all of it in the meantime.
      if (error instanceof EdgeError && error.code === 'store_not_found') return []
      throw error
    }
  }

  /** Leaves what is not on the server to the next process. */
  async close(): Promise<void> {
    await this.sweep()
    writing.delete(this.#journals.store)
    for (const { fd } of this.#spilled.values()) closeSync(fd)
    if (this.#wasAsked) await leave(this.#options.file)
  }

  #grown(path: string, bytes: number, events: number): void {
    const known = this.#spilled.get(path)
    if (known !== undefined) {
      Object.assign(known, { bytes, events })
      return
    }
    // An abandoned journal without a line has no file.
    if (bytes === 0) return
    const fd = openSync(path, 'r')
    this.#spilled.set(path, { fd, bytes, events, taken: 0, takenEvents: 0 })
  }

  #next({ fd, taken, bytes }: Spilled) {
    const lines = readLines(fd, taken, Math.min(bytes, taken + READ_BYTES))
    // One line can be longer.
    return lines.bytes > taken ? lines : readLines(fd, taken, bytes)
  }

  #isLeft(path: string): boolean {
    const owner = ownerOf(path)
    const life = owner === undefined ? 'running' : lifeOf(owner)
    if (life === 'here') return !writing.has(owner!.store)
    if (life === 'gone') return true
    const { mtimeMs } = statSync(path, { throwIfNoEntry: false }) ?? { mtimeMs: Date.now() }
    return Date.now() - mtimeMs > ABANDONED_MS
  }

  async #remove(path: string, { fd }: Spilled): Promise<void> {
    this.#spilled.delete(path)
    closeSync(fd)
    await unlink(path).catch(() => {
      // Another process removed it.
    })
  }

  #tell(path: string, error: unknown): void {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' || this.#unreadable.has(path)) return
    this.#unreadable.add(path)
    this.#options.onNotice(
      `event store ${this.#options.name}: the edge skips the journal ${path}: ${messageOf(error)}`
    )
  }
}
