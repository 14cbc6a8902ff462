import { parseRay } from '../../../ray.ts'
import { mergeSeries, mergeTop, pageOf, pointsOf, topOf } from '../../evaluate.ts'
import type { FindResult, SecurityEvent } from '../../event.ts'
import { explainMiss } from '../../find.ts'
import type { EventPage, SeriesPoint, TopRow } from '../../query.ts'
import type { SettledPage, SettledSeries, SettledTop } from '../../settle.ts'
import { shownValue } from '../../shown-value.ts'
import type { Gap } from '../../state.ts'
import type { Client } from './driver.ts'
import { eventOf } from './rows.ts'
import { EVENTS, FACTS, GAPS, ROW } from './schema.ts'
import { afterOf, Binder, bucketOf, groupOf, orderOf, selectionOf } from './sql.ts'

/** Events in memory, and other facts that only this process knows. */
export interface Held {
  readonly events: readonly SecurityEvent[]
  readonly gaps: readonly Gap[]
}

const SELECT = `SELECT ${ROW.join(', ')} FROM ${EVENTS}`
/** Events in memory can bring a value to the top that few events on the server have. */
const MOST_GROUPS = 20_000

type Row = Readonly<Record<string, unknown>>

const ask = async (client: Client, text: string, values: unknown[] = []): Promise<Row[]> =>
  (await client.query<Row>(text, values)).rows

const byRay = async (client: Client, ray: string): Promise<SecurityEvent[]> =>
  (await ask(client, `${SELECT} WHERE ray = $1`, [ray])).map(eventOf)

const isSame = (x: SecurityEvent, y: SecurityEvent) =>
  x.ray === y.ray && x.matchIndex === y.matchIndex

/** A write whose answer was lost may have succeeded: its events are then in both places. */
const onlyHeld = async (client: Client, { events }: Held): Promise<SecurityEvent[]> => {
  if (events.length === 0) return []
  const rows = await ask(client, `SELECT ray, match_index FROM ${EVENTS} WHERE ray = ANY ($1)`, [
    [...new Set(events.map(({ ray }) => ray))],
  ])
  const there = new Set(rows.map((row) => `${row['ray']} ${row['match_index']}`))
  return events.filter(({ ray, matchIndex }) => !there.has(`${ray} ${matchIndex}`))
}

const numberOf = (value: unknown): number | undefined =>
  value === null || value === undefined ? undefined : Number(value)

const missOf = async (client: Client, name: string, text: string, held: Held) => {
  const [facts] = await ask(
    client,
    `SELECT (SELECT min(ms) FROM ${EVENTS}) AS oldest, (SELECT value FROM ${FACTS} WHERE name = 'removed_before_ms') AS removed`
  )
  const gaps = await ask(client, `SELECT * FROM ${GAPS}`)
  return explainMiss(text, {
    store: name,
    oldestMs: numberOf(facts?.['oldest']),
    removedBeforeMs: numberOf(facts?.['removed']),
    gaps: [
      ...gaps.map((row) => ({
        firstRay: String(row['first_ray']),
        lastRay: String(row['last_ray']),
        from: new Date(Number(row['from_ms'])).toISOString(),
        to: new Date(Number(row['to_ms'])).toISOString(),
        count: Number(row['count']),
        reason: String(row['reason']),
      })),
      ...held.gaps,
    ],
  })
}

/** The events of a Ray ID in memory; undefined if there are none. */
export const findHeld = (text: string, { events }: Held): FindResult | undefined => {
  const ray = parseRay(text)?.ray
  const [first, ...rest] = events
    .filter((event) => event.ray === ray)
    .sort((x, y) => x.matchIndex - y.matchIndex)
  return first === undefined ? undefined : { found: true, events: [first, ...rest] }
}

export const find = async (
  client: Client,
  name: string,
  text: string,
  held: Held
): Promise<FindResult> => {
  const ray = parseRay(text)?.ray
  if (ray === undefined) return explainMiss(text, { store: name })
  const kept = await byRay(client, ray)
  const waiting = held.events.filter(
    (event) => event.ray === ray && !kept.some((one) => isSame(one, event))
  )
  const [first, ...rest] = [...kept, ...waiting].sort((x, y) => x.matchIndex - y.matchIndex)
  return first === undefined
    ? missOf(client, name, text, held)
    : { found: true, events: [first, ...rest] }
}

export const page = async (
  client: Client,
  settled: SettledPage,
  held: Held
): Promise<EventPage> => {
  const { after, order, limit } = settled
  const binder = new Binder()
  const isNewest = order === 'newest'
  const parts = [selectionOf(binder, settled)]
  if (after !== undefined) parts.push(afterOf(binder, after, isNewest))
  const rows = await ask(
    client,
    `${SELECT} WHERE ${parts.join(' AND ')} ORDER BY ${orderOf(isNewest)} LIMIT ${limit + 1}`,
    binder.values
  )
  return pageOf([...rows.map(eventOf), ...(await onlyHeld(client, held))], settled)
}

export const top = async (client: Client, settled: SettledTop, held: Held): Promise<TopRow[]> => {
  const { by, limit } = settled
  const rest = topOf(await onlyHeld(client, held), { ...settled, limit: Number.POSITIVE_INFINITY })
  const binder = new Binder()
  const selection = selectionOf(binder, settled)
  const values = by.map((field, i) => `${groupOf(field)} AS v${i}`)
  const places = by.map((_, i) => i + 1)
  const order = by.map((field, i) =>
    field.type === 'ip' ? `length(${groupOf(field)}), ${i + 1}` : `${i + 1}`
  )
  const rows = await ask(
    client,
    `SELECT ${values.join(', ')}, count(*) AS n FROM ${EVENTS} WHERE ${selection} GROUP BY ${places.join(', ')} ` +
      `ORDER BY n DESC, ${order.join(', ')} LIMIT ${rest.length === 0 ? limit : MOST_GROUPS}`,
    binder.values
  )
  const counted = rows.map((row) => ({
    values: by.map((field, i) => shownValue(field, row[`v${i}`])),
    count: Number(row['n']),
  }))
  return mergeTop([...counted, ...rest], by, limit)
}

export const series = async (
  client: Client,
  settled: SettledSeries,
  held: Held
): Promise<SeriesPoint[]> => {
  const { by, bucketMs } = settled
  const waiting = await onlyHeld(client, held)
  // Buckets and times are not fields for conditions.
  const isSelectable = by !== undefined && by.type !== 'bucket' && by.type !== 'time'
  const selected = isSelectable
    ? {
        ...settled,
        where: [
          ...settled.where,
          {
            field: (({ also: _, ...field }) => field)(by),
            operator: 'in' as const,
            values: (await top(client, { ...settled, by: [by] }, held)).map(
              ({ values }) => values[0]!
            ),
          },
        ],
      }
    : settled
  const binder = new Binder()
  const selection = selectionOf(binder, selected)
  const group = by === undefined ? "''" : groupOf(by)
  const rows = await ask(
    client,
    `SELECT ${bucketOf(bucketMs)} AS b, ${group} AS v, count(*) AS n FROM ${EVENTS} WHERE ${selection} GROUP BY 1, 2`,
    binder.values
  )
  const points = rows.map((row) => ({
    time: new Date(Number(row['b'])).toISOString(),
    ...(by === undefined ? {} : { value: shownValue(by, row['v']) }),
    count: Number(row['n']),
  }))
  return mergeSeries([...points, ...pointsOf(waiting, settled)], settled)
}
