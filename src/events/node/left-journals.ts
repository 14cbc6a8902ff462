import { closeSync, statSync } from 'node:fs'
import { messageOf } from '../../error.ts'
import { journalsIn, lifeOf, newOwner, ownerOf, placesOf } from './journal-names.ts'
import { openJournal, UntrustedJournal } from './open-journal.ts'

/** Handles journals whose processes are gone. */
export interface LeftActions {
  /** Whether a store of this thread writes it. */
  isOwn: (path: string) => boolean
  /** Takes the next events; false if there are none. */
  take: (path: string, fd: number) => boolean
  remove: (path: string) => void
}

/** The interval of searches for journals of other processes. */
const LOOK_MS = 5_000
/** A journal of a process that cannot be checked is removed after this idle time. */
const ABANDONED_MS = 3_600_000

const THIS_HOST = newOwner().host

/** Journals of a store whose processes are gone. */
export class LeftJournals {
  /** Unreadable journals that were already reported. */
  readonly #unreadable = new Set<string>()
  #lookedMs = Number.NEGATIVE_INFINITY

  constructor(
    readonly file: string,
    readonly actions: LeftActions,
    readonly onNotice: (message: string) => void
  ) {}

  /** Makes the next step search again at once. */
  lookAgain(): void {
    this.#lookedMs = Number.NEGATIVE_INFINITY
  }

  /** Does some of the work; false if there is none. */
  step(): boolean {
    if (performance.now() - this.#lookedMs < LOOK_MS) return false
    for (const path of placesOf(this.file).flatMap(journalsIn)) {
      if (this.#stepIn(path)) return true
    }
    this.#lookedMs = performance.now()
    return false
  }

  /** An unreadable journal does not delay the others. */
  #stepIn(path: string): boolean {
    try {
      const more = this.#take(path)
      this.#unreadable.delete(path)
      return more
    } catch (error) {
      const { code, syscall } = error as NodeJS.ErrnoException
      // A problem of the tables concerns all journals.
      if (syscall === undefined && !(error instanceof UntrustedJournal)) throw error
      // Another process has taken its events and removed it.
      if (code === 'ENOENT') return false
      this.#tell(path, messageOf(error))
      return false
    }
  }

  #tell(path: string, reason: string): void {
    if (this.#unreadable.has(path)) return
    this.#unreadable.add(path)
    this.onNotice(`event store ${this.file}: the edge skips the journal ${path}: ${reason}`)
  }

  #take(path: string): boolean {
    const owner = ownerOf(path)
    const life = owner === undefined ? 'running' : lifeOf(owner)
    const isAbandoned = () => Date.now() - statSync(path).mtimeMs > ABANDONED_MS
    if (this.actions.isOwn(path) || life === 'here' || (life === 'running' && !isAbandoned())) {
      return false
    }
    const fd = openJournal(path, this.file)
    try {
      if (this.actions.take(path, fd)) return true
    } finally {
      closeSync(fd)
    }
    // A running edge of this machine may be quiet for days and then write again: it removes its journal itself.
    if (life === 'running' && owner?.host === THIS_HOST) return false
    this.actions.remove(path)
    return true
  }
}
