import type { LogicalNode, RootNode } from '../../language/ast.ts'
import { customRuleScheme } from '../../language/defaults.ts'
import { valueToJson } from '../../language/to-json.ts'
import type { Value } from '../../language/types.ts'
import { inBackticks } from '../../rules/node.ts'
import type { Example } from '../finding.ts'
import type { Subject, Written } from '../subject.ts'
import type { Atom } from './atoms.ts'
import { Atoms } from './atoms.ts'
import type { Formula } from './formula.ts'
import { formulaOf } from './formula.ts'
import type { Literal } from './literal.ts'
import { contextOf } from './model.ts'
import type { Demand, Solution } from './solve.ts'
import { solve } from './solve.ts'

/** The formulas of a subject's expressions, over shared atoms. */
export class Logic {
  readonly #atoms: Atoms
  readonly #formulas = new WeakMap<RootNode, Formula<Atom>>()

  /** @param ambiguous names of lists whose contents differ between expressions */
  constructor(ambiguous?: ReadonlySet<string>) {
    this.#atoms = new Atoms(ambiguous)
  }

  /** Returns `undefined` for an expression that is not a condition. */
  of(root: RootNode): Formula<Atom> | undefined {
    if (root.kind === 'field' || root.kind === 'call' || root.kind === 'literal') return undefined
    if (root.type.kind !== 'Bool') return undefined
    return this.ofNode(root)
  }

  ofNode(node: LogicalNode): Formula<Atom> {
    const known = this.#formulas.get(node) ?? formulaOf(node, (atom) => this.#atoms.of(atom))
    this.#formulas.set(node, known)
    return known
  }
}

const logics = new WeakMap<Subject, Logic>()

export const logicOf = (subject: Subject): Logic => {
  const logic = logics.get(subject) ?? new Logic(subject.ambiguousLists)
  logics.set(subject, logic)
  return logic
}

/** Returns a proof that the demands contradict each other; `undefined` if none is found. */
export const impossible = (
  demands: readonly Demand[]
): Extract<Solution, { kind: 'impossible' }> | undefined => {
  const solution = solve(demands)
  return solution.kind === 'impossible' ? solution : undefined
}

/**
 * Finds a request that makes one expression true and the others false, and verifies it on the expressions themselves.
 */
export const requestFor = (
  demands: readonly Demand[],
  yes: Written,
  no: readonly Written[] = []
): Solution =>
  solve(demands, (values) => {
    const context = contextOf(values)
    return yes.expression.matches(context) && !no.some((one) => one.expression.matches(context))
  })

const shown = ({ atom, isTrue }: Literal): string =>
  inBackticks(isTrue ? atom.key : `not ${atom.key}`)

const MAX_SHOWN = 3

/** Returns the reason of a proof in one line. */
export const reasonOf = (conflict: readonly Literal[] | undefined): string => {
  if (conflict === undefined) return 'its conditions contradict each other'
  const [first, second, ...more] = conflict.map(shown)
  if (first === undefined) return 'its conditions contradict each other'
  if (second === undefined) return `no value satisfies ${first}`
  if (more.length === 0) return `${first} and ${second} contradict each other`
  const what = conflict[0]!.atom.term?.key
  return more.length + 2 <= MAX_SHOWN
    ? `${first}, ${second} and ${more.join(' and ')} contradict each other`
    : `no value of \`${what}\` satisfies all of its conditions`
}

/** Returns a request as a case for `edge1020 eval`. */
export const exampleOf = ({ source }: Written, values: ReadonlyMap<number, Value>): Example => ({
  expression: source,
  fields: Object.fromEntries(
    [...values].map(([slot, value]) => [customRuleScheme.slots[slot]!, valueToJson(value)])
  ),
})
