import { createCounts } from '../../counts.ts'
import type { SeriesPoint, TopRow } from '../../query.ts'
import type { Settled, SettledPage, SettledSeries, SettledTop } from '../../settle.ts'
import { bindable, COLUMNS } from '../columns.ts'
import { AddressCounts } from './address-counts.ts'
import type { Chunk, Stretch } from './chunk.ts'
import { type ChunkCounts, questionOf } from './chunk-counts.ts'
import { countBuckets, countGroups, type OnGroup, select } from './scan.ts'

const withinOf = <Query extends object>(query: Query, { fromMs, toMs }: Stretch) => ({
  ...query,
  fromMs,
  ...(toMs === undefined ? {} : { toMs }),
})

/** A query with texts as SQLite has them in the table. */
const asBound = <Query extends Settled>(query: Query): Query => ({
  ...query,
  where: query.where.map((condition) => ({
    ...condition,
    values: condition.values.map((value) => (typeof value === 'string' ? bindable(value) : value)),
  })),
})

const isAddress = ({ by }: SettledTop): boolean => by.length === 1 && by[0]!.type === 'ip'

/**
 * The most frequent values.
 *
 * @param inTable counts events that are in no chunk
 * @param rest counts of events that are not in the table of events
 * @param known counts of whole chunks from earlier questions
 */
export const topOfStretches = (
  stretches: readonly Stretch[],
  settled: SettledTop,
  inTable: (within: SettledTop) => readonly TopRow[],
  rest: readonly TopRow[],
  known: ChunkCounts
): TopRow[] => {
  const { by, limit } = settled
  const bound = asBound(settled)
  const question = questionOf(bound, by)
  const addresses = isAddress(settled) ? new AddressCounts() : undefined
  const counts = addresses ?? createCounts(by)
  const add: OnGroup = (values, count) => counts.add(values, count)
  for (const stretch of stretches) {
    const within = withinOf(bound, stretch)
    const { chunk } = stretch
    if (chunk === undefined) {
      for (const { values, count } of inTable(within)) counts.add(values, count)
      continue
    }
    const ipv4 = addresses && chunk.block(COLUMNS['ip']!.column).ipv4
    if (ipv4 === undefined) {
      known.tell(chunk, within, question, add, (onGroup) =>
        countGroups(chunk, select(chunk, within), by, onGroup)
      )
    } else addresses?.addIpv4(ipv4, select(chunk, within))
  }
  for (const { values, count } of rest) counts.add(values, count)
  return counts.top(limit)
}

/**
 * The number of events over time, each point perhaps in several parts.
 *
 * @param inTable counts events that are in no chunk
 * @param known counts of whole chunks from earlier questions
 */
export function* pointsOfStretches(
  stretches: readonly Stretch[],
  settled: SettledSeries,
  inTable: (within: SettledSeries) => readonly SeriesPoint[],
  known: ChunkCounts
): Generator<SeriesPoint> {
  const { by, bucketMs } = settled
  const names = [{ name: `every ${bucketMs} ms` }, ...(by === undefined ? [] : [by])]
  const bound = asBound(settled)
  const question = questionOf(bound, names)
  for (const stretch of stretches) {
    const within = withinOf(bound, stretch)
    const { chunk } = stretch
    if (chunk === undefined) {
      yield* inTable(within)
      continue
    }
    const points: SeriesPoint[] = []
    const onGroup: OnGroup = ([time, value], count) =>
      points.push({ time: String(time), ...(value === undefined ? {} : { value }), count })
    known.tell(chunk, within, question, onGroup, (onCounted) =>
      countBuckets(chunk, select(chunk, within), settled, onCounted)
    )
    yield* points
  }
}

/** The period that a page can come from. */
export const periodOf = ({ fromMs, toMs, after, order }: SettledPage) => {
  const [from, to] = [fromMs ?? 0, toMs ?? Number.POSITIVE_INFINITY]
  if (after === undefined) return { fromMs: from, toMs: to }
  return order === 'newest'
    ? { fromMs: from, toMs: Math.min(to, after.timeMs + 1) }
    : { fromMs: Math.max(from, after.timeMs), toMs: to }
}

/** At least the rows of a chunk that a page and the position after it need, if there are enough: whole milliseconds. */
const rowsOfPage = (chunk: Chunk, within: SettledPage): number[] => {
  const { order, limit, after } = within
  const rows = [...select(chunk, within)]
  const taken: number[] = []
  let counted = 0
  let lastMs: number | undefined
  for (const row of order === 'newest' ? rows.reverse() : rows) {
    const ms = chunk.times[row]!
    if (counted > limit && ms !== lastMs) break
    taken.push(row)
    // The previous page may contain some events of this millisecond.
    if (ms !== after?.timeMs) counted++
    lastMs = ms
  }
  return taken
}

/**
 * The candidates for a page, stretch by stretch.
 *
 * @param inTable finds those of a stretch without a chunk
 * @param byId finds events by their ids
 */
export function* candidatesOf<Event>(
  stretches: readonly Stretch[],
  settled: SettledPage,
  inTable: (within: SettledPage) => Event[],
  byId: (ids: readonly bigint[]) => Event[]
): Generator<Event[]> {
  const bound = asBound(settled)
  for (const stretch of settled.order === 'newest' ? stretches.toReversed() : stretches) {
    const within = withinOf(bound, stretch)
    const { chunk } = stretch
    if (chunk === undefined) yield inTable(within)
    else {
      const rows = rowsOfPage(chunk, within)
      if (rows.length > 0) yield byId(rows.map((row) => chunk.id(row)))
    }
  }
}
