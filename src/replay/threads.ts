import { Worker } from 'node:worker_threads'
import { EdgeError } from '../error.ts'
import type { Ruleset } from '../rules/rule.ts'
import type { DeskOptions, LogSpec } from './desk.ts'
import type { Judges } from './judges.ts'
import type { FromJudge, ToJudge } from './messages.ts'
import { replayWorkerFile } from './replay-worker-file.ts'
import type { ChunkPlace } from './scan.ts'
import { Tally } from './tally.ts'

/** The most chunks that wait for a thread, besides the one that it judges. */
const QUEUE = 2

interface Asked {
  readonly resolve: (message: FromJudge) => void
  readonly reject: (error: Error) => void
}

/** One thread. Its answers come in the order of the questions. */
class JudgeThread {
  readonly #worker: Worker
  readonly #asked: Asked[] = []
  #failure: Error | undefined

  constructor(options: DeskOptions) {
    this.#worker = new Worker(replayWorkerFile, { name: 'edge1020 replay' })
    this.#worker.on('message', (message: FromJudge) => {
      if (message.kind === 'failed') {
        const { code, message: text } = message
        this.#fail(
          code === undefined ? new Error(text) : EdgeError.received({ code, message: text })
        )
      } else this.#asked.shift()?.resolve(message)
    })
    this.#worker.on('error', (error) => this.#fail(error))
    this.#worker.on('exit', () => this.#fail(new Error('a thread of the replay ended')))
    this.tell({ kind: 'start', options })
  }

  get waiting(): number {
    return this.#asked.length
  }

  tell(message: ToJudge, transfer: readonly ArrayBuffer[] = []): void {
    this.#worker.postMessage(message, transfer as ArrayBuffer[])
  }

  ask(message: ToJudge, transfer?: readonly ArrayBuffer[]): Promise<FromJudge> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure)
    const answered = new Promise<FromJudge>((resolve, reject) => {
      this.#asked.push({ resolve, reject })
    })
    this.tell(message, transfer)
    return answered
  }

  async end(): Promise<void> {
    await this.#worker.terminate()
  }

  #fail(error: Error): void {
    this.#failure ??= error
    for (const { reject } of this.#asked.splice(0)) reject(error)
  }
}

const plainOptions = ({
  rules,
  against,
  terraform,
  sources,
  trust,
  selection,
  given,
}: DeskOptions): DeskOptions => ({ rules, against, terraform, sources, trust, selection, given })

/**
 * Starts threads that judge chunks, each with its own rules and data. A chunk goes to the thread with the fewest waiting chunks.
 * The number of waiting chunks is limited, which bounds the memory.
 *
 * @param rulesets the rulesets that the threads judge by
 */
export const startThreads = (
  count: number,
  options: DeskOptions,
  { ruleset, against }: { ruleset: Ruleset; against: Ruleset | undefined }
): Judges => {
  const threads = Array.from({ length: count }, () => new JudgeThread(plainOptions(options)))
  const running = new Set<Promise<void>>()
  let failure: Error | undefined

  const freest = () => threads.reduce((a, b) => (b.waiting < a.waiting ? b : a))

  const scan = (
    place: ChunkPlace,
    bytes: Uint8Array<ArrayBuffer>,
    onDone: (lines: number) => void
  ): Promise<void> | undefined => {
    const done = freest()
      .ask({ kind: 'scan', place, bytes }, [bytes.buffer])
      .then((message) => {
        if (message.kind === 'scanned') onDone(message.lines)
      })
      .catch((error: Error) => {
        failure ??= error
      })
      .finally(() => running.delete(done))
    running.add(done)
    return room()
  }

  /** Resolves when a thread has room for another chunk. */
  const room = async (): Promise<void> => {
    while (failure === undefined && freest().waiting > QUEUE) await Promise.race(running)
    if (failure !== undefined) throw failure
  }

  return {
    threads: count,
    open: async (spec: LogSpec) => {
      await Promise.all(threads.map((thread) => thread.ask({ kind: 'open', spec })))
    },
    scan,
    finish: async () => {
      await Promise.all(running)
      if (failure !== undefined) throw failure
      const all = new Tally(ruleset, against)
      for (const message of await Promise.all(
        threads.map((thread) => thread.ask({ kind: 'finish' }))
      )) {
        if (message.kind === 'finished') all.merge(message.tally)
      }
      return all.toData()
    },
    close: async () => {
      await Promise.all(threads.map((thread) => thread.end()))
    },
  }
}
