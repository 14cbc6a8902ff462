/** The time of the next run. */
export interface Next {
  readonly inMs: number
  /** After a failure no call brings it forward. */
  readonly isRetry?: boolean
}

/** Repeats one task, never twice at a time. It does not keep the process alive. */
export class Loop {
  #timer: NodeJS.Timeout | undefined
  #dueMs = Number.POSITIVE_INFINITY
  #isRetry = false
  #running: Promise<void> | undefined
  isClosing = false

  /** @param work returns the time of its next run */
  constructor(readonly work: () => Promise<Next>) {}

  /** Runs it after this many milliseconds, or sooner. */
  start(inMs: number): void {
    const dueMs = performance.now() + inMs
    if (this.isClosing || this.#isRetry || dueMs >= this.#dueMs) return
    this.#dueMs = dueMs
    if (this.#running === undefined) this.#arm()
  }

  /** Waits for the current run; after that nothing runs. */
  async stop(): Promise<void> {
    this.isClosing = true
    clearTimeout(this.#timer)
    await this.#running
  }

  #arm(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(
      () => this.#run(),
      Math.max(0, this.#dueMs - performance.now())
    ).unref()
  }

  #run(): void {
    this.#dueMs = Number.POSITIVE_INFINITY
    this.#isRetry = false
    this.#running = this.work().then(({ inMs, isRetry = false }) => {
      this.#running = undefined
      if (this.isClosing) return
      const dueMs = performance.now() + inMs
      // A run requested in the meantime may come first.
      this.#dueMs = isRetry ? dueMs : Math.min(dueMs, this.#dueMs)
      this.#isRetry = isRetry
      this.#arm()
    })
  }
}

/** Waits for at most this time, because the process should end. */
export const within = async (ms: number, work: Promise<unknown>): Promise<void> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms)
  })
  await Promise.race([work, late])
  clearTimeout(timer)
}
