import { Worker } from 'node:worker_threads'
import { EdgeError, messageOf } from '../../error.ts'
import type { DrainEvents, DrainOptions } from './drain.ts'
import type { FromThread, Grown, Question, ToThread } from './messages.ts'
import { workerFile } from './worker-file.ts'

/** The cause of an error if a thread met damage in the file. */
export const DAMAGED = Symbol('damaged')

interface Call {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: Error) => void
}

type WithCall = Extract<ToThread, { call: number }>

/** A thread that starts with the first message to it. It does not keep the process alive, except while a call is open. */
class Thread {
  #worker: Worker | undefined
  readonly #calls = new Map<number, Call>()
  #lastCall = 0

  constructor(
    readonly name: string,
    readonly onMessage: (message: FromThread) => void,
    readonly onEnd: (error: Error) => void
  ) {}

  get isRunning(): boolean {
    return this.#worker !== undefined
  }

  send(message: ToThread): void {
    this.#started().postMessage(message)
  }

  call<Value>(message: (call: number) => WithCall): Promise<Value> {
    return new Promise((resolve, reject) => {
      const call = ++this.#lastCall
      this.#calls.set(call, { resolve: resolve as Call['resolve'], reject })
      const worker = this.#started()
      worker.ref()
      worker.postMessage(message(call))
    })
  }

  #started(): Worker {
    if (this.#worker !== undefined) return this.#worker
    const worker = new Worker(workerFile, { name: this.name })
    worker.unref()
    worker.on('message', (message: FromThread) => {
      if (message.kind === 'done') this.#settle(message.call, (call) => call.resolve(message.value))
      else if (message.kind === 'failed') {
        const cause = message.isDamage ? DAMAGED : undefined
        const error = EdgeError.received(message, cause)
        this.#settle(message.call, (call) => call.reject(error))
      } else this.onMessage(message)
    })
    worker.on('error', (cause) => this.#ended(worker, cause))
    worker.on('exit', () => this.#ended(worker, new Error('it ended')))
    this.#worker = worker
    return worker
  }

  #settle(id: number, settle: (call: Call) => void): void {
    const call = this.#calls.get(id)
    this.#calls.delete(id)
    if (this.#calls.size === 0) this.#worker?.unref()
    if (call !== undefined) settle(call)
  }

  /** The next message starts another one. */
  #ended(worker: Worker, cause: Error): void {
    if (this.#worker !== worker) return
    this.#worker = undefined
    const error = new EdgeError(
      'store_failed',
      `the thread ${this.name} ended: ${messageOf(cause)}`,
      { cause }
    )
    for (const { reject } of this.#calls.values()) reject(error)
    this.#calls.clear()
    this.onEnd(error)
  }
}

/** The writing thread's side of a store. */
export interface Drained {
  /** A journal has grown. */
  grown(...grown: Grown): void
  /** Reports suspected damage in the file: the thread checks it, and renames a damaged file. */
  suspect(): void
  /** Resolves when everything written is in the tables, or cannot be moved there now. */
  close(): Promise<void>
}

interface Client extends DrainEvents {
  readonly id: number
  readonly options: DrainOptions
  /** Growth since the last message to the thread. */
  readonly pending: Map<string, Grown>
  /** All journals that may not be in the tables yet, for a new thread. */
  readonly known: Map<string, Grown>
  isBusy: boolean
}

const RESTART_MS = 1_000
const clients = new Map<number, Client>()
let lastClient = 0

const tellGrown = (client: Client) => {
  if (client.pending.size === 0) return
  const journals = [...client.pending.values()]
  client.pending.clear()
  client.isBusy = true
  writing.send({ kind: 'grown', store: client.id, journals })
}

const writing = new Thread(
  'edge1020 events: writing',
  (message) => {
    if (!('store' in message)) return
    const client = clients.get(message.store)
    if (client === undefined) return
    if (message.kind === 'idle') {
      client.isBusy = false
      tellGrown(client)
    } else if (message.kind === 'taken') client.onTaken(message.events)
    else if (message.kind === 'evicted') client.onEvicted(message.events)
    else if (message.kind === 'trouble') client.onTrouble(message.message)
    else if (message.kind === 'notice') client.onNotice(message.message, message.gap)
    else if (message.kind === 'lost-name') client.onLostName(message.path)
  },
  (error) => {
    for (const client of clients.values()) client.onTrouble(error.message)
    setTimeout(() => {
      for (const client of clients.values()) begin(client)
    }, RESTART_MS).unref()
  }
)

const begin = (client: Client) => {
  writing.send({ kind: 'open', store: client.id, options: client.options })
  for (const [path, grown] of client.known) client.pending.set(path, grown)
  tellGrown(client)
}

/** Makes the writing thread move the journals of a store into its tables. */
export const drain = (options: DrainOptions, events: DrainEvents): Drained => {
  const id = ++lastClient
  const client: Client = {
    ...events,
    id,
    options,
    pending: new Map(),
    known: new Map(),
    isBusy: false,
  }
  clients.set(id, client)
  begin(client)
  return {
    grown: (...grown) => {
      const [path] = grown
      client.pending.set(path, grown)
      client.known.set(path, grown)
      if (grown[2]) forgetFinished(client)
      if (!client.isBusy) tellGrown(client)
    },
    suspect: () => writing.send({ kind: 'suspect', store: id }),
    close: async () => {
      tellGrown(client)
      await writing.call((call) => ({ kind: 'close', store: id, call }))
      clients.delete(id)
    },
  }
}

/** Older finished journals are in the tables, or are found by their names. */
const KNOWN_JOURNALS = 4
const forgetFinished = ({ known }: Client) => {
  for (const [path, [, , isFinished]] of known) {
    if (known.size <= KNOWN_JOURNALS) return
    if (isFinished) known.delete(path)
  }
}

const asked = (name: string) =>
  new Thread(
    name,
    () => {},
    () => {
      // Open queries have failed; the next query starts another thread.
    }
  )

const reading = asked('edge1020 events: reading')
/** Counting millions of events takes seconds, and the look-up of a Ray ID must not wait for it. */
const counting = asked('edge1020 events: counting')

const threadFor = ({ about }: Question) =>
  about === 'top' || about === 'series' ? counting : reading

export const ask = <Answer>(file: string, name: string, question: Question): Promise<Answer> =>
  threadFor(question).call((call) => ({ kind: 'ask', call, file, name, question }))

/** Releases a file that has no more queries. */
export const leave = async (file: string): Promise<void> => {
  const running = [reading, counting].filter(({ isRunning }) => isRunning)
  await Promise.all(running.map((thread) => thread.call((call) => ({ kind: 'leave', call, file }))))
}
