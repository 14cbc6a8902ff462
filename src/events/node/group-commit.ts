import { EdgeError, messageOf } from '../../error.ts'
import type { SecurityEvent } from '../event.ts'
import type { Gap } from '../state.ts'
import type { Durability } from './durability.ts'
import { Gaps } from './gaps.ts'

/**
 * The fate of a refusal whose event cannot be written now:
 * - `refuse-anyway`: it is sent at once; the event waits in memory, as long as there is room
 * - `hold`: it waits until the event is written
 */
export const STORE_FAILURE_POLICIES = ['refuse-anyway', 'hold'] as const
export type StoreFailurePolicy = (typeof STORE_FAILURE_POLICIES)[number]

/** The options of every store that writes in groups. */
export interface CommitPolicy {
  durability: Durability
  onStoreFailure: StoreFailurePolicy
  /** The maximum number of bytes of events in memory while nothing can be written. */
  maxHeldBytes: number
}

export interface GroupCommitOptions<Form> extends CommitPolicy {
  /** For messages: `event store events.db`. */
  label: string
  /** The slow part if a write takes too long: `the disk`. */
  medium: string
  /** The stored form of the events of one Ray ID at this moment, and its size. */
  pack: (events: readonly SecurityEvent[]) => Packed<Form>
  packGap: (gap: Gap) => Packed<Form>
  /** Undefined if all of it was written. */
  write: (group: Group<Form>) => Promise<Error | undefined>
  /** Whether the last write went to its usual place. */
  isHome?: () => boolean
  /** Whether there is work between two writes. */
  hasChore?: () => boolean
  doChore?: () => Promise<void>
  /** Gets the problem, or `undefined` when it is over. */
  onTrouble: (message: string | undefined) => void
}

export interface Packed<Form> {
  readonly form: Form
  /** Bytes or characters: its size in memory. */
  readonly length: number
}

/**
 * The time after which refusals no longer wait for a write. A journal that cannot be written fails at once, so this is for
 * a disk or a server that hangs. It is long, because a refusal that is sent before its event is written breaks the promise
 * of its Ray ID if the process is killed then. A busy machine delays a write by tens of milliseconds.
 */
export const PATIENCE_MS = 500
/** A slower write is reported. */
const SLOW_MS = 1_000
const RETRY_MS = 200

/** Events that share one write, and the one promise that all of them wait for. */
export class Group<Form> {
  readonly forms: Form[] = []
  readonly events: (readonly SecurityEvent[])[] = []
  length = 0
  resolve!: () => void
  reject!: (error: Error) => void
  readonly promise = new Promise<void>((resolve, reject) => {
    this.resolve = resolve
    this.reject = reject
  })

  /** Resolves when the group is written or given up, even if `promise` has no listener. */
  readonly done: Promise<void>
  over!: () => void

  constructor() {
    this.done = new Promise((resolve) => {
      this.over = resolve
    })
  }

  /** The number of events. */
  get size(): number {
    return this.events.reduce((sum, events) => sum + events.length, 0)
  }

  add({ form, length }: Packed<Form>): void {
    this.forms.push(form)
    this.length += length
  }
}

const DONE = Promise.resolve()

/**
 * Writes events in groups: all events of one turn of the event loop, and all that arrive during a write, share one write.
 * While nothing can be written, it keeps them in memory, releases refusals according to the policy, and counts lost events.
 */
export class GroupCommit<Form> {
  readonly #options: GroupCommitOptions<Form>
  readonly #gaps = new Gaps()
  #collecting: Group<Form> | undefined
  #writing: Group<Form> | undefined
  /** Bytes of all groups that are not written. */
  #heldBytes = 0
  #running: Promise<void> | undefined
  #isClosing = false
  /** True if a write takes longer than a visitor may wait. */
  #isSlow = false
  #failure: Error | undefined
  #troubleTold: string | undefined
  #patience: NodeJS.Timeout | undefined
  #slowness: NodeJS.Timeout | undefined
  #wake: (() => void) | undefined
  /** Called when a write fails or takes too long. */
  readonly #failing = new Set<() => void>()
  /** Writes so far. */
  commits = 0
  /** Events accepted so far. */
  accepted = 0

  constructor(options: GroupCommitOptions<Form>) {
    this.#options = options
  }

  get gaps(): Gap[] {
    return this.#gaps.all
  }

  get lost(): number {
    return this.#gaps.lost
  }

  /** Adds events that were written but lost by an outside change. */
  note(gap: Gap): void {
    this.#gaps.lost += gap.count
    this.#gaps.note(gap)
  }

  /** Gives up events that can never be written. */
  giveUp(events: readonly SecurityEvent[], reason: string): void {
    this.#gaps.add(events, reason)
  }

  get #refusesAnyway(): boolean {
    return this.#options.onStoreFailure === 'refuse-anyway'
  }

  append(events: readonly SecurityEvent[]): Promise<void> {
    let packed: Packed<Form>
    try {
      packed = this.#options.pack(events)
    } catch (cause) {
      return Promise.reject(this.#failed(cause))
    }
    if (this.#refusesAnyway && this.#heldBytes + packed.length > this.#options.maxHeldBytes) {
      this.#gaps.add(events, this.#reason)
      return DONE
    }
    this.accepted += events.length
    const group = this.#collect(packed)
    group.events.push(events)
    if (this.#options.durability === 'memory') return DONE
    if (this.#refusesAnyway && (this.#isSlow || this.#failure !== undefined)) return DONE
    return group.promise
  }

  /** Runs the chore soon, even if no event comes. */
  nudge(): void {
    this.#start()
  }

  /** Resolves when all accepted events are written, or known not to be. Queries wait for it. */
  async settled(): Promise<void> {
    const [writing, collecting] = [this.#writing, this.#collecting]
    if (this.#failure !== undefined || this.#isSlow) return
    await new Promise<void>((resolve) => {
      this.#failing.add(resolve)
      void Promise.all([writing?.done, collecting?.done]).then(() => {
        this.#failing.delete(resolve)
        resolve()
      })
    })
  }

  /** All events that are not written yet. */
  get held(): SecurityEvent[] {
    return [this.#writing, this.#collecting].flatMap((group) => (group?.events ?? []).flat())
  }

  /** Writes all events that can be written. The others are lost and reported. */
  async finish(): Promise<void> {
    this.#isClosing = true
    this.#wake?.()
    await this.#running
    clearTimeout(this.#patience)
    clearTimeout(this.#slowness)
  }

  /** Reports a problem, unless it is already reported. */
  tell(message: string | undefined): void {
    if (message === this.#troubleTold) return
    this.#troubleTold = message
    this.#options.onTrouble(message)
  }

  #collect(packed: Packed<Form>): Group<Form> {
    this.#collecting ??= new Group()
    this.#collecting.add(packed)
    this.#heldBytes += packed.length
    this.#start()
    return this.#collecting
  }

  #start(): void {
    this.#running ??= new Promise((resolve) => {
      setImmediate(() => void this.#run().then(resolve))
    })
  }

  get #reason(): string {
    return this.#failure === undefined
      ? `${this.#options.medium} is slow`
      : messageOf(this.#failure)
  }

  #failed(cause: unknown): EdgeError {
    return new EdgeError('store_failed', `${this.#options.label}: ${messageOf(cause)}`, { cause })
  }

  async #run(): Promise<void> {
    const { hasChore, doChore } = this.#options
    for (;;) {
      const group = this.#collecting
      if (group === undefined) {
        if (hasChore?.() !== true) break
        await doChore?.()
        continue
      }
      this.#collecting = undefined
      this.#writing = group
      this.#losePatienceLater()
      await this.#commit(group)
      this.#writing = undefined
      group.over()
      this.#heldBytes -= group.length
      // Last: who waits for it finds the events no longer among the held ones. A lost group is rejected already.
      group.resolve()
    }
    this.#running = undefined
  }

  async #commit(group: Group<Form>): Promise<void> {
    for (;;) {
      const problem = await this.#options.write(group)
      if (problem === undefined) break
      this.#failure = problem
      this.#release()
      this.tell(messageOf(problem))
      this.#letGo()
      if (this.#isClosing) {
        this.#lose(group)
        return
      }
      await this.#pause()
    }
    this.commits++
    this.#isSlow = false
    this.#failure = undefined
    if (this.#options.isHome?.() !== false) this.tell(undefined)
    const gap = this.#gaps.take()
    // The gap is stored like an event, so that later queries find it.
    if (gap !== undefined) this.#collect(this.#options.packGap(gap))
  }

  /** Ends the wait of queries for events that cannot be written now. */
  #release(): void {
    for (const told of this.#failing) told()
    this.#failing.clear()
  }

  #lose(group: Group<Form>): void {
    for (const events of group.events) this.#gaps.add(events, this.#reason)
    group.reject(this.#failed(this.#failure))
  }

  /** Sends the waiting refusals, if the policy says so. Their events continue to wait. */
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

  /** One timer for all writes; each write restarts it. */
  #losePatienceLater(): void {
    if (this.#patience !== undefined) this.#patience.refresh()
    else this.#patience = setTimeout(this.#losePatience, PATIENCE_MS).unref()
  }

  readonly #losePatience = (): void => {
    const late = this.#writing
    // On a busy machine the write may be done and only its callback late: the callback goes first.
    setImmediate(() => {
      if (late === undefined || this.#writing !== late) return
      this.#isSlow = true
      this.#release()
      this.#letGo()
      clearTimeout(this.#slowness)
      this.#slowness = setTimeout(() => {
        if (this.#writing === late && this.#failure === undefined) {
          this.tell(`${this.#options.medium} is slow: a write takes longer than a second`)
        }
      }, SLOW_MS).unref()
    })
  }
}
