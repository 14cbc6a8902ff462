import { writeEventQuery } from '../admin/event-query.ts'
import { EdgeError, messageOf } from '../error.ts'
import type { EventDocument } from '../events/document.ts'
import type { EventStore, FindResult } from '../events/event.ts'
import type { EventPage, SeriesPoint, TopRow } from '../events/query.ts'
import { usageError } from './command.ts'

/** A source of events: a store, or a running edge that reads its own store. */
export type EventReader = Pick<EventStore, 'name' | 'find' | 'page' | 'top' | 'series' | 'close'>

/** A lookup in a large store can take seconds. */
const ANSWER_TIMEOUT_MS = 30_000
/** Another program may use the default port and never answer. */
const DISCOVERY_TIMEOUT_MS = 1_000
const HTTP_OK = 200
const MISSES = ['malformed', 'not_in_store', 'evicted', 'gap'] as const

interface AdminAnswer {
  readonly status: number
  /** The parsed JSON; undefined if the body is not JSON. */
  readonly body: unknown
}

/** The admin address of a running edge, and its token. */
interface AdminSide {
  readonly url: URL
  readonly token: string | undefined
}

const ask = async (
  url: URL,
  token: string | undefined,
  timeoutMs: number,
  question?: unknown
): Promise<AdminAnswer> => {
  const response = await fetch(url, {
    redirect: 'error',
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(question === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(question === undefined ? {} : { method: 'POST', body: JSON.stringify(question) }),
    signal: AbortSignal.timeout(timeoutMs),
  })
  const text = await response.text()
  try {
    return { status: response.status, body: JSON.parse(text) }
  } catch {
    return { status: response.status, body: undefined }
  }
}

const memberOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : undefined

const failed = (admin: URL, reason: string, cause?: unknown) =>
  new EdgeError(
    'request_failed',
    `${admin.href}: ${reason}: expected the admin address that a running edge prints at start`,
    { cause }
  )

/**
 * Returns the name of the edge's store; `undefined` if the answer is not from an edge.
 *
 * @throws EdgeError `request_failed` if the edge rejects the token or requires one
 */
const storeOf = async (
  { url, token }: AdminSide,
  timeoutMs: number
): Promise<string | undefined> => {
  const { status, body } = await ask(new URL('healthz', url), token, timeoutMs)
  if (status === 401 || status === 429) throw failed(url, textOf(memberOf(body, 'detail')) ?? '')
  if (memberOf(body, 'ok') === undefined) return undefined
  if (memberOf(body, 'authenticate') !== undefined) {
    throw failed(url, 'it requires a token: pass it with --admin-token or EDGE1020_ADMIN_TOKEN')
  }
  return textOf(memberOf(body, 'store'))
}

const missOf = (problem: unknown): FindResult | undefined => {
  const code = textOf(memberOf(problem, 'code'))
  const reason = MISSES.find((miss) => miss === code)
  const message = textOf(memberOf(problem, 'detail'))
  if (reason === undefined || message === undefined) return undefined
  return { found: false, reason, message }
}

const reader = ({ url: admin, token }: AdminSide, store: string): EventReader => {
  const get = async (path: string): Promise<AdminAnswer> => {
    try {
      return await ask(new URL(path, admin), token, ANSWER_TIMEOUT_MS)
    } catch (cause) {
      throw failed(admin, messageOf(memberOf(cause, 'cause') ?? cause), cause)
    }
  }
  const refused = ({ status, body }: AdminAnswer) => {
    const message = textOf(memberOf(body, 'detail'))
    return failed(admin, message ?? `it answered with status ${status}`)
  }
  const noEdge = () => failed(admin, 'the answer has an unexpected form')
  const answered = async (path: string, query: Parameters<typeof writeEventQuery>[0]) => {
    const answer = await get(`${path}?${new URLSearchParams(writeEventQuery(query))}`)
    if (answer.status !== HTTP_OK) throw refused(answer)
    return answer.body
  }
  return {
    name: `${store} of the edge at ${admin.href}`,
    find: async (ray) => {
      const answer = await get(`api/events/${encodeURIComponent(ray)}`)
      if (answer.status === HTTP_OK && textOf(memberOf(answer.body, 'ray')) !== undefined) {
        const { also = [], ...deciding } = answer.body as EventDocument
        return { found: true, events: [deciding, ...also] }
      }
      const miss = missOf(answer.body)
      if (miss === undefined) throw refused(answer)
      return miss
    },
    page: async (query = {}) => {
      const body = await answered('api/events', query)
      const events = memberOf(body, 'events')
      if (!Array.isArray(events)) throw noEdge()
      return body as EventPage
    },
    top: async (query) => {
      const rows = memberOf(await answered('api/events/top', query), 'rows')
      if (!Array.isArray(rows)) throw noEdge()
      return rows as TopRow[]
    },
    series: async (query) => {
      const points = memberOf(await answered('api/events/series', query), 'points')
      if (!Array.isArray(points)) throw noEdge()
      return points as SeriesPoint[]
    },
    close: async () => {},
  }
}

const PORT = /^\d{1,5}$/
/** Matches an address without a scheme: `127.0.0.1:8021`, `localhost:8021/api/events`, `[::1]:8021`. */
const HOST_AND_PORT = /^(?:[\w.-]+|\[[\da-f:.]+\]):\d{1,5}(?:\/|$)/i

/** Completes an admin address: a bare port, as in `serve --admin-port`, means this machine, and HOST:PORT means HTTP. */
const withScheme = (text: string): string => {
  if (PORT.test(text)) return `http://127.0.0.1:${text}`
  return HOST_AND_PORT.test(text) ? `http://${text}` : text
}

const readAdmin = (text: string): URL => {
  const written = withScheme(text)
  const url = URL.canParse(written) ? new URL(written) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    const expected = 'expected a URL, HOST:PORT or a port, such as http://127.0.0.1:8021'
    throw usageError(`--admin "${text}": ${expected}`)
  }
  // `serve` prints an address that ends with /api/events, so a copied address must work too.
  url.pathname = url.pathname.replace(/(?:\/api\/events.*)?\/?$/, '/')
  url.search = ''
  url.hash = ''
  return url
}

/**
 * Opens the events of the edge with the admin address `text`: a URL, HOST:PORT, or a port of this machine.
 *
 * @param token token of the admin port, if it requires one
 * @throws EdgeError `wrong_usage` for an invalid address, `request_failed` if no edge answers or the token is wrong
 */
export const runningEdge = async (text: string, token?: string): Promise<EventReader> => {
  const admin = { url: readAdmin(text), token }
  let store: string | undefined
  try {
    store = await storeOf(admin, ANSWER_TIMEOUT_MS)
  } catch (cause) {
    if (cause instanceof EdgeError) throw cause
    throw failed(admin.url, messageOf(memberOf(cause, 'cause') ?? cause), cause)
  }
  if (store === undefined) throw failed(admin.url, 'another program answers there')
  return reader(admin, store)
}

/**
 * Does the same for a default address: returns `undefined` if no edge answers.
 *
 * @throws EdgeError `request_failed` if the edge requires another token
 */
export const findRunningEdge = async (
  text: string,
  token?: string
): Promise<EventReader | undefined> => {
  const admin = { url: readAdmin(text), token }
  const store = await storeOf(admin, DISCOVERY_TIMEOUT_MS).catch((error: unknown) => {
    if (error instanceof EdgeError) throw error
    return undefined
  })
  return store === undefined ? undefined : reader(admin, store)
}

/** Returns true if an edge answers at this admin address. Throws the same errors as `findRunningEdge`. */
export const hasRunningEdge = async (text: string, token?: string): Promise<boolean> =>
  (await findRunningEdge(text, token)) !== undefined

/**
 * Posts JSON to the running edge at this admin address and returns the parsed answer.
 *
 * @throws EdgeError `wrong_usage` for an invalid address; `request_failed` if no edge answers, or not with status 200 and JSON
 */
export const askRunningEdge = async (
  text: string,
  token: string | undefined,
  path: string,
  question: unknown
): Promise<unknown> => {
  const admin = readAdmin(text)
  let answer: AdminAnswer
  try {
    answer = await ask(new URL(path, admin), token, ANSWER_TIMEOUT_MS, question)
  } catch (cause) {
    throw failed(admin, messageOf(memberOf(cause, 'cause') ?? cause), cause)
  }
  if (answer.status === HTTP_OK && answer.body !== undefined) return answer.body
  const detail = textOf(memberOf(answer.body, 'detail'))
  throw failed(admin, detail ?? `it answered with status ${answer.status}`)
}
