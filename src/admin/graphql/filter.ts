import { EdgeError } from '../../error.ts'
import type { EventField } from '../../events/fields.ts'
import { eventFields } from '../../events/fields.ts'
import type { Condition, EventSelection } from '../../events/query.ts'

const MS_PER_SECOND = 1_000

/** The suffixes of field names in a filter. */
export const SUFFIXES = [
  '',
  '_neq',
  '_in',
  '_notin',
  '_gt',
  '_geq',
  '_lt',
  '_leq',
  '_like',
] as const
type Suffix = (typeof SUFFIXES)[number]

const ORDERED: readonly Suffix[] = ['_gt', '_geq', '_lt', '_leq']
const LISTS: readonly Suffix[] = ['_in', '_notin']

/** Returns the suffixes that a field supports. */
export const suffixesOf = ({ type }: EventField): readonly Suffix[] => {
  if (type === 'time' || type === 'bucket') return ['', ...ORDERED]
  if (type === 'number') return SUFFIXES.filter((suffix) => suffix !== '_like')
  return SUFFIXES.filter((suffix) => !ORDERED.includes(suffix))
}

export const isList = (suffix: Suffix): boolean => LISTS.includes(suffix)

/** A filter in a query: `{ datetime_geq: '…', action: 'block', AND: [ … ] }`. */
export interface Filter {
  readonly AND?: readonly Filter[] | null
  readonly [member: string]: unknown
}

interface Bounds {
  fromMs: number
  toMs: number
}

const invalid = (message: string) => new EdgeError('invalid_query', message)

const timeOf = (member: string, value: unknown): number => {
  const ms = Date.parse(String(value))
  if (Number.isNaN(ms)) {
    throw invalid(
      `${member} ${JSON.stringify(value)}: expected a time such as 2026-11-29T10:00:00Z`
    )
  }
  return ms
}

/** Returns the length in milliseconds of an interval, or 1 for a point in time. */
const lengthMs = ({ type, bucketSeconds = 0 }: EventField) =>
  type === 'bucket' ? bucketSeconds * MS_PER_SECOND : 1

const narrow = (
  bounds: Bounds,
  field: EventField,
  suffix: Suffix,
  member: string,
  value: unknown
) => {
  const startMs = timeOf(member, value)
  const endMs = startMs + lengthMs(field)
  const after = (ms: number) => {
    bounds.fromMs = Math.max(bounds.fromMs, ms)
  }
  const before = (ms: number) => {
    bounds.toMs = Math.min(bounds.toMs, ms)
  }
  if (suffix === '_geq' || suffix === '') after(startMs)
  if (suffix === '_gt') after(endMs)
  if (suffix === '_lt') before(startMs)
  if (suffix === '_leq' || suffix === '') before(endMs)
}

/** Converts a `_like` pattern. `%` means any text; it may stand at both ends or at the end. */
const like = (field: string, member: string, pattern: string): Condition => {
  const [, before, text = '', after] = /^(%?)([^%]*)(%?)$/.exec(pattern) ?? []
  if (text !== '' && after === '%') {
    return { field, operator: before === '%' ? 'contains' : 'startsWith', value: text }
  }
  if (text !== '' && before === '') return { field, operator: 'is', value: text }
  throw invalid(`${member} ${JSON.stringify(pattern)}: expected "text%" or "%text%"`)
}

const conditionsOf = (
  { name: field }: EventField,
  suffix: Suffix,
  member: string,
  value: unknown
): Condition[] => {
  const one = value as string | number
  const many = value as readonly (string | number)[]
  switch (suffix) {
    case '':
      return [{ field, operator: 'is', value: one }]
    case '_neq':
      return [{ field, operator: 'isNot', value: one }]
    case '_in':
      return [{ field, operator: 'in', value: many }]
    case '_notin':
      return many.map((value): Condition => ({ field, operator: 'isNot', value }))
    case '_gt':
      return [{ field, operator: 'greater', value: one }]
    case '_geq':
      return [{ field, operator: 'greater', value: Number(one) - 1 }]
    case '_lt':
      return [{ field, operator: 'less', value: one }]
    case '_leq':
      return [{ field, operator: 'less', value: Number(one) + 1 }]
    case '_like':
      return [like(field, member, String(value))]
  }
}

const MEMBERS: ReadonlyMap<string, { field: EventField; suffix: Suffix }> = new Map(
  eventFields.flatMap((field) =>
    field.graphql === undefined
      ? []
      : suffixesOf(field).map((suffix) => [`${field.graphql}${suffix}`, { field, suffix }] as const)
  )
)

/**
 * Converts a filter of Cloudflare's GraphQL API to a selection of events.
 *
 * Source: https://developers.cloudflare.com/analytics/graphql-api/features/filtering/
 *
 * @returns undefined if no point in time fulfils the filter
 * @throws EdgeError `invalid_query`
 * @example selectionOf({ datetime_geq: '2026-11-29T10:00:00Z', action: 'block' })
 */
export const selectionOf = (filter: Filter | null | undefined): EventSelection | undefined => {
  const bounds: Bounds = { fromMs: Number.NEGATIVE_INFINITY, toMs: Number.POSITIVE_INFINITY }
  const where: Condition[] = []
  const add = ({ AND, ...members }: Filter) => {
    for (const [member, value] of Object.entries(members)) {
      const known = MEMBERS.get(member)
      if (known === undefined || value === null || value === undefined) continue
      const { field, suffix } = known
      if (field.type === 'time' || field.type === 'bucket') {
        narrow(bounds, field, suffix, member, value)
      } else where.push(...conditionsOf(field, suffix, member, value))
    }
    for (const part of AND ?? []) add(part)
  }
  add(filter ?? {})
  if (bounds.fromMs === bounds.toMs) return undefined
  return {
    where,
    ...(Number.isFinite(bounds.fromMs) ? { from: bounds.fromMs } : {}),
    ...(Number.isFinite(bounds.toMs) ? { to: bounds.toMs } : {}),
  }
}
