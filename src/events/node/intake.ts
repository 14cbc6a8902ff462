import { EdgeError, messageOf } from '../../error.ts'
import type { SecurityEvent } from '../event.ts'
import type { Gap } from '../state.ts'
import type { Durability } from './durability.ts'
import { Gaps } from './gaps.ts'
import { JournalFile } from './journal-file.ts'
import { journalName, newOwner, type Place } from './journal-names.ts'

/**
 * What becomes of a refusal whose event cannot be written now:
 * - `refuse-anyway`: it is sent at once; the event waits in memory, as long as there is room
 * - `hold`: it waits until the event is written
 */
export const STORE_FAILURE_POLICIES = ['refuse-anyway', 'hold'] as const
export type StoreFailurePolicy = (typeof STORE_FAILURE_POLICIES)[number]

export interface IntakeOptions {
  /** For messages: the store's file. */
  file: string
  /** Where journals go: the first that takes one. */
  places: readonly Place[]
  durability: Durability
  onStoreFailure: StoreFailurePolicy
  /** How many bytes of events wait in memory while nothing can be written. */
  maxHeldBytes: number
  /** A journal has grown to so many bytes and events; `isFinished`: it will not grow again. */
  onGrown: (path: string, bytes: number, isFinished: boolean, events: number) => void
  /** What is wrong, or `undefined` once all is well again. */
  onTrouble: (message: string | undefined) => void
}

/** A journal of this size makes room for another: what is in the tables need not be on the disk twice. */
const JOURNAL_BYTES = 16 * 1_048_576
/**
 * How long a write may take until refusals go out without it. A journal that cannot be written fails at once, so this is for a
 * disk that hangs. It is long, because a refusal that is sent before its event is written breaks the promise of its Ray ID if the
 * process is killed then: a machine whose processors are busy delays a write by tens of milliseconds.
 */
export const PATIENCE_MS = 500
/** A write that takes longer is worth a word. */
const SLOW_MS = 1_000
const RETRY_MS = 200
/** How often the first place is tried again while another one takes the journals. */
const HOME_MS = 1_000
/** Somebody may have cleared away a journal that nothing was written to for so long. */
const IDLE_MS = 60_000

/** Events that share one write, and the one promise that all of them wait for. */
class Group {
  readonly lines: string[] = []
  readonly events: (readonly SecurityEvent[])[] = []
  length = 0
  resolve!: () => void
  reject!: (error: Error) => void
  readonly promise = new Promise<void>((resolve, reject) => {
    this.resolve = resolve
    this.reject = reject
  })

  /** Resolves when it is written or given up, whether or not somebody waits for `promise`. */
  readonly done: Promise<void>
  over!: () => void

  constructor() {
    this.done = new Promise((resolve) => {
      this.over = resolve
    })
  }

  /** How many events. */
  get size(): number {
    return this.events.reduce((sum, events) => sum + events.length, 0)
  }

  add(line: string): void {
    this.lines.push(line)
    this.length += line.length
  }
}

const DONE = Promise.resolve()

/**
 * Writes events to a journal, a file that only grows. All events of one turn of the event loop, and all that come while a write
 * is under way, share one write. It happens on another thread; so does all the rest: the journal's way into the tables.
 */
export class Intake {
  readonly #options: IntakeOptions
  readonly #owner = newOwner()
  readonly #gaps = new Gaps()
  #sequence = 0
  #journal: JournalFile | undefined
  /** Index of the place of `#journal`. */
  #place = 0
  #homeTriedMs = 0
  #writtenMs = 0
  #collecting: Group | undefined
  #writing: Group | undefined
  /** Bytes of all groups that are not written. */
  #heldBytes = 0
  #running: Promise<void> | undefined
  #isClosing = false
  #mustMove = false
  /** A write takes longer than a visitor is let wait. */
  #isSlow = false
  #failure: Error | undefined
  #troubleTold: string | undefined
  #patience: NodeJS.Timeout | undefined
  #slowness: NodeJS.Timeout | undefined
  #wake: (() => void) | undefined
  /** Told when a write fails. */
  readonly #failing = new Set<() => void>()
  /** Writes so far. */
  commits = 0
  /** Events accepted so far. */
  accepted = 0

  constructor(options: IntakeOptions) {
    this.#options = options
  }

  get gaps(): Gap[] {
    return this.#gaps.all
  }

  get lost(): number {
    return this.#gaps.lost
  }

  /** Events that were written, and lost by what somebody else did. */
  note(gap: Gap): void {
    this.#gaps.lost += gap.count
    this.#gaps.note(gap)
  }

  get #refusesAnyway(): boolean {
    return this.#options.onStoreFailure === 'refuse-anyway'
  }

  append(events: readonly SecurityEvent[]): Promise<void> {
    let line: string
    try {
      line = `${JSON.stringify(events)}\n`
    } catch (cause) {
      return Promise.reject(this.#failed(cause))
    }
    if (this.#refusesAnyway && this.#heldBytes + line.length > this.#options.maxHeldBytes) {
      this.#gaps.add(events, this.#reason)
      return DONE
    }
    this.accepted += events.length
    const group = this.#collect(line)
    group.events.push(events)
    if (this.#options.durability === 'memory') return DONE
    if (this.#refusesAnyway && (this.#isSlow || this.#failure !== undefined)) return DONE
    return group.promise
  }

  /**
   * A journal has lost its name or a part: what is written there is still read, and what comes next goes into another one. It is
   * left at once, as nothing may come for a long time.
   */
  moveFrom(path: string): void {
    if (this.#journal?.path !== path) return
    this.#mustMove = true
    this.#start()
  }

  /**
   * Resolves when everything that was accepted so far is written, or is known not to be: for those who ask what there is.
   */
  async settled(): Promise<void> {
    const [writing, collecting] = [this.#writing, this.#collecting]
    if (this.#failure !== undefined) return
    await new Promise<void>((resolve) => {
      this.#failing.add(resolve)
      void Promise.all([writing?.done, collecting?.done]).then(() => {
        this.#failing.delete(resolve)
        resolve()
      })
    })
  }

  /** Events of a Ray ID that are not written yet. */
  held(ray: string): SecurityEvent[] {
    return [this.#writing, this.#collecting].flatMap((group) =>
      (group?.events ?? []).flat().filter((event) => event.ray === ray)
    )
  }

  /** Writes what can be written. What cannot is lost, and told. */
  async finish(): Promise<void> {
    this.#isClosing = true
    this.#wake?.()
    await this.#running
    clearTimeout(this.#patience)
    clearTimeout(this.#slowness)
    await this.#leave()
  }

  #collect(line: string): Group {
    this.#collecting ??= new Group()
    this.#collecting.add(line)
    this.#heldBytes += line.length
    this.#start()
    return this.#collecting
  }

  #start(): void {
    this.#running ??= new Promise((resolve) => {
      setImmediate(() => void this.#run().then(resolve))
    })
  }

  #grown(journal: JournalFile, isFinished: boolean): void {
    this.#options.onGrown(journal.path, journal.bytes, isFinished, journal.events)
  }

  get #reason(): string {
    return this.#failure === undefined ? 'the disk is slow' : messageOf(this.#failure)
  }

  #failed(cause: unknown): EdgeError {
    const { file } = this.#options
    return new EdgeError('store_failed', `event store ${file}: ${messageOf(cause)}`, { cause })
  }

  async #run(): Promise<void> {
    for (;;) {
      const group = this.#collecting
      if (group === undefined) {
        if (!this.#mustMove) break
        await this.#leave()
        continue
      }
      this.#collecting = undefined
      this.#writing = group
      this.#losePatienceLater()
      await this.#commit(group)
      this.#writing = undefined
      group.over()
      this.#heldBytes -= group.length
    }
    this.#running = undefined
  }

  async #commit(group: Group): Promise<void> {
    for (;;) {
      const problem = await this.#write(group)
      if (problem === undefined) break
      this.#failure = problem
      for (const told of this.#failing) told()
      this.#failing.clear()
      this.#tell(messageOf(problem))
      this.#letGo()
      if (this.#isClosing) {
        this.#lose(group)
        return
      }
      await this.#pause()
    }
    this.commits++
    this.#writtenMs = performance.now()
    this.#isSlow = false
    this.#failure = undefined
    if (this.#place === 0) this.#tell(undefined)
    const gap = this.#gaps.take()
    // The gap goes the way of the events: into the file, for whoever asks there.
    if (gap !== undefined) this.#collect(`${JSON.stringify({ gap })}\n`)
    group.resolve()
  }

  #lose(group: Group): void {
    for (const events of group.events) this.#gaps.add(events, this.#reason)
    group.reject(this.#failed(this.#failure))
  }

  /** Refusals that wait are sent, where that is the policy. Their events go on waiting. */
  #letGo(): void {
    if (!this.#refusesAnyway) return
    this.#writing?.resolve()
    this.#collecting?.resolve()
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, RETRY_MS).unref()
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  /** Undefined where it is written. */
  async #write(group: Group): Promise<Error | undefined> {
    const lines = Buffer.from(group.lines.join(''))
    const journal = this.#journal
    let problem: Error | undefined
    if (journal !== undefined && !this.#isTimeToMove(journal)) {
      problem = await journal.append(lines)
      if (problem === undefined) {
        journal.events += group.size
        this.#grown(journal, false)
        return undefined
      }
      this.#journal = undefined
      await journal.abandon()
      this.#grown(journal, true)
    } else await this.#leave()
    return this.#writeAnew(lines, group.size)
  }

  #isTimeToMove({ bytes }: JournalFile): boolean {
    if (bytes >= JOURNAL_BYTES || this.#mustMove) return true
    const now = performance.now()
    if (this.#place > 0 && now - this.#homeTriedMs >= HOME_MS) return true
    return now - this.#writtenMs >= IDLE_MS
  }

  /** Begins a journal in the first place that takes one. */
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
          this.#tell(
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

  #tell(message: string | undefined): void {
    if (message === this.#troubleTold) return
    this.#troubleTold = message
    this.#options.onTrouble(message)
  }

  /** One timer for all writes: it begins anew with each. */
  #losePatienceLater(): void {
    if (!this.#refusesAnyway) return
    if (this.#patience !== undefined) this.#patience.refresh()
    else this.#patience = setTimeout(this.#losePatience, PATIENCE_MS).unref()
  }

  readonly #losePatience = (): void => {
    const late = this.#writing
    // The write may be over and only its callback late, as on a busy machine: that one has its turn first.
    setImmediate(() => {
      if (late === undefined || this.#writing !== late) return
      this.#isSlow = true
      this.#letGo()
      clearTimeout(this.#slowness)
      this.#slowness = setTimeout(() => {
        if (this.#writing === late && this.#failure === undefined) {
          this.#tell('the disk is slow: a write takes longer than a second')
        }
      }, SLOW_MS).unref()
    })
  }
}
