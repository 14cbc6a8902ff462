import { gunzipSync } from 'node:zlib'
import { answerOf } from '../admin/answer.ts'
import { BadParameter } from '../admin/parameter.ts'
import type { RouteRequest } from '../admin/request.ts'
import type { Answer } from '../answers/answer.ts'
import type { SecurityEvent } from '../events/event.ts'
import { RequestReader } from '../request/request.ts'
import type { Visitor } from '../visitor/visitor.ts'
import type { House } from './house.ts'
import type { Made } from './page.ts'

/** Error codes by the `source` of an event, for older events without an answer. Challenges have no code. */
const CODES: Readonly<Record<string, number>> = {
  firewallcustom: 1020,
  ratelimit: 1015,
  uablock: 1010,
  zonelockdown: 1106,
  ip: 1006,
  iprange: 1006,
  asn: 1005,
  country: 1009,
}

/** Returns the code of the error page that the visitor got, or `undefined` if the answer was not an error. */
export const answerCode = ({ action, source, answer }: SecurityEvent): number | undefined =>
  answer === undefined ? (action === 'block' ? CODES[source] : undefined) : answer.code || undefined

/** The `Accept` header for each form. */
export const ACCEPT: Readonly<Record<string, string>> = {
  html: 'text/html',
  json: 'application/json',
  markdown: 'text/markdown',
  text: '*/*',
}

export const textOf = ({ body, headers }: Answer): string => {
  if (typeof body === 'string') return body
  return headers['Content-Encoding'] === 'gzip'
    ? gunzipSync(body).toString()
    : Buffer.from(body).toString()
}

/** The page may use its own styles and pictures. It runs nothing, requests nothing and appears only in our own frame. */
export const SEEN_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; sandbox"

/** Renders the refusal of an event again, in a browser's dialect or in the requested dialect. */
export const seenAnswer = async (
  { edge }: Pick<House, 'edge'>,
  event: SecurityEvent,
  dialect: string,
  page: Parameters<House['edge']['refuse']>[2]
): Promise<Answer> => {
  const { method, path, query, host, scheme, time, ip, country, asn, ray, userAgent } = event
  const accept = Object.hasOwn(ACCEPT, dialect) ? ACCEPT[dialect]! : ACCEPT['html']!
  const rawHeaders = ['Host', host, 'User-Agent', userAgent, 'Accept', accept]
  if (dialect !== 'text') rawHeaders.push('Accept-Encoding', 'gzip')
  const timeMs = Date.parse(time)
  const raw = { method: method === 'HEAD' ? 'GET' : method, url: path + query, rawHeaders }
  const request = new RequestReader({ ...raw, httpVersion: '1.1' }, scheme === 'https', timeMs)
  const visitor = { ipText: ip, country, asn } as Visitor
  const rayId = { ray, header: `${ray}-${event.colo}`, timeMs }
  return edge.refuse(answerCode(event) ?? 1020, { request, visitor, rayId }, page)
}

/** The visitor's answer, for a frame of the event's page. */
export const seenPage = async (house: House, { params, query }: RouteRequest): Promise<Made> => {
  const found = await house.edge.store.find(params.ray!)
  if (!found.found || answerCode(found.events[0]) === undefined) {
    const message = found.found ? 'the visitor got no error of the edge' : found.message
    return answerOf(404, 'text/plain; charset=UTF-8', `${message}\n`)
  }
  const [event] = found.events
  const dialect = query.get('dialect') ?? 'html'
  if (!Object.hasOwn(ACCEPT, dialect)) {
    const expected = `one of ${Object.keys(ACCEPT).join(', ')}`
    throw new BadParameter(`dialect: expected ${expected}`, { parameter: 'dialect', expected })
  }
  const rule = house.ruleOf(event)
  const answer = await seenAnswer(house, event, dialect, {
    page: rule?.page,
    response: rule?.response,
    retryAfter: event.rateLimit?.retryAfter,
  })
  const isPage = answer.headers['Content-Type']!.startsWith('text/html')
  return answerOf(
    200,
    isPage ? 'text/html; charset=UTF-8' : 'text/plain; charset=UTF-8',
    textOf(answer),
    { 'Content-Security-Policy': SEEN_POLICY }
  )
}
