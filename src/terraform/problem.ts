import type { At } from './syntax/text.ts'

/** An expression without a value: a wrong type, a missing key, an unknown function. `try` and `can` catch this error. */
export class EvaluationProblem extends Error {
  override readonly name: string = 'EvaluationProblem'

  constructor(
    message: string,
    public at?: At
  ) {
    super(message)
  }
}

/** More work than any configuration needs. No function catches this error. */
export class LimitProblem extends EvaluationProblem {
  override readonly name = 'LimitProblem'
}
