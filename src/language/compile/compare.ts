import { FEW_RANGES, fewRanges } from '../../lists/few-ranges.ts'
import { compareIp, type Ip } from '../../lists/ip.ts'
import type { CompareNode, IntRange, OperandNode, OrderingOperator, Right } from '../ast.ts'
import type { Context, Type, Value } from '../types.ts'
import { ipSets } from './ip-sets.ts'
import type { CompileOptions } from './options.ts'
import { compileOperand } from './value.ts'
import { wildcardTest } from './wildcard.ts'

/** Tests one value that is not missing. */
export type ValueTest = (value: Value) => boolean

/** A right-hand side that is read for each request. */
type DynamicTest = (value: Value, right: Value) => boolean

/** JavaScript orders values of one scalar type itself: binary strings by bytes, Int also against bigint. */
const ORDERINGS: Record<OrderingOperator, (x: number | string, y: number | string) => boolean> = {
  eq: (x, y) => x === y,
  ne: (x, y) => x !== y,
  lt: (x, y) => x < y,
  le: (x, y) => x <= y,
  gt: (x, y) => x > y,
  ge: (x, y) => x >= y,
}

/** Addresses of different families are unequal and have no order. */
const ipOrdering = (operator: OrderingOperator): DynamicTest => {
  const holds = ORDERINGS[operator]
  return (x, y) => {
    const order = compareIp(x as Ip, y as Ip)
    return Number.isNaN(order) ? operator === 'ne' : holds(order, 0)
  }
}

const orderingTest = (operator: OrderingOperator, type: Type): DynamicTest =>
  type.kind === 'Ip' ? ipOrdering(operator) : (ORDERINGS[operator] as DynamicTest)

const literalOrdering = (operator: OrderingOperator, type: Type, right: Value): ValueTest => {
  if (type.kind === 'Bytes' && operator === 'eq') return (value) => value === right
  if (type.kind === 'Bytes' && operator === 'ne') return (value) => value !== right
  const test = orderingTest(operator, type)
  return (value) => test(value, right)
}

const SMALL_INT = 0x7fff_ffff
const isSmall = (int: Value) => typeof int === 'number' && int >= 0 && int <= SMALL_INT

const bitwiseAnd = (mask: Value): ValueTest => {
  const wide = BigInt.asUintN(64, BigInt(mask as number))
  return (value) =>
    isSmall(value) && isSmall(mask)
      ? ((value as number) & (mask as number)) !== 0
      : (BigInt.asUintN(64, BigInt(value as number)) & wide) !== 0n
}

const hasRange = (items: readonly IntRange[]) => items.some(([from, to]) => from !== to)

const intSet = (items: readonly IntRange[]): ValueTest => {
  const singles = new Set<Value>(items.filter(([from, to]) => from === to).map(([from]) => from))
  const ranges = items.filter(([from, to]) => from !== to)
  return ranges.length === 0
    ? (value) => singles.has(value)
    : (value) =>
        singles.has(value) ||
        ranges.some(([from, to]) => (value as number) >= from && (value as number) <= to)
}

const listTest = (name: string, type: Type, lists: CompileOptions['lists']): ValueTest => {
  if (type.kind === 'Ip') return (value) => lists.ip?.(name)?.has(value as Ip) ?? false
  if (type.kind === 'Int') return (value) => lists.int?.(name)?.has(value as number) ?? false
  return (value) => lists.string?.(name)?.has(value as string) ?? false
}

const SMALL_SET = 4

const bytesSet = (items: readonly string[]): ValueTest => {
  const set = new Set<Value>(items)
  // For a few values, comparing is faster than hashing.
  return set.size <= SMALL_SET
    ? (
        (few) => (value: Value) =>
          few.includes(value)
      )([...set])
    : (value) => set.has(value)
}

const rightTest = (
  { operator, left }: CompareNode,
  right: Exclude<Right, { kind: 'dynamic' }>,
  { lists }: CompileOptions
): ValueTest => {
  switch (right.kind) {
    case 'pattern':
      return (
        operator === 'wildcard' ? wildcardTest(right.pattern, right.test) : right.test
      ) as ValueTest
    case 'bytes_set':
      return bytesSet(right.items)
    case 'int_set':
      return intSet(right.items)
    case 'ip_set': {
      const { items } = right
      const set = items.length <= FEW_RANGES ? fewRanges(items) : ipSets.needed.buildIpSet(items)
      return (value) => set.has(value as Ip)
    }
    case 'list':
      return listTest(right.name, left.type, lists)
    case 'literal': {
      if (operator === 'bitwise_and') return bitwiseAnd(right.value)
      if (operator === 'contains') {
        const part = right.value as string
        return (value) => (value as string).includes(part)
      }
      return literalOrdering(operator as OrderingOperator, left.type, right.value)
    }
  }
}

/**
 * Compiles a test of one value. The test takes the context because it reads a dynamic right side from it.
 */
export const compileValueTest = (
  node: CompareNode,
  options: CompileOptions
): ((context: Context) => ValueTest) => {
  const { right } = node
  if (right.kind !== 'dynamic') {
    const test = rightTest(node, right, options)
    return () => test
  }
  const read = compileOperand(right.operand, options)
  const test = orderingTest(node.operator as OrderingOperator, node.left.type)
  return (context) => {
    const other = read(context)
    return other === undefined ? never : (value) => test(value, other)
  }
}

const never: ValueTest = () => false

/** The result of a comparison whose left side is missing. */
export const whenMissing = (
  { operator, right }: CompareNode,
  { missing }: CompileOptions
): boolean => operator === 'ne' && missing === 'engine' && right.kind !== 'dynamic'

const plainSlot = (operand: OperandNode): number | undefined =>
  operand.kind === 'field' && operand.indexes.length === 0 ? operand.slot : undefined

/** The most frequent comparisons, each in one closure. A missing value equals no value and is in no set. */
const compareField = (
  slot: number,
  node: CompareNode,
  right: Exclude<Right, { kind: 'dynamic' }>,
  options: CompileOptions
): ((context: Context) => boolean) => {
  const { operator, left } = node
  if (right.kind === 'literal' && left.type.kind === 'Bytes') {
    const part = right.value as string
    if (operator === 'eq') return (context) => context.get(slot) === part
    if (operator === 'contains') {
      return (context) => (context.get(slot) as string | undefined)?.includes(part) === true
    }
  }
  if (right.kind === 'bytes_set' || (right.kind === 'int_set' && !hasRange(right.items))) {
    const set = new Set<Value | undefined>(
      right.kind === 'bytes_set' ? right.items : right.items.map(([int]) => int)
    )
    return (context) => set.has(context.get(slot))
  }
  const test = rightTest(node, right, options)
  const missing = whenMissing(node, options)
  return (context) => {
    const value = context.get(slot)
    return value === undefined ? missing : test(value)
  }
}

/** A Bool comparison: the left side has no `[*]`. */
export const compileCompare = (
  node: CompareNode,
  options: CompileOptions
): ((context: Context) => boolean) => {
  const slot = plainSlot(node.left)
  if (slot !== undefined && node.right.kind !== 'dynamic') {
    return compareField(slot, node, node.right, options)
  }
  const read = compileOperand(node.left, options)
  const missing = whenMissing(node, options)
  const testFor = compileValueTest(node, options)
  return (context) => {
    const value = read(context)
    return value === undefined ? missing : testFor(context)(value)
  }
}
