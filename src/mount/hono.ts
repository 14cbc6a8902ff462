import type { Context, MiddlewareHandler } from 'hono'
import type { Edge } from '../edge.ts'
import type { Verdict } from '../verdict.ts'
import type { Connection } from '../visitor/visitor.ts'
import type { NodeRequest, NodeResponse } from './headers.ts'
import { announceRay, passHeaders, passNodeHeaders } from './headers.ts'
import type { FinishingResponse, UnreadRequest } from './unread.ts'
import { dropUnread } from './unread.ts'

declare module 'hono' {
  interface ContextVariableMap {
    /** The request's Ray ID: 16 hex digits, as the page and the event log show it. */
    rayId: string
  }
}

/** As nginx has it in its logs. */
const CLIENT_CLOSED_REQUEST = 499

export interface HonoMountOptions {
  /**
   * What the runtime knows of the peer. On `@hono/node-server` it is found without help; elsewhere give it, e.g. on Deno
   * `(c) => ({ remoteAddress: c.env.remoteAddr.hostname })`.
   */
  connection?: (c: Context) => Connection
}

/** The two halves of a request on Node, as `@hono/node-server` puts them on `c.env`. */
interface NodePair {
  incoming: NodeRequest &
    UnreadRequest & {
      method?: string
      url?: string
      httpVersion: string
      socket: Connection
    }
  outgoing: NodeResponse & FinishingResponse
}

const isNodePair = (env: unknown): env is NodePair =>
  typeof env === 'object' && env !== null && 'incoming' in env && 'outgoing' in env

/**
 * Mounts an edge as Hono middleware. A blocked request is answered here; a passing one goes on with `c.get('rayId')`,
 * the `CF-RAY` response header, and `CF-Ray` and `CF-Connecting-IP` on the request that the app sees.
 *
 * On `@hono/node-server` the header is added to Node's response: touching `c.res` after `next()` would build a real
 * Response and cost most of the throughput.
 */
export const mountHono = (edge: Edge, { connection }: HonoMountOptions = {}): MiddlewareHandler =>
  function edge1020(c, next) {
    const env: unknown = c.env
    if (connection !== undefined || !isNodePair(env)) return onFetch(edge, c, next, connection?.(c))
    const verdict = edge.decide(env.incoming, env.incoming.socket)
    return verdict instanceof Promise
      ? verdict.then((decided) => {
          // The visitor has left while its body was looked at: nobody would hear the app.
          if (env.incoming.readableAborted) {
            return new Response(null, { status: CLIENT_CLOSED_REQUEST })
          }
          dropUnread(env.incoming, env.outgoing, decided.answer !== undefined)
          return settle(decided, env, c, next)
        })
      : settle(verdict, env, c, next)
  }

const settle = (
  verdict: Verdict,
  { incoming, outgoing }: NodePair,
  c: Context,
  next: () => Promise<void>
): Promise<Response | undefined> => {
  if (verdict.answer !== undefined) return Promise.resolve(verdict.response)
  c.set('rayId', verdict.ray)
  announceRay(verdict.rayHeader, incoming, outgoing)
  passNodeHeaders(verdict, incoming)
  // Returned, not awaited: an async function here costs a quarter of the throughput.
  return next() as Promise<undefined>
}

const onFetch = async (
  edge: Edge,
  c: Context,
  next: () => Promise<void>,
  peer: Connection | undefined
): Promise<Response | undefined> => {
  const verdict = await edge.judge(c.req.raw, peer)
  if (verdict.answer !== undefined) return verdict.response
  c.set('rayId', verdict.ray)
  const headers = new Headers(c.req.raw.headers)
  passHeaders(verdict, headers)
  c.req.raw = new Request(c.req.raw, { headers })
  await next()
  c.header('CF-RAY', verdict.rayHeader)
  return undefined
}
