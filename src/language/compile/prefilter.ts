import type { Ip } from '../../lists/ip.ts'
import type { ArgumentNode, BareNode, CompareNode, LogicalNode, OperandNode } from '../ast.ts'
import type { Value } from '../types.ts'
import { foldCase } from './fold-case.ts'
import type { Needles } from './literals.ts'
import { MIN_NEEDLE_BYTES, regexLiterals, wildcardLiterals } from './literals.ts'
import type { Key, LookupKind, Subject, Subjects } from './prefilter-keys.ts'

/**
 * A necessary condition of a rule: the look-up finds one of the keys. It is not sufficient: if the prefilter of a rule
 * holds, the whole rule is evaluated.
 */
export type Prefilter = readonly Key[]

/** Cheap functions whose result depends on their arguments only: computing them once for many rules is worth it. */
const SHARED_CALLS = new Set(['lower', 'upper', 'url_decode', 'len', 'substring'])
const CASE_CALLS = new Set(['lower', 'upper'])

const isShared = (node: ArgumentNode): boolean =>
  node.kind === 'field' ||
  node.kind === 'literal' ||
  (node.kind === 'call' && SHARED_CALLS.has(node.definition.name) && node.arguments.every(isShared))

const subjectOf = (subjects: Subjects, kind: LookupKind, operand: OperandNode) =>
  isShared(operand) ? subjects.of(kind, operand) : undefined

/** Removes changes of case: needles are found in either case, so such a change makes no difference. */
const withoutCase = (operand: OperandNode): OperandNode => {
  const isCase = operand.kind === 'call' && CASE_CALLS.has(operand.definition.name)
  const [inner] = isCase ? operand.arguments : []
  return inner?.kind === 'field' || inner?.kind === 'call' ? withoutCase(inner) : operand
}

const keysOf = (subject: Subject | undefined, sought: readonly Key['sought'][]): Prefilter[] =>
  subject === undefined ? [] : [sought.map((one) => subject.key(one))]

/**
 * Longer needles are no more selective. The end is kept, because many needles share a prefix (`mozilla/5.0 (compatible; `).
 */
const MAX_NEEDLE_BYTES = 24

const needleOf = (bytes: string) => foldCase(bytes).slice(-MAX_NEEDLE_BYTES)

const needleGuards = (
  subjects: Subjects,
  operand: OperandNode,
  choices: readonly Needles[]
): Prefilter[] => {
  const subject = subjectOf(subjects, 'needle', withoutCase(operand))
  return choices
    .filter((choice) => choice.every((needle) => needle.length >= MIN_NEEDLE_BYTES))
    .flatMap((choice) => keysOf(subject, choice.map(needleOf)))
}

const isCased = (operand: OperandNode) => withoutCase(operand) !== operand

/** A range of up to this many integers is looked up integer by integer. */
const MAX_SPREAD = 32

const spreadRanges = (
  items: readonly (readonly [number | bigint, number | bigint])[]
): Value[] | undefined => {
  const values: Value[] = []
  for (const [from, to] of items) {
    if (from === to) values.push(from)
    else if (typeof from !== 'number' || typeof to !== 'number' || to - from >= MAX_SPREAD) {
      return undefined
    } else for (let value = from; value <= to; value++) values.push(value)
  }
  return values
}

const comparisonGuards = (
  { left, operator, right }: CompareNode,
  subjects: Subjects
): Prefilter[] => {
  switch (right.kind) {
    case 'bytes_set':
      return isCased(left)
        ? needleGuards(subjects, left, [right.items])
        : keysOf(subjectOf(subjects, 'value', left), right.items)
    case 'int_set': {
      const values = spreadRanges(right.items)
      return values === undefined ? [] : keysOf(subjectOf(subjects, 'value', left), values)
    }
    case 'ip_set':
      return keysOf(subjectOf(subjects, 'address', left), right.items)
    case 'pattern':
      return needleGuards(
        subjects,
        left,
        operator === 'matches' ? regexLiterals(right.pattern) : wildcardLiterals(right.pattern)
      )
    case 'literal':
      return literalGuards(subjects, left, operator, right.value)
    default:
      return []
  }
}

const literalGuards = (
  subjects: Subjects,
  left: OperandNode,
  operator: CompareNode['operator'],
  value: Value
): Prefilter[] => {
  if (operator === 'contains') return needleGuards(subjects, left, [[value as string]])
  if (operator !== 'eq') return []
  if (left.type.kind === 'Ip') {
    const ip = value as Ip
    return keysOf(subjectOf(subjects, 'address', left), [{ from: ip, to: ip }])
  }
  return isCased(left)
    ? needleGuards(subjects, left, [[value as string]])
    : keysOf(subjectOf(subjects, 'value', left), [value])
}

const SEARCHES = new Set(['starts_with', 'ends_with'])

const bareGuards = ({ operand, type }: BareNode, subjects: Subjects): Prefilter[] => {
  if (operand.kind === 'call' && SEARCHES.has(operand.definition.name)) {
    const [text, part] = operand.arguments
    const isSearch = (text?.kind === 'field' || text?.kind === 'call') && part?.kind === 'literal'
    return isSearch ? needleGuards(subjects, text, [[part.value as string]]) : []
  }
  return type.kind === 'Bool' ? keysOf(subjectOf(subjects, 'value', operand), [true]) : []
}

/** A part of an expression that contains no further logic. */
export type Leaf = CompareNode | BareNode

/** Returns the prefilters of one comparison; none if the comparison can hold for unknown values. */
export const leafPrefilters = (leaf: Leaf, subjects: Subjects): Prefilter[] =>
  leaf.kind === 'bare' ? bareGuards(leaf, subjects) : comparisonGuards(leaf, subjects)

export interface Sources {
  readonly ofLeaf: (leaf: Leaf) => readonly Prefilter[]
  /** Chooses one of several prefilters. Each of them is enough. */
  readonly best: (prefilters: readonly Prefilter[]) => Prefilter
}

/**
 * Returns the prefilters of a node. If the node is true, each of them holds. Empty if nothing is known.
 */
export const prefiltersOf = (node: LogicalNode, sources: Sources): readonly Prefilter[] => {
  switch (node.kind) {
    case 'constant':
      return node.value ? [] : [[]]
    case 'bare':
    case 'compare':
      return sources.ofLeaf(node)
    // If one element makes the whole condition true, that element makes each part true.
    case 'any':
      return prefiltersOf(node.item, sources)
    case 'and':
      return node.items.flatMap((item) => prefiltersOf(item, sources))
    case 'or': {
      const each = node.items.map((item) => prefiltersOf(item, sources))
      return each.some((prefilters) => prefilters.length === 0) ? [] : [each.flatMap(sources.best)]
    }
    default:
      return []
  }
}
