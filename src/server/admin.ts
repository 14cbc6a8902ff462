import { isIP } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { type Context, Hono } from 'hono'
import { EdgeError } from '../error.ts'
import { eventDocument } from '../events/document.ts'
import type { EventStore } from '../events/event.ts'
import { type BadParameter, readEventFilter } from './event-filter.ts'
import { createListener, type Listener } from './listen.ts'

/** What `/healthz` says besides the store's name and the uptime. */
export interface Health {
  rules: { enabled: number; total: number }
  /** Counts since the start, where they are kept. */
  judged?: number
  blocked?: number
  /** Events that could not be committed. */
  storeFailures?: number
}

export interface AdminOptions {
  store: EventStore
  health: () => Health
  /** Names besides `localhost` and IP addresses that the admin port answers to. */
  hosts?: readonly string[]
  onError?: (error: unknown) => void
}

export interface AdminServerOptions extends AdminOptions {
  /** Default `127.0.0.1`. */
  host?: string
  /** 0 (default) for any free port. */
  port?: number
  drainTimeoutMs?: number
}

const MS_PER_SECOND = 1_000
const HTTP = { badRequest: 400, forbidden: 403, notFound: 404, failed: 500 } as const

const INDEX = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>edge1020 admin</title>
<h1>edge1020</h1>
<ul>
<li><a href="/healthz">/healthz</a>: state and counts
<li><a href="/api/events?limit=20">/api/events</a>: newest first; ray, action, rule, ip, country, limit
<li>/api/events/RAY: the event behind a Ray ID
</ul>
`

const fail = (
  c: Context,
  status: (typeof HTTP)[keyof typeof HTTP],
  code: string,
  message: string
) => c.json({ error: { code, message } }, status)

/**
 * A page elsewhere can have its own name resolve to this machine and then read what it likes (DNS rebinding). It cannot
 * choose what the browser sends as Host: only names that nobody else controls are answered.
 */
const isOwnHost = (header: string | undefined, hosts: ReadonlySet<string>): boolean => {
  const name = (header ?? '')
    .toLowerCase()
    .replace(/:\d*$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '')
  return name === 'localhost' || name.endsWith('.localhost') || isIP(name) !== 0 || hosts.has(name)
}

/**
 * The owner's API: health, events, and the event behind a Ray ID. Read-only, JSON, for this machine.
 *
 * @example
 * const app = createAdmin({ store, health: () => ({ rules: { enabled: 3, total: 4 } }) })
 * await app.request('/api/events/8f3c2d1e0a9b7c65', { headers: { host: 'localhost' } })
 */
export const createAdmin = ({
  store,
  health,
  hosts = [],
  onError = () => {},
}: AdminOptions): Hono => {
  const ownHosts = new Set(hosts.map((host) => host.toLowerCase()))
  const startMs = Date.now()
  const app = new Hono()

  app.use(async function guard(c, next) {
    c.header('Cache-Control', 'no-store')
    c.header('X-Content-Type-Options', 'nosniff')
    c.header('Cross-Origin-Resource-Policy', 'same-origin')
    c.header('Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'")
    if (isOwnHost(c.req.header('host'), ownHosts)) return next()
    return fail(
      c,
      HTTP.forbidden,
      'foreign_host',
      'this port answers to localhost, IP addresses and its configured host only'
    )
  })

  app.get('/', (c) => c.html(INDEX))

  app.get('/healthz', (c) => {
    const { rules, judged, blocked, storeFailures = 0 } = health()
    const uptimeSeconds = Math.floor((Date.now() - startMs) / MS_PER_SECOND)
    return c.json({
      ok: true,
      rules,
      store: store.name,
      uptimeSeconds,
      judged,
      blocked,
      storeFailures,
    })
  })

  app.get('/api/events', async (c) => {
    const filter = readEventFilter(new URL(c.req.url).searchParams)
    if (isBad(filter)) return fail(c, HTTP.badRequest, 'bad_parameter', filter.problem)
    return c.json({ events: await store.query(filter) })
  })

  app.get('/api/events/:ray', async (c) => {
    const result = await store.find(c.req.param('ray'))
    if (result.found) return c.json(eventDocument(result.events))
    const status = result.reason === 'malformed' ? HTTP.badRequest : HTTP.notFound
    return fail(c, status, result.reason, result.message)
  })

  app.notFound((c) =>
    fail(c, HTTP.notFound, 'no_such_page', `nothing at ${c.req.path}: GET / lists what there is`)
  )

  app.onError((error, c) => {
    onError(error)
    return error instanceof EdgeError
      ? fail(c, HTTP.failed, error.code, error.message)
      : fail(c, HTTP.failed, 'internal', 'the answer could not be made')
  })

  return app
}

const isBad = (filter: object): filter is BadParameter => 'problem' in filter

/**
 * `createAdmin` on a listener of its own, on loopback unless told otherwise.
 *
 * @throws EdgeError as `createListener`
 * @example const { url, close } = await startAdmin({ store, health, port: 1021 })
 */
export const startAdmin = ({
  host = '127.0.0.1',
  port = 0,
  drainTimeoutMs,
  hosts = [],
  ...options
}: AdminServerOptions): Promise<Listener> => {
  const app = createAdmin({ ...options, hosts: [...hosts, host] })
  const handle = getRequestListener(app.fetch, { overrideGlobalObjects: false })
  return createListener({
    host,
    port,
    drainTimeoutMs,
    onError: options.onError,
    handler: (request, response) => handle(request, response),
  })
}
