import type { Context, MiddlewareHandler } from 'hono'
import type { Answer } from '../answers/answer.ts'
import { toResponse } from '../answers/response.ts'
import type { Edge } from '../edge.ts'
import type { RawRequest } from '../request/request.ts'
import type { WatchedResponse } from '../request/watch-response.ts'
import type { Verdict } from '../verdict.ts'
import type { Connection } from '../visitor/visitor.ts'
import { answerRefused } from './answer-refused.ts'
import type { EarlyRead } from './early-read.ts'
import { earlyRead, judgedFetch, judgedNode, replaceHeaders } from './early-read.ts'
import type { NodeResponse } from './ray-header.ts'
import { announceRay } from './ray-header.ts'
import type { UpgradeSocket } from './refuse-upgrade.ts'
import { refuseUpgrade } from './refuse-upgrade.ts'
import type { NodeRequest } from './request-headers.ts'
import { passNodeHeaders } from './request-headers.ts'
import type { FinishingResponse, UnreadRequest } from './unread.ts'
import { dropUnread } from './unread.ts'

declare module 'hono' {
  interface ContextVariableMap {
    /** The request's Ray ID: 16 hex digits, as on the page and in events. */
    rayId: string
  }
}

/** Client closed the request: the status in nginx's logs. */
const CLIENT_CLOSED_REQUEST = 499
const FIRST_FINAL_STATUS = 200

export interface HonoMountOptions {
  /**
   * Returns the runtime's data on the peer. With `@hono/node-server` you do not need it. Elsewhere set it, e.g. on Deno
   * `(c) => ({ remoteAddress: c.env.remoteAddr.hostname })`.
   */
  connection?: (c: Context) => Connection
}

/** Node's request, as `@hono/node-server` puts it on `c.env`. */
type Incoming = NodeRequest & UnreadRequest & RawRequest & { readonly socket: Connection }

/** The two halves of a request on Node; an upgrade has no response, only the socket. */
interface NodePair {
  incoming: Incoming
  outgoing: (NodeResponse & FinishingResponse & WatchedResponse) | undefined
}

const isNodePair = (env: unknown): env is NodePair =>
  typeof env === 'object' &&
  env !== null &&
  'outgoing' in env &&
  'incoming' in env &&
  typeof env.incoming === 'object' &&
  env.incoming !== null

/**
 * Mounts an edge as Hono middleware, which answers blocked requests. A passing request gets `c.get('rayId')`, the `CF-RAY` response
 * header, and the edge's request headers (`CF-Ray`, `CF-Connecting-IP` and others), even if an earlier middleware has read the
 * visitor's headers.
 *
 * On `@hono/node-server` the middleware sets the header on Node's response. Reading `c.res` after `next()` would create a real
 * Response and cost most of the throughput.
 */
export const mountHono = (edge: Edge, { connection }: HonoMountOptions = {}): MiddlewareHandler =>
  function edge1020(c, next) {
    const env: unknown = c.env
    if (!isNodePair(env)) return onFetch(edge, c, next, connection?.(c))
    const { incoming, outgoing } = env
    if (outgoing === undefined) return onUpgrade(edge, c, next, incoming, connection?.(c))
    if (connection !== undefined) return onFetch(edge, c, next, connection(c))
    const read = earlyRead(c.req.raw)
    const verdict = edge.decide(judgedNode(incoming, c, read), incoming.socket)
    return verdict instanceof Promise
      ? verdict.then((decided) => {
          // The visitor disconnected during the upload of the body, so no client would get the app's answer.
          if (incoming.readableAborted) {
            return new Response(null, { status: CLIENT_CLOSED_REQUEST })
          }
          dropUnread(incoming, outgoing, decided.isRefused)
          return passOrAnswer(decided, { incoming, outgoing, read }, c, next)
        })
      : passOrAnswer(verdict, { incoming, outgoing, read }, c, next)
  }

const sendOnFetch = (_: Context, answer: Answer): Response => toResponse(answer)

const sendOnSocket = async (socket: UpgradeSocket, answer: Answer): Promise<Response> => {
  await refuseUpgrade(socket, answer)
  return toResponse(answer)
}

const passOrAnswer = (
  verdict: Verdict,
  {
    incoming,
    outgoing,
    read,
  }: { incoming: Incoming; outgoing: NodeResponse & WatchedResponse; read: EarlyRead },
  c: Context,
  next: () => Promise<void>
): Promise<Response | undefined> => {
  const refused = answerRefused(verdict, c, sendOnFetch)
  if (refused !== undefined) return Promise.resolve(refused)
  c.set('rayId', verdict.ray)
  announceRay(verdict.rayHeader, incoming, outgoing)
  const repeated = passNodeHeaders(verdict, incoming)
  if (read !== 'nothing') replaceHeaders(c, verdict, repeated, read)
  verdict.responseWatch?.watchNode(outgoing)
  // Returned, not awaited: an async function here costs a quarter of the throughput.
  return next() as Promise<undefined>
}

/** Sets `CF-RAY` on Hono's response, except on a 101, which cannot be created again. */
const announceOnHono = (c: Context, { rayHeader }: Verdict) => {
  if (!c.finalized || c.res.status >= FIRST_FINAL_STATUS) c.header('CF-RAY', rayHeader)
}

const onFetch = async (
  edge: Edge,
  c: Context,
  next: () => Promise<void>,
  peer: Connection | undefined
): Promise<Response | undefined> => {
  const verdict = await edge.judge(judgedFetch(c), peer)
  const refused = answerRefused(verdict, c, sendOnFetch)
  if (refused !== undefined) return refused
  c.set('rayId', verdict.ray)
  replaceHeaders(c, verdict)
  await next()
  announceOnHono(c, verdict)
  // Without an answer, reading Hono's `c.res` would create a 404, which the app can still replace.
  if (c.finalized) verdict.responseWatch?.tellFetch(c.res)
  return undefined
}

/**
 * The opening handshake of a WebSocket. Here `c.req.raw` is a copy of Node's request, and there is no response. The app's return
 * value becomes the answer only if the request is not for a WebSocket, and then without its body.
 */
const onUpgrade = async (
  edge: Edge,
  c: Context,
  next: () => Promise<void>,
  incoming: Incoming,
  peer: Connection | undefined
): Promise<Response | undefined> => {
  const verdict = await edge.decide(incoming, peer ?? incoming.socket)
  const refused = answerRefused(verdict, incoming.socket as UpgradeSocket, sendOnSocket)
  if (refused !== undefined) return refused
  c.set('rayId', verdict.ray)
  replaceHeaders(c, verdict, passNodeHeaders(verdict, incoming))
  await next()
  announceOnHono(c, verdict)
  if (c.finalized) verdict.responseWatch?.tellFetch(c.res)
  return undefined
}
