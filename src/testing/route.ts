import type { Buffer } from 'node:buffer'
import type { TestControl } from '../control/control.ts'
import type { Edge } from '../edge.ts'
import { ask, passOn, plainBody } from './ask.ts'
import type { TestOrigin } from './origin.ts'

/** A request of Playwright, as far as it is read here. */
interface BrowserRequest {
  url(): string
  method(): string
  headers(): Record<string, string>
  postDataBuffer(): Buffer | null
}

/** A route of Playwright. */
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

/** A page or a context of Playwright. */
export type BrowserTarget = Routed & (CookieJar | { context(): CookieJar })

/** Playwright has neither in the headers that it shows before a request is sent. */
const cookieOf = async (jar: CookieJar, url: string): Promise<string> =>
  (await jar.cookies(url)).map(({ name, value }) => `${name}=${value}`).join('; ')

const ACCEPT_ENCODING = 'gzip, deflate, br'
/** What Playwright's answer must not have: its body is whole and decoded. */
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
    // Playwright takes several cookies with line breaks between them.
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
 * Puts an edge before a site in a browser that Playwright drives: refused requests get its page, others go on.
 *
 * @param origin answers those that pass; absent: the network does
 * @returns takes the edge away again
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
