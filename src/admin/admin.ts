import type { Answer } from '../answers/answer.ts'
import type { TestControl } from '../control/control.ts'
import { EdgeError, messageOf } from '../error.ts'
import type { EventStore } from '../events/event.ts'
import { problem } from './answer.ts'
import { type Audit, createAudit } from './audit.ts'
import { createGate, type Entry, isRefused } from './gate.ts'
import { BadParameter } from './parameter.ts'
import { type AdminRequest, BodyTooLarge, type RouteRequest } from './request.ts'
import { findRoute, type Route } from './route.ts'
import { auditLog } from './routes/audit.ts'
import { event } from './routes/event.ts'
import { eventSeries, events, topEvents } from './routes/events.ts'
import { graphql } from './routes/graphql.ts'
import { health } from './routes/health.ts'
import { indexPage } from './routes/index-page.ts'
import { login, loginForm, logout } from './routes/login.ts'
import { metrics } from './routes/metrics.ts'
import { openApi } from './routes/openapi.ts'
import { reloadRules } from './routes/reload.ts'
import { testRoutes } from './routes/tests.ts'
import { check, explain } from './routes/trials.ts'
import type { Health, MetricsText, Reloaded, Side } from './side.ts'

export interface AdminOptions {
  store: EventStore
  health: () => Health
  /** Returns the names of the declared zones. Default: none. */
  zones?: () => readonly string[]
  /** Host names of the admin port besides `localhost` and IP addresses. */
  hosts?: readonly string[]
  /** The token of callers. Absent: the port trusts everyone who can reach it. */
  token?: string | undefined
  /** Refuses every change of the edge. */
  readOnly?: boolean
  /** The log of changes and logins. Default: only in memory. */
  audit?: Audit
  reload?: (() => Promise<Reloaded>) | undefined
  metrics?: MetricsText | undefined
  /** The controls of test edges. Absent: the port has no routes for tests. */
  tests?: TestControl | undefined
  trials?: Side['trials']
  /** Pages for people. They go before the routes of the API that have the same path. */
  pages?: ((side: Side) => readonly Route[]) | undefined
  onError?: (error: unknown) => void
}

/** Answers one request to the admin port. Never rejects. */
export type Admin = (request: AdminRequest) => Promise<Answer>

const ROUTES: readonly ((side: Side) => Route)[] = [
  indexPage('/'),
  indexPage('/api'),
  health,
  events,
  topEvents,
  eventSeries,
  event,
  graphql,
  metrics,
  openApi,
  auditLog,
  reloadRules,
  explain,
  check,
  () => loginForm,
  login,
  logout,
]

/** The target of a request without a valid one, e.g. `OPTIONS *`. */
const NOWHERE = { pathname: '*', searchParams: new URLSearchParams() }

const urlOf = (target: string) => {
  const url = target.startsWith('/') ? `http://localhost${target}` : target
  return URL.canParse(url) ? new URL(url) : NOWHERE
}

const noRoute = (method: string, pathname: string, allowed: readonly string[]): Answer =>
  allowed.length === 0
    ? problem({
        status: 404,
        code: 'no_such_page',
        detail: `nothing at ${pathname.slice(0, 200)}: GET /api lists all paths`,
      })
    : problem(
        {
          status: 405,
          code: 'wrong_method',
          detail: `${method} ${pathname}: expected ${allowed.join(' or ')}`,
        },
        { Allow: allowed.join(', ') }
      )

const SERVER_ERROR = 500
/** The parts of a path and its query that the audit log contains. */
const MAX_TARGET_CHARS = 500

const STORE_AWAY = new Set(['store_failed', 'store_not_found', 'store_version', 'store_closed'])

const failure = (error: unknown): Answer => {
  if (error instanceof BodyTooLarge) {
    return problem({ status: 413, code: 'body_too_large', detail: error.message })
  }
  if (error instanceof BadParameter) {
    const { code, message: detail, place } = error
    return problem({ status: 400, code, detail, place })
  }
  // Faults that only the store detects, such as a series with too many points.
  if (error instanceof EdgeError && error.code === 'invalid_query') {
    return problem({ status: 400, code: error.code, detail: error.message })
  }
  // The store may answer again later.
  if (error instanceof EdgeError && STORE_AWAY.has(error.code)) {
    return problem({ status: 503, code: error.code, detail: error.message })
  }
  return error instanceof EdgeError
    ? problem({ status: 500, code: error.code, detail: error.message })
    : problem({ status: 500, code: 'internal', detail: 'the edge failed to create the answer' })
}

/**
 * Creates the admin port: health, events, Ray ID lookup, metrics, reloads. Each request passes the gate (Host, origin, token,
 * read-only) before its route. The audit log records a change before the change is made.
 *
 * @throws EdgeError `invalid_admin_token`
 * @example
 * const admin = createAdmin({ store, health: () => ({ rules: { enabled: 3, total: 4 } }) })
 * await admin({ method: 'GET', target: '/healthz', headers: { host: 'localhost' } })
 */
export const createAdmin = ({
  store,
  health: readHealth,
  zones = () => [],
  hosts,
  token,
  readOnly,
  audit = createAudit(),
  reload,
  metrics: metricsText,
  tests,
  trials,
  pages = () => [],
  onError = () => {},
}: AdminOptions): Admin => {
  const gate = createGate({ hosts, token, readOnly, audit, onError })
  const side: Side = {
    store,
    health: readHealth,
    zones,
    startMs: Date.now(),
    audit,
    gate,
    reload,
    metrics: metricsText,
    tests,
    trials,
    onError,
    routes: () => routes,
  }
  const routes = [...pages(side), ...ROUTES.map((create) => create(side)), ...testRoutes(side)]

  /** If the entry cannot be written, the change is not made. */
  const change = async (route: Route, request: RouteRequest, entry: Entry): Promise<Answer> => {
    const what = `${route.method} ${request.target.slice(0, MAX_TARGET_CHARS)}`
    const { from, by } = entry
    await audit.write({ what, from, by })
    let answer: Answer
    try {
      answer = await route.answer(request, entry)
    } catch (error) {
      await audit.write({ what, from, by, status: 500, reason: messageOf(error) }).catch(onError)
      throw error
    }
    // The change has been made, so its answer does not depend on the disk.
    await audit.write({ what, from, by, status: answer.status }).catch(onError)
    return answer
  }

  const answerTo = async (request: AdminRequest): Promise<Answer> => {
    const foreign = gate.refuseForeign(request)
    if (foreign !== undefined) return foreign
    const { pathname, searchParams: query } = urlOf(request.target)
    const found = findRoute(routes, request.method, pathname)
    const route = 'route' in found ? found.route : undefined
    const entry = await gate.enter(request, route ?? STRANGERS)
    if (isRefused(entry)) return entry
    if (!('route' in found)) return noRoute(request.method, pathname, found.allowed)
    const asked: RouteRequest = { ...request, params: found.params, query }
    return found.route.changes === true
      ? change(found.route, asked, entry)
      : found.route.answer(asked, entry)
  }

  return async (request) => {
    let answer: Answer
    try {
      answer = await answerTo(request)
    } catch (error) {
      answer = failure(error)
      if (answer.status >= SERVER_ERROR) onError(error)
    }
    return request.method === 'HEAD' ? { ...answer, body: '' } : answer
  }
}

/** The route of an unknown path. A caller without a token does not learn which paths exist. */
const STRANGERS: Route = {
  method: 'GET',
  path: '*',
  summary: '',
  result: { description: '' },
  answer: () => problem({ status: 404, code: 'no_such_page', detail: '' }),
}
