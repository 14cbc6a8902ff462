import { messageOf } from '../../../error.ts'
import type { Entry } from '../journal-lines.ts'
import type { Spill } from './spill.ts'

export interface DetourOptions {
  spill: Spill
  /** Gives entries to the server. Undefined if it took them. */
  insert: (entries: readonly Entry[]) => Promise<Error | undefined>
  /** Asks the server for nothing. Undefined if it answered. */
  probe: () => Promise<Error | undefined>
  /** Gets the problem of the server, or `undefined` when it is over. */
  onTrouble: (reason: string | undefined) => void
  /** Called when the server has all of the spill. */
  onEmpty: () => void
}

/** The time that a refusal waits for the server. */
const SERVER_MS = 25
const RETRY_MS = 200
/** A server that takes nothing for this time is reported. */
const SLOW_MS = 1_000
/** The longest wait of a question for the events of the spill. */
const QUESTION_MS = 20_000
const STEP_MS = 10

const LATE = Symbol('late')

const pause = (ms: number): Promise<typeof LATE> =>
  new Promise((resolve) => {
    setTimeout(() => resolve(LATE), ms).unref()
  })

/**
 * Takes events to the server. As soon as the server fails or is slow, all events go into the spill, and from there to the
 * server, until it has taken all of them and is fast again.
 */
export class Detour {
  readonly #options: DetourOptions
  #draining: Promise<void> | undefined
  #isClosing = false
  #isFailing = false

  constructor(options: DetourOptions) {
    this.#options = options
  }

  get hasRest(): boolean {
    return this.#draining === undefined && this.#options.spill.hasRest
  }

  sweep(): Promise<void> {
    return this.#options.spill.sweep()
  }

  /**
   * Undefined if the server or the spill has the events.
   *
   * @param send writes to the server
   * @param lines returns the lines for the spill
   */
  async write(
    send: () => Promise<Error | undefined>,
    lines: () => string,
    events: number
  ): Promise<Error | undefined> {
    const { spill } = this.#options
    let sent: Promise<Error | undefined> | undefined
    if (this.#draining === undefined) {
      sent = send()
      const result = await Promise.race([sent, pause(SERVER_MS)])
      if (result === undefined) return undefined
      if (result !== LATE) this.#fail(result)
    }
    const problem = await spill.write(lines(), events)
    if (problem === undefined) {
      this.#drainLater()
      return undefined
    }
    // Only the memory is left, until the server has taken the events.
    return sent ?? send()
  }

  /** Resolves to the number of events that the server still lacks, after at most `limitMs`, or when the server fails. */
  async drained(limitMs = QUESTION_MS): Promise<number> {
    const { spill } = this.#options
    const endMs = performance.now() + limitMs
    const isThere = spill.mark()
    while (!isThere() && !this.#isFailing && performance.now() < endMs) await pause(STEP_MS)
    return isThere() ? 0 : spill.waiting
  }

  adopt(): void {
    const { spill } = this.#options
    if (this.#draining !== undefined) return
    spill.adopt()
    if (!spill.isEmpty) this.#drainLater()
  }

  /** Takes the rest to the server, for at most this time. */
  async finish(limitMs: number): Promise<void> {
    this.#isClosing = true
    await Promise.race([this.#draining, pause(limitMs)])
  }

  #drainLater(): void {
    this.#draining ??= this.#drain().finally(() => {
      this.#draining = undefined
      this.#options.onEmpty()
    })
  }

  async #drain(): Promise<void> {
    const { spill, onTrouble } = this.#options
    let tookMs = Number.POSITIVE_INFINITY
    for (;;) {
      if (spill.isEmpty && (tookMs < SERVER_MS || this.#isClosing)) return
      const startMs = performance.now()
      const problem = await this.#step()
      tookMs = performance.now() - startMs
      if (problem === undefined) {
        this.#isFailing = false
        onTrouble(undefined)
        continue
      }
      this.#fail(problem)
      if (this.#isClosing) return
      await pause(RETRY_MS)
    }
  }

  /** Takes the next events to the server; without any, it finds out how fast the server is. */
  async #step(): Promise<Error | undefined> {
    const { spill, insert, probe, onTrouble } = this.#options
    const slow = setTimeout(
      () => onTrouble('the server is slow: a write takes longer than a second'),
      SLOW_MS
    ).unref()
    try {
      const more = await spill.drain(async (entries) => {
        const problem = await insert(entries)
        if (problem !== undefined) throw problem
      })
      return more ? undefined : await probe()
    } catch (error) {
      return error instanceof Error ? error : new Error(messageOf(error))
    } finally {
      clearTimeout(slow)
    }
  }

  #fail(problem: Error): void {
    this.#isFailing = true
    this.#options.onTrouble(messageOf(problem))
  }
}
