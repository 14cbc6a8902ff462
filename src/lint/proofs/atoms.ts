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

/** What atoms are about: a field with its indexes, or a function of one. */
export interface Term {
  readonly key: string
  readonly type: Type
  /** The field below the functions, where there is exactly one. */
  readonly base: Base | undefined
  /** Functions between the field and the term, the outermost first. */
  readonly through: readonly string[]
  /** The key of the first argument, for a function. */
  readonly inner: string | undefined
  /** True where a request can be without it. */
  readonly canBeMissing: boolean
}

/** A field with its indexes: what a request can be given a value for. */
export interface Base {
  readonly key: string
  readonly field: FieldNode
  /** True where atoms ask for any element of it. */
  readonly isEach: boolean
}

/** One condition of an expression, the same for every place where it stands. */
export interface Atom {
  readonly key: string
  readonly node: AtomNode
  /** Absent for conditions about several fields: only the atom itself contradicts them. */
  readonly term: Term | undefined
  /** Whether the condition is true of a value of the term; `undefined` where only a request decides. */
  readonly ofValue: ((value: Value) => boolean) | undefined
  /** Whether it is true where the term is missing. */
  readonly whenMissing: boolean
  readonly shape: Shape | undefined
  /** The truth for a whole request; absent where it depends on a list. */
  readonly test: ((context: Context) => boolean) | undefined
}

const OPTIONS: CompileOptions = { missing: 'docs', lists: {}, condition: compileCondition }
const NOTHING: Context = { get: () => undefined }

/** Functions that are missing where their argument is, and read nothing else. */
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
  // Addresses of visitors are always there; those of the edge are not.
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

/** True of functions that have a value wherever their argument has, of a field that always has one. */
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
  // `any(x[*] …)` is about one element; what `all` says is about none in particular.
  if (node.kind === 'all') return NO_PARTS
  const { item } = node
  if (item.kind === 'compare') return ofCompare(item)
  return item.kind === 'bare' && item.operand.each ? ofOperand(item.operand) : NO_PARTS
}

/** Names of the lists of a condition. */
const listsIn = (node: AtomNode): string[] =>
  descendants(node).flatMap((one) =>
    one.kind === 'compare' && one.right.kind === 'list' ? one.right.name : []
  )

const hasList = (node: AtomNode): boolean => {
  if (node.kind === 'compare') return usesList(node)
  return node.kind !== 'bare' && / in \$/.test(print(node))
}

/** Most conditions of most rules are never asked: what they are made of is worked out at the first question. */
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

/** The atoms of expressions that are compared with each other: the same condition is the same atom. */
export class Atoms {
  readonly #byKey = new Map<string, Atom>()

  /** @param ambiguous names of lists that are not the same for all expressions: no two conditions about one of them are the same */
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
