import type { Answer, Answers, RefusalFacts } from '../answers/answer.ts'
import { Later } from '../later.ts'

/** What answers on a path, given the facts of the request without an error code of its own. */
export type ReservedHandler = (
  answers: Answers,
  facts: Omit<RefusalFacts, 'code'>,
  path: string,
  query: string
) => Answer

interface ReservedPath {
  readonly prefix: string
  /** The verdict's `action`. */
  readonly action: 'preview'
  /** Its module is imported when somebody asks for the path. */
  readonly handler: Later<{ answer: ReservedHandler }>
}

/** Everything below this path is Cloudflare's on every site: https://developers.cloudflare.com/fundamentals/reference/cdn-cgi-endpoint/ */
const ROOT = '/cdn-cgi/'

export const previews = new Later<{ answer: ReservedHandler }>(() => import('./error-preview.ts'))

/** The paths below `/cdn-cgi/` that this edge answers itself, before any rule. A new one is one line here. */
const RESERVED: readonly ReservedPath[] = [
  { prefix: '/cdn-cgi/error/', action: 'preview', handler: previews },
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
