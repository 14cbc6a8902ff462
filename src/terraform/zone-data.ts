import { blockViews, bodyView } from './blocks.ts'
import type { Scope } from './evaluate.ts'
import { LazyObject } from './lazy.ts'
import { placeOf } from './syntax/text.ts'
import type { Block } from './syntax/tree.ts'
import type { ObjectValue, Value } from './values.ts'
import { Unknown, UnknownMany } from './values.ts'
import type { View } from './view.ts'

/** Data sources that name a zone and look its id up. */
const ZONE_DATA = new Set(['cloudflare_zone', 'cloudflare_zones'])

/** The type of a data source, as a resource of the configuration. */
export const dataType = (type: string): string => `data.${type}`

export const isZoneDataType = (type: string): boolean => ZONE_DATA.has(type)

export const isZoneData = ({ labels: [type = ''] }: Block): boolean => isZoneDataType(type)

/** The arguments, or those in `filter`: a block up to version 4 of the provider, then an object. */
const argumentsOf = (view: View): View[] => [view, ...view.children('filter')]

/** The one zone that a data source names. `cloudflare_zones` can also look for a part of the name. */
export const zoneNameOf = (view: View): Value | undefined => {
  const given = argumentsOf(view)
  const value = (name: string) =>
    given.map((one) => one.value(name)).find((one) => one !== undefined)
  const lookup = value('lookup_type')
  if ((lookup !== undefined && lookup !== 'exact') || value('match') !== undefined) return undefined
  return value('name')
}

/** A zone with the id that is known only when Terraform runs. */
const zoneValue = (what: string, address: string, view: View): ObjectValue => {
  const isId = (key: string) => key === 'id' || key === 'zone_id'
  return new LazyObject(
    new Map([['name', () => zoneNameOf(view) ?? new Unknown(`${what}.name`)]]),
    (key) =>
      (isId(key) ? view.value('zone_id') : undefined) ??
      new Unknown(`${what}.${key}`, isId(key) ? address : undefined)
  )
}

/** The value of a data source of zones: what its arguments say, and unknown values for the rest. */
export const zoneDataValue = (
  { labels, body, at }: Block,
  address: string,
  scope: Scope
): ObjectValue => {
  const what = `data.${labels.join('.')}`
  const { view } = bodyView(body, scope, placeOf(at))
  const zone = zoneValue(what, address, view)
  if (labels[0] === 'cloudflare_zone') return zone
  const argument = (key: string): Value | undefined =>
    body.blocks.some(({ type }) => type === key)
      ? blockViews(body, key, scope).map((found) => found.value())
      : view.value(key)
  return new LazyObject(
    new Map(),
    // `zones` up to version 4 of the provider, then `result`.
    (key) =>
      key === 'zones' || key === 'result'
        ? new UnknownMany(`${what}.${key}`, () => zone)
        : (argument(key) ?? new Unknown(`${what}.${key}`))
  )
}
