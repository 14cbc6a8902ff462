import type { TestControl } from '../control/control.ts'
import type { Edge } from '../edge.ts'
import { ask, passOn, responseOf } from './ask.ts'
import type { TestOrigin } from './origin.ts'
import { remember } from './told.ts'

/** A `fetch` whose requests all reach one edge. Paths are relative to its own site. */
export type EdgeFetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>

/** The default headers of Node's `fetch`. */
const DEFAULT_HEADERS = {
  accept: '*/*',
  'accept-language': '*',
  'sec-fetch-mode': 'cors',
  'user-agent': 'node',
  'accept-encoding': 'gzip, deflate',
}

const REDIRECTS = new Set([301, 302, 303, 307, 308])
const SEE_OTHER = 303
const MOST_REDIRECTS = 20

/** Returns the error that Node's `fetch` throws for a reset connection. */
const reset = (): TypeError => {
  const cause = Object.assign(new Error('read ECONNRESET'), {
    errno: -104,
    code: 'ECONNRESET',
    syscall: 'read',
  })
  return new TypeError('fetch failed', { cause })
}

const becomesGet = (status: number, method: string): boolean =>
  status === SEE_OTHER ? method !== 'HEAD' : (status === 301 || status === 302) && method === 'POST'

/** Waits for `work`, but rejects as soon as the caller aborts. */
const orAborted = <Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> =>
  new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason)
    if (signal.aborted) return stop()
    signal.addEventListener('abort', stop, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })

/**
 * Creates a `fetch` without a socket.
 *
 * @param base base URL of paths
 * @param extra returns the headers of the visitor; called for each request
 */
export const createFetch = (
  edge: Edge,
  control: TestControl,
  origin: TestOrigin,
  base: string,
  extra: () => Readonly<Record<string, string>>
): EdgeFetch => {
  const once = async (request: Request, url: string): Promise<Response> => {
    const asked = await ask(edge, control, request)
    if (asked.kind === 'dropped') throw reset()
    const response =
      asked.kind === 'answered'
        ? responseOf(asked.answer)
        : await passOn(edge, asked, request, origin)
    Object.defineProperty(response, 'url', { value: url })
    remember(response, { control, request: asked.seen })
    return response
  }

  const withDefaults = (request: Request): Request => {
    const { headers } = request
    for (const [name, value] of Object.entries(DEFAULT_HEADERS)) {
      if (!headers.has(name)) headers.set(name, value)
    }
    const isNamed = [...headers.keys()].some((name) => name.startsWith('x-edge-'))
    if (!isNamed) for (const [name, value] of Object.entries(extra())) headers.set(name, value)
    return request
  }

  const follow = async (request: Request, redirects: number): Promise<Response> => {
    // A body can be read only once, so a redirect needs a copy.
    const again = request.body === null ? undefined : request.clone()
    const response = await once(request, request.url)
    const location = response.headers.get('location')
    if (!REDIRECTS.has(response.status) || location === null || request.redirect === 'manual') {
      return response
    }
    if (request.redirect === 'error' || redirects === MOST_REDIRECTS) {
      const why = redirects === MOST_REDIRECTS ? 'redirect count exceeded' : 'unexpected redirect'
      throw new TypeError('fetch failed', { cause: new Error(why) })
    }
    const url = new URL(location, request.url)
    // A redirect to another origin leaves this edge, so it is not followed.
    if (url.origin !== new URL(request.url).origin) return response
    const { method, signal, headers } = request
    const toGet = becomesGet(response.status, method)
    const body = toGet ? null : (again?.body ?? null)
    const next = new Request(url, {
      method: toGet ? 'GET' : method,
      headers,
      signal,
      body,
      ...(body === null ? {} : { duplex: 'half' }),
    } as RequestInit)
    const final = await follow(next, redirects + 1)
    Object.defineProperty(final, 'redirected', { value: true, configurable: true })
    return final
  }

  return async (input, init) => {
    const request =
      input instanceof Request
        ? new Request(input, init)
        : new Request(new URL(String(input), base), init)
    return orAborted(follow(withDefaults(request), 0), request.signal)
  }
}
