import { closeSync, fstatSync, openSync } from 'node:fs'
import { basename } from 'node:path'
import type { Gap } from '../state.ts'
import { identityOf } from './database.ts'
import type { Grown } from './messages.ts'
import { type Taker, takeJournal } from './take-journal.ts'

/** Messages to the writer of the journals. */
export interface OwnEvents {
  onTaken: (events: number) => void
  onNotice: (message: string, gap: Gap | undefined) => void
  onLostName: (path: string) => void
}

interface OwnTaker extends Taker {
  /** The identity of the file with the tables. */
  readonly identity: string | undefined
}

/** A journal of this store, kept open so that it can be read even if it loses its name. */
interface Own {
  readonly fd: number
  readonly identity: string | undefined
  /** The bytes known to be written. */
  bytes: number
  events: number
  isFinished: boolean
  /** The part in the tables of a file. Its row there is deleted some time after the journal lost its name. */
  taken: { identity: string | undefined; bytes: number } | undefined
  /** The number of its events that this thread moved there; NaN if another thread started, undefined before the first look. */
  takenEvents: number | undefined
  /** No event outside the tables is older. */
  sinceMs: number
  /** True if a part of it was removed from outside. */
  isCutOff: boolean
  /** Missing events that were reported. */
  lostEvents: number
}

/** Requests that started earlier may be refused later. */
const ORDER_MS = 1_000

const isShorter = ({ fd, bytes }: Own): boolean => {
  try {
    return fstatSync(fd).size < bytes
  } catch {
    // The disk fails: reading the journal gives the error.
    return false
  }
}

/** Journals that a store of this process writes. */
export class OwnJournals {
  readonly #own = new Map<string, Own>()

  constructor(
    readonly file: string,
    readonly events: OwnEvents,
    readonly remove: (path: string) => void,
    readonly onForeign: (path: string) => void
  ) {}

  has(path: string): boolean {
    return this.#own.has(path)
  }

  grown(...[path, bytes, isFinished, events]: Grown): void {
    const own = this.#own.get(path)
    if (own !== undefined) {
      own.bytes = bytes
      own.events = events
      own.isFinished = isFinished
      return
    }
    try {
      const fd = openSync(path, 'r')
      const { birthtimeMs, mtimeMs } = fstatSync(fd)
      this.#own.set(path, {
        fd,
        identity: identityOf(path),
        bytes,
        events,
        isFinished,
        taken: undefined,
        takenEvents: undefined,
        sinceMs: Math.min(birthtimeMs > 0 ? birthtimeMs : mtimeMs, mtimeMs),
        isCutOff: false,
        lostEvents: 0,
      })
    } catch {
      // An empty journal that was abandoned at once.
    }
  }

  /** Checks whether a journal, or a part of one, was removed from outside. */
  tick(): void {
    for (const [path, own] of this.#own) {
      if (own.isFinished) continue
      if (identityOf(path) !== own.identity || isShorter(own)) this.events.onLostName(path)
    }
  }

  close(): void {
    for (const { fd } of this.#own.values()) closeSync(fd)
    this.#own.clear()
  }

  /** Does some of the work; false if there is none. */
  step(open: OwnTaker): boolean {
    const { identity, tables } = open
    for (const [path, own] of this.#own) {
      own.takenEvents ??= tables.bytesOf(basename(path)) === 0 ? 0 : Number.NaN
      if (!own.isCutOff && isShorter(own)) this.#cutOff(open, path, own)
      const from = own.taken?.identity === identity ? (own.taken?.bytes ?? 0) : 0
      const { fd, bytes: until, isCutOff: repeats } = own
      const { events, newestMs, bytes, more } = takeJournal(open, {
        path,
        fd,
        until,
        from,
        repeats,
        onForeign: this.onForeign,
      })
      if (more) own.taken = { identity, bytes }
      if (events > 0) {
        own.takenEvents += events
        // Nothing was missing until then, so later losses have later times.
        if (!own.isCutOff) own.sinceMs = newestMs
        this.events.onTaken(events)
      }
      if (more) return true
      if (own.isCutOff) this.#tellOfCut(open, path, own)
      if (own.isFinished) {
        // Its last events were committed in an earlier step, and the file has been found in its place since.
        closeSync(own.fd)
        this.#own.delete(path)
        this.remove(path)
        return true
      }
    }
    return false
  }

  /** A journal was shortened from outside: it is read from its beginning again. */
  #cutOff({ tables }: OwnTaker, path: string, own: Own): void {
    tables.transaction(() => tables.take(basename(path), [], 0))
    own.isCutOff = true
    own.taken = undefined
    this.events.onLostName(path)
  }

  /** The tables have all of its remaining events. */
  #tellOfCut({ tables }: OwnTaker, path: string, own: Own): void {
    const missing = own.events - (own.takenEvents ?? Number.NaN) - own.lostEvents
    // If an earlier thread started it, the number of missing events is unknown: the possible loss is reported once, at its
    // end.
    if (Number.isNaN(missing) ? !own.isFinished : missing <= 0) return
    const count = Number.isNaN(missing) ? 0 : missing
    own.lostEvents += count
    const reason = `another program truncated the journal ${path}`
    const gap: Gap = {
      firstRay: '',
      lastRay: '',
      from: new Date(own.sinceMs - ORDER_MS).toISOString(),
      to: new Date(Math.max(Date.now(), own.sinceMs)).toISOString(),
      count,
      reason,
    }
    tables.transaction(() => tables.addGap(gap))
    this.events.onNotice(
      `event store ${this.file}: ${reason}; events that were not in the tables yet are lost`,
      gap
    )
  }
}
