import type { AnswerOptions, Answers } from './answers/answer.ts'
import { createAnswers } from './answers/create.ts'
import { explain, trace } from './language/explain.ts'
import { explanations } from './language/explanations.ts'
import type { Recorder } from './record.ts'
import { createRecorder } from './record.ts'

/** What an edge answers and notes where a rule matches. */
export interface OnMatch {
  readonly answers: Answers
  readonly record: Recorder
}

/**
 * Makes the answers and the events of an edge. No request that passes needs them: this module, with the pages and the texts of
 * all codes, loads with the first one that a rule matches.
 */
export const prepareMatches = ({
  answers,
  redactQuery = false,
  colo,
}: {
  answers?: AnswerOptions | undefined
  redactQuery?: boolean | readonly string[] | undefined
  colo: string
}): OnMatch => {
  explanations.put({ explain, trace })
  return { answers: createAnswers(answers), record: createRecorder({ redactQuery, colo }) }
}
