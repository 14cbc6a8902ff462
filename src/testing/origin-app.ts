import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream as WebStream } from 'node:stream/web'
import { plainAnswer, writeAnswer } from '../answers/node/write-answer.ts'
import type { ForwardExtra } from '../proxy/exchange.ts'
import { socketResponse } from '../proxy/socket-response.ts'
import type { VisitorRequest, VisitorResponse } from '../proxy/visitor.ts'
import type { SiteOrigin } from '../server/site.ts'

/** A site as a function, like Fetch handlers, Hono apps and Workers. */
export type FetchHandler = (request: Request) => Response | Promise<Response>

const NO_BODY_METHODS = new Set(['GET', 'HEAD'])

/** Converts a visitor's request to the request for the origin. */
const toRequest = (
  request: VisitorRequest,
  { requestHeaders, strip = () => false }: ForwardExtra,
  signal: AbortSignal
): Request => {
  const headers = new Headers()
  const { rawHeaders } = request
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!.toLowerCase()
    if (!strip(name) && name !== 'connection' && name !== 'transfer-encoding') {
      headers.append(name, rawHeaders[i + 1]!)
    }
  }
  for (const [name, value] of requestHeaders) headers.set(name, value)
  const proto = headers.get('x-forwarded-proto') ?? 'http'
  const url = new URL(request.url ?? '/', `${proto}://${headers.get('host') ?? 'localhost'}`)
  const method = request.method ?? 'GET'
  const body = NO_BODY_METHODS.has(method) ? null : Readable.toWeb(request)
  return new Request(url, {
    method,
    headers,
    signal,
    body: body as RequestInit['body'],
    ...(body === null ? {} : { duplex: 'half' }),
  } as RequestInit)
}

const flat = (headers: Headers): string[] => [...headers].flat()

/** Returns headers as alternating names and values. `Headers` joins repeated values, except those of `Set-Cookie`. */
const headOf = (response: Response, { responseHeaders }: ForwardExtra): string[] => {
  const own = new Set(responseHeaders.map(([name]) => name.toLowerCase()))
  return [
    ...[...response.headers].filter(([name]) => !own.has(name)).flat(),
    ...responseHeaders.flat(),
  ]
}

/**
 * Returns an origin that calls a function in this process, without a socket.
 *
 * @example createSite(edge, originApp(() => new Response('hello'), console.error))
 */
export const originApp = (handler: FetchHandler, onError: (error: unknown) => void): SiteOrigin => {
  const forward = async (
    request: VisitorRequest,
    response: VisitorResponse,
    extra: ForwardExtra
  ): Promise<void> => {
    const gone = new AbortController()
    response.once('close', () => gone.abort())
    let answer: Response
    try {
      answer = await handler(toRequest(request, extra, gone.signal))
    } catch (error) {
      if (!gone.signal.aborted) onError(error)
      writeAnswer(response, plainAnswer(500), extra.responseHeaders)
      return
    }
    extra.onResponse?.({ status: answer.status, headers: flat(answer.headers) })
    response.writeHead(answer.status, answer.statusText, headOf(answer, extra))
    if (answer.body === null || request.method === 'HEAD') {
      response.end()
      return
    }
    // If the visitor leaves or the body breaks off, both streams end.
    await pipeline(
      Readable.fromWeb(answer.body as WebStream),
      response as unknown as NodeJS.WritableStream
    ).catch(() => response.destroy())
  }
  return {
    forward,
    upgrade: async (request, socket, _, extra) => {
      writeAnswer(
        socketResponse(request, socket),
        plainAnswer(501, 'this origin is a function and takes no WebSockets'),
        extra.responseHeaders
      )
    },
  }
}
