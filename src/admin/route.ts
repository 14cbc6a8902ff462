import type { Answer } from '../answers/answer.ts'
import type { RouteRequest } from './request.ts'

/** One parameter of a route, for the index and the API's description. */
export interface RouteParameter {
  readonly name: string
  readonly in: 'path' | 'query'
  readonly description: string
  readonly example?: string
}

/** The successful answer of a route. */
export interface RouteResult {
  /** Default 200. */
  readonly status?: number
  readonly description: string
  /** Content type. Default `application/json`. */
  readonly type?: string
  /** Name of a schema in `schemas.ts`; absent for text. */
  readonly schema?: string
}

/** One method on one path of the admin port. The index, the gate and the API description all use it. */
export interface Route {
  readonly method: 'GET' | 'POST'
  /** The path with parameters in braces, each a whole segment: `/api/events/{ray}`. */
  readonly path: string
  readonly summary: string
  readonly parameters?: readonly RouteParameter[]
  /** Whether the route also accepts conditions on event fields, such as `path.contains`. */
  readonly takesConditions?: boolean
  /** The request body. */
  readonly takes?: { readonly type: string; readonly schema?: string }
  readonly result: RouteResult
  /** Statuses of error answers, besides those of the gate. */
  readonly problems?: readonly number[]
  /** Whether the route changes the edge: read-only mode refuses it, and the audit log records it. */
  readonly changes?: boolean
  /** Whether the route is a page of the dashboard, which is not part of the API. */
  readonly isPage?: boolean
  /** Whether the route works without a token. `isKnown` of the caller tells whether the request had one. */
  readonly open?: boolean
  answer(request: RouteRequest, caller: Caller): Answer | Promise<Answer>
}

/** The sender of a request. */
export interface Caller {
  /** False for a request without a token to an open route. */
  readonly isKnown: boolean
  readonly from: string
}

interface Found {
  readonly route: Route
  readonly params: Readonly<Record<string, string>>
}

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

const paramsOf = (path: string, pathname: string): Record<string, string> | undefined => {
  const [wanted, given] = [path.split('/'), pathname.split('/')]
  if (wanted.length !== given.length) return undefined
  const params: Record<string, string> = {}
  for (const [i, segment] of wanted.entries()) {
    const text = given[i]!
    if (segment.startsWith('{')) {
      if (text === '') return undefined
      params[segment.slice(1, -1)] = decoded(text)
    } else if (segment !== text) return undefined
  }
  return params
}

/** Finds the route of a request. A path without parameters precedes one with parameters; GET routes also answer HEAD. */
export const findRoute = (
  routes: readonly Route[],
  method: string,
  pathname: string
): Found | { readonly allowed: readonly string[] } => {
  const asked = method === 'HEAD' ? 'GET' : method
  const found = routes
    .flatMap((route) => {
      const params = paramsOf(route.path, pathname)
      return params === undefined ? [] : [{ route, params }]
    })
    .sort((x, y) => Object.keys(x.params).length - Object.keys(y.params).length)
  const chosen = found.find(({ route }) => route.method === asked)
  return chosen ?? { allowed: [...new Set(found.map(({ route }) => route.method))] }
}
