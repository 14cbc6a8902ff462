import type { Flip, Flips } from './counterfactual/flips.ts'
import { flipsOf } from './counterfactual/flips.ts'
import type { Explanation } from './explanation.ts'
import { explainTrial } from './explanation.ts'
import { joinFrom } from './from.ts'
import type { From } from './pretend.ts'
import type { ReadRequest } from './requests/read.ts'
import type { Trials } from './trial.ts'

/** The verdict on one request with its reasons, and the smallest changes that would reverse it. */
export interface ExplainedRequest extends Explanation {
  readonly flips: readonly Flip[]
  /** True if the search tried all of them. */
  readonly flips_complete: boolean
}

/**
 * Judges one request and explains the verdict.
 *
 * @param from the visitor; it overrides the sender in the request
 * @param notes further facts about the request
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
