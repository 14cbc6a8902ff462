import { EdgeError } from '../../error.ts'
import type { EventStore, SecurityEvent } from '../../events/event.ts'
import type { EventField } from '../../events/fields.ts'
import { fieldOf } from '../../events/fields.ts'
import type { EventSelection, TopRow } from '../../events/query.ts'

const MAX_PAGE = 1_000
/** Cloudflare's limit. */
const MAX_LIMIT = 10_000
const MAX_GROUPS = 1_000
const DATE_CHARS = 10

type Store = Pick<EventStore, 'page' | 'top'>

const invalid = (message: string) => new EdgeError('invalid_query', message)

const checkLimit = (limit: number): void => {
  if (Number.isInteger(limit) && limit >= 1 && limit <= MAX_LIMIT) return
  throw invalid(`limit ${limit}: expected a whole number from 1 to ${MAX_LIMIT}`)
}

/** Converts a value to its type in Cloudflare's schema: an AS number is a string there, and a day is a date. */
export const shownValue = ({ name, type }: EventField, value: string | number): string | number => {
  if (name === 'asn') return String(value)
  if (name === 'day') return String(value).slice(0, DATE_CHARS)
  return type === 'time' && typeof value === 'number' ? new Date(value).toISOString() : value
}

/** Returns events by time, `datetime_DESC` (default) or `datetime_ASC`. Without a selection, returns none. */
export const listEvents = async (
  store: Store,
  selection: EventSelection | undefined,
  { limit, orderBy }: { limit: number; orderBy: readonly string[] }
): Promise<SecurityEvent[]> => {
  checkLimit(limit)
  if (selection === undefined) return []
  const order = orderBy[0] === 'datetime_ASC' ? 'oldest' : 'newest'
  const events: SecurityEvent[] = []
  let cursor: string | undefined
  do {
    const page = await store.page({
      ...selection,
      order,
      limit: Math.min(MAX_PAGE, limit - events.length),
      ...(cursor === undefined ? {} : { cursor }),
    })
    events.push(...page.events)
    cursor = page.next
  } while (cursor !== undefined && events.length < limit)
  return events
}

export interface Group {
  readonly count: number
  readonly dimensions: Readonly<Record<string, string | number>>
}

const compare = (x: string | number, y: string | number): number => (x < y ? -1 : x > y ? 1 : 0)

const sorted = (groups: readonly Group[], orderBy: readonly string[]): Group[] =>
  groups.toSorted((x, y) => {
    for (const order of orderBy) {
      const [, name = '', direction] = /^(.*)_(ASC|DESC)$/.exec(order) ?? []
      const of = (group: Group) => (name === 'count' ? group.count : (group.dimensions[name] ?? ''))
      const difference = compare(of(x), of(y))
      if (difference !== 0) return direction === 'DESC' ? -difference : difference
    }
    return 0
  })

/** Returns all events as one group, for a query without dimensions. */
const totalOf = (rows: readonly TopRow[]): Group[] =>
  rows.length === 0
    ? []
    : [{ count: rows.reduce((sum, { count }) => sum + count, 0), dimensions: {} }]

/**
 * Counts events by dimensions.
 *
 * @param dimensions their names in GraphQL
 * @throws EdgeError `invalid_query` if the order needs more groups than the store returns
 */
export const groupEvents = async (
  store: Store,
  selection: EventSelection | undefined,
  {
    limit,
    orderBy,
    dimensions,
  }: { limit: number; orderBy: readonly string[]; dimensions: readonly string[] }
): Promise<Group[]> => {
  checkLimit(limit)
  const fields = dimensions.map(fieldOf)
  if (selection === undefined) return []
  const by = fields.length === 0 ? ['action'] : fields.map(({ name }) => name)
  const rows = await store.top({ ...selection, by, limit: MAX_GROUPS })
  if (fields.length === 0) return totalOf(rows)
  const isByCount = orderBy.length === 0 || orderBy[0] === 'count_DESC'
  if (rows.length === MAX_GROUPS && !(isByCount && limit <= MAX_GROUPS)) {
    throw invalid(
      `there are ${MAX_GROUPS} groups or more: expected a narrower filter, fewer dimensions, or orderBy: [count_DESC] and a limit up to ${MAX_GROUPS}`
    )
  }
  const groups = rows.map(
    ({ values, count }): Group => ({
      count,
      dimensions: Object.fromEntries(
        dimensions.map((name, i) => [name, shownValue(fields[i]!, values[i]!)])
      ),
    })
  )
  return sorted(groups, orderBy).slice(0, limit)
}
