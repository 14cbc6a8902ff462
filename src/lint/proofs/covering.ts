import type { Matching } from '../../language/compile/rules.ts'
import { compileRules } from '../../language/compile/rules.ts'
import type { Value } from '../../language/types.ts'
import type { Judging } from '../sequences.ts'
import type { Ends } from './ends.ts'
import type { Logic } from './logic.ts'
import { impossible, requestFor } from './logic.ts'
import { contextOf } from './model.ts'
import type { Demand } from './solve.ts'

/** A rule that no request reaches, and the earlier rules that take its requests. */
export interface Covered {
  readonly by: readonly Judging[]
  /** A request that matches the rule and that one of the earlier rules takes. */
  readonly values: ReadonlyMap<number, Value>
}

/** The largest number of earlier rules combined in one proof. */
const MAX_TOGETHER = 6

/** Finds the earlier rules of a sequence that together leave a rule no request. */
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

  /** Returns the first earlier rule that takes a request; `undefined` if none does. */
  #takerOf(values: ReadonlyMap<number, Value>, later: number): number | undefined {
    return this.#matching(contextOf(values)).find((one) => one < later && this.ends(one, later))
  }

  /**
   * Finds a request that matches the rule and the earlier rule that takes it, then a request that the takers so far do not match, and so
   * on. Stops when no such request exists, which is proved, or when no earlier rule takes it.
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

  /** Drops the rules that the proof does not need. */
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
