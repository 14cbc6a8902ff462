import type { At } from './syntax/text.ts'

/** An expression that has no value: a wrong type, a missing key, an unknown function. `try` and `can` catch it. */
export class EvaluationProblem extends Error {
  override readonly name: string = 'EvaluationProblem'

  constructor(
    message: string,
    public at?: At
  ) {
    super(message)
  }
}

/** More work than any configuration needs: nothing catches it. */
export class LimitProblem extends EvaluationProblem {
  override readonly name = 'LimitProblem'
}
