import { EdgeError, messageOf } from '../../error.ts'
import type { SecurityEvent } from '../event.ts'
import type { Gap } from '../state.ts'
import type { Durability } from './durability.ts'
import { Gaps } from './gaps.ts'

/**
 * What becomes of a refusal whose event cannot be written now:
 * - `refuse-anyway`: it is sent at once; the event waits in memory, as long as there is room
 * - `hold`: it waits until the event is written
 */
export const STORE_FAILURE_POLICIES = ['refuse-anyway', 'hold'] as const
export type StoreFailurePolicy = (typeof STORE_FAILURE_POLICIES)[number]

/** What every store that writes in groups lets its user choose. */
export interface CommitPolicy {
  durability: Durability
  onStoreFailure: StoreFailurePolicy
  /** How many bytes of events wait in memory while nothing can be written. */
  maxHeldBytes: number
}

export interface GroupCommitOptions<Form> extends CommitPolicy {
  /** For messages: `event store events.db`. */
  label: string
  /** What is slow when a write takes too long: `the disk`. */
  medium: string
  /** What a store writes of the events of one Ray ID, as they are now, and its size. */
  pack: (events: readonly SecurityEvent[]) => Packed<Form>
  packGap: (gap: Gap) => Packed<Form>
  /** Undefined where all of it is written. */
  write: (group: Group<Form>) => Promise<Error | undefined>
  /** Whether what was written last is where it belongs. */
  isHome?: () => boolean
  /** Something to do between two writes. */
  hasChore?: () => boolean
  doChore?: () => Promise<void>
  /** What is wrong, or `undefined` once all is well again. */
  onTrouble: (message: string | undefined) => void
}

export interface Packed<Form> {
  readonly form: Form
  /** Bytes or characters: what it takes of the memory. */
  readonly length: number
}

/**
 * How long a write may take until refusals go out without it. A journal that cannot be written fails at once, so this is for a
 * disk or a server that hangs. It is long, because a refusal that is sent before its event is written breaks the promise of its
 * Ray ID if the process is killed then: a machine whose processors are busy delays a write by tens of milliseconds.
 */
export const PATIENCE_MS = 500
/** A write that takes longer is worth a word. */
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

  add({ form, length }: Packed<Form>): void {
    this.forms.push(form)
    this.length += length
  }
}

const DONE = Promise.resolve()

/**
 * Writes events in groups: all of one turn of the event loop, and all that come while a write is under way, share one write. While
 * nothing can be written, it keeps them in memory, lets refusals go as the policy says, and counts what is lost.
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
  /** A write takes longer than a visitor is let wait. */
  #isSlow = false
  #failure: Error | undefined
  #troubleTold: string | undefined
  #patience: NodeJS.Timeout | undefined
  #slowness: NodeJS.Timeout | undefined
  #wake: (() => void) | undefined
  /** Told when a write fails, or takes too long. */
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

  /** Events that were written, and lost by what somebody else did. */
  note(gap: Gap): void {
    this.#gaps.lost += gap.count
    this.#gaps.note(gap)
  }

  /** Events that can never be written, whatever is tried. */
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

  /** Has the chore done soon, even if no event comes. */
  nudge(): void {
    this.#start()
  }

  /**
   * Resolves when everything that was accepted so far is written, or is known not to be: for those who ask what there is.
   */
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

  /** Writes what can be written. What cannot is lost, and told. */
  async finish(): Promise<void> {
    this.#isClosing = true
    this.#wake?.()
    await this.#running
    clearTimeout(this.#patience)
    clearTimeout(this.#slowness)
  }

  /** Says what is wrong, if it was not said yet. */
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
    // The gap goes the way of the events: into the store, for whoever asks there.
    if (gap !== undefined) this.#collect(this.#options.packGap(gap))
    group.resolve()
  }

  /** Questions wait no longer for what cannot be written now. */
  #release(): void {
    for (const told of this.#failing) told()
    this.#failing.clear()
  }

  #lose(group: Group<Form>): void {
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

  /** One timer for all writes: it begins anew with each. */
  #losePatienceLater(): void {
    if (this.#patience !== undefined) this.#patience.refresh()
    else this.#patience = setTimeout(this.#losePatience, PATIENCE_MS).unref()
  }

  readonly #losePatience = (): void => {
    const late = this.#writing
    // The write may be over and only its callback late, as on a busy machine: that one has its turn first.
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
