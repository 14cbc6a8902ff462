import type { ArgumentNode, CompareNode, FieldNode, OperandNode } from '../../language/ast.ts'
import { compileValueTest } from '../../language/compile/compare.ts'
import { compileCondition, compileTest } from '../../language/compile/logic.ts'
import type { CompileOptions } from '../../language/compile/options.ts'
import { print } from '../../language/print.ts'
import type { Context, Type, Value } from '../../language/types.ts'
import { descendants, fieldsOf } from '../../language/walk.ts'
import type { AtomNode } from './formula.ts'
import type { Shape } from './shape.ts'
import { shapeOfCall, shapeOfCompare } from './shape.ts'

/** The subject of atoms: a field with its indexes, or a function of it. */
export interface Term {
  readonly key: string
  readonly type: Type
  /** The field that the functions read, if they read exactly one. */
  readonly base: Base | undefined
  /** Functions applied to the field, outermost first. */
  readonly through: readonly string[]
  /** The key of the first argument, for a function. */
  readonly inner: string | undefined
  /** True if a request can lack it. */
  readonly canBeMissing: boolean
}

/** A field with its indexes: the unit to which a model assigns values. */
export interface Base {
  readonly key: string
  readonly field: FieldNode
  /** True if atoms test any element of it. */
  readonly isEach: boolean
}

/** One condition of an expression. Equal conditions share an atom. */
export interface Atom {
  readonly key: string
  readonly node: AtomNode
  /** Absent for conditions on several fields: only the atom's own negation contradicts them. */
  readonly term: Term | undefined
  /**
   * Evaluates the condition on a value of the term; `undefined` if only a whole request decides it.
   */
  readonly ofValue: ((value: Value) => boolean) | undefined
  /** The condition's value if the term is missing. */
  readonly whenMissing: boolean
  readonly shape: Shape | undefined
  /** Evaluates the condition on a whole request; absent if it depends on a list. */
  readonly test: ((context: Context) => boolean) | undefined
}

const OPTIONS: CompileOptions = { missing: 'docs', lists: {}, condition: compileCondition }
const NOTHING: Context = { get: () => undefined }

/** Functions that are missing exactly if their argument is, and read nothing else. */
const baseOf = (operand: ArgumentNode): Base | undefined => {
  if (operand.kind === 'literal') return undefined
  const fields = fieldsOf(operand)
  const [field] = fields
  if (field === undefined || fields.length > 1) return undefined
  const withoutEach = { ...field, indexes: field.indexes.filter(({ kind }) => kind !== 'each') }
  return { key: print(withoutEach), field: withoutEach, isEach: field.each }
}

const throughOf = (operand: ArgumentNode): string[] =>
  operand.kind === 'call'
    ? [operand.definition.name, ...(operand.arguments[0] ? throughOf(operand.arguments[0]) : [])]
    : []

const termOf = (operand: OperandNode): Term => {
  const base = baseOf(operand)
  const canBeMissing =
    operand.kind !== 'field' || operand.indexes.length > 0 || operand.type.kind === 'Ip'
  // A visitor's address is always present; addresses of the edge are not.
  const isVisitor = operand.kind === 'field' && operand.name === 'ip.src'
  return {
    key: print(operand),
    type: operand.type,
    base,
    through: throughOf(operand),
    inner:
      operand.kind === 'call' && operand.arguments[0] ? print(operand.arguments[0]) : undefined,
    canBeMissing:
      canBeMissing && !isVisitor && !(operand.kind === 'call' && isTotal(operand, base)),
  }
}

const TOTAL: ReadonlySet<string> = new Set(['lower', 'upper', 'len'])

/**
 * True for functions that always have a value if their argument has one, applied to a field that is always present.
 */
const isTotal = (operand: OperandNode, base: Base | undefined): boolean =>
  base !== undefined &&
  base.field.indexes.length === 0 &&
  !base.isEach &&
  base.field.type.kind === 'Bytes' &&
  throughOf(operand).every((name) => TOTAL.has(name))

const usesList = ({ right }: CompareNode): boolean => right.kind === 'list'

type Parts = Pick<Atom, 'term' | 'ofValue' | 'shape'>

const NO_PARTS: Parts = { term: undefined, ofValue: undefined, shape: undefined }

const ofCompare = (node: CompareNode): Parts => {
  if (node.right.kind === 'dynamic') return NO_PARTS
  const term = termOf(node.left)
  if (usesList(node)) return { term, ofValue: undefined, shape: undefined }
  return { term, ofValue: compileValueTest(node, OPTIONS)(NOTHING), shape: shapeOfCompare(node) }
}

const PREDICATES: ReadonlySet<string> = new Set(['starts_with', 'ends_with'])

const ofOperand = (operand: OperandNode): Parts => {
  if (operand.kind === 'call' && PREDICATES.has(operand.definition.name)) {
    const [value, literal] = operand.arguments
    const isOperand = value?.kind === 'field' || value?.kind === 'call'
    if (isOperand && literal?.kind === 'literal') {
      return {
        term: termOf(value),
        ofValue: (one) => operand.evaluate([one, literal.value]) === true,
        shape: shapeOfCall(operand.definition.name, literal.value),
      }
    }
  }
  const term = termOf(operand)
  if (operand.kind === 'call' && fieldsOf(operand).length !== 1) return NO_PARTS
  return { term, ofValue: (value) => value === true, shape: undefined }
}

const partsOf = (node: AtomNode): Parts => {
  if (node.kind === 'compare') return ofCompare(node)
  if (node.kind === 'bare') return ofOperand(node.operand)
  // `any(x[*] …)` concerns one element; `all` fixes no particular element.
  if (node.kind === 'all') return NO_PARTS
  const { item } = node
  if (item.kind === 'compare') return ofCompare(item)
  return item.kind === 'bare' && item.operand.each ? ofOperand(item.operand) : NO_PARTS
}

/** Returns the names of the lists in a condition. */
const listsIn = (node: AtomNode): string[] =>
  descendants(node).flatMap((one) =>
    one.kind === 'compare' && one.right.kind === 'list' ? one.right.name : []
  )

const hasList = (node: AtomNode): boolean => {
  if (node.kind === 'compare') return usesList(node)
  return node.kind !== 'bare' && / in \$/.test(print(node))
}

/** Most conditions are never examined, so the parts are computed on first use. */
class LazyAtom implements Atom {
  #parts: Parts | undefined
  #test: Atom['test'] | null = null
  #whenMissing: boolean | undefined

  constructor(
    readonly key: string,
    readonly node: AtomNode
  ) {}

  get #all(): Parts {
    this.#parts ??= partsOf(this.node)
    return this.#parts
  }

  get term() {
    return this.#all.term
  }

  get ofValue() {
    return this.#all.ofValue
  }

  get shape() {
    return this.#all.shape
  }

  get test() {
    if (this.#test === null) {
      this.#test = hasList(this.node) ? undefined : compileTest(this.node, OPTIONS)
    }
    return this.#test
  }

  get whenMissing() {
    this.#whenMissing ??= this.test?.(NOTHING) ?? false
    return this.#whenMissing
  }
}

/**
 * Interns the conditions of expressions that are compared with each other: equal conditions become the same atom.
 */
export class Atoms {
  readonly #byKey = new Map<string, Atom>()

  /**
   * @param ambiguous names of lists whose contents differ between expressions: conditions on these lists are never equal
   */
  constructor(readonly ambiguous: ReadonlySet<string> = new Set()) {}

  of(node: AtomNode): Atom {
    const key = print(node)
    const isAmbiguous =
      this.ambiguous.size > 0 && listsIn(node).some((name) => this.ambiguous.has(name))
    if (isAmbiguous) return new LazyAtom(key, node)
    const known = this.#byKey.get(key)
    if (known !== undefined) return known
    const atom = new LazyAtom(key, node)
    this.#byKey.set(key, atom)
    return atom
  }
}
