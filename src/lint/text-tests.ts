import type { ArgumentNode, CompareNode, OperandNode } from '../language/ast.ts'
import { toText } from '../language/bytes.ts'
import type { descendants } from '../language/walk.ts'
import { isOperand } from '../language/walk.ts'
import type { Part } from '../rules/node.ts'
import { innerPart, literalParts } from './literal-parts.ts'

/** Ways to compare a text of the request with one of the rule. */
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

/** One text that a value of the request is compared with. */
export interface TextTest {
  readonly kind: TextTestKind
  /** The field, canonical, that the value comes from. */
  readonly field: string
  /** Key or keys of it, such as the name of a header. */
  readonly keys: readonly string[]
  /** Functions that the value went through, the outermost first. */
  readonly through: readonly string[]
  readonly text: string
  /** The literal in the source, with its quotes. */
  readonly part: Part
  /** The inside of the quotes, where it is written as it is. */
  readonly inner: Part | undefined
  /** The whole comparison or call. */
  readonly whole: Part
}

const partOf = ({ start, end }: { start: number; end: number }): Part => ({
  start,
  length: end - start,
})

/** The field below calls, and their names. */
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

/** Where the operator ends: literals begin with a quote, byte strings with a hexadecimal digit behind white space. */
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
    // Parts are for messages: where they do not fit, the whole comparison is the place.
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

/** Every text that an expression compares with one of the request, in order of the source. */
export const textTests = (nodes: ReturnType<typeof descendants>, source: string): TextTest[] =>
  nodes.flatMap((node) => {
    if (node.kind === 'compare') return ofCompare(node, source)
    if (node.kind !== 'literal' && isOperand(node)) return ofCall(node, source)
    return []
  })

/** True of comparisons with the whole value. */
export const isWhole = ({ kind }: TextTest): boolean =>
  kind === 'eq' || kind === 'ne' || kind === 'in'
