import type { CompareNode, FieldNode, LogicalNode, OperandNode, RootNode } from './ast.ts'
import { compileElements, compileTest } from './compile/logic.ts'
import type { CompileOptions } from './compile/options.ts'
import { compileOperand, elementsOf, sortedKeys } from './compile/value.ts'
import { printIndexes, quote } from './print.ts'
import type { MatchedPart, TracedPart } from './trace.ts'
import type { Context, Value } from './types.ts'
import { descendants, fieldsOf, isOperand } from './walk.ts'

/** One evaluation, as `explain` and `trace` need it. Both are slow and run only for the few requests that match. */
export interface Scene {
  readonly source: string
  readonly options: CompileOptions
  readonly context: Context
}

/**
 * Compiles each node once, because a rule that fires often is explained often. A node always has the options of one
 * expression.
 */
const once = <Node extends object, Made>(
  compile: (node: Node, options: CompileOptions) => Made
): ((node: Node, scene: Scene) => Made) => {
  const known = new WeakMap<Node, Made>()
  return (node, { options }) => {
    const made = known.get(node) ?? compile(node, options)
    known.set(node, made)
    return made
  }
}

const testOf = once(compileTest)
const elementsTest = once(compileElements)
const readOf = once(compileOperand)

const elementsIn = (node: LogicalNode, scene: Scene) => elementsTest(node, scene)(scene.context)
const valueIn = (operand: OperandNode, scene: Scene) => readOf(operand, scene)(scene.context)

/** Returns the first item that decides, as an array of one; an empty array if no item does. */
const firstOf = <Item>(items: readonly Item[], decides: (item: Item) => boolean): Item[] => {
  const index = items.findIndex(decides)
  return items.slice(index, index < 0 ? 0 : index + 1)
}

interface Found {
  field: string
  value: Value | undefined
}

/** Returns every value of a field with `[*]`, each with its index. */
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
      const path = `${name}${printIndexes([index])}`
      return inner === undefined ? [] : [{ field: path, value: inner }]
    })
  }
  return found
}

const whole = (field: FieldNode, scene: Scene): Found =>
  field.each
    ? { field: field.name, value: scene.context.get(field.slot) }
    : {
        field: `${field.name}${printIndexes(field.indexes)}`,
        value: valueIn(field, scene),
      }

/** Finds the field with `[*]` below an operand, through calls that run once for each element. */
const elementField = (operand: OperandNode): FieldNode | undefined => {
  if (operand.kind === 'field') return operand.each ? operand : undefined
  const [first] = operand.arguments
  const [index, ...more] = operand.indexes
  const isPlain = more.length === 0 && (index === undefined || index.kind === 'each')
  const goesOn = operand.mapped && isPlain && first !== undefined && isOperand(first)
  return goesOn ? elementField(first) : undefined
}

/** Gives the fields that an operand reads, with their values. `element` selects one element of the field with `[*]`. */
const read = (operand: OperandNode, scene: Scene, element?: number): Found[] => {
  const many = element === undefined ? undefined : elementField(operand)
  const found = many === undefined ? [] : paths(many, scene)
  const results = valueIn(operand, scene)
  // A call can give nothing for an element. Then there are fewer results than elements, and no result is matched to one.
  const isAligned = Array.isArray(results) && results.length === found.length
  return fieldsOf(operand).map((field) =>
    isAligned && field === many ? found[element!]! : whole(field, scene)
  )
}

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

/** Explains why element `i` of an Array<Bool> node is `wanted`. */
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
        ? firstOf(node.items, (item) => elementsIn(item, scene)[i] === wanted)
        : node.items
      return items.flatMap((item) => explainElement(item, i, wanted, negated, scene))
    }
    case 'xor':
      return node.items.flatMap((item) => {
        const truth = elementsIn(item, scene)[i] === true
        return explainElement(item, i, truth, !truth, scene)
      })
    default:
      return []
  }
}

/** Explains why a node is `wanted`, with the smallest sufficient set of comparisons. */
export const explain = (
  node: LogicalNode,
  wanted: boolean,
  scene: Scene,
  negated = !wanted
): MatchedPart[] => {
  const isTrue = (item: LogicalNode) => testOf(item, scene)(scene.context)
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
      const items = decides ? firstOf(node.items, (item) => isTrue(item) === wanted) : node.items
      return items.flatMap((item) => explain(item, wanted, scene))
    }
    case 'xor':
      return node.items.flatMap((item) => explain(item, isTrue(item), scene))
    default: {
      const elements = elementsIn(node.item, scene)
      const decides = elements.indexOf(node.kind === 'any')
      return decides >= 0
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

const resultOf = (node: LogicalNode | OperandNode, scene: Scene): Value | undefined => {
  if (isOperand(node)) return valueIn(node, scene)
  return node.type.kind === 'Bool' ? testOf(node, scene)(scene.context) : elementsIn(node, scene)
}

/**
 * The parts of a tree that have results of their own. Cached, because one expression is traced for many requests.
 */
const partsOf = (() => {
  const known = new WeakMap<RootNode, readonly (LogicalNode | OperandNode)[]>()
  return (root: RootNode) => {
    const parts =
      known.get(root) ??
      descendants(root).filter(
        (node): node is LogicalNode | OperandNode =>
          node.kind !== 'literal' && node.kind !== 'field'
      )
    known.set(root, parts)
    return parts
  }
})()

/**
 * Returns every subexpression with its result and the fields it read, outermost first. Fields are read on demand.
 */
export const trace = (root: RootNode, scene: Scene): TracedPart[] =>
  partsOf(root).map((node) => ({
    expression: scene.source.slice(node.start, node.end),
    start: node.start,
    length: node.end - node.start,
    result: resultOf(node, scene),
    get fields() {
      return fieldsOf(node).map((field) => whole(field, scene))
    },
  }))
