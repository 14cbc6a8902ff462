import type { Limits } from '../store-limits.ts'
import type { Client } from './driver.ts'
import { EVENTS, FACTS, LOCKS, ROW } from './schema.ts'

/** Events removed at once: others write and read in between. */
const BITE_EVENTS = 1_000
/** A sample of rows that shows the size of all rows. */
const SAMPLE = 1_000
/** The cost of a row in addition to its values: its header, its entries in three indexes. */
const ROW_OVERHEAD_BYTES = 160
/** Counting is the most expensive part. */
const COUNT_MS = 60_000

/** The maximum number of events, by number and by size. */
const mostEvents = async (client: Client, { maxBytes, maxEvents }: Limits): Promise<number> => {
  if (maxBytes === Number.POSITIVE_INFINITY) return maxEvents
  const lengths = ROW.filter((name) => name !== 'ms').map((name) => `pg_column_size(${name})`)
  const { rows } = await client.query<{ bytes: string | null }>(
    `SELECT avg(${lengths.join(' + ')}) AS bytes FROM (SELECT * FROM ${EVENTS} ORDER BY ms DESC LIMIT ${SAMPLE}) AS newest`
  )
  const bytes = Number(rows[0]?.bytes ?? 0) + ROW_OVERHEAD_BYTES
  return Math.min(maxEvents, Math.floor(maxBytes / bytes))
}

/** Removes the oldest events of a database that several edges may share: one edge at a time does it. */
export class Retention {
  #surplus = 0
  #countedMs = Number.NEGATIVE_INFINITY

  constructor(
    readonly limits: Limits,
    readonly now: () => number = Date.now
  ) {}

  /** @returns the number of removed events, and whether there are more to remove */
  async step(client: Client): Promise<{ removed: number; more: boolean }> {
    await client.query('BEGIN')
    try {
      const result = await this.#step(client)
      await client.query('COMMIT')
      return result
    } catch (error) {
      this.#countedMs = Number.NEGATIVE_INFINITY
      await client.query('ROLLBACK').catch(() => {
        // The connection is lost, and the transaction with it.
      })
      throw error
    }
  }

  async #step(client: Client): Promise<{ removed: number; more: boolean }> {
    const { rows } = await client.query<{ mine: boolean }>(
      'SELECT pg_try_advisory_xact_lock($1) AS mine',
      [LOCKS.retention]
    )
    if (rows[0]?.mine !== true) return { removed: 0, more: false }
    const boundaryMs = Math.floor(this.now() - this.limits.maxAgeMs)
    const old = await this.#bite(client, 'ms < $1::bigint', [boundaryMs], BITE_EVENTS)
    if (old > 0) return { removed: old, more: true }
    await this.#count(client)
    if (this.#surplus <= 0) return { removed: 0, more: false }
    const removed = await this.#bite(client, 'true', [], Math.min(BITE_EVENTS, this.#surplus))
    this.#surplus = removed === 0 ? 0 : this.#surplus - removed
    return { removed, more: this.#surplus > 0 }
  }

  async #count(client: Client): Promise<void> {
    const { maxBytes, maxEvents } = this.limits
    if (Math.min(maxBytes, maxEvents) === Number.POSITIVE_INFINITY) return
    if (this.#surplus > 0 || performance.now() - this.#countedMs < COUNT_MS) return
    this.#countedMs = performance.now()
    const { rows } = await client.query<{ n: string }>(`SELECT count(*) AS n FROM ${EVENTS}`)
    this.#surplus = Number(rows[0]?.n ?? 0) - (await mostEvents(client, this.limits))
  }

  /** Removes whole milliseconds, so the kept events begin at one. */
  async #bite(client: Client, where: string, values: number[], count: number): Promise<number> {
    const { rows } = await client.query<{ last: string | null }>(
      `SELECT max(ms) AS last FROM (SELECT ms FROM ${EVENTS} WHERE ${where} ORDER BY ms LIMIT ${count}) AS oldest`,
      values
    )
    const last = rows[0]?.last ?? undefined
    if (last === undefined) return 0
    const { rowCount } = await client.query(`DELETE FROM ${EVENTS} WHERE ms <= $1`, [last])
    await client.query(
      `INSERT INTO ${FACTS} (name, value) VALUES ('removed_before_ms', $1) ` +
        `ON CONFLICT (name) DO UPDATE SET value = greatest(${FACTS}.value, excluded.value)`,
      [Number(last) + 1]
    )
    return rowCount ?? 0
  }
}
