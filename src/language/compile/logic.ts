import type { CombineNode, CompareNode, LogicalNode } from '../ast.ts'
import type { Context, Value } from '../types.ts'
import { compileCompare, compileValueTest } from './compare.ts'
import type { CompileOptions } from './options.ts'
import { compileOperand } from './value.ts'

export type Test = (context: Context) => boolean
export type Elements = (context: Context) => readonly boolean[]

const combineTests = (kind: CombineNode['kind'], tests: readonly Test[]): Test => {
  const [first, second, third] = tests as [Test, Test, Test | undefined]
  if (kind === 'xor') return (context) => tests.reduce((odd, test) => odd !== test(context), false)
  if (kind === 'and') {
    if (tests.length === 2) return (context) => first(context) && second(context)
    if (tests.length === 3) {
      return (context) => first(context) && second(context) && third!(context)
    }
    return (context) => tests.every((test) => test(context))
  }
  if (tests.length === 2) return (context) => first(context) || second(context)
  if (tests.length === 3) return (context) => first(context) || second(context) || third!(context)
  return (context) => tests.some((test) => test(context))
}

/** From this many substrings on, one alternation is faster than a loop of `includes`. */
const FUSE_MIN = 4

const escapeRegex = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')

const isPlainContains = (node: LogicalNode): node is CompareNode =>
  node.kind === 'compare' &&
  node.operator === 'contains' &&
  node.left.kind === 'field' &&
  node.left.indexes.length === 0 &&
  node.right.kind === 'literal'

/**
 * `field contains "a" or field contains "b" …` on one field becomes a single search. An alternation of literals cannot
 * backtrack: V8 runs it in time proportional to the value.
 */
const fuseContains = (items: readonly LogicalNode[], options: CompileOptions): Test[] => {
  const bySlot = new Map<number, CompareNode[]>()
  const rest: LogicalNode[] = []
  for (const item of items) {
    if (!isPlainContains(item) || item.left.kind !== 'field') {
      rest.push(item)
      continue
    }
    const group = bySlot.get(item.left.slot)
    if (group === undefined) bySlot.set(item.left.slot, [item])
    else group.push(item)
  }
  const tests: Test[] = []
  for (const [slot, group] of bySlot) {
    if (group.length < FUSE_MIN) rest.push(...group)
    else {
      const parts = group.map(({ right }) => (right.kind === 'literal' ? String(right.value) : ''))
      const alternation = new RegExp(parts.map(escapeRegex).join('|'))
      tests.push((context) => {
        const value = context.get(slot)
        return value !== undefined && alternation.test(value as string)
      })
    }
  }
  return [...tests, ...rest.map((item) => compileTest(item, options))]
}

/** The result of a node of type Bool. */
export const compileTest = (node: LogicalNode, options: CompileOptions): Test => {
  switch (node.kind) {
    case 'constant': {
      const { value } = node
      return () => value
    }
    case 'not': {
      const test = compileTest(node.item, options)
      return (context) => !test(context)
    }
    case 'bare': {
      const read = compileOperand(node.operand, options)
      return (context) => read(context) === true
    }
    case 'compare':
      return compileCompare(node, options)
    case 'any':
      return compileAny(node.item, options)
    case 'all':
      return compileAll(node.item, options)
    case 'or':
      return single(fuseContains(node.items, options), 'or')
    default:
      return combineTests(
        node.kind,
        node.items.map((item) => compileTest(item, options))
      )
  }
}

const single = (tests: readonly Test[], kind: CombineNode['kind']): Test =>
  tests.length === 1 ? tests[0]! : combineTests(kind, tests)

/** Tests one comparison element by element, without an intermediate array of results. */
const compileAny = (item: LogicalNode, options: CompileOptions): Test => {
  if (item.kind !== 'compare') {
    const elements = compileElements(item, options)
    return (context) => elements(context).includes(true)
  }
  const read = compileOperand(item.left, options)
  const testFor = compileValueTest(item, options)
  return (context) => {
    const values = read(context) as readonly Value[] | undefined
    if (values === undefined || values.length === 0) return false
    const test = testFor(context)
    for (let i = 0; i < values.length; i++) if (test(values[i]!)) return true
    return false
  }
}

/** `all` of a missing array is false; `all` of an empty array is true. */
const compileAll = (item: LogicalNode, options: CompileOptions): Test => {
  if (item.kind === 'bare' && !item.operand.each) {
    const read = compileOperand(item.operand, options)
    return (context) => {
      const value = read(context)
      return value !== undefined && !truths(value).includes(false)
    }
  }
  const elements = compileElements(item, options)
  return (context) => !elements(context).includes(false)
}

const truths = (value: Value | undefined): readonly boolean[] =>
  value === undefined ? [] : (value as readonly boolean[])

const CELLS: Record<CombineNode['kind'], (x: boolean, y: boolean) => boolean> = {
  and: (x, y) => x && y,
  or: (x, y) => x || y,
  xor: (x, y) => x !== y,
}

/** The results of a node of type Array<Bool>. Arrays are combined element by element, up to the end of the shortest. */
export const compileElements = (node: LogicalNode, options: CompileOptions): Elements => {
  switch (node.kind) {
    case 'bare': {
      const read = compileOperand(node.operand, options)
      return (context) => truths(read(context))
    }
    case 'compare': {
      const read = compileOperand(node.left, options)
      const testFor = compileValueTest(node, options)
      return (context) => ((read(context) ?? []) as readonly Value[]).map(testFor(context))
    }
    case 'not': {
      const elements = compileElements(node.item, options)
      return (context) => elements(context).map((truth) => !truth)
    }
    case 'and':
    case 'or':
    case 'xor': {
      const columns = node.items.map((item) => compileElements(item, options))
      const cell = CELLS[node.kind]
      return (context) =>
        columns
          .map((column) => column(context))
          .reduce((x, y) => x.slice(0, y.length).map((truth, i) => cell(truth, y[i]!)))
    }
    default:
      throw new TypeError(`${node.kind} has no elements`)
  }
}

/** The result of a condition, or its list of results. */
export const compileCondition = (
  node: LogicalNode,
  options: CompileOptions
): ((context: Context) => Value) =>
  node.type.kind === 'Bool' ? compileTest(node, options) : compileElements(node, options)
