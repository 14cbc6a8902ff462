import { closeSync, fstatSync, openSync } from 'node:fs'
import { basename } from 'node:path'
import type { Gap } from '../state.ts'
import { identityOf } from './database.ts'
import type { Grown } from './messages.ts'
import { type Taker, takeJournal } from './take-journal.ts'

/** What the writer of the journals is told. */
export interface OwnEvents {
  onTaken: (events: number) => void
  onNotice: (message: string, gap: Gap | undefined) => void
  onLostName: (path: string) => void
}

interface OwnTaker extends Taker {
  /** Of the file with the tables. */
  readonly identity: string | undefined
}

/** A journal of this store, open so that it can be read whatever becomes of its name. */
interface Own {
  readonly fd: number
  readonly identity: string | undefined
  /** What is known to be written. */
  bytes: number
  events: number
  isFinished: boolean
  /** What is in the tables of a file: its row there is forgotten some time after the journal lost its name. */
  taken: { identity: string | undefined; bytes: number } | undefined
  /** How many events of it this thread brought there; NaN where another one began, undefined before the first look. */
  takenEvents: number | undefined
  /** No event that is not in the tables is older. */
  sinceMs: number
  /** Somebody took a part of it away. */
  isCutOff: boolean
  /** Missing events that were told. */
  lostEvents: number
}

/** Requests that were begun earlier may be refused later. */
const ORDER_MS = 1_000

const isShorter = ({ fd, bytes }: Own): boolean => {
  try {
    return fstatSync(fd).size < bytes
  } catch {
    // A disk that fails: reading the journal says so.
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
      // An empty one that was left at once.
    }
  }

  /** Looks whether somebody removed one, or a part of it. */
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

  /** Does some of the work; false where there is none. */
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
        // Until then nothing was missing: what is lost later came later.
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

  /** Somebody made a journal shorter: what is in it now is read from its beginning. */
  #cutOff({ tables }: OwnTaker, path: string, own: Own): void {
    tables.transaction(() => tables.take(basename(path), [], 0))
    own.isCutOff = true
    own.taken = undefined
    this.events.onLostName(path)
  }

  /** All that is left of it is in the tables. */
  #tellOfCut({ tables }: OwnTaker, path: string, own: Own): void {
    const missing = own.events - (own.takenEvents ?? Number.NaN) - own.lostEvents
    // Where an earlier thread began with it, nobody knows how many are missing: that some may be is told once, at its end.
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
