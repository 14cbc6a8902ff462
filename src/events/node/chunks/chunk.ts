import type { Connection } from '../database.ts'
import { hasTable } from '../schema.ts'
import { SLOT_BITS } from '../sql.ts'
import { type Block, decodeBlock, decodeTimes, EMPTY_BLOCK, SLOTS_BLOCK, TIMES } from './block.ts'

/** The columns of the events in one stretch of time. Each is read at its first use. */
export interface Chunk {
  readonly rows: number
  /** The stretch of time of the whole chunk. */
  readonly fromMs: number
  readonly toMs: number
  /** Ascending, one for each row. */
  readonly times: Float64Array
  block(column: string): Block
  /** The id of a row in the table of events. */
  id(row: number): bigint
}

/**
 * A stretch of time, from `fromMs` until before `toMs`, or without an end. Without a chunk, its events are only in the
 * table.
 */
export interface Stretch {
  readonly fromMs: number
  readonly toMs?: number
  readonly chunk?: Chunk
}

interface ChunkRow {
  to_ms: number
  events: number
  is_stale: number
}

const readerOf = (db: Connection) => {
  const find = db.prepare<[(string | number)[]]>(
    'SELECT block FROM chunk_columns WHERE to_ms = ? AND name = ?'
  )
  return (toMs: number, name: string): Uint8Array | undefined =>
    (find.get([toMs, name]) as { block: Uint8Array } | undefined)?.block
}

const chunkOf = (
  read: ReturnType<typeof readerOf>,
  fromMs: number,
  { to_ms: toMs, events }: ChunkRow
): Chunk => {
  const blocks = new Map<string, Block>()
  const block = (column: string): Block => {
    const known = blocks.get(column)
    if (known !== undefined) return known
    const bytes = read(toMs, column)
    const decoded = bytes === undefined ? EMPTY_BLOCK : decodeBlock(bytes)
    blocks.set(column, decoded)
    return decoded
  }
  let times: Float64Array | undefined
  const timesOf = () => {
    times ??= decodeTimes(read(toMs, TIMES)!, events)
    return times
  }
  return {
    rows: events,
    fromMs,
    toMs,
    get times() {
      return timesOf()
    },
    block,
    id: (row) => {
      const slots = block(SLOTS_BLOCK)
      const slot = slots.value(slots.codes?.[row] ?? 0)
      return (BigInt(timesOf()[row]!) << BigInt(SLOT_BITS)) + BigInt(slot)
    },
  }
}

/** Divides a period into chunks and the gaps between them, in the order of time. Undefined if the file has no chunks. */
export const stretchesOf = (
  db: Connection,
  { fromMs = 0, toMs = Number.POSITIVE_INFINITY }: { fromMs?: number; toMs?: number }
): Stretch[] | undefined => {
  if (!hasTable(db, 'chunks')) return undefined
  const rows = db
    .prepare('SELECT to_ms, events, is_stale FROM chunks ORDER BY to_ms')
    .all() as ChunkRow[]
  if (rows.length === 0) return undefined
  const read = readerOf(db)
  const stretches: Stretch[] = []
  const add = (from: number, to: number, chunk?: Chunk) => {
    const [start, end] = [Math.max(from, fromMs), Math.min(to, toMs)]
    if (start >= end) return
    stretches.push({
      fromMs: start,
      ...(end === Number.POSITIVE_INFINITY ? {} : { toMs: end }),
      ...(chunk === undefined ? {} : { chunk }),
    })
  }
  let from = 0
  for (const row of rows) {
    add(from, row.to_ms, row.is_stale === 0 ? chunkOf(read, from, row) : undefined)
    from = row.to_ms
  }
  add(from, Number.POSITIVE_INFINITY)
  return stretches
}
