import type { CompareNode, FieldNode, LogicalNode, OperandNode, RootNode } from './ast.ts'
import { compileElements, compileTest } from './compile/logic.ts'
import type { CompileOptions } from './compile/options.ts'
import { compileOperand, elementsOf, sortedKeys } from './compile/value.ts'
import { printIndexes, quote } from './print.ts'
import type { MatchedPart, TracedPart } from './trace.ts'
import type { Context, Value } from './types.ts'
import { descendants, fieldsOf, isOperand } from './walk.ts'

/** What `explain` and `trace` need of one evaluation. Slow paths: called for the few requests that matched. */
export interface Scene {
  readonly source: string
  readonly options: CompileOptions
  readonly context: Context
}

interface Found {
  field: string
  value: Value | undefined
}

const bareField = (field: FieldNode): FieldNode => ({ ...field, indexes: [], each: false })

/** Every value that a field with `[*]` stands for, with the index each was found at. */
const paths = (field: FieldNode, { context }: Scene): Found[] => {
  let found: Found[] = [{ field: field.name, value: context.get(field.slot) }]
  for (const index of field.indexes) {
    found = found.flatMap(({ field: name, value }): Found[] => {
      if (value === undefined) return []
      if (index.kind === 'each') {
        const keys = value instanceof Map ? sortedKeys(value).map(quote) : undefined
        return elementsOf(value).map((element, i) => ({
          field: `${name}[${keys?.[i] ?? i}]`,
          value: element,
        }))
      }
      const inner =
        index.kind === 'at'
          ? (value as readonly Value[])[index.at]
          : (value as ReadonlyMap<string, Value>).get(index.key)
      const shown = `${name}${printIndexes([index])}`
      return inner === undefined ? [] : [{ field: shown, value: inner }]
    })
  }
  return found
}

const whole = (field: FieldNode, scene: Scene): Found =>
  field.each
    ? { field: field.name, value: scene.context.get(field.slot) }
    : {
        field: `${field.name}${printIndexes(field.indexes)}`,
        value: compileOperand(field, scene.options)(scene.context),
      }

/** What an operand read; with `element`, of the fields that have `[*]` only that element. */
const read = (operand: OperandNode, scene: Scene, element?: number): Found[] =>
  fieldsOf(operand).map((field) => {
    if (element === undefined || !field.each) return whole(field, scene)
    return paths(field, scene)[element] ?? whole(bareField(field), scene)
  })

const part = (
  node: { start: number; end: number },
  found: readonly Found[],
  negated: boolean,
  { source }: Scene
): MatchedPart[] =>
  found.map(({ field, value }) => ({
    field,
    value,
    expression: `${negated ? 'not ' : ''}${source.slice(node.start, node.end)}`,
    start: node.start,
    length: node.end - node.start,
  }))

const operandsOf = (node: CompareNode): OperandNode[] =>
  node.right.kind === 'dynamic' ? [node.left, node.right.operand] : [node.left]

/** Why element `i` of an Array<Bool> node is `wanted`. */
const explainElement = (
  node: LogicalNode,
  i: number,
  wanted: boolean,
  negated: boolean,
  scene: Scene
): MatchedPart[] => {
  switch (node.kind) {
    case 'bare': {
      const found = read(node.operand, scene, i).map(({ field, value }) =>
        node.operand.kind === 'field' && Array.isArray(value)
          ? { field: `${field}[${i}]`, value: value[i] as Value }
          : { field, value }
      )
      return part(node, found, negated, scene)
    }
    case 'compare':
      return part(
        node,
        operandsOf(node).flatMap((one) => read(one, scene, i)),
        negated,
        scene
      )
    case 'not':
      return explainElement(node.item, i, !wanted, !negated, scene)
    case 'and':
    case 'or': {
      const decides = wanted === (node.kind === 'or')
      const items = decides
        ? node.items
            .filter((item) => compileElements(item, scene.options)(scene.context)[i] === wanted)
            .slice(0, 1)
        : node.items
      return items.flatMap((item) => explainElement(item, i, wanted, negated, scene))
    }
    case 'xor':
      return node.items.flatMap((item) => {
        const truth = compileElements(item, scene.options)(scene.context)[i] === true
        return explainElement(item, i, truth, !truth, scene)
      })
    default:
      return []
  }
}

/** Why a node is `wanted`: the smallest set of comparisons that made it so. */
export const explain = (
  node: LogicalNode,
  wanted: boolean,
  scene: Scene,
  negated = !wanted
): MatchedPart[] => {
  const isTrue = (item: LogicalNode) => compileTest(item, scene.options)(scene.context)
  switch (node.kind) {
    case 'constant':
      return []
    case 'bare':
      return part(node, read(node.operand, scene), negated, scene)
    case 'compare':
      return part(
        node,
        operandsOf(node).flatMap((one) => read(one, scene)),
        negated,
        scene
      )
    case 'not':
      return explain(node.item, !wanted, scene)
    case 'and':
    case 'or': {
      const decides = wanted === (node.kind === 'or')
      const items = decides
        ? node.items.filter((item) => isTrue(item) === wanted).slice(0, 1)
        : node.items
      return items.flatMap((item) => explain(item, wanted, scene))
    }
    case 'xor':
      return node.items.flatMap((item) => explain(item, isTrue(item), scene))
    default: {
      const elements = compileElements(node.item, scene.options)(scene.context)
      const decides = elements.indexOf(node.kind === 'any')
      const one = wanted === (node.kind === 'any') && decides >= 0
      return one
        ? explainElement(node.item, decides, wanted, negated, scene)
        : part(
            node,
            fieldsOf(node.item).map((field) => whole(field, scene)),
            negated,
            scene
          )
    }
  }
}

const resultOf = (node: LogicalNode | OperandNode, { options, context }: Scene) => {
  if (isOperand(node)) return compileOperand(node, options)(context)
  return node.type.kind === 'Bool'
    ? compileTest(node, options)(context)
    : compileElements(node, options)(context)
}

/** Every sub-expression with its result and the fields it read, outside first. */
export const trace = (root: RootNode, scene: Scene): TracedPart[] =>
  descendants(root)
    .filter((node) => node.kind !== 'literal' && node.kind !== 'field')
    .map((node) => ({
      expression: scene.source.slice(node.start, node.end),
      start: node.start,
      length: node.end - node.start,
      result: resultOf(node as LogicalNode | OperandNode, scene),
      fields: fieldsOf(node).map((field) => whole(field, scene)),
    }))
