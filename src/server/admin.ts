import { isIP } from 'node:net'
import type { Answer } from '../answers/answer.ts'
import { writeAnswer } from '../answers/node/write-answer.ts'
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
  /** How the user gives the port, for the message about one that is in use. */
  portOption?: string
  drainTimeoutMs?: number
}

const MS_PER_SECOND = 1_000
/** The store says what is wrong with a Ray ID. */
const EVENT_PATH = /^\/api\/events\/([^/]+)$/
const HTTP = { ok: 200, badRequest: 400, forbidden: 403, notFound: 404, failed: 500 } as const

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

/** The target of a request that has none that can be read, e.g. `OPTIONS *`. */
const NOWHERE = { pathname: '*', searchParams: new URLSearchParams() }

const GUARD_HEADERS = {
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
}

const answerOf = (status: number, type: string, body: string): Answer => ({
  status,
  headers: {
    'Content-Type': type,
    'Content-Length': String(Buffer.byteLength(body)),
    ...GUARD_HEADERS,
  },
  body,
})

const json = (value: unknown, status: number = HTTP.ok): Answer =>
  answerOf(status, 'application/json', JSON.stringify(value))

const fail = (status: (typeof HTTP)[keyof typeof HTTP], code: string, message: string): Answer =>
  json({ error: { code, message } }, status)

/** A request to the admin port. */
export interface AdminRequest {
  readonly method: string
  /** Path and query. */
  readonly target: string
  readonly host: string | undefined
}

/** Never rejects. */
export type Admin = (request: AdminRequest) => Promise<Answer>

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
 * const admin = createAdmin({ store, health: () => ({ rules: { enabled: 3, total: 4 } }) })
 * await admin({ method: 'GET', target: '/api/events/8f3c2d1e0a9b7c65', host: 'localhost' })
 */
export const createAdmin = ({
  store,
  health,
  hosts = [],
  onError = () => {},
}: AdminOptions): Admin => {
  const ownHosts = new Set(hosts.map((host) => host.toLowerCase()))
  const startMs = Date.now()

  const state = (): Answer => {
    const { rules, judged, blocked, storeFailures = 0 } = health()
    const uptimeSeconds = Math.floor((Date.now() - startMs) / MS_PER_SECOND)
    return json({
      ok: true,
      rules,
      store: store.name,
      uptimeSeconds,
      judged,
      blocked,
      storeFailures,
    })
  }

  const list = async (search: URLSearchParams): Promise<Answer> => {
    const filter = readEventFilter(search)
    if (isBad(filter)) return fail(HTTP.badRequest, 'bad_parameter', filter.problem)
    return json({ events: await store.query(filter) })
  }

  const one = async (ray: string): Promise<Answer> => {
    const result = await store.find(ray)
    if (result.found) return json(eventDocument(result.events))
    const status = result.reason === 'malformed' ? HTTP.badRequest : HTTP.notFound
    return fail(status, result.reason, result.message)
  }

  const route = async ({ method, target }: AdminRequest): Promise<Answer> => {
    const url = target.startsWith('/') ? `http://localhost${target}` : target
    const { pathname, searchParams } = URL.canParse(url) ? new URL(url) : NOWHERE
    if (method === 'GET' || method === 'HEAD') {
      if (pathname === '/') return answerOf(HTTP.ok, 'text/html; charset=UTF-8', INDEX)
      if (pathname === '/healthz') return state()
      if (pathname === '/api/events') return list(searchParams)
      const [, ray] = EVENT_PATH.exec(pathname) ?? []
      if (ray !== undefined) return one(ray)
    }
    return fail(HTTP.notFound, 'no_such_page', `nothing at ${pathname}: GET / lists what there is`)
  }

  return async (request) => {
    if (!isOwnHost(request.host, ownHosts)) {
      return fail(
        HTTP.forbidden,
        'foreign_host',
        'this port answers to localhost, IP addresses and its configured host only'
      )
    }
    try {
      const answer = await route(request)
      return request.method === 'HEAD' ? { ...answer, body: '' } : answer
    } catch (error) {
      onError(error)
      return error instanceof EdgeError
        ? fail(HTTP.failed, error.code, error.message)
        : fail(HTTP.failed, 'internal', 'the answer could not be made')
    }
  }
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
  portOption,
  drainTimeoutMs,
  hosts = [],
  ...options
}: AdminServerOptions): Promise<Listener> => {
  const admin = createAdmin({ ...options, hosts: [...hosts, host] })
  return createListener({
    host,
    port,
    portOption,
    drainTimeoutMs,
    onError: options.onError,
    handler: async ({ method = '', url = '/', headers }, response) =>
      writeAnswer(response, await admin({ method, target: url, host: headers.host })),
  })
}
