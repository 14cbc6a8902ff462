import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib'
import type { Answer } from '../answers/answer.ts'
import { plainAnswer } from '../answers/node/write-answer.ts'
import { reasonPhrase } from '../answers/reason-phrase.ts'
import type { TestControl } from '../control/control.ts'
import type { OpenRequest } from '../control/requests.ts'
import type { Edge } from '../edge.ts'
import { passHeaders } from '../mount/request-headers.ts'
import type { Verdict } from '../verdict.ts'
import type { TestOrigin } from './origin.ts'
import { OriginFault } from './origin.ts'

/** The outcome of a request that did not come over a socket. */
export type Asked = { readonly seen: OpenRequest } & (
  | { readonly kind: 'answered'; readonly answer: Answer }
  | { readonly kind: 'dropped' }
  | { readonly kind: 'passed'; readonly verdict: Verdict }
)

const LOOPBACK = '127.0.0.1'

/**
 * Lets the edge judge a request like one from its socket.
 *
 * @param request its URL contains the host and the scheme
 */
export const ask = async (edge: Edge, control: TestControl, request: Request): Promise<Asked> => {
  const encrypted = request.url.startsWith('https:')
  const verdict = await edge.judge(request, { remoteAddress: LOOPBACK, encrypted })
  const seen = control.saw(verdict)
  if (verdict.action === 'drop') return { kind: 'dropped', seen }
  if (verdict.answer !== undefined) return { kind: 'answered', answer: verdict.answer, seen }
  const fault = control.originFault(verdict)
  return fault === undefined
    ? { kind: 'passed', verdict, seen }
    : { kind: 'answered', answer: await originFailed(edge, fault, verdict, seen), seen }
}

/** Returns the edge's answer for an origin that failed, and records it in `seen`. */
const originFailed = async (
  edge: Edge,
  code: number,
  verdict: Verdict,
  seen: OpenRequest,
  cause?: unknown
): Promise<Answer> => {
  const answer = await edge.failOrigin(code, verdict, cause)
  const headers = Object.entries(answer.headers).flat()
  verdict.responseWatch?.tell({ status: answer.status, headers })
  seen.status = answer.status
  seen.code = code
  return answer
}

const DECODERS: Readonly<Record<string, (bytes: Uint8Array) => Uint8Array>> = {
  gzip: gunzipSync,
  deflate: inflateSync,
  br: brotliDecompressSync,
}

/** Returns the decoded body. */
export const plainBody = ({ headers, body }: Answer): Uint8Array | string => {
  const decode = DECODERS[headers['Content-Encoding'] ?? '']
  return typeof body === 'string' || decode === undefined ? body : decode(body)
}

/** Converts an answer to a response like `fetch` returns it: with unchanged headers and a decoded body. */
export const responseOf = (answer: Answer): Response => {
  const body = plainBody(answer)
  return new Response(body.length === 0 ? null : (body as BodyInit), {
    status: answer.status,
    statusText: reasonPhrase(answer.status),
    headers: answer.headers,
  })
}

/** Forwards a passing request to the origin. It adds the edge's headers to the request and to the response. */
export const passOn = async (
  edge: Edge,
  { verdict, seen }: Extract<Asked, { kind: 'passed' }>,
  request: Request,
  origin: TestOrigin
): Promise<Response> => {
  const headers = new Headers(request.headers)
  passHeaders(verdict, headers)
  let answer: Response
  try {
    answer = await origin.fetch(new Request(request, { headers }))
  } catch (error) {
    if (error instanceof OriginFault) {
      return responseOf(await originFailed(edge, error.code, verdict, seen, error.cause))
    }
    if (request.signal.aborted) throw error
    // The server on the socket does the same.
    origin.onError(error)
    answer = responseOf(plainAnswer(500))
  }
  const response = new Response(answer.body, answer)
  response.headers.set('CF-RAY', verdict.rayHeader)
  verdict.responseWatch?.tellFetch(response)
  seen.status = response.status
  return response
}
