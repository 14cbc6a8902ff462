import type { Scope } from './evaluate.ts'
import { evaluate, withNames } from './evaluate.ts'
import { contained, LazyObject, once } from './lazy.ts'
import { EvaluationProblem } from './problem.ts'
import { placeOf } from './syntax/text.ts'
import type { Block, Body, Expression } from './syntax/tree.ts'
import type { Value } from './values.ts'
import {
  describe,
  isList,
  isObject,
  isUnknown,
  SetValue,
  sortedEntries,
  toText,
  Unknown,
} from './values.ts'
import type { View } from './view.ts'
import { childrenOf, viewOf } from './view.ts'

/** Meta-argument blocks, which describe no part of the resource itself. */
const META = new Set(['lifecycle', 'provisioner', 'connection', 'timeouts'])

export const blockType = ({ type, labels }: Block): string => {
  return type === 'dynamic' ? (labels[0] ?? type) : type
}

/** Nested blocks of one type in order, with the blocks of a `dynamic` at its place. */
export const blockViews = (
  body: Body,
  type: string,
  scope: Scope
): { view: View; value: () => Value }[] => {
  return body.blocks
    .filter((block) => blockType(block) === type)
    .flatMap((block) =>
      block.type === 'dynamic'
        ? dynamicViews(block, scope)
        : [bodyView(block.body, scope, placeOf(block.at))]
    )
}

const entriesOf = (collection: Value): [Value, Value][] | undefined => {
  if (isObject(collection)) return sortedEntries(collection)
  if (collection instanceof SetValue) return collection.items.map((item) => [item, item])
  return isList(collection) ? collection.map((item, i) => [i, item]) : undefined
}

const dynamicViews = (block: Block, scope: Scope): { view: View; value: () => Value }[] => {
  const place = placeOf(block.at)
  const forEach = block.body.attributes.get('for_each')
  const content = block.body.blocks.find(({ type }) => type === 'content')
  if (forEach === undefined || content === undefined) return []
  const named = block.body.attributes.get('iterator')?.expression
  const name =
    named?.kind === 'variable'
      ? named.name
      : named?.kind === 'literal'
        ? String(named.value)
        : (block.labels[0] ?? '')
  const collection = contained(() => evaluate(forEach.expression, scope))
  if (isUnknown(collection)) {
    return [{ view: viewOf(collection, place), value: () => collection }]
  }
  const entries = entriesOf(collection)
  if (entries === undefined) {
    const problem = new EvaluationProblem(
      `for_each of \`${block.labels[0]}\`: expected a list, a set or a map, found ${describe(collection)}`
    )
    const failed = new Unknown(problem.message, undefined, problem)
    return [{ view: viewOf(failed, place), value: () => failed }]
  }
  return entries.map(([key, value]) => {
    const iterator = new Map([
      ['key', key],
      ['value', value],
    ])
    const inner = withNames(scope, new Map([[name, iterator]]))
    return bodyView(content.body, inner, place)
  })
}

export const bodyView = (
  body: Body,
  scope: Scope,
  place: string
): { view: View; value: () => Value } => {
  const readers = new Map<string, () => Value>()
  for (const [name, { expression }] of body.attributes) {
    readers.set(
      name,
      once(name, () => tolerantly(expression, scope))
    )
  }
  const types = new Set(body.blocks.map((block) => blockType(block)))
  const view: View = {
    place,
    value: (name) => readers.get(name)?.() ?? undefined,
    children: (name) => {
      if (types.has(name)) return blockViews(body, name, scope).map((found) => found.view)
      const attribute = body.attributes.get(name)
      if (attribute === undefined) return []
      const { expression } = attribute
      const items = expression.kind === 'tuple' ? expression.items : undefined
      return childrenOf(readers.get(name)!(), place, (i) => {
        const item = items?.[i]
        return item === undefined ? undefined : placeOf(item.at)
      })
    },
    names: () => [...readers.keys(), ...types].filter((name) => !META.has(name)),
  }
  const value = () =>
    new LazyObject(
      new Map([
        ...readers,
        ...[...types].map((type): [string, () => Value] => [
          type,
          () => blockViews(body, type, scope).map((found) => found.value()),
        ]),
      ]),
      () => null
    )
  return { view, value }
}

/** Elements of lists and objects fail separately. */
const tolerantly = (expression: Expression, scope: Scope): Value => {
  if (expression.kind === 'tuple') {
    return expression.items.map((item) => tolerantly(item, scope))
  }
  if (expression.kind === 'object') {
    return contained(() => {
      const object = new Map<string, Value>()
      for (const { key, value } of expression.entries) {
        const name = evaluate(key, scope)
        if (isUnknown(name)) return new Unknown(name.what)
        object.set(toText(name, 'a key of an object'), tolerantly(value, scope))
      }
      return object
    })
  }
  return contained(() => evaluate(expression, scope))
}
