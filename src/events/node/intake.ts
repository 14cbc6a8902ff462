import { messageOf } from '../../error.ts'
import type { SecurityEvent } from '../event.ts'
import type { Gap } from '../state.ts'
import { type CommitPolicy, type Group, GroupCommit, type Packed } from './group-commit.ts'
import { JournalFile } from './journal-file.ts'
import { journalName, newOwner, type Place } from './journal-names.ts'

export interface IntakeOptions extends CommitPolicy {
  /** For messages: the store's file. */
  file: string
  /** Directories for journals: the first one that works is used. */
  places: readonly Place[]
  /** A journal has grown to this many bytes and events; `isFinished`: it will not grow again. */
  onGrown: (path: string, bytes: number, isFinished: boolean, events: number) => void
  /** Gets the problem, or `undefined` when it is over. */
  onTrouble: (message: string | undefined) => void
}

/** At this size a new journal starts, so that stored events are not on disk twice for long. */
const JOURNAL_BYTES = 16 * 1_048_576
/** The interval of attempts to return to the first place while another one takes the journals. */
const HOME_MS = 1_000
/** After this idle time, a cleaner may have removed the journal. */
const IDLE_MS = 60_000

const packed = (line: string): Packed<string> => ({ form: line, length: line.length })

/**
 * Writes events in groups to a journal, a file that only grows. The writing happens on another thread, as does the
 * journal's transfer into the tables.
 */
export class Intake {
  readonly #options: IntakeOptions
  readonly #groups: GroupCommit<string>
  readonly #owner = newOwner()
  #sequence = 0
  #journal: JournalFile | undefined
  /** Index of the place of `#journal`. */
  #place = 0
  #homeTriedMs = 0
  #writtenMs = 0
  #mustMove = false

  constructor(options: IntakeOptions) {
    this.#options = options
    const { file, places: _, onGrown: __, ...policy } = options
    this.#groups = new GroupCommit({
      ...policy,
      label: `event store ${file}`,
      medium: 'the disk',
      pack: (events) => packed(`${JSON.stringify(events)}\n`),
      packGap: (gap) => packed(`${JSON.stringify({ gap })}\n`),
      write: (group) => this.#write(group),
      isHome: () => this.#place === 0,
      hasChore: () => this.#mustMove,
      doChore: () => this.#leave(),
    })
  }

  /** Writes so far. */
  get commits(): number {
    return this.#groups.commits
  }

  /** Events accepted so far. */
  get accepted(): number {
    return this.#groups.accepted
  }

  get gaps(): Gap[] {
    return this.#groups.gaps
  }

  get lost(): number {
    return this.#groups.lost
  }

  /** Events that are not written yet. */
  get held(): SecurityEvent[] {
    return this.#groups.held
  }

  /** Adds events that were written but lost by an outside change. */
  note(gap: Gap): void {
    this.#groups.note(gap)
  }

  append(events: readonly SecurityEvent[]): Promise<void> {
    return this.#groups.append(events)
  }

  /**
   * A journal has lost its name or a part. Its contents are still read, and later events go into another one. The change
   * happens at once, because no event may come for a long time.
   */
  moveFrom(path: string): void {
    if (this.#journal?.path !== path) return
    this.#mustMove = true
    this.#groups.nudge()
  }

  /** Resolves when all accepted events are written, or known not to be. */
  settled(): Promise<void> {
    return this.#groups.settled()
  }

  /** Writes all events that can be written. The others are lost and reported. */
  async finish(): Promise<void> {
    await this.#groups.finish()
    await this.#leave()
  }

  #grown(journal: JournalFile, isFinished: boolean): void {
    this.#options.onGrown(journal.path, journal.bytes, isFinished, journal.events)
  }

  /** Undefined if it was written. */
  async #write(group: Group<string>): Promise<Error | undefined> {
    const lines = Buffer.from(group.forms.join(''))
    const problem = await this.#writeLines(lines, group.size)
    if (problem === undefined) this.#writtenMs = performance.now()
    return problem
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
    } else await this.#leave()
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
    const { places, durability, file } = this.#options
    let problem: Error | undefined
    for (const [index, place] of places.entries()) {
      if (index === 0) this.#homeTriedMs = performance.now()
      const name = journalName(place, this.#owner, this.#sequence++)
      const journal = await JournalFile.create(place.directory, name, durability === 'flush').catch(
        (error: Error) => error
      )
      const failure = journal instanceof Error ? journal : await journal.append(lines)
      if (failure === undefined && !(journal instanceof Error)) {
        journal.events = events
        this.#journal = journal
        this.#place = index
        if (problem !== undefined) {
          this.#groups.tell(
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

  async #leave(): Promise<void> {
    const journal = this.#journal
    this.#mustMove = false
    if (journal === undefined) return
    this.#journal = undefined
    await journal.end()
    this.#grown(journal, true)
  }
}
