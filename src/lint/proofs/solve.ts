import type { Value } from '../../language/types.ts'
import type { Atom, Term } from './atoms.ts'
import type { Formula } from './formula.ts'
import type { Literal } from './literal.ts'
import { modelOf } from './model.ts'
import { isFixedAndImpossible, isImpossible } from './refute.ts'

/** A formula that must be true, or must be false. */
export interface Demand {
  readonly formula: Formula<Atom>
  readonly isTrue: boolean
}

export type Solution =
  /** Proved: no request satisfies the demands. */
  | { readonly kind: 'impossible'; readonly conflict: readonly Literal[] | undefined }
  /** A request that satisfies them, verified by `accept`. */
  | { readonly kind: 'possible'; readonly values: ReadonlyMap<number, Value> }
  /** The search reached its bounds. */
  | { readonly kind: 'unknown' }

/** Steps per search. A search that exceeds them concludes nothing. */
const MAX_STEPS = 3_000
/** Requests tried per search. */
const MAX_MODELS = 60

const groupBy = (literals: readonly Literal[], keyOf: (term: Term) => string) => {
  const groups = new Map<string, Literal[]>()
  for (const literal of literals) {
    const { term } = literal.atom
    if (term === undefined) continue
    const key = keyOf(term)
    const known = groups.get(key)
    if (known === undefined) groups.set(key, [literal])
    else known.push(literal)
  }
  return groups
}

/** Returns literals of one term that cannot all hold; `undefined` if none conflict. */
const conflictIn = (
  literals: readonly Literal[],
  newest: Literal
): readonly Literal[] | undefined => {
  const { term } = newest.atom
  if (term === undefined) return undefined
  const own = literals.filter(({ atom }) => atom.term?.key === term.key)
  const isEach = term.base?.isEach === true
  if (isEach) {
    // Different elements may satisfy different conditions.
    const never = own.filter(({ isTrue }) => !isTrue)
    const wanted = own.filter(({ isTrue }) => isTrue)
    return wanted
      .map((one) => [one, ...never])
      .find((group) => group.length > 1 && isImpossible(group))
  }
  const others = literals.filter(
    ({ atom }) =>
      atom.term !== undefined &&
      atom.term.key !== term.key &&
      atom.term.base?.key === term.base?.key &&
      !atom.term.base?.isEach
  )
  if (isImpossible(own, others)) return own
  if (others.length > 0 && isFixedAndImpossible([...own, ...others])) return [...own, ...others]
  // A new condition on the text itself may contradict what is known about the folded text.
  for (const group of groupBy(others, ({ key }) => key).values()) {
    const rest = literals.filter(
      ({ atom }) =>
        atom.term?.base?.key === term.base?.key &&
        atom.term !== undefined &&
        atom.term.key !== group[0]!.atom.term!.key &&
        !atom.term.base?.isEach
    )
    if (isImpossible(group, rest)) return [...group, newest]
  }
  return undefined
}

type Accept = (values: ReadonlyMap<number, Value>) => boolean

class Search {
  steps = 0
  models = 0
  isCut = false
  conflicts: (readonly Literal[])[] = []
  found: ReadonlyMap<number, Value> | undefined

  constructor(readonly accept: Accept | undefined) {}

  /** True if the branch is closed: proved impossible. */
  closes(pending: readonly Demand[], literals: ReadonlyMap<Atom, boolean>): boolean {
    if (++this.steps > MAX_STEPS) {
      this.isCut = true
      return false
    }
    const known = new Map(literals)
    const todo = [...pending]
    const choices: Demand[][] = []
    for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
      const { formula, isTrue } = next
      switch (formula.kind) {
        case 'constant':
          if (formula.value !== isTrue) return true
          break
        case 'not':
          todo.push({ formula: formula.item, isTrue: !isTrue })
          break
        case 'atom':
          if (!this.#take(known, { atom: formula.atom, isTrue })) return true
          break
        case 'xor': {
          const [first, ...rest] = formula.items
          const other: Formula<Atom> = rest.length === 1 ? rest[0]! : { kind: 'xor', items: rest }
          const both = (x: boolean): Demand => ({
            formula: {
              kind: 'and',
              items: [
                x ? first! : { kind: 'not', item: first! },
                x === isTrue ? { kind: 'not', item: other } : other,
              ],
            },
            isTrue: true,
          })
          choices.push([both(true), both(false)])
          break
        }
        default: {
          const demands = formula.items.map((item) => ({ formula: item, isTrue }))
          if ((formula.kind === 'and') === isTrue) todo.push(...demands)
          else choices.push(demands)
        }
      }
    }
    return this.#branch(choices, known)
  }

  #take(known: Map<Atom, boolean>, literal: Literal): boolean {
    const before = known.get(literal.atom)
    if (before !== undefined) return before === literal.isTrue
    known.set(literal.atom, literal.isTrue)
    const all = [...known].map(([atom, isTrue]) => ({ atom, isTrue }))
    const conflict = conflictIn(all, literal)
    if (conflict === undefined) return true
    this.conflicts.push(conflict)
    return false
  }

  /** Evaluates a formula as far as the known atoms decide it. */
  #truth(formula: Formula<Atom>, known: ReadonlyMap<Atom, boolean>): boolean | undefined {
    switch (formula.kind) {
      case 'constant':
        return formula.value
      case 'atom':
        return known.get(formula.atom)
      case 'not': {
        const truth = this.#truth(formula.item, known)
        return truth === undefined ? undefined : !truth
      }
      case 'xor': {
        const truths = formula.items.map((item) => this.#truth(item, known))
        return truths.includes(undefined) ? undefined : truths.filter(Boolean).length % 2 === 1
      }
      default: {
        const truths = formula.items.map((item) => this.#truth(item, known))
        const decisive = formula.kind === 'or'
        if (truths.includes(decisive)) return decisive
        return truths.includes(undefined) ? undefined : !decisive
      }
    }
  }

  #branch(choices: readonly Demand[][], known: ReadonlyMap<Atom, boolean>): boolean {
    // Drops choices that are already satisfied, and alternatives that are already false.
    const open = choices
      .filter((one) => !one.some(({ formula, isTrue }) => this.#truth(formula, known) === isTrue))
      .map((one) => one.filter(({ formula, isTrue }) => this.#truth(formula, known) !== !isTrue))
    const smallest = open.reduce<Demand[] | undefined>(
      (least, one) => (least === undefined || one.length < least.length ? one : least),
      undefined
    )
    if (smallest === undefined) return this.#leaf(known)
    const rest = open.filter((one) => one !== smallest)
    const others = rest.map(
      (demands): Demand => ({
        formula: {
          kind: 'or',
          items: demands.map(({ formula, isTrue }) =>
            isTrue ? formula : { kind: 'not', item: formula }
          ),
        },
        isTrue: true,
      })
    )
    let isClosed = true
    for (const demand of smallest) {
      if (this.closes([...others, demand], known)) continue
      isClosed = false
      if (this.found !== undefined || this.isCut || this.models >= MAX_MODELS) return false
    }
    return isClosed
  }

  #leaf(known: ReadonlyMap<Atom, boolean>): boolean {
    // If no request is wanted, one open branch means that there is no proof.
    if (this.accept === undefined) {
      this.isCut = true
      return false
    }
    this.models++
    const values = modelOf([...known].map(([atom, isTrue]) => ({ atom, isTrue })))
    if (this.accept(values)) this.found = values
    return false
  }
}

/**
 * Searches for a request that satisfies all demands.
 *
 * `impossible` is a proof: each way to satisfy the demands contains conditions that contradict each other. `possible` was verified by
 * `accept` on the expressions themselves. `unknown` means that the search reached its bounds. Without `accept`, `solve` only looks for a
 * proof.
 */
export const solve = (demands: readonly Demand[], accept?: Accept): Solution => {
  const search = new Search(accept)
  if (search.closes(demands, new Map()) && !search.isCut) {
    const [only, ...more] = search.conflicts
    return { kind: 'impossible', conflict: more.length === 0 ? only : undefined }
  }
  return search.found === undefined
    ? { kind: 'unknown' }
    : { kind: 'possible', values: search.found }
}
