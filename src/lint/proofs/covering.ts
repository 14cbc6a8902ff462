import type { Matching } from '../../language/compile/rules.ts'
import { compileRules } from '../../language/compile/rules.ts'
import type { Value } from '../../language/types.ts'
import type { Judging } from '../sequences.ts'
import type { Ends } from './ends.ts'
import type { Logic } from './logic.ts'
import { impossible, requestFor } from './logic.ts'
import { contextOf } from './model.ts'
import type { Demand } from './solve.ts'

/** A rule that no request reaches, and the earlier rules that answer them. */
export interface Covered {
  readonly by: readonly Judging[]
  /** A request that the rule was written for, and that one of the others takes. */
  readonly values: ReadonlyMap<number, Value>
}

/** More rules than these are not looked at together. */
const MAX_TOGETHER = 6

/** Finds, for the rules of one sequence, the earlier ones that leave them no request. */
export class Covering {
  readonly #matching: Matching

  constructor(
    readonly rules: readonly Judging[],
    readonly ends: Ends,
    readonly logic: Logic
  ) {
    this.#matching = compileRules(
      rules.map(({ written }) => written.expression),
      rules.map(() => false)
    )
  }

  #demand(index: number, isTrue: boolean): Demand[] {
    const formula = this.logic.of(this.rules[index]!.written.root)
    return formula === undefined ? [] : [{ formula, isTrue }]
  }

  /** The first earlier rule that takes a request; `undefined` where none does. */
  #takerOf(values: ReadonlyMap<number, Value>, later: number): number | undefined {
    return this.#matching(contextOf(values)).find((one) => one < later && this.ends(one, later))
  }

  /**
   * Asks for a request of the rule, looks which earlier rule takes it, asks for a request that this one does not take, and so on:
   * until there is none, which is proved, or one that nobody takes.
   */
  of(later: number): Covered | undefined {
    const judging = this.rules[later]!
    const wanted = this.#demand(later, true)
    const takers: number[] = []
    let example: ReadonlyMap<number, Value> | undefined
    while (takers.length <= MAX_TOGETHER) {
      const demands = [...wanted, ...takers.flatMap((taker) => this.#demand(taker, false))]
      if (takers.length > 0 && impossible(demands) !== undefined) {
        const by = this.#needed(wanted, takers).map((taker) => this.rules[taker]!)
        return { by, values: example! }
      }
      const no = takers.map((taker) => this.rules[taker]!.written)
      const request = requestFor(demands, judging.written, no)
      if (request.kind !== 'possible') return undefined
      const taker = this.#takerOf(request.values, later)
      if (taker === undefined) return undefined
      example ??= request.values
      takers.push(taker)
    }
    return undefined
  }

  /** Without the rules that the proof does not need. */
  #needed(wanted: readonly Demand[], takers: readonly number[]): number[] {
    let needed = [...takers]
    for (const taker of takers) {
      const others = needed.filter((one) => one !== taker)
      const demands = [...wanted, ...others.flatMap((one) => this.#demand(one, false))]
      if (others.length > 0 && impossible(demands) !== undefined) needed = others
    }
    return needed.sort((a, b) => a - b)
  }
}
