import type { Answer } from '../answers/answer.ts'
import type { Verdict } from '../verdict.ts'

/** Sends an answer in a mount's own way: as a Fetch Response, on Node's response, on the socket of an upgrade. */
export type Send<Target, Sent extends NonNullable<unknown>> = (
  target: Target,
  answer: Answer
) => Sent

/**
 * Answers a refused request: the one place where a mount learns whether a verdict refuses.
 *
 * @returns what `send` gives; `undefined` where the request passes, which the mount then hands on
 * @example if (answerRefused(verdict, response, sendOnNode) !== undefined) return
 */
export const answerRefused = <Target, Sent extends NonNullable<unknown>>(
  verdict: Verdict,
  target: Target,
  send: Send<Target, Sent>
): Sent | undefined => {
  const { answer } = verdict
  return answer === undefined ? undefined : send(target, answer)
}
