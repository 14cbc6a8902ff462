import type { AnswerOptions, Answers } from './answers/answer.ts'
import { createAnswers } from './answers/create.ts'
import type { AnonymizeIp } from './events/anonymize.ts'
import { allExplanations } from './language/all-explanations.ts'
import { explanations } from './language/explanations.ts'
import type { Recorder } from './record.ts'
import { createRecorder } from './record.ts'

/** The answers and events of an edge. */
export interface OnMatch {
  readonly answers: Answers
  readonly record: Recorder
}

/**
 * Creates the answers and the events of an edge. Passing requests do not need them, so this module, with the pages and the texts
 * of all codes, loads at the first request that matches a rule.
 */
export const prepareMatches = ({
  answers,
  redactQuery = false,
  anonymizeIp,
  colo,
}: {
  answers?: AnswerOptions | undefined
  redactQuery?: boolean | readonly string[] | undefined
  anonymizeIp?: AnonymizeIp | undefined
  colo: string
}): OnMatch => {
  explanations.put(allExplanations)
  return {
    answers: createAnswers(answers),
    record: createRecorder({ redactQuery, anonymizeIp, colo }),
  }
}
