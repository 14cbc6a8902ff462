import type { Flip, Flips } from './counterfactual/flips.ts'
import { flipsOf } from './counterfactual/flips.ts'
import type { Explanation } from './explanation.ts'
import { explainTrial } from './explanation.ts'
import { joinFrom } from './from.ts'
import type { From } from './pretend.ts'
import type { ReadRequest } from './requests/read.ts'
import type { Trials } from './trial.ts'

/** What becomes of one request and why, with the smallest changes that would turn the verdict round. */
export interface ExplainedRequest extends Explanation {
  readonly flips: readonly Flip[]
  /** True where the search went through all of them. */
  readonly flips_complete: boolean
}

/**
 * Judges one request and explains the verdict.
 *
 * @param from who asks; it wins over what the request says of its sender
 * @param notes what else is to be known of the request
 * @throws EdgeError as `trials.run` does
 */
export const explainRequest = (
  trials: Trials,
  read: ReadRequest,
  from: From = {},
  notes: readonly string[] = []
): ExplainedRequest => {
  const request = { ...read.request, from: joinFrom(read.request.from ?? {}, from) }
  const explanation = explainTrial(trials.run(request), [...read.notes, ...notes])
  const { flips, isComplete }: Flips = flipsOf(trials, request)
  return { ...explanation, flips, flips_complete: isComplete }
}
