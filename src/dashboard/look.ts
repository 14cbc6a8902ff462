import { readEventQuery, writeEventQuery } from '../admin/event-query.ts'
import { BadParameter } from '../admin/parameter.ts'
import type { Condition, EventSelection } from '../events/query.ts'

/**
 * The events that a page shows, read from its URL. The URL contains every filter, so a shared link shows the same
 * events.
 */
export interface Look {
  /** `24h`; absent if the URL has `from` or `to`. */
  readonly since: string | undefined
  readonly fromMs: number
  readonly toMs: number
  /** False if the range ends now. */
  readonly hasEnd: boolean
  readonly where: readonly Condition[]
  readonly text: string | undefined
  readonly selection: EventSelection
}

export const SPANS = ['15m', '1h', '6h', '24h', '7d', '30d'] as const
export const DEFAULT_SPAN = '24h'
const DAY_MS = 86_400_000
/**
 * The end of a range moves in these steps. Otherwise each millisecond would have its own counts, and no cached count
 * would fit.
 */
const MIN_STEP_MS = 5_000
const STEPS_OF_SPAN = 288

const timeOf = (value: string | number | undefined): number | undefined => {
  if (value === undefined) return undefined
  return typeof value === 'number'
    ? value
    : Date.parse(/(?:z|[+-]\d\d:?\d\d)$/i.test(value) || !value.includes('T') ? value : `${value}Z`)
}

/** Parameters of a page that do not select events. */
const OWN = new Set(['cursor', 'live', 'field', 'operator', 'value', 'format'])

/** Reads the field, operator and value of the form for a new filter. */
const added = (query: URLSearchParams): [string, string][] => {
  const [field, operator, value] = ['field', 'operator', 'value'].map((name) => query.get(name))
  return field && operator && value !== null && value !== undefined && value !== ''
    ? [[`${field}.${operator}`, value]]
    : []
}

/**
 * Reads the part of a URL that selects events. Without a time, it selects the last day.
 *
 * @throws BadParameter
 */
export const readLook = (query: URLSearchParams, nowMs: number): Look => {
  const pairs = [...query].filter(([name]) => !OWN.has(name))
  const named = pairs.filter(([, value]) => value !== '').map(([name]) => name)
  const hasTime = ['since', 'from', 'to'].some((name) => named.includes(name))
  const asked = [
    ...pairs,
    ...added(query),
    ...(hasTime ? [] : [['since', DEFAULT_SPAN] satisfies [string, string]]),
  ]
  const { where = [], text, ...times } = readEventQuery('page', asked, nowMs)
  const since = hasTime ? query.get('since') || undefined : DEFAULT_SPAN
  const to = timeOf(times.to)
  const toMs = to ?? nowMs
  const from = timeOf(times.from) ?? toMs - DAY_MS
  if (from >= toMs) {
    throw new BadParameter('from: expected a time before the end', { parameter: 'from' })
  }
  const step = Math.max(MIN_STEP_MS, Math.floor((toMs - from) / STEPS_OF_SPAN))
  const fromMs = since === undefined ? from : Math.floor(from / step) * step
  return {
    since,
    fromMs,
    toMs,
    hasEnd: to !== undefined,
    where,
    text,
    selection: {
      where,
      from: fromMs,
      ...(to === undefined ? {} : { to }),
      ...(text === undefined ? {} : { text }),
    },
  }
}

type Given = Partial<Pick<Look, 'since' | 'where' | 'text'>> & {
  readonly from?: number | undefined
  readonly to?: number | undefined
}

/** A link to a page that shows these events. */
export const hrefOf = (
  path: string,
  given: Given,
  more: Readonly<Record<string, string | undefined>> = {}
): string => {
  const { since, from, to, where = [], text } = given
  const query = new URLSearchParams(
    writeEventQuery({ where, ...(text === undefined ? {} : { text }) })
  )
  if (since !== undefined && since !== DEFAULT_SPAN) query.set('since', since)
  if (from !== undefined) query.set('from', new Date(from).toISOString())
  if (to !== undefined) query.set('to', new Date(to).toISOString())
  for (const [name, value] of Object.entries(more)) {
    if (value !== undefined) query.set(name, value)
  }
  const search = query.toString()
  return search === '' ? path : `${path}?${search}`
}

/** Returns the parameters of the same look, for a change of one part. */
export const givenBy = ({ since, fromMs, toMs, hasEnd, where, text }: Look): Given => ({
  where,
  text,
  ...(since === undefined ? { from: fromMs, ...(hasEnd ? { to: toMs } : {}) } : { since }),
})

const listOf = (value: Condition['value']) =>
  (Array.isArray(value) ? value : [value]).map(String) as string[]
const isOneOf = ({ operator }: Condition) => operator === 'is' || operator === 'in'

/** Adds a condition on this value. If the field already has selected values, the value joins them. */
export const including = (
  where: readonly Condition[],
  field: string,
  value: string | number
): Condition[] => {
  const chosen = where.find((one) => one.field === field && isOneOf(one))
  const others = where.filter(
    (one) => one !== chosen && !(one.field === field && String(one.value) === String(value))
  )
  const values = new Set([...(chosen === undefined ? [] : listOf(chosen.value)), String(value)])
  return [
    ...others,
    values.size === 1
      ? { field, operator: 'is', value: String(value) }
      : { field, operator: 'in', value: [...values] },
  ]
}

/** Excludes events with this value. */
export const excluding = (
  where: readonly Condition[],
  field: string,
  value: string | number
): Condition[] => [
  ...where.filter((one) => !(one.field === field && listOf(one.value).includes(String(value)))),
  { field, operator: 'isNot', value: String(value) },
]
