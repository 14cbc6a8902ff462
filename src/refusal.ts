import type { RefusalFacts } from './answers/answer.ts'
import type { ChallengeFacts } from './challenges/challenges.ts'
import type { Facts } from './context.ts'
import { toText } from './language/bytes.ts'

/** What an answer says of the request that it refuses. */
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

/** What a challenge needs to know of the request. */
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
