import type { ChallengeFacts, Challenges, PassAnswer } from '../challenges/challenges.ts'

/** Takes the answer from the page of a challenge. No rule judges this request, so no rule can lock a visitor out. */
export const answer = (
  { challenges }: { readonly challenges: Challenges },
  facts: ChallengeFacts,
  path: string,
  query: string
): PassAnswer => challenges.pass(facts, path, query)
