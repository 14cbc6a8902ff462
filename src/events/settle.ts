import { EdgeError } from '../error.ts'
import { parseCidr } from '../lists/cidr.ts'
import type { IpRange } from '../lists/ip.ts'
import { canonicalIp, parseIp } from '../lists/ip.ts'
import { nearest } from '../nearest.ts'
import { parseRay } from '../ray.ts'
import type { EventFilter, SecurityEvent } from './event.ts'
import { type EventField, type FieldType, fieldOf } from './fields.ts'
import { settleFilter } from './filter.ts'
import type {
  Condition,
  EventQuery,
  EventSelection,
  Operator,
  SeriesQuery,
  TopQuery,
} from './query.ts'
import { OPERATORS } from './query.ts'

export const DEFAULT_TOP = 10
export const MAX_TOP = 1_000
export const MAX_SERIES_VALUES = 100
/** A chart has fewer pixels, so more points are a mistake. */
export const MAX_SERIES_POINTS = 10_000
const DEFAULT_LIMIT = 100
const MAX_LIMIT = 1_000
const MAX_CONDITIONS = 50
const MAX_VALUES = 1_000
const MAX_BY = 5
const MAX_TEXT_CHARS = 1_000
const MAX_BUCKET_SECONDS = 366 * 86_400
const MS_PER_SECOND = 1_000

/** The operators of each type of field. */
export const OPERATORS_OF: Readonly<Record<FieldType, readonly Operator[]>> = {
  text: ['is', 'isNot', 'in', 'contains', 'startsWith'],
  number: ['is', 'isNot', 'in', 'greater', 'less'],
  ip: ['is', 'isNot', 'in', 'inNetwork'],
  time: ['greater', 'less'],
  bucket: [],
}

export interface SettledCondition {
  readonly field: EventField
  readonly operator: Operator
  /** One value, or several for `in`, in the type of the field. */
  readonly values: readonly (string | number)[]
  /** Only for `inNetwork`. */
  readonly network?: IpRange
}

export interface Settled {
  readonly where: readonly SettledCondition[]
  readonly fromMs?: number
  readonly toMs?: number
  readonly text?: string
}

/** The event before the start of a page. */
export interface Position {
  readonly timeMs: number
  readonly ray: string
  readonly matchIndex: number
}

export interface SettledPage extends Settled {
  readonly order: 'newest' | 'oldest'
  readonly limit: number
  readonly after?: Position
}

export interface SettledTop extends Settled {
  readonly by: readonly EventField[]
  readonly limit: number
}

export interface SettledSeries extends Settled {
  readonly bucketMs: number
  readonly by?: EventField
  readonly limit: number
}

const invalid = (message: string) => new EdgeError('invalid_query', message)

const shown = (value: unknown): string => {
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value)
  return text.length > 100 ? `${text.slice(0, 100)}…` : text
}

const wholeNumber = (name: string, value: unknown, min: number, max: number): number => {
  if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) {
    return value
  }
  throw invalid(`${name} ${shown(value)}: expected a whole number from ${min} to ${max}`)
}

const DATE = /^\d{4}-\d\d-\d\d$/
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)?$/i

const readTime = (name: string, value: unknown): number => {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value
  if (typeof value === 'string') {
    const time = TIME.exec(value)
    const text = time !== null && time[1] === undefined ? `${value}Z` : value
    const ms = time !== null || DATE.test(value) ? Date.parse(text) : Number.NaN
    if (!Number.isNaN(ms)) return ms
  }
  throw invalid(
    `${name} ${shown(value)}: expected a time such as 2026-11-29T10:00:00Z, or milliseconds since 1970`
  )
}

const WHOLE = /^-?\d{1,15}$/

const readValue = (field: EventField, value: unknown): string | number => {
  if (field.type === 'time') return readTime(field.name, value)
  if (field.type === 'number') {
    const number = typeof value === 'string' && WHOLE.test(value) ? Number(value) : value
    if (typeof number === 'number' && Number.isSafeInteger(number)) return number
    throw invalid(`${field.name} ${shown(value)}: expected a whole number`)
  }
  if (typeof value !== 'string') throw invalid(`${field.name} ${shown(value)}: expected text`)
  if (field.type === 'ip') {
    const ip = parseIp(value)
    return ip === undefined ? value : canonicalIp(ip).toString()
  }
  return field.name === 'country' ? value.toUpperCase() : value
}

/** Removes the differences between a Ray ID as people write it and as events have it: its data centre, upper case. */
const readWhole = (field: EventField, value: unknown): string | number => {
  const read = readValue(field, value)
  return field.name === 'ray' ? (parseRay(String(read))?.ray ?? read) : read
}

const settleCondition = (condition: Condition): SettledCondition => {
  if (typeof condition !== 'object' || condition === null) {
    throw invalid(`condition ${shown(condition)}: expected { field, operator, value }`)
  }
  const { operator, value } = condition
  const field = fieldOf(condition.field)
  const allowed = OPERATORS_OF[field.type]
  if (!allowed.includes(operator)) {
    if (allowed.length === 0) {
      throw invalid(`${field.name} is only for groups: use time, or from and to`)
    }
    const near = OPERATORS.includes(operator) ? undefined : nearest(String(operator), allowed)
    const hint =
      near === undefined ? `expected one of ${allowed.join(', ')}` : `did you mean ${near}?`
    throw invalid(`${field.name} ${shown(operator)}: ${hint}`)
  }
  if (operator === 'in') {
    if (!Array.isArray(value) || value.length === 0 || value.length > MAX_VALUES) {
      throw invalid(`${field.name} in: expected a list of 1 to ${MAX_VALUES} values`)
    }
    return { field, operator, values: value.map((one) => readWhole(field, one)) }
  }
  if (operator === 'inNetwork') {
    const network = parseCidr(String(value))
    if (!network.ok) throw invalid(`${field.name} inNetwork: ${network.message}`)
    return { field, operator, values: [String(value)], network: network.range }
  }
  if (operator === 'contains' || operator === 'startsWith') {
    if (value === '') throw invalid(`${field.name} ${operator}: expected some text`)
    return { field, operator, values: [readValue(field, value)] }
  }
  return { field, operator, values: [readWhole(field, value)] }
}

const settle = ({ where = [], from, to, text }: EventSelection): Settled => {
  if (!Array.isArray(where) || where.length > MAX_CONDITIONS) {
    throw invalid(`where: expected a list of at most ${MAX_CONDITIONS} conditions`)
  }
  const fromMs = from === undefined ? undefined : readTime('from', from)
  const toMs = to === undefined ? undefined : readTime('to', to)
  if (fromMs !== undefined && toMs !== undefined && fromMs >= toMs) {
    throw invalid(`from ${shown(from)} is not before to ${shown(to)}`)
  }
  if (text !== undefined && (typeof text !== 'string' || text.length > MAX_TEXT_CHARS)) {
    throw invalid(`text: expected at most ${MAX_TEXT_CHARS} characters`)
  }
  return {
    where: where.map(settleCondition),
    ...(fromMs === undefined ? {} : { fromMs }),
    ...(toMs === undefined ? {} : { toMs }),
    ...(text === undefined || text === '' ? {} : { text }),
  }
}

const CURSOR = /^(-?\d{1,15})_([0-9a-z]{1,64})_(\d{1,9})$/

/** The cursor of the page after this event. */
export const cursorOf = ({ time, ray, matchIndex }: SecurityEvent): string =>
  `${Date.parse(time)}_${ray}_${matchIndex}`

const readCursor = (cursor: unknown): Position => {
  const [, timeMs, ray, matchIndex] = CURSOR.exec(String(cursor)) ?? []
  if (ray === undefined) {
    throw invalid(`cursor ${shown(cursor)}: expected \`next\` of the previous page`)
  }
  return { timeMs: Number(timeMs), ray, matchIndex: Number(matchIndex) }
}

/** @throws EdgeError `invalid_query`, `unknown_event_field` */
export const settlePage = (query: EventQuery = {}): SettledPage => {
  const { order = 'newest', limit = DEFAULT_LIMIT, cursor } = query
  if (order !== 'newest' && order !== 'oldest') {
    throw invalid(`order ${shown(order)}: expected newest or oldest`)
  }
  return {
    ...settle(query),
    order,
    limit: wholeNumber('limit', limit, 1, MAX_LIMIT),
    ...(cursor === undefined ? {} : { after: readCursor(cursor) }),
  }
}

/** @throws EdgeError `invalid_query`, `unknown_event_field` */
export const settleTop = (query: TopQuery): SettledTop => {
  const { by, limit = DEFAULT_TOP } = query
  if (!Array.isArray(by) || by.length === 0 || by.length > MAX_BY) {
    throw invalid(`by: expected a list of 1 to ${MAX_BY} fields`)
  }
  return { ...settle(query), by: by.map(fieldOf), limit: wholeNumber('limit', limit, 1, MAX_TOP) }
}

/** @throws EdgeError `invalid_query`, `unknown_event_field` */
export const settleSeries = (query: SeriesQuery): SettledSeries => {
  const { bucketSeconds, by, limit = DEFAULT_TOP } = query
  const seconds = wholeNumber('bucketSeconds', bucketSeconds, 1, MAX_BUCKET_SECONDS)
  return {
    ...settle(query),
    bucketMs: seconds * MS_PER_SECOND,
    ...(by === undefined ? {} : { by: fieldOf(by) }),
    limit: wholeNumber('limit', limit, 1, MAX_SERIES_VALUES),
  }
}

export const tooManyPoints = () =>
  invalid(`more than ${MAX_SERIES_POINTS} points: choose a longer bucket or a shorter time`)

/**
 * The query of an `EventFilter`.
 *
 * @throws EdgeError `invalid_filter`
 */
export const queryOfFilter = (filter?: EventFilter): EventQuery => {
  const { limit, ...fields } = settleFilter(filter)
  const where = Object.entries(fields).flatMap(([field, value]): Condition[] =>
    value === undefined ? [] : [{ field, operator: 'is', value }]
  )
  return { where, limit }
}
