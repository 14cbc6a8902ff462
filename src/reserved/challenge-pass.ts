import type { Answer } from '../answers/answer.ts'
import type { ChallengeFacts, Challenges } from '../challenges/challenges.ts'

/** What a challenge's page sends: the answer to its question. No rule judges it, so that none can lock a visitor out. */
export const answer = (
  { challenges }: { readonly challenges: Challenges },
  facts: ChallengeFacts,
  path: string,
  query: string
): Answer => challenges.pass(facts, path, query)
