import { messageOf } from '../../error.ts'
import { JournalFile } from './journal-file.ts'
import { journalName, newOwner, type Place } from './journal-names.ts'

export interface JournalWriterOptions {
  /** For messages: the store. */
  file: string
  /** Directories for journals: the first one that works is used. */
  places: readonly Place[]
  /** Whether each write waits for the disk. */
  flushes: boolean
  /** A journal has grown to this many bytes and events; `isFinished`: it will not grow again. */
  onGrown: (path: string, bytes: number, isFinished: boolean, events: number) => void
  /** Called when journals go to another place than the first one. */
  onElsewhere?: (message: string) => void
}

/** At this size a new journal starts, so that stored events are not on disk twice for long. */
const JOURNAL_BYTES = 16 * 1_048_576
/** The interval of attempts to return to the first place while another one takes the journals. */
const HOME_MS = 1_000
/** After this idle time, a cleaner may have removed the journal. */
const IDLE_MS = 60_000

/** Appends lines to journals, one file after the other. The caller makes one call at a time. */
export class JournalWriter {
  readonly #options: JournalWriterOptions
  readonly #owner = newOwner()
  #sequence = 0
  #journal: JournalFile | undefined
  /** Index of the place of `#journal`. */
  #place = 0
  #homeTriedMs = 0
  #writtenMs = 0
  #mustMove = false

  constructor(options: JournalWriterOptions) {
    this.#options = options
  }

  /** The store in the names of its journals. */
  get store(): string {
    return this.#owner.store
  }

  /** Whether the last write went to the first place. */
  get isHome(): boolean {
    return this.#place === 0
  }

  /** Whether `leave` has work. */
  get mustMove(): boolean {
    return this.#mustMove
  }

  /** @returns whether that journal was the open one: `leave` then ends it */
  moveFrom(path: string): boolean {
    if (this.#journal?.path !== path) return false
    this.#mustMove = true
    return true
  }

  /** Undefined if all lines were written. */
  async write(lines: Buffer, events: number): Promise<Error | undefined> {
    const problem = await this.#writeLines(lines, events)
    if (problem === undefined) this.#writtenMs = performance.now()
    return problem
  }

  /** Ends the open journal. */
  async leave(): Promise<void> {
    const journal = this.#journal
    this.#mustMove = false
    if (journal === undefined) return
    this.#journal = undefined
    await journal.end()
    this.#grown(journal, true)
  }

  #grown(journal: JournalFile, isFinished: boolean): void {
    this.#options.onGrown(journal.path, journal.bytes, isFinished, journal.events)
  }

  async #writeLines(lines: Buffer, events: number): Promise<Error | undefined> {
    const journal = this.#journal
    if (journal !== undefined && !this.#isTimeToMove(journal)) {
      const problem = await journal.append(lines)
      if (problem === undefined) {
        journal.events += events
        this.#grown(journal, false)
        return undefined
      }
      this.#journal = undefined
      await journal.abandon()
      this.#grown(journal, true)
    } else await this.leave()
    return this.#writeAnew(lines, events)
  }

  #isTimeToMove({ bytes }: JournalFile): boolean {
    if (bytes >= JOURNAL_BYTES || this.#mustMove) return true
    const now = performance.now()
    if (this.#place > 0 && now - this.#homeTriedMs >= HOME_MS) return true
    return now - this.#writtenMs >= IDLE_MS
  }

  /** Starts a journal in the first place that works. */
  async #writeAnew(lines: Buffer, events: number): Promise<Error | undefined> {
    const { places, flushes, file, onElsewhere } = this.#options
    let problem: Error | undefined
    for (const [index, place] of places.entries()) {
      if (index === 0) this.#homeTriedMs = performance.now()
      const name = journalName(place, this.#owner, this.#sequence++)
      const journal = await JournalFile.create(place.directory, name, flushes).catch(
        (error: Error) => error
      )
      const failure = journal instanceof Error ? journal : await journal.append(lines)
      if (failure === undefined && !(journal instanceof Error)) {
        journal.events = events
        this.#journal = journal
        this.#place = index
        if (problem !== undefined) {
          onElsewhere?.(
            `${messageOf(problem)}: events of ${file} go to ${place.directory} in the meantime`
          )
        }
        this.#grown(journal, false)
        return undefined
      }
      if (!(journal instanceof Error)) await journal.abandon()
      problem ??= failure
    }
    return problem ?? new Error('no directory can hold a journal')
  }
}
