import type { ArgumentNode, CompareNode, OperandNode } from '../language/ast.ts'
import { toText } from '../language/bytes.ts'
import type { descendants } from '../language/walk.ts'
import { isOperand } from '../language/walk.ts'
import type { Part } from '../rules/node.ts'
import { innerPart, literalParts } from './literal-parts.ts'

/** Comparisons between a text of the request and a text of the rule. */
export type TextTestKind =
  | 'eq'
  | 'ne'
  | 'lt'
  | 'le'
  | 'gt'
  | 'ge'
  | 'in'
  | 'contains'
  | 'starts_with'
  | 'ends_with'
  | 'wildcard'
  | 'strict wildcard'
  | 'matches'

/** One text that is compared with a value of the request. */
export interface TextTest {
  readonly kind: TextTestKind
  /** The field that the value comes from, by its canonical name. */
  readonly field: string
  /** The keys into the field, such as a header's name. */
  readonly keys: readonly string[]
  /** Functions applied to the value, outermost first. */
  readonly through: readonly string[]
  readonly text: string
  /** The literal in the source, quotes included. */
  readonly part: Part
  /** The part inside the quotes; `undefined` if the literal contains escapes. */
  readonly inner: Part | undefined
  /** The whole comparison or call. */
  readonly whole: Part
}

const partOf = ({ start, end }: { start: number; end: number }): Part => ({
  start,
  length: end - start,
})

/** Returns the field that calls read, and the names of the calls. */
const baseOf = (
  operand: ArgumentNode,
  through: readonly string[] = []
): Pick<TextTest, 'field' | 'keys' | 'through'> | undefined => {
  if (operand.kind === 'field') {
    const keys = operand.indexes.flatMap((index) => (index.kind === 'key' ? [index.key] : []))
    return { field: operand.name, keys, through }
  }
  if (operand.kind !== 'call') return undefined
  const [first] = operand.arguments
  return first && baseOf(first, [...through, operand.definition.name])
}

const FUNCTIONS: ReadonlySet<string> = new Set(['starts_with', 'ends_with'])

const ofCall = (operand: OperandNode, source: string): TextTest[] => {
  if (operand.kind !== 'call' || !FUNCTIONS.has(operand.definition.name)) return []
  const [value, literal] = operand.arguments
  const base = value && baseOf(value)
  if (base === undefined || literal?.kind !== 'literal' || typeof literal.value !== 'string') {
    return []
  }
  const part = partOf(literal)
  const kind = operand.definition.name as TextTestKind
  const text = toText(literal.value)
  return [{ ...base, kind, text, part, inner: innerPart(source, part), whole: partOf(operand) }]
}

const textsOf = ({ right }: CompareNode): readonly string[] => {
  if (right.kind === 'literal') return typeof right.value === 'string' ? [right.value] : []
  if (right.kind === 'pattern') return [right.pattern]
  return right.kind === 'bytes_set' ? right.items : []
}

/**
 * Returns the offset after the operator. A literal begins with a quote, or, for byte strings, with a hexadecimal digit after white space.
 */
const literalStart = (source: string, { left, operator, right }: CompareNode): number => {
  if (operator === 'in') return source.indexOf('{', left.end) + 1
  const spelled = /^[\s]*(?:strict[ ]wildcard|[a-z_]+|[^\w\s"]+)[\s]*/.exec(source.slice(left.end))
  const raw = right.kind === 'pattern' || right.kind === 'literal'
  return left.end + (raw ? (spelled?.[0].length ?? 0) : 0)
}

const ofCompare = (node: CompareNode, source: string): TextTest[] => {
  const base = baseOf(node.left)
  const texts = textsOf(node)
  if (base === undefined || texts.length === 0) return []
  const start = literalStart(source, node)
  const isPattern = node.right.kind === 'pattern'
  const found = isPattern
    ? [{ start, length: node.end - start }]
    : literalParts(source, start, node.end)
  return texts.map((bytes, i) => {
    // Parts are for messages: if the counts differ, the place is the whole comparison.
    const part = (found.length === texts.length ? found[i] : undefined) ?? partOf(node)
    return {
      ...base,
      kind: node.operator as TextTestKind,
      text: toText(bytes),
      part,
      inner: innerPart(source, part),
      whole: partOf(node),
    }
  })
}

/** Returns every text that an expression compares with a text of the request, in source order. */
export const textTests = (nodes: ReturnType<typeof descendants>, source: string): TextTest[] =>
  nodes.flatMap((node) => {
    if (node.kind === 'compare') return ofCompare(node, source)
    if (node.kind !== 'literal' && isOperand(node)) return ofCall(node, source)
    return []
  })

/** True for comparisons with the whole value. */
export const isWhole = ({ kind }: TextTest): boolean =>
  kind === 'eq' || kind === 'ne' || kind === 'in'
