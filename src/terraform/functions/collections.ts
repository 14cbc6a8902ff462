import { EvaluationProblem } from '../problem.ts'
import { split, unified } from '../unify.ts'
import type { ObjectValue, Value } from '../values.ts'
import {
  byBytes,
  describe,
  elementsOf,
  equal,
  isList,
  isObject,
  isUnknown,
  SetValue,
  setOf,
  sortedEntries,
  toBoolean,
  toNumber,
  toText,
  unique,
} from '../values.ts'
import { between, type Functions, of, partly } from './function.ts'
import { graphemes } from './strings.ts'

const ANY = Number.POSITIVE_INFINITY

const objectOf = (value: Value, name: string): ObjectValue => {
  if (isObject(value)) return value
  throw new EvaluationProblem(`\`${name}\`: expected an object or a map, found ${describe(value)}`)
}

const MAX_ELEMENTS = 1_000_000

const flattened = (values: readonly Value[], into: Value[] = []): Value[] => {
  for (const value of values) {
    if (isList(value)) flattened(value, into)
    else if (value instanceof SetValue) flattened(value.items, into)
    else into.push(value)
    if (into.length > MAX_ELEMENTS) {
      throw new EvaluationProblem(`\`flatten\`: more than ${MAX_ELEMENTS} elements`)
    }
  }
  return into
}

const product = (lists: readonly (readonly Value[])[]): Value[][] => {
  const total = lists.reduce((count, list) => count * list.length, 1)
  if (total > MAX_ELEMENTS) {
    throw new EvaluationProblem(`\`setproduct\`: more than ${MAX_ELEMENTS} elements`)
  }
  return lists.reduce<Value[][]>(
    (found, list) => found.flatMap((start) => list.map((value) => [...start, value])),
    [[]]
  )
}

const textsOf = (value: Value, name: string): string[] =>
  elementsOf(value, `\`${name}\``).map((item) => toText(item, `\`${name}\``))

/** A set operation over all arguments, from left to right. */
const overSets = (keep: (kept: Value[], next: readonly Value[]) => Value[]) =>
  between(1, ANY, (args, _, name) => {
    const sets = args.map((arg) => elementsOf(arg, `\`${name}\``))
    const [first, ...others] = split(unified(sets.flat()), sets).map(setOf)
    return setOf(others.reduce<Value[]>((kept, { items }) => keep(kept, items), [...first!.items]))
  })

const has = (values: readonly Value[], value: Value) => values.some((other) => equal(other, value))

const isEmptyText = (value: Value) => value === null || value === ''

/** The first argument with a value. If an unknown one precedes it, the result is unknown. */
const firstOf = (
  args: readonly Value[],
  isNothing: (value: Value) => boolean,
  name: string
): Value => {
  for (const arg of args) {
    // An id stays the id of its resource.
    if (isUnknown(arg)) return arg
    if (!isNothing(arg)) return arg
  }
  throw new EvaluationProblem(`\`${name}\`: no argument has a value`)
}

export const collectionFunctions: Functions = {
  alltrue: of(1, ([list]) =>
    elementsOf(list!, '`alltrue`').every((item) => item !== null && toBoolean(item, '`alltrue`'))
  ),
  anytrue: of(1, ([list]) =>
    elementsOf(list!, '`anytrue`').some((item) => item !== null && toBoolean(item, '`anytrue`'))
  ),
  chunklist: partly(
    of(2, ([list, size]) => {
      const items = elementsOf(list!, '`chunklist`')
      const length = toNumber(size!, '`chunklist`')
      if (!Number.isInteger(length) || length < 0) {
        throw new EvaluationProblem('`chunklist`: expected a size of at least 0')
      }
      if (length === 0) return [items]
      return Array.from({ length: Math.ceil(items.length / length) }, (_, i) =>
        items.slice(i * length, (i + 1) * length)
      )
    })
  ),
  coalesce: {
    ...between(1, ANY, (args, _, name) => firstOf(unified(args), isEmptyText, name)),
    takesUnknown: true,
  },
  coalescelist: {
    ...between(1, ANY, (args, _, name) =>
      firstOf(
        args,
        (value) => value === null || elementsOf(value, '`coalescelist`').length === 0,
        name
      )
    ),
    takesUnknown: true,
  },
  compact: of(1, ([list]) =>
    elementsOf(list!, '`compact`').flatMap((item) =>
      isEmptyText(item) ? [] : [toText(item, '`compact`')]
    )
  ),
  concat: partly(
    between(1, ANY, (args) => args.flatMap((arg) => [...elementsOf(arg, '`concat`')]))
  ),
  contains: of(2, ([list, value]) => has(elementsOf(list!, '`contains`'), value!)),
  distinct: of(1, ([list]) => unique(unified(elementsOf(list!, '`distinct`')))),
  element: partly(
    of(2, ([list, index]) => {
      const items = elementsOf(list!, '`element`')
      const at = toNumber(index!, '`element`')
      if (items.length === 0) throw new EvaluationProblem('`element`: the list is empty')
      if (!Number.isInteger(at)) throw new EvaluationProblem('`element`: expected a whole number')
      return items[((at % items.length) + items.length) % items.length]!
    })
  ),
  flatten: partly(of(1, ([list]) => flattened(elementsOf(list!, '`flatten`')))),
  index: of(2, ([list, value]) => {
    const at = elementsOf(list!, '`index`').findIndex((item) => equal(item, value!))
    if (at === -1) throw new EvaluationProblem(`\`index\`: the list has no ${describe(value!)}`)
    return at
  }),
  keys: partly(of(1, ([object]) => sortedEntries(objectOf(object!, 'keys')).map(([key]) => key))),
  length: partly(
    of(1, ([value]) => {
      if (typeof value === 'string') return graphemes(value).length
      if (isObject(value!)) return value.size
      return elementsOf(value!, '`length`').length
    })
  ),
  list: partly(between(0, ANY, (args) => [...args])),
  lookup: partly(
    between(2, 3, (args) => {
      const [object, key, fallback] = args
      const found = objectOf(object!, 'lookup').get(toText(key!, '`lookup`'))
      if (found !== undefined) return found
      if (args.length < 3)
        throw new EvaluationProblem(
          `\`lookup\`: the object has no key "${toText(key!, '`lookup`')}"`
        )
      return fallback!
    })
  ),
  map: partly(
    between(0, ANY, (args) => {
      const object = new Map<string, Value>()
      for (let i = 0; i + 1 < args.length; i += 2)
        object.set(toText(args[i]!, '`map`'), args[i + 1]!)
      return object
    })
  ),
  matchkeys: of(3, ([values, keys, wanted]) => {
    const search = elementsOf(wanted!, '`matchkeys`')
    const names = elementsOf(keys!, '`matchkeys`')
    return elementsOf(values!, '`matchkeys`').filter((_, i) => has(search, names[i] ?? null))
  }),
  merge: partly(
    between(0, ANY, (args) => {
      const merged = new Map<string, Value>()
      for (const arg of args) {
        if (arg === null) continue
        for (const [key, value] of objectOf(arg, 'merge')) merged.set(key, value)
      }
      return merged
    })
  ),
  one: partly(
    of(1, ([list]) => {
      const items = elementsOf(list!, '`one`')
      if (items.length > 1) {
        throw new EvaluationProblem(`\`one\`: expected at most one element, found ${items.length}`)
      }
      return items[0] ?? null
    })
  ),
  reverse: partly(of(1, ([list]) => [...elementsOf(list!, '`reverse`')].reverse())),
  setintersection: overSets((kept, next) => kept.filter((value) => has(next, value))),
  setproduct: between(2, ANY, (args) => {
    const tuples = product(args.map((arg) => unified(elementsOf(arg, '`setproduct`'))))
    return args.some((arg) => arg instanceof SetValue) ? setOf(tuples) : tuples
  }),
  setsubtract: overSets((kept, next) => kept.filter((value) => !has(next, value))),
  setunion: overSets((kept, next) => [...kept, ...next]),
  slice: partly(
    of(3, ([list, start, end]) => {
      const items = elementsOf(list!, '`slice`')
      const [from, to] = [toNumber(start!, '`slice`'), toNumber(end!, '`slice`')]
      if (from < 0 || to > items.length || from > to) {
        throw new EvaluationProblem(
          `\`slice\`: ${from} to ${to} is not within a list of ${items.length}`
        )
      }
      return items.slice(from, to)
    })
  ),
  sort: of(1, ([list]) => textsOf(list!, 'sort').sort(byBytes)),
  transpose: of(1, ([object]) => {
    const found = new Map<string, string[]>()
    for (const [key, list] of sortedEntries(objectOf(object!, 'transpose'))) {
      for (const value of textsOf(list, 'transpose')) {
        const keys = found.get(value)
        if (keys === undefined) found.set(value, [key])
        else keys.push(key)
      }
    }
    return found
  }),
  values: partly(
    of(1, ([object]) => sortedEntries(objectOf(object!, 'values')).map(([, value]) => value))
  ),
  zipmap: partly(
    of(2, ([keys, values]) => {
      const names = elementsOf(keys!, '`zipmap`')
      const items = elementsOf(values!, '`zipmap`')
      if (names.length !== items.length) {
        throw new EvaluationProblem(
          `\`zipmap\`: ${names.length} keys for ${items.length} values: expected the same number`
        )
      }
      return new Map(names.map((key, i) => [toText(key, '`zipmap`'), items[i]!]))
    })
  ),
}
