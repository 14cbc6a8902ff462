import type { Scope } from './evaluate.ts'
import { evaluate } from './evaluate.ts'
import { tolerant } from './lazy.ts'
import { EvaluationProblem } from './problem.ts'
import type { Body } from './syntax/tree.ts'
import type { Value } from './values.ts'
import {
  describe,
  isObject,
  isUnknown,
  SetValue,
  sortedEntries,
  toNumber,
  toText,
  Unknown,
  UnknownMany,
} from './values.ts'

const MAX_INSTANCES = 10_000

export interface Instance {
  /** `[0]`, `["shop"]`, or nothing. */
  readonly suffix: string
  readonly names: ReadonlyMap<string, Value>
  /** Set if the number of instances is unknown. */
  readonly uncertain?: Unknown
}

/** The instances of a resource or a module. */
export type Repeated =
  | { readonly kind: 'one'; readonly instances: readonly [Instance] }
  | {
      readonly kind: 'list' | 'map'
      readonly instances: readonly Instance[]
      readonly keys: readonly string[]
    }
  | { readonly kind: 'unknown'; readonly unknown: Unknown; readonly instances: readonly Instance[] }

const eachOf = (key: Value, value: Value): ReadonlyMap<string, Value> =>
  new Map([
    [
      'each',
      new Map([
        ['key', key],
        ['value', value],
      ]),
    ],
  ])

/** The instances of a block with `count` or `for_each`. */
export const repeatedOf = (body: Body, what: string, scope: Scope): Repeated => {
  const count = body.attributes.get('count')
  const forEach = body.attributes.get('for_each')
  if (count !== undefined) {
    const value = tolerant(() => evaluate(count.expression, scope))
    if (isUnknown(value)) return { kind: 'unknown', unknown: value, instances: [] }
    const length = toNumber(value, `count of ${what}`)
    if (!(length >= 0 && length <= MAX_INSTANCES)) {
      throw new EvaluationProblem(`count of ${what}: expected 0 to ${MAX_INSTANCES}`)
    }
    const instances = Array.from({ length }, (_, i) => ({
      suffix: `[${i}]`,
      names: new Map([['count', new Map([['index', i]])]]),
    }))
    return { kind: 'list', instances, keys: instances.map((_, i) => String(i)) }
  }
  if (forEach === undefined) return { kind: 'one', instances: [{ suffix: '', names: new Map() }] }
  const value = tolerant(() => evaluate(forEach.expression, scope))
  if (isUnknown(value)) {
    const part = (name: string) => new Unknown(`each.${name} of ${value.what}`)
    const each = eachOf(part('key'), part('value'))
    return {
      kind: 'unknown',
      unknown: value,
      instances: [{ suffix: '', names: each, uncertain: value }],
    }
  }
  const entries = eachEntries(value, what)
  const instances = entries.map(([key, item]) => ({
    suffix: `[${JSON.stringify(key)}]`,
    names: eachOf(key, item),
  }))
  return { kind: 'map', instances, keys: entries.map(([key]) => key) }
}

const eachEntries = (value: Value, what: string): [string, Value][] => {
  if (isObject(value)) return sortedEntries(value)
  if (value instanceof SetValue) {
    return value.items.map((item) => [toText(item, `for_each of ${what}`), item])
  }
  throw new EvaluationProblem(
    `for_each of ${what}: expected a map or a set of texts, found ${describe(value)}`
  )
}

/** The value of all instances. With an unknown `for_each`, every key has the value of the one instance. */
export const collected = (repeated: Repeated, make: (instance: Instance) => Value): Value => {
  if (repeated.kind === 'unknown') {
    const { what } = repeated.unknown
    const [only] = repeated.instances
    return only === undefined ? new Unknown(what) : new UnknownMany(what, () => make(only))
  }
  if (repeated.kind === 'one') return make(repeated.instances[0])
  const values = repeated.instances.map(make)
  return repeated.kind === 'list'
    ? values
    : new Map(repeated.keys.map((key, i) => [key, values[i] as Value]))
}
