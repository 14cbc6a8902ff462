import type { TestClock } from '../control/clock.ts'
import { createClock } from '../control/clock.ts'
import type { EdgeControls } from '../control/control.ts'
import { createControl } from '../control/control.ts'
import { wrong } from '../control/given.ts'
import { seededRays } from '../control/rays.ts'
import { EdgeError } from '../error.ts'
import { memoryStore } from '../events/memory.ts'
import { createEdge } from '../node.ts'
import { readPersonaFiles } from '../personas/node/files.ts'
import type { VisitorRequest, VisitorResponse } from '../proxy/visitor.ts'
import type { Listener } from '../server/listen.ts'
import { createListener } from '../server/listen.ts'
import { createSite } from '../server/site.ts'
import type { Personas } from '../visitor/persona.ts'
import type { Connection } from '../visitor/visitor.ts'
import type { EdgeFetch } from './fetch.ts'
import { createFetch } from './fetch.ts'
import type { Interception } from './intercept.ts'
import { intercept } from './intercept.ts'
import type { TestEdgeOptions } from './options.ts'
import { readOptions } from './options.ts'
import { openOrigin } from './origin.ts'
import type { BrowserTarget } from './route.ts'
import { isRouted, route } from './route.ts'
import { sharedCoders, sharedSources } from './shared.ts'
import { closed, opened } from './told.ts'
import type { Who } from './who.ts'
import { headersOf } from './who.ts'

/** A test edge from the view of one visitor. */
export interface EdgeView {
  /** The headers that give a request from any client the facts of this visitor. */
  readonly headers: Readonly<Record<string, string>>
  readonly fetch: EdgeFetch
}

/** An edge for one test. */
export interface TestEdge extends EdgeControls {
  /** The URL of the edge: `http://127.0.0.1:40123`. Without a socket, the base URL of `fetch`: `http://edge.test`. */
  readonly url: string
  /** Sends a request to the edge without a socket: `edge.fetch('/path')`. URLs of other hosts also reach the edge. */
  readonly fetch: EdgeFetch
  readonly clock: TestClock
  /** Returns the edge from the view of one visitor: a persona, or an address, a country … */
  as(who: Who): EdgeView
  /** Sets the visitor of later requests that name none. `undefined` restores the visitor of the options. */
  visitAs(who: Who | undefined): void
  /**
   * Redirects the connections of this process to these hosts to the edge: `fetch`, undici, `node:http` and `node:https`. Names may
   * begin with `*.` and end with a port.
   */
  intercept(...hosts: string[]): Interception
  /** A resolver for MSW: `http.all('https://shop.example/*', edge.respond)`. */
  respond(info: { request: Request }): Promise<Response>
  /**
   * Puts the edge in front of a site in Playwright's page or context. Passing requests go to the origin of the options, or to the
   * network if the options name none.
   *
   * @returns a function that removes the edge again
   */
  route(
    target: BrowserTarget,
    url: string | RegExp | ((url: URL) => boolean)
  ): Promise<() => Promise<void>>
  /** Restores the state at the start: rules, answers, visitor, clock, Ray IDs, counters. It removes all requests and events. */
  reset(): void
  /** Warnings about rules that need real data that this edge lacks. */
  readonly warnings: readonly string[]
  /** Ends connections and interceptions. A second call does nothing. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

const ENCODED = ['content-encoding', 'content-length']
const NO_SOCKET = 'http://edge.test'
/** Maximum number of requests, and of events, that the edge keeps. */
const CAPACITY = 10_000

/**
 * Creates a real edge for a test, with its own port, events, clock and Ray IDs.
 *
 * @throws EdgeError `invalid_test`, `invalid_option`, `invalid_rules`, `invalid_upstream` …
 * @example
 * await using edge = await createTestEdge({ rules: [{ name: 'no bots', when: { user_agent: 'bot' }, action: 'block' }] })
 * await expect(await myClient.get(edge.url)).toBeBlocked({ code: 1020, rule: 'no bots' })
 */
export const createTestEdge = async (given: TestEdgeOptions = {}): Promise<TestEdge> => {
  const {
    startMs,
    seed,
    listen,
    port,
    tls,
    origin: site,
    app,
    as,
    edge: options,
  } = readOptions(given)
  const told = options.onError
  const onError = (error: unknown) =>
    told === undefined ? console.error('edge1020:', error) : told(error as EdgeError)
  let personas: Personas | undefined
  const headersFor = (who: Who) => {
    personas ??= readPersonaFiles([options.personas ?? []].flat())
    return headersOf(who, personas)
  }
  const own = as === undefined ? {} : headersFor(as)
  let visitor: Readonly<Record<string, string>> = own
  const extra = () => visitor

  const clock = createClock(startMs)
  const rays = seededRays({ seed, now: clock.now, colo: options.colo })
  const control = createControl({ clock, rays, capacity: CAPACITY })
  const edge = createEdge(
    {
      onWarning: () => {},
      ...sharedSources(),
      ...options,
      answers: { coders: sharedCoders, ...options.answers },
      onError,
      overrides: true,
      store: memoryStore({ capacity: CAPACITY }),
      seesTls: tls !== undefined,
    },
    control
  )
  const origin = await openOrigin(site, app, onError).catch(async (error: unknown) => {
    await edge.close()
    throw error
  })

  const secured = new Set<number>()
  const through = createSite(edge, origin.site, control)
  /** Marks requests of intercepted HTTPS connections as encrypted, and assigns the current visitor to requests that name none. */
  const prepare = (request: VisitorRequest, connection: Connection): Connection => {
    const headers = Object.entries(visitor)
    if (headers.length > 0 && !request.rawHeaders.some((name) => /^x-edge-/i.test(name))) {
      request.rawHeaders.push(...headers.flat())
    }
    const { remotePort } = request.socket
    return remotePort !== undefined && secured.has(remotePort)
      ? { ...connection, remoteAddress: connection.remoteAddress, encrypted: true }
      : connection
  }
  const request = (
    asked: VisitorRequest,
    response: VisitorResponse,
    connection: Connection
  ): Promise<void> => through.request(asked, response, prepare(asked, connection))

  const start = (): Promise<Listener> =>
    createListener({
      port,
      tls,
      handler: request,
      http2: request,
      upgrade: (asked, socket, head, connection) =>
        through.upgrade(asked, socket, head, prepare(asked, connection)),
      unref: true,
      drainTimeoutMs: 0,
      onError,
    })
  const listener = listen
    ? await start().catch(async (error: unknown) => {
        await origin.close()
        await edge.close()
        throw error
      })
    : undefined

  const url = listener?.url ?? NO_SOCKET
  const fetchAs = (headers: () => Readonly<Record<string, string>>) =>
    createFetch(edge, control, origin, url, headers)
  const fetch = fetchAs(extra)
  const interceptions = new Set<Interception>()
  const stopIntercepting = () => {
    for (const one of interceptions) one.stop()
    interceptions.clear()
  }

  const known = { control, address: listener && new URL(url).host }
  opened(known)
  const close = async () => {
    closed(known)
    stopIntercepting()
    control.end()
    await listener?.close()
    await origin.close()
    await edge.close()
  }
  let closing: Promise<void> | undefined
  const closeOnce = () => {
    closing ??= close()
    return closing
  }

  // The other members are internal to the edge and its server.
  const { hooks: _, front: __, attach, countersOf, saw, originFault, end, ...controls } = control
  return {
    ...controls,
    url,
    fetch,
    get warnings() {
      return edge.warnings
    },
    as: (who) => {
      const headers = headersFor(who)
      return { headers, fetch: fetchAs(() => headers) }
    },
    visitAs: (who) => {
      visitor = who === undefined ? own : headersFor(who)
    },
    intercept: (...hosts) => {
      if (listener === undefined || tls !== undefined) {
        throw new EdgeError(
          'invalid_test',
          'intercept: expected an edge that listens without tls, because it gets HTTP and HTTPS requests in plain text'
        )
      }
      const interception = intercept(hosts, {
        port: listener.port,
        secured: (clientPort) => secured.add(clientPort),
      })
      interceptions.add(interception)
      return interception
    },
    respond: async ({ request: asked }) => {
      try {
        const answer = await fetch(asked)
        const response = new Response(answer.body, answer)
        // MSW would decode the body again.
        for (const name of ENCODED) response.headers.delete(name)
        return response
      } catch (error) {
        // MSW converts it to the client's own network error.
        if (error instanceof TypeError) return Response.error()
        throw error
      }
    },
    route: (target, pattern) => {
      if (!isRouted(target)) throw wrong('route', target, 'a page or a context of Playwright')
      const passes = site === undefined && app === undefined ? undefined : origin
      return route(target, pattern, { edge, control, origin: passes, extra })
    },
    reset: () => {
      control.reset()
      visitor = own
      stopIntercepting()
    },
    close: closeOnce,
    [Symbol.asyncDispose]: closeOnce,
  }
}
