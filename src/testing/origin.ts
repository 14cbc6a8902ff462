import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Agent } from 'undici'
import { wrong } from '../control/given.ts'
import type { OriginErrorCode } from '../proxy/origin-error.ts'
import { originErrorCode } from '../proxy/origin-error.ts'
import { createProxy } from '../proxy/proxy.ts'
import type { SiteOrigin } from '../server/site.ts'
import type { FetchHandler } from './origin-app.ts'
import { originApp } from './origin-app.ts'

export type { FetchHandler } from './origin-app.ts'

/** A handler of `node:http`, such as an Express app. */
export type NodeHandler = (request: IncomingMessage, response: ServerResponse) => unknown

/** A failure to reach the origin. The edge answers with its code. */
export class OriginFault extends Error {
  constructor(
    readonly code: OriginErrorCode,
    cause: unknown
  ) {
    super(`the origin failed: ${code}`, { cause })
  }
}

/** An origin for requests from the socket and from `edge.fetch`. */
export interface TestOrigin {
  /** The origin of requests from the socket. */
  readonly site: SiteOrigin
  /** The origin of requests from `edge.fetch`. */
  readonly fetch: FetchHandler
  /** Gets the errors that a handler throws. */
  readonly onError: (error: unknown) => void
  close(): Promise<void>
}

/** Returns the received request as JSON, so that a test sees the request of the origin. */
const echo: FetchHandler = async (request) => {
  const { method, url, headers } = request
  const { pathname, search } = new URL(url)
  const body = await request.text()
  const text = JSON.stringify({
    method,
    path: pathname + search,
    headers: Object.fromEntries(headers),
    ...(body === '' ? {} : { body }),
  })
  return new Response(`${text}\n`, {
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
  })
}

const atUrl = (
  url: string,
  onError: (error: unknown) => void,
  stop = async () => {}
): TestOrigin => {
  const proxy = createProxy({ upstream: url, onError })
  const base = new URL(url)
  // A separate dispatcher, because an interception redirects the global one to an edge.
  const dispatcher = new Agent()
  return {
    site: proxy,
    onError,
    fetch: async (request) => {
      const { pathname, search } = new URL(request.url)
      const path = base.pathname.replace(/\/$/, '') + pathname + search
      const { method, headers, body, signal } = request
      try {
        return await fetch(new URL(path, base), {
          method,
          headers,
          body,
          signal,
          redirect: 'manual',
          dispatcher,
          ...(body === null ? {} : { duplex: 'half' }),
        } as unknown as RequestInit)
      } catch (error) {
        if (signal.aborted) throw error
        throw new OriginFault(originErrorCode((error as Error).cause ?? error, 'connect'), error)
      }
    },
    close: async () => {
      await Promise.all([proxy.close({ timeoutMs: 0 }), dispatcher.destroy()])
      await stop()
    },
  }
}

const ofNode = async (
  handler: NodeHandler,
  onError: (error: unknown) => void
): Promise<TestOrigin> => {
  const server = createServer((request, response) => void handler(request, response))
  server.on('connection', (socket) => socket.unref())
  server.unref()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host: '127.0.0.1', port: 0 }, resolve)
  })
  const { port } = server.address() as AddressInfo
  return atUrl(`http://127.0.0.1:${port}`, onError, async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
}

const ofFetch = (handler: FetchHandler, onError: (error: unknown) => void): TestOrigin => ({
  site: originApp(handler, onError),
  fetch: handler,
  onError,
  close: async () => {},
})

const isFetchHandler = (given: unknown): given is FetchHandler =>
  typeof given === 'function' && given.length <= 1

/**
 * Opens the origin of the options.
 *
 * @param app a handler of `node:http`, instead of `given`
 * @throws EdgeError `invalid_test`, `invalid_upstream`
 * @example await openOrigin((request) => new Response('hello'), undefined, console.error)
 */
export const openOrigin = async (
  given: unknown,
  app: unknown,
  onError: (error: unknown) => void
): Promise<TestOrigin> => {
  if (app !== undefined) {
    if (typeof app === 'function') return ofNode(app as NodeHandler, onError)
    throw wrong('createTestEdge: app', app, 'a handler of node:http, such as an Express app')
  }
  if (given === undefined) return ofFetch(echo, onError)
  if (typeof given === 'string') return atUrl(given, onError)
  if (isFetchHandler(given)) return ofFetch(given, onError)
  if (typeof given === 'function') {
    throw wrong('createTestEdge: origin', given, 'app for a handler of node:http')
  }
  if (typeof given === 'object' && given !== null && 'fetch' in given) {
    const { fetch: handler } = given
    // Hono's `fetch` has further parameters for the runtime.
    if (typeof handler === 'function')
      return ofFetch((request) => handler.call(given, request), onError)
  }
  throw wrong(
    'createTestEdge: origin',
    given,
    'a URL, a function (request) => Response, or an app with fetch'
  )
}
