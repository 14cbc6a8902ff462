import type { Ip, IpRange } from '../lists/ip.ts'
import { compareIp, parseIp } from '../lists/ip.ts'
import { compareValues, createCounts } from './counts.ts'
import type { SecurityEvent } from './event.ts'
import { bucketStart, type EventField, eventFields } from './fields.ts'
import type { EventPage, SeriesPoint, TopRow } from './query.ts'
import type {
  Position,
  Settled,
  SettledCondition,
  SettledPage,
  SettledSeries,
  SettledTop,
} from './settle.ts'
import { cursorOf, MAX_SERIES_POINTS, tooManyPoints } from './settle.ts'

/** The texts that `text` of a query searches. An address must match as a whole. */
export const TEXT_FIELDS = [
  'ray',
  'rule.id',
  'rule.name',
  'expression',
  'host',
  'path',
  'query',
  'userAgent',
  'country',
  'asnName',
] as const

const searched = eventFields.filter(({ name }) => TEXT_FIELDS.some((one) => one === name))
const alsoOf = (condition: SettledCondition) =>
  eventFields.find(({ name }) => name === condition.field.also)

/** Only A–Z, as in SQLite. */
export const lowered = (text: string): string =>
  text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())

const isWithin = (ip: Ip | undefined, { from, to }: IpRange): boolean =>
  ip !== undefined &&
  ip.family === from.family &&
  compareIp(from, ip) <= 0 &&
  compareIp(ip, to) <= 0

/** Whether a value of its field fulfils a condition. */
export const fitsValue = (
  { operator, values, network }: SettledCondition,
  value: string | number
): boolean => {
  const [wanted] = values
  switch (operator) {
    case 'is':
      return value === wanted
    case 'isNot':
      return value !== wanted
    case 'in':
      return values.includes(value)
    case 'contains':
      return String(value).includes(String(wanted))
    case 'startsWith':
      return String(value).startsWith(String(wanted))
    case 'greater':
      return value > wanted!
    case 'less':
      return value < wanted!
    case 'inNetwork':
      return isWithin(parseIp(String(value)), network!)
  }
}

const fulfils = (condition: SettledCondition): ((event: SecurityEvent) => boolean) => {
  const { field, operator } = condition
  const also = alsoOf(condition)
  if (also === undefined) return (event) => fitsValue(condition, field.read(event))
  return operator === 'isNot'
    ? (event) => fitsValue(condition, field.read(event)) && fitsValue(condition, also.read(event))
    : (event) => fitsValue(condition, field.read(event)) || fitsValue(condition, also.read(event))
}

const holds = (text: string): ((event: SecurityEvent) => boolean) => {
  const wanted = lowered(text)
  const ip = parseIp(text.trim())?.toString()
  return (event) =>
    event.ip === ip || searched.some(({ read }) => lowered(String(read(event))).includes(wanted))
}

/** Whether a query selects an event. */
export const matcher = ({ where, fromMs, toMs, text }: Settled) => {
  const tests = where.map(fulfils)
  if (text !== undefined) tests.push(holds(text))
  return (event: SecurityEvent): boolean => {
    if (fromMs !== undefined || toMs !== undefined) {
      const timeMs = Date.parse(event.time)
      if (fromMs !== undefined && timeMs < fromMs) return false
      if (toMs !== undefined && timeMs >= toMs) return false
    }
    return tests.every((one) => one(event))
  }
}

const positionOf = ({ time, ray, matchIndex }: SecurityEvent): Position => ({
  timeMs: Date.parse(time),
  ray,
  matchIndex,
})

/** Newest first; the deciding event of a request before its others. */
const comparePositions = (x: Position, y: Position): number =>
  y.timeMs - x.timeMs || (x.ray === y.ray ? x.matchIndex - y.matchIndex : x.ray < y.ray ? 1 : -1)

const compare = (x: SecurityEvent, y: SecurityEvent) =>
  x.time === y.time && x.ray === y.ray
    ? x.matchIndex - y.matchIndex
    : comparePositions(positionOf(x), positionOf(y))

/** The page of the selected `events`, which can be in any order. */
export const pageOf = (events: Iterable<SecurityEvent>, settled: SettledPage): EventPage => {
  const { order, limit, after } = settled
  const sign = order === 'newest' ? 1 : -1
  const fits = matcher(settled)
  const found: SecurityEvent[] = []
  for (const event of events) {
    if (after !== undefined && sign * comparePositions(positionOf(event), after) <= 0) continue
    if (fits(event)) found.push(event)
  }
  found.sort((x, y) => sign * compare(x, y))
  if (found.length <= limit) return { events: found }
  found.length = limit
  return { events: found, next: cursorOf(found[limit - 1]!) }
}

/** Adds up rows that were counted separately, and returns the most frequent ones. */
export const mergeTop = (
  rows: Iterable<TopRow>,
  by: readonly Pick<EventField, 'type'>[],
  limit: number
): TopRow[] => {
  const counts = createCounts(by)
  for (const { values, count } of rows) counts.add(values, count)
  return counts.top(limit)
}

/** The value of a field in a group. */
const groupValue = ({ type, read }: EventField, event: SecurityEvent) =>
  type === 'time' ? event.time : read(event)

/** Every combination of values with its count, unsorted. */
function* countsOf(
  events: Iterable<SecurityEvent>,
  { by, ...settled }: Settled & Pick<SettledTop, 'by'>
): Generator<TopRow> {
  const fits = matcher(settled)
  for (const event of events) {
    if (!fits(event)) continue
    const values = by.map((field) => groupValue(field, event))
    yield { values, count: 1 }
  }
}

/** The most frequent values of the selected `events`. */
export const topOf = (events: Iterable<SecurityEvent>, settled: SettledTop): TopRow[] =>
  mergeTop(countsOf(events, settled), settled.by, settled.limit)

/** Adds up points that were counted separately, sorted by time, then by count. */
export const mergeSeries = (
  points: Iterable<SeriesPoint>,
  { by, limit }: Pick<SettledSeries, 'by' | 'limit'>
): SeriesPoint[] => {
  const all = [...points]
  const rows = all.map(({ value = '', count }) => ({ values: [value], count }))
  const ranked = mergeTop(rows, [by ?? { type: 'text' }], limit)
  const rank = new Map(ranked.map(({ values }, i) => [values[0]!, i]))
  const counts = new Map<string, SeriesPoint>()
  for (const { time, value = '', count } of all) {
    if (!rank.has(value)) continue
    const key = `${time}${value}`
    const point = counts.get(key)
    if (point !== undefined) point.count += count
    else counts.set(key, by === undefined ? { time, count } : { time, value, count })
  }
  if (counts.size > MAX_SERIES_POINTS) throw tooManyPoints()
  const rankOf = ({ value = '' }: SeriesPoint) => rank.get(value)!
  return [...counts.values()].sort((x, y) => compareValues(x.time, y.time) || rankOf(x) - rankOf(y))
}

/** One point for each of the selected `events`. */
export function* pointsOf(
  events: Iterable<SecurityEvent>,
  settled: SettledSeries
): Generator<SeriesPoint> {
  const { bucketMs, by } = settled
  const fits = matcher(settled)
  for (const event of events) {
    if (!fits(event)) continue
    const time = bucketStart(Date.parse(event.time), bucketMs)
    yield by === undefined ? { time, count: 1 } : { time, value: groupValue(by, event), count: 1 }
  }
}

/** The number of selected `events` in each bucket of time. */
export const seriesOf = (events: Iterable<SecurityEvent>, settled: SettledSeries): SeriesPoint[] =>
  mergeSeries(pointsOf(events, settled), settled)
