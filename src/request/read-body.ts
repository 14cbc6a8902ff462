import type { RequestBody } from './body.ts'
import { hasUnreadStream, peekFetch } from './body-fetch.ts'
import type { BodyLimits } from './body-limits.ts'
import { hasUnreadBody, isNodeBody, keptBody, peekNode } from './body-node.ts'
import type { RequestReader } from './request.ts'

/**
 * Makes the beginning of a request's body readable for rules (`reader.body`). Never rejects.
 *
 * @returns `undefined` where nothing has to be waited for
 */
export const readBody = (reader: RequestReader, limits: BodyLimits): Promise<void> | undefined => {
  const body = peekBody(reader.incoming, limits)
  if (body instanceof Promise) {
    return body.then((peeked) => {
      reader.body = peeked
    })
  }
  if (body !== undefined) reader.body = body
  return undefined
}

const isFetchRequest = (request: object): request is Request =>
  'body' in request && 'clone' in request

/**
 * The beginning of a request's body, which stays in the request. Never rejects.
 *
 * @param request a Fetch Request, or Node's IncomingMessage
 * @returns without a promise where nothing has to be waited for; `undefined` where the request brings no body, or somebody
 * has begun to read it
 */
export const peekBody = (
  request: object,
  limits: BodyLimits
): Promise<RequestBody> | RequestBody | undefined => {
  if (isNodeBody(request)) {
    return hasUnreadBody(request) ? peekNode(request, limits) : keptBody(request, limits.limitBytes)
  }
  if (!isFetchRequest(request)) return undefined
  return hasUnreadStream(request) ? peekFetch(request, limits) : undefined
}
