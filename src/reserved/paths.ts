import type { Answer, Answers, RefusalFacts } from '../answers/answer.ts'
import type { ChallengeFacts, Challenges, PassAnswer } from '../challenges/challenges.ts'
import { Later } from '../later.ts'

/** The services that create answers. */
export interface Answering {
  readonly answers: Answers
  /** Only for the paths of challenges, because their module is not always loaded. */
  readonly challenges: Challenges
}

/** Answers on a path, given the facts of the request without an error code. */
export type ReservedHandler = (
  answering: Answering,
  facts: Omit<RefusalFacts, 'code'> & ChallengeFacts,
  path: string,
  query: string
) => Answer | PassAnswer

export interface ReservedPath {
  readonly prefix: string
  /** The verdict's `action`. */
  readonly action: 'preview' | 'clearance'
  /** The module loads at the first request for the path. */
  readonly handler: Later<{ answer: ReservedHandler }>
}

/** Cloudflare reserves all paths below this one on every site: https://developers.cloudflare.com/fundamentals/reference/cdn-cgi-endpoint/ */
const ROOT = '/cdn-cgi/'

export const previews = new Later<{ answer: ReservedHandler }>(() => import('./error-preview.ts'))

export const passes = new Later<{ answer: ReservedHandler }>(() => import('./challenge-pass.ts'))

/** The paths below `/cdn-cgi/` that the edge answers itself before any rule. A new path is one line here. */
const RESERVED: readonly ReservedPath[] = [
  { prefix: '/cdn-cgi/error/', action: 'preview', handler: previews },
  { prefix: '/cdn-cgi/challenge-platform/', action: 'clearance', handler: passes },
]

/**
 * The reserved path of a request; `undefined` for all other paths.
 *
 * @param request `url` is the target as received, `path` its normalised path
 */
export const reservedPath = (request: {
  readonly url: string
  readonly path: string
}): ReservedPath | undefined => {
  // Checks the target as received first, so other requests do not pay for the normalised path.
  if (!request.url.includes(ROOT)) return undefined
  const { path } = request
  return RESERVED.find(({ prefix }) => path.startsWith(prefix))
}
