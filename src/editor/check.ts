import { Worker } from 'node:worker_threads'
import type { Found } from './found.ts'
import { workerFile } from './worker-file.ts'

export interface CheckQuestion {
  readonly uri: string
  readonly languageId: string
  readonly version: number
  readonly text: string
}

export interface CheckReply {
  readonly uri: string
  readonly version: number
  readonly found: readonly Found[]
  /** Why the document could not be checked. */
  readonly error?: string
}

/** Asks the thread about whole documents: one at a time, and of each document only its latest version. */
export class Checker {
  #worker: Worker | undefined
  #asked: CheckQuestion | undefined
  readonly #waiting = new Map<string, CheckQuestion>()

  constructor(
    private readonly onReply: (reply: CheckReply) => void,
    private readonly onFailure: (message: string) => void
  ) {}

  ask(question: CheckQuestion): void {
    this.#waiting.set(question.uri, question)
    this.#next()
  }

  forget(uri: string): void {
    this.#waiting.delete(uri)
  }

  close(): void {
    this.#waiting.clear()
    void this.#worker?.terminate()
  }

  #next(): void {
    if (this.#asked !== undefined) return
    const [question] = this.#waiting.values()
    if (question === undefined) return
    this.#waiting.delete(question.uri)
    this.#asked = question
    this.#started().postMessage(question)
  }

  #started(): Worker {
    if (this.#worker !== undefined) return this.#worker
    const worker = new Worker(workerFile, { name: 'edge1020 editor' })
    worker.unref()
    worker.on('message', (reply: CheckReply) => {
      this.#asked = undefined
      if (reply.error !== undefined) this.onFailure(`${reply.uri}: ${reply.error}`)
      this.onReply(reply)
      this.#next()
    })
    // The document that ended the thread is not asked about again until it changes.
    worker.on('error', ({ message }) => {
      this.#worker = undefined
      this.#asked = undefined
      this.onFailure(message)
      this.#next()
    })
    this.#worker = worker
    return worker
  }
}
