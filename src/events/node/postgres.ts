import { tmpdir } from 'node:os'
import { EdgeError } from '../../error.ts'
import { parseRay } from '../../ray.ts'
import type { EventStore, SecurityEvent } from '../event.ts'
import { explainMiss } from '../find.ts'
import { queryOfFilter, settlePage, settleSeries, settleTop } from '../settle.ts'
import type { StoreState } from '../state.ts'
import { copyable, readAddress } from './postgres/address.ts'
import type { Client } from './postgres/driver.ts'
import { loadDriver } from './postgres/driver.ts'
import { isRefusal, Link, reasonOf } from './postgres/link.ts'
import type { Held } from './postgres/questions.ts'
import { find, findHeld, page, series, top } from './postgres/questions.ts'
import { Retention } from './postgres/retention.ts'
import { findSchema, prepareSchema } from './postgres/schema.ts'
import { inSnapshot } from './postgres/snapshot.ts'
import { Spill, spillFile } from './postgres/spill.ts'
import { Writer } from './postgres/writer.ts'
import { readStoreOptions, type StoreOptions } from './store-options.ts'
import { Troubles } from './troubles.ts'

export interface PostgresOptions extends StoreOptions {
  /**
   * A directory for events that the server does not take in time. The next store with the same address and directory writes
   * what is left in it. Default: the system's directory for temporary files.
   */
  spillDirectory?: string
  /** The maximum number of bytes in it; 0: none. Further events wait in memory. Default 1,000,000,000. */
  maxSpillBytes?: number
}

/** An event store in a PostgreSQL database that several edges may write to. */
export interface PostgresStore extends EventStore {
  /** The number of writes since it was opened: simultaneous events share one. */
  readonly commits: number
  state(): StoreState
}

/** The longest wait for an answer. */
const QUESTION_MS = 30_000
/** Connections for queries: a slow query must not delay a look-up. */
const READERS = 3
const PROBE_MS = 1_000
const RETENTION_FIRST_MS = 1_000
const RETENTION_MS = 10_000
const BITE_PAUSE_MS = 20
const RETENTION_LIMIT_MS = 60_000
const ALIVE_MS = 5_000
const ADOPT_MS = 30_000
const DEFAULT_SPILL_BYTES = 1_000_000_000

const closedError = (name: string) => new EdgeError('store_closed', `${name}: the store is closed`)

const labelled = (name: string) => `event store ${name}`

/** The link with the least work. */
const idlest = (links: readonly Link[]): Link =>
  links.reduce((best, link) => (link.active < best.active ? link : best))

/**
 * Keeps events in a PostgreSQL database. `append` resolves after the commit there; simultaneous events share one insert.
 * While the server does not answer in time, `append` resolves after a write to a file in `spillDirectory`, unless
 * `onStoreFailure` is `hold`.
 *
 * @param address `postgres://USER:PASSWORD@HOST:PORT/DATABASE`. The variables `PGPASSWORD`, `PGHOST` … supply missing
 * parts.
 * @throws EdgeError `invalid_store`, `unknown_store` (no address), `store_failed` if pg is not installed
 * @example const store = postgresStore('postgres://edge@db.internal/edge')
 */
export const postgresStore = (address: string, options: PostgresOptions = {}): PostgresStore => {
  const { readOnly = false, onTrouble = () => {}, onNotice = () => {} } = options
  const { spillDirectory = tmpdir(), maxSpillBytes = DEFAULT_SPILL_BYTES } = options
  const { url, name } = readAddress(address)
  const { policy, limits } = readStoreOptions(options)
  if (!(maxSpillBytes >= 0)) {
    throw new EdgeError(
      'invalid_store',
      `maxSpillBytes ${maxSpillBytes}: expected a number of bytes`
    )
  }
  const driver = loadDriver(name)
  const troubles = new Troubles(name, onTrouble, onNotice)
  let closing: Promise<void> | undefined
  let evicted = 0

  const prepare = async (client: Client) => {
    const isMade = await prepareSchema(client, name)
    if (isMade) await writer?.noteLoss(client)
  }

  const link = () =>
    new Link({
      driver,
      url,
      prepare: readOnly ? (client) => findSchema(client, name) : prepare,
    })
  const readers = Array.from({ length: READERS }, link)
  const main = link()

  const told = (error: unknown): EdgeError =>
    error instanceof EdgeError
      ? error
      : new EdgeError('store_failed', `${labelled(name)}: ${reasonOf(error)}`, { cause: error })

  const setTrouble = (place: 'server' | 'retention', reason: string | undefined) =>
    troubles.update(place, reason === undefined ? undefined : `${labelled(name)}: ${reason}`)

  const spill =
    readOnly || policy.onStoreFailure === 'hold' || maxSpillBytes === 0
      ? undefined
      : new Spill({
          file: spillFile(spillDirectory, `${name} ${copyable(address)}`),
          name,
          flushes: policy.durability === 'flush',
          maxBytes: maxSpillBytes,
          onNotice,
        })
  const writer: Writer | undefined = readOnly
    ? undefined
    : new Writer({
        ...policy,
        label: labelled(name),
        link: main,
        spill,
        onTrouble: (reason) => setTrouble('server', reason),
        onNotice,
      })

  const heldNow = (): Held => ({ events: writer?.held ?? [], gaps: writer?.gaps ?? [] })

  const settled = async () => {
    if (closing !== undefined) throw closedError(name)
    await writer?.settled()
  }

  const asked = async <Answer>(
    look: (client: Client, held: Held) => Promise<Answer>,
    held = heldNow()
  ): Promise<Answer> => {
    try {
      return await idlest(readers).run(
        (client) => inSnapshot(client, held, () => look(client, held)),
        QUESTION_MS
      )
    } catch (error) {
      throw told(error)
    }
  }

  /** For questions about many events: the server has to have those of the spill. */
  const askedOfAll = async <Answer>(
    look: (client: Client, held: Held) => Promise<Answer>
  ): Promise<Answer> => {
    await settled()
    const lacking = (await writer?.drained()) ?? 0
    // The server's own error comes first.
    const answer = await asked(look)
    if (lacking === 0) return answer
    const waiting = `${labelled(name)}: ${lacking} events are not on the server yet`
    throw new EdgeError('store_failed', troubles.first?.message ?? waiting)
  }

  /** Checks the server when no other statement would: at the start, after a loss, and while it is idle. */
  const probe = async () => {
    if (main.active > 0 || (main.isOpen && performance.now() - main.usedMs < ALIVE_MS)) return
    try {
      await main.run((client) => client.query('SELECT 1'), ALIVE_MS)
      if (writer?.isFailing !== true) setTrouble('server', undefined)
    } catch (error) {
      if (closing === undefined) setTrouble('server', reasonOf(error))
    }
  }

  const retention = new Retention(limits)
  const removeOld = async () => {
    for (let more = true; more && closing === undefined; ) {
      const step = await readers[0]!.run((client) => retention.step(client), RETENTION_LIMIT_MS)
      evicted += step.removed
      more = step.more
      if (more) await new Promise((resolve) => setTimeout(resolve, BITE_PAUSE_MS).unref())
    }
  }

  const retain = async () => {
    // Without a server there is nothing to remove, and `probe` reports it.
    if (troubles.has('server')) return
    try {
      await removeOld()
      setTrouble('retention', undefined)
    } catch (error) {
      // Without a server, `probe` reports it.
      if (closing === undefined && isRefusal(error)) {
        setTrouble('retention', `retention: ${reasonOf(error)}`)
      }
    }
  }

  /** Repeats the work with pauses; it does not keep the process alive. */
  const again = (work: () => Promise<void>, firstMs: number, pauseMs: number) => {
    const next = async () => {
      await work()
      if (closing === undefined) timer = setTimeout(next, pauseMs).unref()
    }
    let timer = setTimeout(next, firstMs).unref()
    return () => clearTimeout(timer)
  }

  const adopt = async () => writer?.adopt()
  const stops = readOnly
    ? []
    : [
        again(probe, 0, PROBE_MS),
        again(retain, RETENTION_FIRST_MS, RETENTION_MS),
        again(adopt, 0, ADOPT_MS),
      ]

  const close = async () => {
    for (const stop of stops) stop()
    await writer?.finish()
    await Promise.all([main, ...readers].map((one) => one.close()))
  }

  const pageWhere = (settled: ReturnType<typeof settlePage>) =>
    askedOfAll((client, held) => page(client, settled, held))

  return {
    name,
    get commits() {
      return writer?.commits ?? 0
    },
    append: (events: readonly SecurityEvent[]) => {
      if (closing !== undefined) return Promise.reject(closedError(name))
      if (writer !== undefined) return writer.append(events)
      return Promise.reject(new EdgeError('store_read_only', `${name}: opened read-only`))
    },
    find: async (ray) => {
      if (parseRay(ray) === undefined && closing === undefined) {
        return explainMiss(ray, { store: name })
      }
      await settled()
      const { events, gaps } = heldNow()
      const spilled = (await spill?.find(ray)) ?? []
      const held = { events: [...events, ...spilled], gaps }
      try {
        return await asked((client) => find(client, name, ray, held), held)
      } catch (error) {
        if (closing !== undefined) throw error
        // Events on this machine are found without the server.
        const found = findHeld(ray, held)
        if (found !== undefined) return found
        const miss = explainMiss(ray, { store: name, gaps: held.gaps })
        if (!miss.found && miss.reason !== 'not_in_store') return miss
        throw error
      }
    },
    query: async (filter) => (await pageWhere(settlePage(queryOfFilter(filter)))).events,
    page: async (query) => pageWhere(settlePage(query)),
    top: async (query) => {
      const settled = settleTop(query)
      return askedOfAll((client, held) => top(client, settled, held))
    },
    series: async (query) => {
      const settled = settleSeries(query)
      return askedOfAll((client, held) => series(client, settled, held))
    },
    state: () => {
      const trouble = troubles.first
      return {
        ...(trouble === undefined ? {} : { trouble }),
        waiting: writer?.waiting ?? 0,
        lost: writer?.lost ?? 0,
        gaps: writer?.gaps ?? [],
        evicted,
      }
    },
    close: () => {
      closing ??= close()
      return closing
    },
  }
}
