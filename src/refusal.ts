import type { Action } from './actions.ts'
import type { Answer, Answers, RefusalFacts } from './answers/answer.ts'
import type { ChallengeFacts, Challenges } from './challenges/challenges.ts'
import { isChallenge } from './challenges/level.ts'
import type { Facts } from './context.ts'
import { toText } from './language/bytes.ts'

/** The facts about the refused request for its answer. */
export const refusalFacts = (
  code: number,
  { request, visitor, rayId }: Omit<Facts, 'connection'>,
  colo: string,
  { page, response, retryAfter }: Pick<RefusalFacts, 'page' | 'response' | 'retryAfter'> = {}
): RefusalFacts => ({
  code,
  ray: rayId.ray,
  colo,
  timeMs: rayId.timeMs,
  host: toText(request.hostname),
  ip: visitor.ipText,
  country: visitor.country,
  asn: visitor.asn,
  method: request.method,
  accept: request.joined('accept'),
  acceptEncoding: request.joined('accept-encoding'),
  codings: request.codings,
  acceptLanguage: request.joined('accept-language'),
  page,
  response,
  retryAfter,
})

/** The facts about the request for a challenge. */
export const challengeFacts = (
  { request, visitor, rayId }: Omit<Facts, 'connection'>,
  colo: string
): ChallengeFacts => ({
  ray: rayId.ray,
  colo,
  timeMs: rayId.timeMs,
  method: request.method,
  ip: visitor.ipText,
  userAgent: request.userAgent,
  host: toText(request.hostname),
  scheme: request.scheme,
})

/** The parts of a match that its answer depends on. */
interface Deciding extends Pick<RefusalFacts, 'code' | 'page' | 'retryAfter'> {
  readonly action: Action
  readonly rule: Pick<RefusalFacts, 'response'>
}

/**
 * The answer of a match that answers: the page of a challenge, or a refusal.
 *
 * @param challenges asked only for a challenge
 */
export const answerOf = (
  { action, code, page, rule: { response }, retryAfter }: Deciding,
  facts: Omit<Facts, 'connection'>,
  colo: string,
  answers: Pick<Answers, 'refuse'>,
  challenges: () => Pick<Challenges, 'ask'>
): Answer => {
  if (!isChallenge(action)) {
    return answers.refuse(refusalFacts(code, facts, colo, { page, response, retryAfter }))
  }
  const { target, search } = facts.request
  return challenges().ask(action, challengeFacts(facts, colo), target.path + search)
}
