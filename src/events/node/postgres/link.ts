import { messageOf } from '../../../error.ts'
import type { Client, Driver } from './driver.ts'

export interface LinkOptions {
  driver: Driver
  url: string
  /** Prepares the first statement: tables of the right version. */
  prepare: (client: Client) => Promise<void>
}

/** A working server answers faster, even a distant one. */
const CONNECT_MS = 5_000
const KEEP_ALIVE_MS = 10_000

/** Our message for the driver's timeouts. */
const late = (what: string, ms: number) =>
  new Error(`the server did not ${what} within ${ms / 1_000} s`)

/** Rejects if it takes too long. The caller has to release the hanging work. */
const within = async <T>(work: Promise<T>, ms: number, what: string): Promise<T> => {
  let timer: NodeJS.Timeout | undefined
  try {
    return await Promise.race([
      work,
      new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(late(what, ms)), ms)
      }),
    ])
  } finally {
    clearTimeout(timer)
  }
}

/** Error classes that the values of one statement caused: the connection and its tables are sound. */
const OF_VALUES = /^(?:22|23|54)/

/** The `SQLSTATE` of an error; '' if it is not the server's. */
export const sqlState = (error: unknown): string => {
  const code = (error as { code?: unknown } | undefined)?.code
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : ''
}

export const isOfValues = (error: unknown): boolean => OF_VALUES.test(sqlState(error))

/** Whether the server understood the statement but refused it: a right or a table is missing. */
export const isRefusal = (error: unknown): boolean => /^(?:42|25)/.test(sqlState(error))

/** The problem, for people. An attempt at several addresses fails with one error for each. */
export const reasonOf = (error: unknown): string =>
  error instanceof AggregateError && error.errors.length > 0
    ? messageOf(error.errors[0])
    : messageOf(error)

/**
 * One connection, opened when it is needed and again after a loss. It does one thing at a time. A connection that fails is
 * dropped, because the state of its server is unknown.
 */
export class Link {
  readonly #options: LinkOptions
  #client: Client | undefined
  #opening: Client | undefined
  #isClosed = false
  #last: Promise<unknown> = Promise.resolve()
  /** Work in progress and work in the queue. */
  active = 0
  usedMs = 0

  constructor(options: LinkOptions) {
    this.#options = options
  }

  get isOpen(): boolean {
    return this.#client !== undefined
  }

  /** @param limitMs the longest duration of the work, from its turn on */
  run<T>(work: (client: Client) => Promise<T>, limitMs: number): Promise<T> {
    this.active++
    const result = this.#last.then(() => this.#run(work, limitMs))
    this.#last = result.catch(() => {})
    return result
  }

  async #run<T>(work: (client: Client) => Promise<T>, limitMs: number): Promise<T> {
    let client: Client | undefined
    try {
      client = this.#client ?? (await this.#open())
      client.ref()
      return await within(work(client), limitMs, 'answer')
    } catch (error) {
      if (!isOfValues(error)) this.#drop(client)
      throw error
    } finally {
      this.active--
      this.usedMs = performance.now()
      // An idle connection does not keep the process alive.
      this.#client?.unref()
    }
  }

  /** Drops the connection at once: running work fails, and the next statement opens another one. */
  reset(): void {
    const client = this.#client ?? this.#opening
    this.#client = undefined
    if (client !== undefined) this.#destroy(client)
  }

  /** Closes the connection after the running work, with a short limit. */
  async close(): Promise<void> {
    this.#isClosed = true
    const timer = setTimeout(() => this.reset(), CONNECT_MS)
    await this.#last
    clearTimeout(timer)
    const client = this.#client
    this.#client = undefined
    if (client === undefined) return
    try {
      await within(client.end(), CONNECT_MS, 'say goodbye')
    } catch {
      this.#destroy(client)
    }
  }

  async #open(): Promise<Client> {
    if (this.#isClosed) throw new Error('the store is closed')
    const { driver, url, prepare } = this.#options
    const client = new driver.Client({
      connectionString: url,
      application_name: 'edge1020',
      keepAlive: true,
      keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    }) as Client
    this.#opening = client
    let ended: Error | undefined
    // The errors of a statement reach its caller; these are errors of the connection.
    client.on('error', (error) => {
      ended ??= error
      this.#drop(client)
    })
    client.on('end', () => {
      ended ??= new Error('the server closed the connection')
      if (this.#client === client) this.#client = undefined
    })
    try {
      await within(client.connect(), CONNECT_MS, 'take the connection')
      await within(prepare(client), CONNECT_MS, 'answer')
    } catch (error) {
      this.#destroy(client)
      throw error
    } finally {
      this.#opening = undefined
    }
    if (ended !== undefined) throw ended
    this.#client = client
    return client
  }

  #drop(client: Client | undefined): void {
    if (client === undefined) return
    if (this.#client === client) this.#client = undefined
    this.#destroy(client)
  }

  /** A regular close would wait for a server that may never answer. */
  #destroy(client: Client): void {
    const { stream } = (client as unknown as { connection: { stream: { destroy(): void } } })
      .connection
    stream.destroy()
  }
}
