import type { Condition, TopRow } from '../events/query.ts'
import type { Counted, Counting } from './counts.ts'

/** A rule whose events are counted: in one zone, or in all zones if `zone` is absent. */
export interface HitPlace {
  readonly id: string
  readonly zone?: string
}

/** The most rows of one answer, and the most values of one condition. */
const MAX_ROWS = 1_000

const within = (field: string, values: readonly string[]): Condition[] =>
  values.length > MAX_ROWS ? [] : [{ field, operator: 'in', value: values }]

const conditionsOf = (places: readonly HitPlace[]): Condition[] => {
  const zones = new Set(places.flatMap(({ zone }) => zone ?? []))
  return [
    ...within('rule.id', [...new Set(places.map(({ id }) => id))]),
    ...(zones.size === 0 ? [] : within('zone', [...zones])),
  ]
}

/** The name of a place's count in the map of {@link hitsOf}. */
export const hitKey = ({ id, zone }: HitPlace): string =>
  JSON.stringify(zone === undefined ? [id] : [id, zone])

const keyOf = ({ values: [id, zone] }: TopRow): string =>
  hitKey({ id: String(id), ...(zone === undefined ? {} : { zone: String(zone) }) })

const rowsOf = async (
  counting: Pick<Counting, 'top'>,
  from: number,
  by: readonly string[],
  places: readonly HitPlace[],
  where: Condition[]
): Promise<Counted<TopRow[]>> => {
  const all = await counting.top({ by, from, limit: MAX_ROWS, ...(where.length > 0 && { where }) })
  if (all.state !== 'ready' || all.value.length < MAX_ROWS || places.length < 2) return all
  const middle = Math.ceil(places.length / 2)
  const [first, second] = await Promise.all(
    [places.slice(0, middle), places.slice(middle)].map((half) =>
      rowsOf(counting, from, by, half, conditionsOf(half))
    )
  )
  if (first!.state !== 'ready') return first!
  if (second!.state !== 'ready') return second!
  return { ...first!, value: [...first!.value, ...second!.value] }
}

/**
 * Counts the events of rules since a time, for any number of rules and zones. One count gives up to 1,000 rows; where more may
 * exist, each half of the rules is counted separately.
 *
 * @param from start of the period, in milliseconds since the epoch
 * @returns the number of events by {@link hitKey}, the largest first; a place without events is absent
 */
export const hitsOf = async (
  counting: Pick<Counting, 'top'>,
  places: readonly HitPlace[],
  from: number
): Promise<Counted<ReadonlyMap<string, number>>> => {
  const anywhere = places.filter(({ zone }) => zone === undefined)
  const inZones = places.filter(({ zone }) => zone !== undefined)
  const asked = await Promise.all([
    ...(anywhere.length > 0 ? [rowsOf(counting, from, ['rule.id'], anywhere, [])] : []),
    ...(inZones.length > 0 ? [rowsOf(counting, from, ['rule.id', 'zone'], inZones, [])] : []),
  ])
  const wanted = new Set(places.map(hitKey))
  const rows: [string, number][] = []
  let atMs = Number.POSITIVE_INFINITY
  for (const counted of asked) {
    if (counted.state !== 'ready') return counted
    atMs = Math.min(atMs, counted.atMs)
    for (const row of counted.value) {
      const key = keyOf(row)
      if (wanted.has(key)) rows.push([key, row.count])
    }
  }
  rows.sort(([, x], [, y]) => y - x)
  return { state: 'ready', value: new Map(rows), atMs }
}
