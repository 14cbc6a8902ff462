import type { Answer } from '../answers/answer.ts'
import type { RouteRequest } from './request.ts'

/** One parameter of a route, for the index and the API's description. */
export interface RouteParameter {
  readonly name: string
  readonly in: 'path' | 'query'
  readonly description: string
  readonly example?: string
}

/** What a route answers with where all is well. */
export interface RouteResult {
  /** 200 where none is given. */
  readonly status?: number
  readonly description: string
  /** `application/json`, where no other is given. */
  readonly type?: string
  /** Names of schemas in `schemas.ts`; absent for text. */
  readonly schema?: string
}

/** One path of the admin port with one method: the index, the gate and the API's description read the same row. */
export interface Route {
  readonly method: 'GET' | 'POST'
  /** With its parameters in braces, one whole segment each: `/api/events/{ray}`. */
  readonly path: string
  readonly summary: string
  readonly parameters?: readonly RouteParameter[]
  /** Takes conditions on the fields of an event, too: `path.contains`. */
  readonly takesConditions?: boolean
  /** The body that it takes. */
  readonly takes?: { readonly type: string; readonly schema?: string }
  readonly result: RouteResult
  /** Statuses of its problems besides those of the gate. */
  readonly problems?: readonly number[]
  /** Changes what the edge does: refused in read-only mode, and written into the audit log. */
  readonly changes?: boolean
  /** A page of the dashboard: for people, and no part of the API. */
  readonly isPage?: boolean
  /** Answered without a token; `isKnown` of the request tells whether there was one. */
  readonly open?: boolean
  answer(request: RouteRequest, caller: Caller): Answer | Promise<Answer>
}

/** Who asks. */
export interface Caller {
  /** False on a route that is open to strangers, asked by one. */
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

/** The route of a request. A path without parameters goes before one with them; HEAD is answered by GET. */
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
