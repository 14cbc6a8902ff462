import { EvaluationProblem } from './problem.ts'
import type { Expression } from './syntax/tree.ts'
import { unified, unifiedMap } from './unify.ts'
import type { ObjectValue, Value } from './values.ts'
import {
  describe,
  isList,
  isObject,
  isUnknown,
  SetValue,
  setOf,
  toBoolean,
  toExact,
  toText,
} from './values.ts'

/** What a variable's `type` allows. */
export type Type =
  | { readonly kind: 'any' | 'string' | 'number' | 'bool' }
  | { readonly kind: 'list' | 'set' | 'map'; readonly of: Type }
  | { readonly kind: 'tuple'; readonly items: readonly Type[] }
  | { readonly kind: 'object'; readonly attributes: ReadonlyMap<string, ObjectAttribute> }

interface ObjectAttribute {
  readonly type: Type
  readonly isOptional: boolean
  /** The second argument of `optional(type, default)`. */
  readonly fallback: Expression | undefined
}

const ANY: Type = { kind: 'any' }

const isWord = (name: string): name is 'any' | 'string' | 'number' | 'bool' =>
  name === 'any' || name === 'string' || name === 'number' || name === 'bool'

const problem = (expression: Expression): never => {
  throw new EvaluationProblem(
    'expected a type: string, number, bool, any, list(…), set(…), map(…), tuple([…]) or object({…})',
    expression.at
  )
}

/** `"string"`, `"list"`, `"map"`: types as Terraform 0.11 writes them. */
const OLD_TYPES: Readonly<Record<string, Type>> = {
  string: { kind: 'string' },
  list: { kind: 'list', of: ANY },
  map: { kind: 'map', of: ANY },
}

const attributeOf = (expression: Expression): ObjectAttribute => {
  if (expression.kind === 'call' && expression.name === 'optional') {
    const [type, fallback] = expression.args
    return { type: typeOf(type ?? problem(expression)), isOptional: true, fallback }
  }
  return { type: typeOf(expression), isOptional: false, fallback: undefined }
}

/**
 * Reads a type constraint.
 *
 * Source: https://developer.hashicorp.com/terraform/language/expressions/type-constraints
 *
 * @throws EvaluationProblem
 */
export const typeOf = (expression: Expression): Type => {
  if (expression.kind === 'variable') {
    const { name } = expression
    if (isWord(name)) return { kind: name }
    if (name === 'list' || name === 'set' || name === 'map') return { kind: name, of: ANY }
    return problem(expression)
  }
  if (expression.kind === 'literal') {
    return OLD_TYPES[String(expression.value)] ?? problem(expression)
  }
  if (expression.kind !== 'call') return problem(expression)
  const { name, args } = expression
  const [inner] = args
  if (inner === undefined || args.length !== 1) return problem(expression)
  if (name === 'list' || name === 'set' || name === 'map') return { kind: name, of: typeOf(inner) }
  if (name === 'tuple' && inner.kind === 'tuple') {
    return { kind: 'tuple', items: inner.items.map(typeOf) }
  }
  if (name === 'object' && inner.kind === 'object') {
    const attributes = inner.entries.map(({ key, value }): [string, ObjectAttribute] => [
      key.kind === 'literal' ? String(key.value) : problem(key),
      attributeOf(value),
    ])
    return { kind: 'object', attributes: new Map(attributes) }
  }
  return problem(expression)
}

type Evaluate = (expression: Expression) => Value

const objectOf = (
  value: ObjectValue,
  attributes: ReadonlyMap<string, ObjectAttribute>,
  where: string,
  evaluate: Evaluate
): Value => {
  const object = new Map<string, Value>()
  for (const [name, { type, isOptional, fallback }] of attributes) {
    const given = value.get(name)
    const place = `${where}.${name}`
    if (given !== undefined && !(given === null && fallback !== undefined)) {
      object.set(name, converted(given, type, place, evaluate))
    } else if (isOptional) {
      const filled = fallback === undefined ? null : evaluate(fallback)
      object.set(name, converted(filled, type, place, evaluate))
    } else {
      throw new EvaluationProblem(`${where}: the attribute \`${name}\` is required`)
    }
  }
  return object
}

const itemsOf = (value: Value, where: string): readonly Value[] => {
  if (isList(value)) return value
  if (value instanceof SetValue) return value.items
  throw new EvaluationProblem(`${where}: expected a list, found ${describe(value)}`)
}

/**
 * A value as its type wants it: text becomes a number, defaults of `optional` are filled in.
 *
 * @param where for messages: `var.zones`
 * @param evaluate for defaults
 * @throws EvaluationProblem where the value does not fit
 */
export const converted = (value: Value, type: Type, where: string, evaluate: Evaluate): Value => {
  if (value === null || isUnknown(value)) return value
  switch (type.kind) {
    case 'any':
      return value
    case 'string':
      return toText(value, where)
    case 'number':
      return toExact(value, where)
    case 'bool':
      return toBoolean(value, where)
    case 'list':
    case 'set': {
      const items = itemsOf(value, where).map((item, i) =>
        converted(item, type.of, `${where}[${i}]`, evaluate)
      )
      const alike = type.of.kind === 'any' ? unified(items) : items
      return type.kind === 'set' ? setOf(alike) : alike
    }
    case 'tuple':
      return itemsOf(value, where).map((item, i) =>
        converted(item, type.items[i] ?? ANY, `${where}[${i}]`, evaluate)
      )
    case 'map': {
      if (!isObject(value)) {
        throw new EvaluationProblem(`${where}: expected a map, found ${describe(value)}`)
      }
      const map = new Map(
        [...value].map(([key, item]) => [
          key,
          converted(item, type.of, `${where}["${key}"]`, evaluate),
        ])
      )
      return type.of.kind === 'any' ? unifiedMap(map) : map
    }
    case 'object':
      if (!isObject(value)) {
        throw new EvaluationProblem(`${where}: expected an object, found ${describe(value)}`)
      }
      return objectOf(value, type.attributes, where, evaluate)
  }
}
