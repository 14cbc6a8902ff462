import type { Answer } from '../../answers/answer.ts'
import type { AnswerTarget } from '../../answers/node/write-answer.ts'
import { writeAnswer } from '../../answers/node/write-answer.ts'

/** The refusal is on its way. */
const SENT = true

/** Sends an answer on Node's response, for `answerRefused`. */
export const sendOnNode = (response: AnswerTarget, answer: Answer): typeof SENT => {
  writeAnswer(response, answer)
  return SENT
}
