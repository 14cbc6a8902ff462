import type { LogicalNode, RootNode } from '../language/ast.ts'
import { treeOf } from '../language/compile/tree.ts'
import type { Rule, Ruleset } from '../rules/rule.ts'
import { allRules } from '../rules/rule.ts'
import type { Trial } from '../toolkit/trial.ts'
import { placeOf } from '../toolkit/trial-phases.ts'

/** One side of a rule or a clause that no test covers. */
export interface Gap {
  /** Name of the rule. */
  readonly rule: string
  /** `file:line` */
  readonly place: string
  /** The part of the expression; absent for the whole rule. */
  readonly clause?: string | undefined
  /** `matched` and `not-matched` are about a rule, `true` and `false` about a clause. */
  readonly never: 'evaluated' | 'matched' | 'not-matched' | 'true' | 'false'
}

export interface CoverageReport {
  /** The number of sides. Each rule and each clause has two: true and false. */
  readonly sides: number
  readonly covered: number
  /** In the order of the rules. */
  readonly gaps: readonly Gap[]
}

interface Sides {
  isTrue: boolean
  isFalse: boolean
}

interface Seen extends Sides {
  readonly clauses: ReadonlyMap<string, Sides & { readonly text: string }>
}

const isCombined = (
  node: RootNode
): node is Extract<LogicalNode, { items: unknown } | { item: unknown }> =>
  'items' in node || 'item' in node

/** Returns the clauses of an expression: the comparisons and fields that `and`, `or`, `xor` and `not` join. */
const clausesOf = (node: RootNode): RootNode[] => {
  if (!isCombined(node)) return [node]
  // The comparison inside any() and all() is about elements, so the whole call is the clause.
  if (node.kind === 'any' || node.kind === 'all') return [node]
  return 'items' in node ? node.items.flatMap(clausesOf) : clausesOf(node.item)
}

const keyOf = (start: number, length: number) => `${start}:${length}`

const emptySeen = ({ expression }: Rule): Seen => {
  const root = treeOf(expression)
  const clauses = root === undefined ? [] : clausesOf(root)
  // A single clause is the same as the rule.
  const several = clauses.length < 2 ? [] : clauses
  return {
    isTrue: false,
    isFalse: false,
    clauses: new Map(
      several.map(({ start, end }) => [
        keyOf(start, end - start),
        { isTrue: false, isFalse: false, text: expression.source.slice(start, end) },
      ])
    ),
  }
}

/** Records the rules and clauses that requests have made true and false. */
export class Coverage {
  readonly #rules: readonly Rule[]
  readonly #seen = new Map<Rule, Seen>()

  constructor(ruleset: Ruleset) {
    this.#rules = allRules(ruleset).filter(({ enabled }) => enabled)
    for (const rule of this.#rules) this.#seen.set(rule, emptySeen(rule))
  }

  add(trial: Trial): void {
    for (const { rules } of trial.phases) {
      for (const { rule, outcome, trace } of rules) {
        const seen = this.#seen.get(rule)
        const isTrue = outcome === 'matched' || outcome === 'counts'
        if (seen === undefined || !(isTrue || outcome === 'not-matched')) continue
        if (isTrue) seen.isTrue = true
        else seen.isFalse = true
        if (seen.clauses.size === 0) continue
        for (const { start, length, result } of trace()) {
          const clause = seen.clauses.get(keyOf(start, length))
          if (clause === undefined) continue
          if (result === true) clause.isTrue = true
          else clause.isFalse = true
        }
      }
    }
  }

  report(): CoverageReport {
    const gaps: Gap[] = []
    let sides = 0
    for (const rule of this.#rules) {
      const { isTrue, isFalse, clauses } = this.#seen.get(rule)!
      const about = { rule: rule.name, place: placeOf(rule) }
      sides += 2 + clauses.size * 2
      if (!isTrue && !isFalse) gaps.push({ ...about, never: 'evaluated' })
      else if (!isTrue) gaps.push({ ...about, never: 'matched' })
      else if (!isFalse) gaps.push({ ...about, never: 'not-matched' })
      for (const { text, ...clause } of clauses.values()) {
        if (!clause.isTrue) gaps.push({ ...about, clause: text, never: 'true' })
        if (!clause.isFalse) gaps.push({ ...about, clause: text, never: 'false' })
      }
    }
    const missing = gaps.reduce((sum, { never }) => sum + (never === 'evaluated' ? 2 : 1), 0)
    return { sides, covered: sides - missing, gaps }
  }
}
