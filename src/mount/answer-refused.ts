import type { Answer } from '../answers/answer.ts'
import type { Verdict } from '../verdict.ts'

/** Sends an answer in the way of a mount: as a Fetch `Response`, on Node's response, or on the socket of an upgrade. */
export type Send<Target, Sent extends NonNullable<unknown>> = (
  target: Target,
  answer: Answer
) => Sent

/**
 * Answers a refused request. All mounts use this function to check whether a verdict refuses.
 *
 * @returns the result of `send`; `undefined` if the request passes, for the mount to pass it on
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
