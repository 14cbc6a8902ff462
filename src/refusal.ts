import { actions, isAction } from './actions.ts'
import type { Answer, RefusalFacts } from './answers/answer.ts'
import type { ChallengeFacts, PassAnswer } from './challenges/challenges.ts'
import { isChallenge } from './challenges/level.ts'
import type { Facts } from './context.ts'
import { toText } from './language/bytes.ts'
import type { Answering } from './reserved/paths.ts'
import { reservedPath } from './reserved/paths.ts'
import type { Verdict } from './verdict.ts'
import { NO_ZONE } from './verdict.ts'

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

/** The services that create answers. */
export interface AnswerServices extends Answering {
  readonly colo: string
}

/** The answer on a path that the edge reserves. */
const answerReserved = (facts: Facts, services: AnswerServices): Answer | PassAnswer => {
  const { request } = facts
  const { colo } = services
  const { handler } = reservedPath(request)!
  return handler.now.answer(
    services,
    { ...challengeFacts(facts, colo), ...refusalFacts(0, facts, colo) },
    request.path,
    request.search
  )
}

/**
 * The answer of a verdict, if the edge answers in the origin's place: that of a reserved path, a refusal, or the page of a
 * challenge. The 400 for invalid test overrides is not among them.
 */
export const answerVerdict = (
  { action, context, matches }: Pick<Verdict, 'action' | 'context' | 'matches'>,
  services: AnswerServices
): Answer | PassAnswer | undefined => {
  const { answers, colo } = services
  if (action === 'preview' || action === 'clearance') return answerReserved(context, services)
  if (action === 'no_zone') return answers.refuse(refusalFacts(NO_ZONE, context, colo))
  if (!isAction(action) || !actions[action].answers) return undefined
  if (isChallenge(action)) {
    const { target, search } = context.request
    return services.challenges.ask(action, challengeFacts(context, colo), target.path + search)
  }
  const { code, page, rule, retryAfter } = matches.at(-1)!
  const { response } = rule
  return answers.refuse(refusalFacts(code, context, colo, { page, response, retryAfter }))
}
