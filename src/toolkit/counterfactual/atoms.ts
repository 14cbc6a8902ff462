import type {
  ArgumentNode,
  CompareNode,
  FieldNode,
  LogicalNode,
  RootNode,
} from '../../language/ast.ts'
import { toText } from '../../language/bytes.ts'
import { treeOf } from '../../language/compile/tree.ts'
import { compile } from '../../language/compile.ts'
import { defaultScheme } from '../../language/defaults.ts'
import type { Expression } from '../../language/expression.ts'
import { children, fieldsOf } from '../../language/walk.ts'
import { Ip, nextIp } from '../../lists/ip.ts'
import { patternWitnesses } from './pattern.ts'

/** A value that an expression names for a field, as text, number, boolean or address. */
export type Named = string | number | boolean | Ip

/** The values that one comparison names for one of its fields. */
export interface Atom {
  /** The canonical name. */
  readonly field: string
  /** The first index if it is a key: of headers, cookies, arguments. */
  readonly key: string | undefined
  readonly values: readonly Named[]
  /** True for `contains` and similar: the value is a part of the field's value. */
  readonly isPart: boolean
  /** True if the field itself is compared for equality: two values that are not named then make no difference. */
  readonly isExact: boolean
}

type AnyNode = ArgumentNode | LogicalNode | RootNode

const MAX_LENGTH = 4_096
const MAX_SET = 64
/** Operators for which the value's neighbours matter too. */
const ORDER = /^[lg][te]$|^bitwise_and$/
const BOTH: readonly Named[] = [true, false]

const numberOf = (value: number | bigint): number => Number(value)

/** The numbers at which a comparison's result changes. */
const around = (from: number, to: number): number[] =>
  from === to ? [from] : [from - 1, from, to, to + 1]

/** The addresses at which a comparison's result changes. */
const aroundRange = (from: Ip, to: Ip): Ip[] => {
  const after = nextIp(to)
  return after === undefined ? [from] : [from, after]
}

const namedBy = (value: unknown, isOrder: boolean): Named[] => {
  if (typeof value === 'string') {
    const text = toText(value)
    return isOrder ? [text, `${text}0`, text.slice(0, -1)] : [text]
  }
  if (typeof value === 'number' || typeof value === 'bigint') {
    const number = numberOf(value)
    return isOrder ? [number - 1, number, number + 1] : [number]
  }
  if (typeof value === 'boolean') return [value, !value]
  return value instanceof Ip ? aroundRange(value, value) : []
}

/** Texts of the lengths that `len(field)` is compared with. */
const lengthsOf = (values: readonly Named[]): string[] =>
  values
    .filter((value): value is number => typeof value === 'number')
    .filter((length) => length >= 0 && length <= MAX_LENGTH)
    .map((length) => 'a'.repeat(length))

const valuesOf = ({
  right,
  operator,
}: CompareNode): { values: readonly Named[]; isPart: boolean } => {
  switch (right.kind) {
    case 'literal': {
      const isOrder = ORDER.test(operator)
      return { values: namedBy(right.value, isOrder), isPart: operator === 'contains' }
    }
    case 'bytes_set':
      return { values: right.items.slice(0, MAX_SET).map(toText), isPart: false }
    case 'int_set':
      return {
        values: right.items
          .slice(0, MAX_SET)
          .flatMap(([from, to]) => around(numberOf(from), numberOf(to))),
        isPart: false,
      }
    case 'ip_set':
      return {
        values: right.items.slice(0, MAX_SET).flatMap(({ from, to }) => aroundRange(from, to)),
        isPart: false,
      }
    case 'pattern': {
      const kind = operator === 'matches' ? 'regex' : 'wildcard'
      return {
        values: patternWitnesses(kind, right.pattern, right.test).map(toText),
        isPart: false,
      }
    }
    default:
      return { values: [], isPart: false }
  }
}

const isEquality = ({ operator, right }: CompareNode): boolean =>
  (right.kind === 'literal' && (operator === 'eq' || operator === 'ne')) ||
  right.kind === 'bytes_set' ||
  (right.kind === 'int_set' && right.items.every(([from, to]) => from === to))

const hasLength = (node: AnyNode): boolean =>
  (node.kind === 'call' && node.definition.name === 'len') || children(node).some(hasLength)

/** Literal arguments of calls below a node: `starts_with(http.request.uri.path, "/api")`. */
const literalsBelow = (node: AnyNode): Named[] =>
  node.kind === 'literal'
    ? typeof node.value === 'string'
      ? [toText(node.value)]
      : []
    : children(node).flatMap(literalsBelow)

const keyOf = ({ indexes }: FieldNode): string | undefined => {
  const [first] = indexes
  return first?.kind === 'key' ? toText(first.key) : undefined
}

const atomsIn = (node: AnyNode): Atom[] => {
  if (node.kind !== 'compare' && node.kind !== 'bare') return children(node).flatMap(atomsIn)
  const inner = node.kind === 'compare' ? node.left : node.operand
  const { values, isPart } =
    node.kind === 'compare'
      ? valuesOf(node)
      : { values: node.operand.kind === 'field' ? BOTH : [], isPart: false }
  const literals = literalsBelow(inner)
  const texts = hasLength(inner) ? lengthsOf(values) : []
  const isText = texts.length === 0
  const all = [...(isText ? values : texts), ...literals]
  const isExact =
    inner.kind === 'field' &&
    (node.kind === 'bare' || isEquality(node)) &&
    inner.indexes.length === 0
  return fieldsOf(node).map((field) => ({
    isExact,
    field: field.name,
    key: keyOf(field),
    values: all,
    isPart: isPart || literals.length > 0,
  }))
}

const known = new WeakMap<Expression, readonly Atom[]>()

/** The values that an expression names for its fields. */
export const atomsOf = (expression: Expression): readonly Atom[] => {
  const found = known.get(expression)
  if (found !== undefined) return found
  const root = treeOf(expression) ?? treeOf(compile(expression.source, { scheme: defaultScheme }))
  const atoms = root === undefined ? [] : atomsIn(root)
  known.set(expression, atoms)
  return atoms
}
