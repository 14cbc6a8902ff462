import { LazyObject } from './lazy.ts'
import type { ObjectValue, Value } from './values.ts'
import { isList, isNumber, isObject, isUnknown, SetValue, setOf, toText } from './values.ts'

/** The types of several values have nothing in common. */
const NOTHING = Symbol('no common type')

type Kind = 'bool' | 'list' | 'number' | 'object' | 'set' | 'string'

const kindOf = (value: Value): Kind => {
  if (value instanceof SetValue) return 'set'
  if (isList(value)) return 'list'
  if (isObject(value)) return 'object'
  if (isNumber(value)) return 'number'
  return typeof value === 'boolean' ? 'bool' : 'string'
}

type All = readonly Value[]
type Unified = All | typeof NOTHING

const hasType = (value: Value): boolean => value !== null && !isUnknown(value)

/** All elements of several collections together: they are elements of one list, set or map. */
const joined = (parts: readonly All[]): readonly All[] | undefined => {
  const found = unify(parts.flat())
  return found === NOTHING ? undefined : split(found, parts)
}

/** Cuts a list into parts as long as those given. */
export const split = (values: All, parts: readonly All[]): readonly All[] => {
  const left = [...values]
  return parts.map((part) => left.splice(0, part.length))
}

const sequences = (values: All, isSet: boolean): Unified => {
  const lists = values.map((value) =>
    isList(value) ? value : value instanceof SetValue ? value.items : []
  )
  const given = values.flatMap((value, i) => (hasType(value) ? [lists[i]!] : []))
  const [first] = given
  const isAligned = !isSet && given.every((list) => list.length === first!.length)
  const columns = isAligned ? first!.map((_, i) => unify(given.map((list) => list[i]!))) : []
  const isTuple = isAligned && !columns.includes(NOTHING)
  const parts = isTuple ? undefined : joined(given)
  if (!isTuple && parts === undefined) return NOTHING
  let next = 0
  return values.map((value): Value => {
    if (!hasType(value)) return value
    const at = next++
    const items = isTuple ? columns.map((column) => (column as All)[at]!) : parts![at]!
    return isSet ? setOf(items) : items
  })
}

const objects = (values: All): Unified => {
  const given = values.filter(isObject)
  // Resources and modules have more attributes than they name.
  if (given.some((object) => object instanceof LazyObject)) return values
  const keys = [...given[0]!.keys()]
  const isSameShape = given.every(
    (object) => object.size === keys.length && keys.every((key) => object.has(key))
  )
  const columns = isSameShape
    ? keys.map((key) => unify(given.map((object) => object.get(key) ?? null)))
    : []
  const isObjectType = isSameShape && !columns.includes(NOTHING)
  const parts = isObjectType ? undefined : joined(given.map((object) => [...object.values()]))
  if (!isObjectType && parts === undefined) return NOTHING
  let next = 0
  return values.map((value): Value => {
    if (!isObject(value)) return value
    const at = next++
    return isObjectType
      ? new Map(keys.map((key, i) => [key, (columns[i] as All)[at]!]))
      : new Map([...value.keys()].map((key, i) => [key, parts![at]![i]!]))
  })
}

const unify = (values: All): Unified => {
  const kinds = new Set(values.filter(hasType).map(kindOf))
  const has = (...some: Kind[]) => [...kinds].every((kind) => some.includes(kind))
  if (kinds.size === 0) return values
  if (has('list', 'set')) return sequences(values, kinds.has('set'))
  if (has('object')) return objects(values)
  if (kinds.size === 1) return values
  if (!kinds.has('string') || !has('string', 'number', 'bool')) return NOTHING
  return values.map((value) => (hasType(value) ? toText(value, '') : value))
}

/**
 * The values as one type has them, as the elements of a list or both sides of a conditional are: a number beside text is text, a
 * list beside a set is a set. Values without a common type stay as they are.
 *
 * Source: https://github.com/zclconf/go-cty/blob/main/docs/convert.md
 */
export const unified = (values: All): All => {
  const found = unify(values)
  return found === NOTHING ? values : found
}

/** A map's values of one type. */
export const unifiedMap = (map: ObjectValue): ObjectValue => {
  const values = unified([...map.values()])
  return new Map([...map.keys()].map((key, i) => [key, values[i]!]))
}
