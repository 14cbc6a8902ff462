import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Dispatcher, Pool as OriginPool } from 'undici'
import { plainAnswer, writeAnswer } from '../answers/node/write-answer.ts'
import { EdgeError, messageOf } from '../error.ts'
import { Exchange, type ForwardExtra, type Origin } from './exchange.ts'
import { RequestBody } from './request-body.ts'
import { type Refusal, type RequestPass, requestPass } from './request-pass.ts'
import { socketResponse } from './socket-response.ts'
import { originTarget } from './target.ts'
import { TUNNELLED_PROTOCOL, UpgradeExchange } from './tunnel.ts'
import { Pool } from './undici.ts'
import { type OriginTls, originConnector, parseUpstream } from './upstream.ts'
import type { VisitorRequest, VisitorResponse } from './visitor.ts'

// Cloudflare's limits towards an origin: https://developers.cloudflare.com/fundamentals/reference/connection-limits/
const CONNECT_TIMEOUT_MS = 19_000
const READ_TIMEOUT_MS = 120_000
/** Above this Cloudflare answers 520. */
const MAX_RESPONSE_HEADER_BYTES = 128 * 1024
const CLOSE_TIMEOUT_MS = 10_000
/** Methods that may be sent twice (RFC 9110 §9.2.2). */
const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE'])

export interface ProxyOptions {
  /** The origin: `http://localhost:3000`, `https://origin.test/app`. */
  upstream: string | URL
  /** Time limit for a connection, TLS included. Default 19 s. */
  connectTimeoutMs?: number
  /** Time limit until the origin's response begins. Default 120 s; 0 for no limit. */
  responseTimeoutMs?: number
  /** The longest silence of the origin within a body. Default `responseTimeoutMs`. */
  idleTimeoutMs?: number
  /** The Host header for the origin: `received` (default), `upstream` for the upstream's own, or this text. */
  hostHeader?: string
  /** The maximum number of connections to the origin; further requests wait. Default no limit. */
  connections?: number
  tls?: OriginTls
  /** Gets responses that broke off after they began (`origin_broke_off`): the visitor saw the connection close. */
  onError?: (error: EdgeError) => void
}

export interface OriginProxy {
  /** The origin's address: `http://localhost:3000`. */
  readonly upstream: string
  /**
   * Sends a request to the origin and its response back. Resolves when the visitor has the response or has left; never
   * rejects.
   */
  forward(request: VisitorRequest, response: VisitorResponse, extra: ForwardExtra): Promise<void>
  /**
   * Does the same for Node's `upgrade` event. WebSockets are tunnelled; any other protocol is refused. Resolves when the
   * tunnel is open or the request is answered; never rejects.
   */
  upgrade(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    extra: ForwardExtra
  ): Promise<void>
  /** Lets running requests finish for up to `timeoutMs` (10 s), then breaks them off. Ends tunnels at once. */
  close(options?: { timeoutMs?: number }): Promise<void>
}

const isRefusal = (pass: RequestPass | Refusal): pass is Refusal => 'status' in pass

/**
 * The origin side: a streaming reverse proxy to one upstream, with back-pressure in both directions.
 *
 * @throws EdgeError `invalid_upstream`
 * @example
 * const proxy = createProxy({ upstream: 'http://localhost:3000' })
 * http.createServer((request, response) => {
 *   void proxy.forward(request, response, { requestHeaders, responseHeaders, onOriginError })
 * })
 */
export const createProxy = ({
  upstream: address,
  connectTimeoutMs = CONNECT_TIMEOUT_MS,
  responseTimeoutMs = READ_TIMEOUT_MS,
  idleTimeoutMs = responseTimeoutMs,
  hostHeader = 'received',
  connections,
  tls = {},
  onError = () => {},
}: ProxyOptions): OriginProxy => {
  const upstream = parseUpstream(address)
  const poolOptions: OriginPool.Options = {
    connect: originConnector(upstream, connectTimeoutMs, tls),
    connections,
    pipelining: 1,
    headersTimeout: responseTimeoutMs,
    bodyTimeout: idleTimeoutMs,
    maxHeaderSize: MAX_RESPONSE_HEADER_BYTES,
  }
  const pool = new Pool(upstream.origin, poolOptions)
  // Never reuses a connection. It repeats requests whose connection the origin was closing.
  const fresh = new Pool(upstream.origin, { ...poolOptions, pipelining: 0 })
  const tunnels = new Set<Socket>()
  // undici reconnects if this differs from the last request's name; the connector has the real name.
  const servername = upstream.serverName || upstream.host
  const origin: Origin = {
    isTls: upstream.isTls,
    onBroken: (cause) => {
      const message = `origin ${upstream.origin} broke off: ${messageOf(cause)}`
      onError(new EdgeError('origin_broke_off', message, { cause }))
    },
  }

  /** Returns the headers of a request that may be sent; answers a request that may not. */
  const admit = (
    request: VisitorRequest,
    response: VisitorResponse,
    extra: ForwardExtra
  ): (RequestPass & { path: string }) | undefined => {
    const refuse = ({ status, message }: Refusal) => {
      // The remaining bytes of this connection may not be a request.
      response.shouldKeepAlive = false
      writeAnswer(response, plainAnswer(status, message), extra.responseHeaders)
    }
    const { requestHeaders, strip, dropsCookie, isSingle } = extra
    const { rawHeaders, httpVersion, stream } = request
    const isOpenEnded = stream !== undefined && !stream.endAfterHeaders
    const pass = requestPass(rawHeaders, httpVersion, requestHeaders, {
      strip,
      dropsCookie,
      isSingle,
      isOpenEnded,
    })
    if (isRefusal(pass)) {
      refuse(pass)
      return undefined
    }
    const path = originTarget(request.url ?? '', pass.host, upstream.prefix)
    if (path === undefined) {
      refuse({ status: 400, message: 'request target' })
      return undefined
    }
    const host = hostHeader === 'received' ? pass.host : hostHeader
    if (host !== undefined && hostHeader !== 'upstream') pass.headers.push('Host', host)
    return { ...pass, path }
  }

  const dispatch = (
    options: Omit<Dispatcher.DispatchOptions, 'method'> & { method: string },
    exchange: Exchange
  ): Promise<void> => {
    // `servername` is missing from undici's types.
    pool.dispatch({ ...options, servername } as Dispatcher.DispatchOptions, exchange)
    return exchange.done
  }

  let closed: Promise<void> | undefined
  const destroy = async () => {
    await Promise.all([pool.destroy(), fresh.destroy()])
  }
  const close = async (timeoutMs: number) => {
    for (const socket of tunnels) socket.destroySoon()
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(() => resolve(destroy()), timeoutMs)
    })
    await Promise.race([Promise.all([pool.close(), fresh.close()]), late])
    clearTimeout(timer)
  }

  return {
    upstream: upstream.origin,

    forward: async (request, response, extra) => {
      if (response.destroyed) return
      const pass = admit(request, response, extra)
      if (pass === undefined) return
      const { path, headers, body } = pass
      const method = request.method ?? 'GET'
      const stream = body.kind === 'none' ? null : new RequestBody(request)
      if (body.kind === 'length') headers.push('Content-Length', body.length)
      const options = { method, path, headers, body: stream, servername }
      const mayRepeat = body.kind === 'none' && IDEMPOTENT.has(method)
      const exchange = new Exchange(response, extra, origin, {
        method,
        httpVersion: request.httpVersion,
        again: mayRepeat
          ? (again) => fresh.dispatch(options as Dispatcher.DispatchOptions, again)
          : undefined,
      })
      // A pipelined request waits for its turn without a socket, and Node does not report the close of the connection to
      // it.
      if (response.socket === null) {
        const { socket } = request
        socket.once('close', exchange.cancel)
        void exchange.done.then(() => socket.off('close', exchange.cancel))
      }
      await dispatch(options, exchange)
      // undici does not destroy the body if there was no connection to send it on.
      stream?.destroy()
    },

    upgrade: async (request, duplex, head, extra) => {
      const socket = duplex as Socket
      if (socket.destroyed) return
      const response = socketResponse(request, socket)
      const pass = admit(request, response, extra)
      if (pass === undefined) return
      const { path, headers, body } = pass
      const isWebSocket =
        request.method === 'GET' && request.headers.upgrade?.toLowerCase() === TUNNELLED_PROTOCOL
      if (!isWebSocket || body.kind !== 'none') {
        writeAnswer(response, plainAnswer(400, 'expected a WebSocket'), extra.responseHeaders)
        return
      }
      const onOpen = (opened: Socket) => {
        tunnels.add(opened)
        opened.once('close', () => tunnels.delete(opened))
      }
      const exchange = new UpgradeExchange(response, extra, origin, { socket, head, onOpen })
      await dispatch({ method: 'GET', path, headers, upgrade: TUNNELLED_PROTOCOL }, exchange)
    },

    close: ({ timeoutMs = CLOSE_TIMEOUT_MS } = {}) => {
      closed ??= close(timeoutMs)
      return closed
    },
  }
}
