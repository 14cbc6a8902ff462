import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { VisitorRequest, VisitorResponse } from '../proxy/visitor.ts'

/** Node's pattern for HTTP/1. */
export const WILL_CONTINUE = /^100-continue$/i

/**
 * `Expect: 100-continue`: the visitor gets a 100 only when the edge or the origin begins to read the body. Node would send
 * it at once, so a refused visitor would first upload everything.
 */
export const continueWhenRead = (request: VisitorRequest, response: VisitorResponse): void => {
  // Without a 100, the visitor may send the body or skip it, so the next bytes are ambiguous.
  const { shouldKeepAlive } = response
  response.shouldKeepAlive = false
  let isTold = false
  const goOn = () => {
    if (isTold || response.headersSent || response.destroyed) return
    isTold = true
    response.shouldKeepAlive = shouldKeepAlive
    response.writeContinue()
  }
  request.once('resume', goOn)
  // The edge looks at the beginning of a body without making it flow.
  request.on('newListener', (event) => {
    if (event === 'readable') goOn()
  })
}

type Take = (request: IncomingMessage, response: ServerResponse) => void

/**
 * Takes over the handling of `Expect` from a server of HTTP/1.
 *
 * @param inOrder delays a handler until earlier requests are answered
 */
export const acceptExpectations = (
  server: Server,
  inOrder: (take: Take) => Take,
  serve: Take,
  refuse: (response: ServerResponse) => void
): void => {
  const takeContinue: Take = (request, response) => {
    continueWhenRead(request, response)
    serve(request, response)
  }
  server.on('checkContinue', inOrder(takeContinue))
  server.on(
    'checkExpectation',
    inOrder((_, response) => refuse(response))
  )
}
