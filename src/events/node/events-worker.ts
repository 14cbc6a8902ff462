/** The thread that owns the tables of event stores, and the one that answers questions: each runs this file. */
import { setPriority } from 'node:os'
import { parentPort, threadId } from 'node:worker_threads'
import { EdgeError, messageOf } from '../../error.ts'
import { isDamage } from './database.ts'
import { Drain } from './drain.ts'
import type { FromThread, Question, ToThread } from './messages.ts'
import { Reader } from './reader.ts'

/** Events within this many milliseconds share a transaction. */
const GATHER_MS = 20
const RETRY_MS = 250
const TICK_MS = 1_000
/** The wait of `close` for a file that other processes have locked. */
const PARTING_MS = 5_000
const NICE = 5

const port = parentPort!
const tell = (message: FromThread) => port.postMessage(message)

/** Visitors come first. On systems other than Linux, a priority belongs to the whole process. */
if (process.platform === 'linux' && threadId > 0) {
  try {
    setPriority(NICE)
  } catch {
    // Then all threads have the same priority.
  }
}

/** Works for one store whenever there is work. */
class Clerk {
  readonly #drain: Drain
  #timer: NodeJS.Timeout | undefined
  readonly #ticks: NodeJS.Timeout

  constructor(
    readonly store: number,
    { options }: Extract<ToThread, { kind: 'open' }>
  ) {
    this.#drain = new Drain(options, {
      onTaken: (events) => tell({ kind: 'taken', store, events }),
      onEvicted: (events) => tell({ kind: 'evicted', store, events }),
      onTrouble: (message) => tell({ kind: 'trouble', store, message }),
      onNotice: (message, gap) => tell({ kind: 'notice', store, message, gap }),
      onLostName: (path) => tell({ kind: 'lost-name', store, path }),
    })
    this.#ticks = setInterval(() => {
      this.#drain.tick()
      this.#workIn(0)
    }, TICK_MS)
    this.#workIn(0)
  }

  grown(journals: Extract<ToThread, { kind: 'grown' }>['journals']): void {
    for (const grown of journals) this.#drain.grown(...grown)
    this.#workIn(GATHER_MS)
  }

  suspect(): void {
    this.#drain.suspect()
    this.#workIn(0)
  }

  async close(): Promise<void> {
    clearInterval(this.#ticks)
    clearTimeout(this.#timer)
    const endMs = performance.now() + PARTING_MS
    while (this.#drain.step() || (this.#isTroubled && performance.now() < endMs)) {
      await new Promise((resolve) => setTimeout(resolve, this.#isTroubled ? RETRY_MS : 0))
    }
    this.#drain.close()
  }

  get #isTroubled(): boolean {
    return this.#drain.trouble !== undefined
  }

  #workIn(ms: number): void {
    this.#timer ??= setTimeout(this.#work, ms)
  }

  readonly #work = (): void => {
    this.#timer = undefined
    if (this.#drain.step()) this.#workIn(0)
    else {
      tell({ kind: 'idle', store: this.store })
      if (this.#isTroubled) this.#workIn(RETRY_MS)
      // Journals that grew in the meantime come first.
      else if (this.#drain.seal()) this.#workIn(GATHER_MS)
    }
  }
}

const clerks = new Map<number, Clerk>()
const readers = new Map<string, Reader>()

const readerOf = (file: string, name: string): Reader => {
  const known = readers.get(file)
  if (known !== undefined) return known
  const reader = new Reader(file, name)
  readers.set(file, reader)
  return reader
}

const answer = (reader: Reader, { about, argument, held }: Question): unknown => {
  switch (about) {
    case 'find':
      return reader.find(argument)
    case 'query':
      return reader.query(argument, held)
    case 'page':
      return reader.page(argument, held)
    case 'top':
      return reader.top(argument, held)
    case 'series':
      return reader.series(argument, held)
  }
}

const act = async (message: ToThread): Promise<unknown> => {
  switch (message.kind) {
    case 'open':
      clerks.set(message.store, new Clerk(message.store, message))
      return undefined
    case 'grown':
      return clerks.get(message.store)?.grown(message.journals)
    case 'suspect':
      return clerks.get(message.store)?.suspect()
    case 'close': {
      const clerk = clerks.get(message.store)
      clerks.delete(message.store)
      return clerk?.close()
    }
    case 'ask':
      return answer(readerOf(message.file, message.name), message.question)
    case 'leave':
      readers.get(message.file)?.close()
      readers.delete(message.file)
      return undefined
  }
}

port.on('message', (message: ToThread) => {
  act(message).then(
    (value) => {
      if ('call' in message) tell({ kind: 'done', call: message.call, value })
    },
    (error: unknown) => {
      if (!('call' in message)) throw error
      const code = error instanceof EdgeError ? error.code : 'store_failed'
      const isDamaged = isDamage(error)
      tell({
        kind: 'failed',
        call: message.call,
        code,
        message: messageOf(error),
        isDamage: isDamaged,
      })
    }
  )
})
