import type { SecurityEvent } from '../event.ts'
import type { Gap } from '../state.ts'
import { type CommitPolicy, GroupCommit, type Packed } from './group-commit.ts'
import type { Place } from './journal-names.ts'
import { JournalWriter, type JournalWriterOptions } from './journal-writer.ts'

export interface IntakeOptions extends CommitPolicy {
  /** For messages: the store's file. */
  file: string
  /** Directories for journals: the first one that works is used. */
  places: readonly Place[]
  onGrown: JournalWriterOptions['onGrown']
  /** Gets the problem, or `undefined` when it is over. */
  onTrouble: (message: string | undefined) => void
}

const packed = (line: string): Packed<string> => ({ form: line, length: line.length })

/**
 * Writes events in groups to a journal, a file that only grows. The writing happens on another thread, as does the
 * journal's transfer into the tables.
 */
export class Intake {
  readonly #groups: GroupCommit<string>
  readonly #journals: JournalWriter

  constructor(options: IntakeOptions) {
    const { file, places, onGrown, ...policy } = options
    this.#journals = new JournalWriter({
      file,
      places,
      flushes: policy.durability === 'flush',
      onGrown,
      onElsewhere: (message) => this.#groups.tell(message),
    })
    this.#groups = new GroupCommit({
      ...policy,
      label: `event store ${file}`,
      medium: 'the disk',
      pack: (events) => packed(`${JSON.stringify(events)}\n`),
      packGap: (gap) => packed(`${JSON.stringify({ gap })}\n`),
      write: ({ forms, size }) => this.#journals.write(Buffer.from(forms.join('')), size),
      isHome: () => this.#journals.isHome,
      hasChore: () => this.#journals.mustMove,
      doChore: () => this.#journals.leave(),
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
    if (this.#journals.moveFrom(path)) this.#groups.nudge()
  }

  /** Resolves when all accepted events are written, or known not to be. */
  settled(): Promise<void> {
    return this.#groups.settled()
  }

  /** Writes all events that can be written. The others are lost and reported. */
  async finish(): Promise<void> {
    await this.#groups.finish()
    await this.#journals.leave()
  }
}
