import { cutChunks } from './chunks/seal.ts'
import { type Connection, numberOf } from './database.ts'
import { firstId, MS } from './sql.ts'
import type { Limits } from './store-limits.ts'
import type { Tables } from './tables.ts'
import { dayOf } from './texts.ts'

/** Events removed at once: others write and read in between. */
const BITE_EVENTS = 1_000
const TEXTS_BITE = 1_000
const OLDEST = `SELECT ${MS} FROM events ORDER BY id LIMIT 1`

/** Bytes of used pages: pages of removed events are reused before the file grows. */
const bytesInUse = (db: Connection): number => {
  const pages =
    (numberOf(db, 'PRAGMA page_count') ?? 0) - (numberOf(db, 'PRAGMA freelist_count') ?? 0)
  return pages * (numberOf(db, 'PRAGMA page_size') ?? 0)
}

/** The condition of the events to remove now; undefined if all may stay. */
const surplus = (db: Connection, { maxAgeMs, maxBytes, maxEvents }: Limits): string | undefined => {
  const oldestMs = numberOf(db, OLDEST)
  if (oldestMs === undefined) return undefined
  const boundaryMs = Date.now() - maxAgeMs
  const bite = (count: number, where = '1') =>
    `(SELECT max(id) FROM (SELECT id FROM events WHERE ${where} ORDER BY id LIMIT ${count}))`
  if (oldestMs < boundaryMs) return bite(BITE_EVENTS, `id < ${firstId(boundaryMs)}`)
  const count = numberOf(db, "SELECT value FROM facts WHERE name = 'events'") ?? 0
  if (count > maxEvents) return bite(Math.min(BITE_EVENTS, count - maxEvents))
  return bytesInUse(db) > maxBytes ? bite(BITE_EVENTS) : undefined
}

/** Removes texts that only removed events used: their last day is before the oldest stored event. */
const removeTexts = (db: Connection): boolean => {
  const oldestMs = numberOf(db, OLDEST)
  const day = dayOf(oldestMs ?? Date.now()) - 1
  const { changes } = db
    .prepare<number[]>(
      `DELETE FROM texts WHERE id IN (SELECT id FROM texts WHERE day < ? LIMIT ${TEXTS_BITE})`
    )
    .run(day)
  return changes > 0
}

/**
 * Removes some of the events beyond the limits, and notes the time from which all events are stored.
 *
 * @param onEvicted gets the number of removed events
 * @returns whether there is more to remove
 */
export const prune = (
  db: Connection,
  tables: Tables,
  limits: Limits,
  onEvicted: (events: number) => void
): boolean => {
  if (surplus(db, limits) === undefined) {
    if (tables.fact('removed_before_ms') === undefined) return false
    return tables.transaction(() => removeTexts(db))
  }
  const removed = tables.transaction(() => {
    const last = surplus(db, limits)
    if (last === undefined) return 0
    const { changes } = db.prepare(`DELETE FROM events WHERE id <= ${last}`).run()
    tables.setFact('events', Math.max(0, (tables.fact('events') ?? 0) - changes))
    const oldestMs = numberOf(db, OLDEST)
    cutChunks(db, oldestMs)
    const since = oldestMs ?? Date.now() - limits.maxAgeMs
    tables.setFact('removed_before_ms', Math.max(since, tables.fact('removed_before_ms') ?? 0))
    return changes
  })
  if (removed > 0) onEvicted(removed)
  return true
}
