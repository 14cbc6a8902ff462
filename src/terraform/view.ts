import type { Value } from './values.ts'
import { isList, isObject, isUnknown, SetValue, type Unknown } from './values.ts'

/** Where a thing was written, as events and messages name it: `waf.tf:12`. */
export type SourcePlace = string

/**
 * A resource, one of its nested blocks, or an object of JSON, all read in the same way: Cloudflare's API, plans, states and both
 * versions of the Terraform provider have the same names in different shapes.
 */
export interface View {
  readonly place: SourcePlace
  /** The exact place of an object within the attribute of a resource, whose own place is `place`. */
  readonly exactPlace?: SourcePlace
  /** Present where the thing as a whole is not known. */
  readonly unknown?: Unknown
  /** The value under a name; `undefined` where it is not set, or null. */
  value(name: string): Value | undefined
  /** Nested blocks of a name, or the object or the objects that an attribute holds. */
  children(name: string): readonly View[]
  /** Names that are set. */
  names(): readonly string[]
}

/** A view of an object. */
export const viewOf = (object: Value, place: SourcePlace, exactPlace = place): View => {
  const at = exactPlace === place ? { place } : { place, exactPlace }
  if (isUnknown(object)) {
    return { ...at, unknown: object, value: () => undefined, children: () => [], names: () => [] }
  }
  const map = isObject(object) ? object : new Map<string, Value>()
  return {
    ...at,
    value: (name) => map.get(name) ?? undefined,
    children: (name) => childrenOf(map.get(name) ?? null, place),
    names: () => [...map.keys()].filter((name) => map.get(name) !== null),
  }
}

/**
 * The objects in a value: one, or a list of them. An unknown value is one unknown child.
 *
 * @param exactPlaceOf where the element of an index was written, if that is known
 */
export const childrenOf = (
  value: Value,
  place: SourcePlace,
  exactPlaceOf: (i: number) => SourcePlace | undefined = () => undefined
): readonly View[] => {
  if (value === null) return []
  if (isUnknown(value) || isObject(value)) return [viewOf(value, place)]
  const items = isList(value) ? value : value instanceof SetValue ? value.items : []
  return items.map((item, i) => viewOf(item, place, exactPlaceOf(i)))
}
