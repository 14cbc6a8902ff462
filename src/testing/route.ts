import type { Buffer } from 'node:buffer'
import type { TestControl } from '../control/control.ts'
import type { Edge } from '../edge.ts'
import { ask, passOn, plainBody } from './ask.ts'
import type { TestOrigin } from './origin.ts'

/** The used part of Playwright's request. */
interface BrowserRequest {
  url(): string
  method(): string
  headers(): Record<string, string>
  postDataBuffer(): Buffer | null
}

/** The used part of Playwright's route. */
interface BrowserRoute {
  request(): BrowserRequest
  fulfill(answer: { status: number; headers: Record<string, string>; body: Buffer }): Promise<void>
  abort(code: string): Promise<void>
  fallback(options?: object): Promise<void>
}

interface CookieJar {
  cookies(url: string): Promise<readonly { name: string; value: string }[]>
}

type Pattern = string | RegExp | ((url: URL) => boolean)

interface Routed {
  route(url: Pattern, handler: (route: BrowserRoute) => Promise<void>): Promise<unknown>
  unroute(url: Pattern, handler: (route: BrowserRoute) => Promise<void>): Promise<void>
}

/** A Playwright page or context. */
export type BrowserTarget = Routed & (CookieJar | { context(): CookieJar })

/** Returns the Cookie header. Before a request is sent, Playwright shows neither Cookie nor Accept-Encoding. */
const cookieOf = async (jar: CookieJar, url: string): Promise<string> =>
  (await jar.cookies(url)).map(({ name, value }) => `${name}=${value}`).join('; ')

const ACCEPT_ENCODING = 'gzip, deflate, br'
/** Headers that Playwright's answer must not have, because its body is complete and decoded. */
const ENCODED = new Set(['content-encoding', 'content-length', 'transfer-encoding'])

const isRouted = (target: unknown): target is BrowserTarget =>
  typeof target === 'object' && target !== null && 'route' in target && 'unroute' in target

export { isRouted }

const toRequest = async (
  request: BrowserRequest,
  jar: CookieJar,
  extra: Readonly<Record<string, string>>
): Promise<Request> => {
  const url = request.url()
  const headers = new Headers()
  for (const [name, value] of Object.entries(request.headers())) {
    if (!name.startsWith(':')) headers.set(name, value)
  }
  if (!headers.has('accept-encoding')) headers.set('accept-encoding', ACCEPT_ENCODING)
  const cookie = await cookieOf(jar, url)
  if (cookie !== '') headers.set('cookie', cookie)
  for (const [name, value] of Object.entries(extra)) headers.set(name, value)
  const method = request.method()
  const bytes = method === 'GET' || method === 'HEAD' ? null : request.postDataBuffer()
  return new Request(url, { method, headers, body: bytes as BodyInit | null })
}

const plainHeaders = (pairs: Iterable<[string, string]>): Record<string, string> => {
  const headers: Record<string, string> = {}
  for (const [name, value] of pairs) {
    const lower = name.toLowerCase()
    if (ENCODED.has(lower)) continue
    // Playwright separates several cookies with line breaks.
    headers[lower] = lower in headers ? `${headers[lower]}\n${value}` : value
  }
  return headers
}

const fulfillWith = async (route: BrowserRoute, response: Response): Promise<void> => {
  const { Buffer: bytes } = await import('node:buffer')
  await route.fulfill({
    status: response.status,
    headers: plainHeaders(response.headers),
    body: bytes.from(await response.arrayBuffer()),
  })
}

/**
 * Puts an edge in front of a site in a browser under Playwright. Refused requests get the edge's page.
 *
 * @param origin answers passing requests; if absent, they go to the network
 * @returns a function that removes the edge again
 */
export const route = async (
  target: BrowserTarget,
  pattern: Pattern,
  {
    edge,
    control,
    origin,
    extra,
  }: {
    edge: Edge
    control: TestControl
    origin: TestOrigin | undefined
    extra: () => Readonly<Record<string, string>>
  }
): Promise<() => Promise<void>> => {
  const jar = 'context' in target ? target.context() : target
  const handler = async (taken: BrowserRoute) => {
    const request = await toRequest(taken.request(), jar, extra())
    const asked = await ask(edge, control, request)
    if (asked.kind === 'dropped') return taken.abort('connectionreset')
    if (asked.kind === 'answered') {
      const { answer } = asked
      const { Buffer: bytes } = await import('node:buffer')
      return taken.fulfill({
        status: answer.status,
        headers: plainHeaders(Object.entries(answer.headers)),
        body: bytes.from(plainBody(answer) as Uint8Array),
      })
    }
    if (origin === undefined) return taken.fallback()
    return fulfillWith(taken, await passOn(edge, asked, request, origin))
  }
  await target.route(pattern, handler)
  return () => target.unroute(pattern, handler)
}
