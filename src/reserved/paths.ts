import type { Answer, Answers, RefusalFacts } from '../answers/answer.ts'
import type { ChallengeFacts, Challenges } from '../challenges/challenges.ts'
import { Later } from '../later.ts'

/** What answers are made with. */
export interface Answering {
  readonly answers: Answers
  /** Only for the paths of challenges: its module is not always here. */
  readonly challenges: Challenges
}

/** What answers on a path, given the facts of the request without an error code of its own. */
export type ReservedHandler = (
  answering: Answering,
  facts: Omit<RefusalFacts, 'code'> & ChallengeFacts,
  path: string,
  query: string
) => Answer

interface ReservedPath {
  readonly prefix: string
  /** The verdict's `action`. */
  readonly action: 'preview' | 'clearance'
  /** Its module is imported when somebody asks for the path. */
  readonly handler: Later<{ answer: ReservedHandler }>
}

/** Everything below this path is Cloudflare's on every site: https://developers.cloudflare.com/fundamentals/reference/cdn-cgi-endpoint/ */
const ROOT = '/cdn-cgi/'

export const previews = new Later<{ answer: ReservedHandler }>(() => import('./error-preview.ts'))

export const passes = new Later<{ answer: ReservedHandler }>(() => import('./challenge-pass.ts'))

/** The paths below `/cdn-cgi/` that this edge answers itself, before any rule. A new one is one line here. */
const RESERVED: readonly ReservedPath[] = [
  { prefix: '/cdn-cgi/error/', action: 'preview', handler: previews },
  { prefix: '/cdn-cgi/challenge-platform/', action: 'clearance', handler: passes },
]

/**
 * The reserved path that a request asks for; `undefined` for every other.
 *
 * @param request `url` is the target as received, `path` its normalised path
 */
export const reservedPath = (request: {
  readonly url: string
  readonly path: string
}): ReservedPath | undefined => {
  // A look at the target as it came spares other requests the normalised path.
  if (!request.url.includes(ROOT)) return undefined
  const { path } = request
  return RESERVED.find(({ prefix }) => path.startsWith(prefix))
}
