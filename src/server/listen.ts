import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { plainAnswer, writeAnswer } from '../answers/node/write-answer.ts'
import { EdgeError } from '../error.ts'
import type { VisitorRequest, VisitorResponse } from '../proxy/visitor.ts'
import type { Connection } from '../visitor/visitor.ts'
import { checkPort, listen, openableHost } from './bind.ts'
import { loadCertificate, type TlsOption, watchCertificate } from './certificate.ts'
import { connectionOf } from './connection.ts'
import { acceptExpectations } from './expect.ts'
import { isSoundHost } from './host.ts'
import { createHttp2 } from './http2.ts'
import { Pipeline } from './pipeline.ts'
import { answerRaw, isAnswered } from './raw-answer.ts'
import { attachTls } from './tls-front.ts'
import { ignoreOtherUpgrades } from './upgrade.ts'

/** Cloudflare's limit for all request headers together; a single value of 64 KB has to reach the rules. */
const MAX_HEADER_BYTES = 128 * 1024
/** A client sends its ClientHello at once; a longer wait lets an attacker hold many sockets. */
const OPENING_TIMEOUT_MS = 10_000
const HEADERS_TIMEOUT_MS = 30_000
/** Long enough for a large upload over a slow connection. */
const REQUEST_TIMEOUT_MS = 15 * 60_000
/** Cloudflare allows visitors 400 s; browsers give up after 115 to 300 s. */
const KEEP_ALIVE_TIMEOUT_MS = 75_000
/** nginx allows 60 s between two writes; here a piece of up to 64 KB has to be taken, and connections may be slow. */
const SEND_TIMEOUT_MS = 120_000
const TIMEOUT_CHECK_INTERVAL_MS = 5_000
const DRAIN_TIMEOUT_MS = 10_000
const IDLE_CHECK_INTERVAL_MS = 50

/** @param connection the facts about the peer: TLS and PROXY headers add some to those of the request's socket */
export type RequestHandler<Request = IncomingMessage, Response = ServerResponse> = (
  request: Request,
  response: Response,
  connection: Connection
) => void | Promise<void>

export type UpgradeHandler = (
  request: IncomingMessage,
  socket: Socket,
  head: Buffer,
  connection: Connection
) => void | Promise<void>

export interface ListenerOptions {
  /** Handles requests of HTTP/1. */
  handler: RequestHandler
  /** Handles requests of HTTP/2, which is offered only with TLS; without it the server does not offer HTTP/2. */
  http2?: RequestHandler<VisitorRequest, VisitorResponse>
  /** Handles WebSocket requests; without it they are handled like requests without an upgrade. */
  upgrade?: UpgradeHandler
  /** Default `127.0.0.1`. */
  host?: string
  /** 0 (default) for any free port. */
  port?: number
  /** The user's name for the port, for the message about a port in use. Default `port`. */
  portOption?: string
  /** HTTPS instead of HTTP, with these files (read again when they change) or a temporary certificate. */
  tls?: TlsOption
  /**
   * Lets TLS clients resume their sessions, which saves half of a handshake. A resumed connection has other fingerprints
   * than the client's first one. Default false.
   */
  tlsResumption?: boolean
  /**
   * Peers that begin each connection with a PROXY header, such as a load balancer in front. Their connections without one
   * are closed; other peers' connections with one get a 400. Allow only peers through which no one else can connect.
   */
  proxyProtocol?: (peerAddress: string) => boolean
  /** Time for the PROXY header and ClientHello of a connection, and again for the rest of its handshake. */
  openingTimeoutMs?: number
  maxHeaderBytes?: number
  headersTimeoutMs?: number
  /** Time for the whole request, body included. */
  requestTimeoutMs?: number
  keepAliveTimeoutMs?: number
  /**
   * The longest time in which a visitor takes nothing of a waiting response. After it the stream is reset (HTTP/2) or the
   * connection closed. Default 2 min.
   */
  sendTimeoutMs?: number
  /** The interval of checks for the two timeouts above. */
  timeoutCheckIntervalMs?: number
  /** Time that `close` gives running requests. Default 10 s. */
  drainTimeoutMs?: number
  /** Lets the process end although the server listens and connections are open: for tests. Default false. */
  unref?: boolean
  /** Gets errors of handlers (the visitor gets a 500) and of certificates. */
  onError?: (error: unknown) => void
}

export interface Listener {
  /** The URL for a person to open: `http://127.0.0.1:8080`, with TLS `https://…`. */
  readonly url: string
  readonly host: string
  readonly port: number
  /** Stops accepting, lets running requests finish, then closes all other connections. May be called twice. */
  close(): Promise<void>
}

/**
 * A hardened `node:http` server, optionally with TLS and HTTP/2. Requests that Node would cut off or answer on its own
 * reach the handler or get an answer like the others, and neither a visitor nor a throwing handler ends the process.
 *
 * @throws EdgeError `port_in_use`, `port_forbidden`, `invalid_port`, `invalid_host`, `invalid_tls`
 * @example
 * const { url, close } = await createListener({ port: 8080, handler: (_, response) => void response.end('hello') })
 */
export const createListener = async ({
  handler,
  http2: http2Handler,
  upgrade,
  host = '127.0.0.1',
  port = 0,
  portOption,
  tls,
  tlsResumption = false,
  proxyProtocol,
  openingTimeoutMs = OPENING_TIMEOUT_MS,
  maxHeaderBytes = MAX_HEADER_BYTES,
  headersTimeoutMs = HEADERS_TIMEOUT_MS,
  requestTimeoutMs = REQUEST_TIMEOUT_MS,
  keepAliveTimeoutMs = KEEP_ALIVE_TIMEOUT_MS,
  sendTimeoutMs = SEND_TIMEOUT_MS,
  timeoutCheckIntervalMs = TIMEOUT_CHECK_INTERVAL_MS,
  drainTimeoutMs = DRAIN_TIMEOUT_MS,
  unref = false,
  onError = () => {},
}: ListenerOptions): Promise<Listener> => {
  checkPort(port)
  /** Each open connection. Its pipeline is undefined if it has sent no request yet, was upgraded or has HTTP/2. */
  const connections = new Map<Socket, Pipeline | undefined>()
  let isClosing = false

  const server = createServer({
    maxHeaderSize: maxHeaderBytes,
    headersTimeout: headersTimeoutMs,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: keepAliveTimeoutMs,
    connectionsCheckingInterval: timeoutCheckIntervalMs,
    // HTTP/1.0 has no Host, and Node's own answer to HTTP/1.1 without one has no page: `serve` checks it.
    requireHostHeader: false,
  })
  // Above 2,000 headers, Node drops the rest silently, and a rule would not see them. The limit on their bytes still
  // applies.
  server.maxHeadersCount = 0
  // Node restarts a connection's timer with each byte sent or received.
  server.timeout = sendTimeoutMs
  server.on('timeout', (socket) => {
    const isIdle = connections.get(socket)?.current === undefined
    // Otherwise the origin may be slow, or an upload.
    if (isIdle || socket.writableLength > 0) socket.destroy()
  })

  const refuse = (response: VisitorResponse, status: number, message?: string) => {
    response.shouldKeepAlive = false
    writeAnswer(response, plainAnswer(status, message), OWN_HEADERS)
  }

  const failed = (error: unknown, response: VisitorResponse) => {
    onError(error)
    if (response.headersSent) response.destroy()
    else refuse(response, 500)
  }

  const handle = <Request extends VisitorRequest, Response extends VisitorResponse>(
    take: RequestHandler<Request, Response>,
    request: Request,
    response: Response
  ) => {
    response.on('error', noop)
    // The answer of nginx and Cloudflare.
    if (request.method === 'TRACE') return refuse(response, 405)
    if (!isSoundHost(request)) return refuse(response, 400, 'host header')
    try {
      const done = take(request, response, connectionOf(request.socket))
      if (done !== undefined) done.catch((error: unknown) => failed(error, response))
    } catch (error) {
      failed(error, response)
    }
  }

  const pipelineOf = (socket: Socket): Pipeline => {
    let pipeline = connections.get(socket)
    if (pipeline === undefined) {
      pipeline = new Pipeline(socket)
      connections.set(socket, pipeline)
    }
    return pipeline
  }

  const inOrder =
    (take: (request: IncomingMessage, response: ServerResponse) => void) =>
    (request: IncomingMessage, response: ServerResponse) =>
      pipelineOf(request.socket).request({ request, response }, () => {
        if (isClosing) response.shouldKeepAlive = false
        take(request, response)
      })

  const serve = (request: IncomingMessage, response: ServerResponse) => {
    const status = versionRefusal(request)
    if (status === undefined) handle(handler, request, response)
    else refuse(response, status)
  }

  const track = (socket: Socket) => {
    if (connections.has(socket)) return
    connections.set(socket, undefined)
    socket.once('close', () => connections.delete(socket))
  }

  server.on('request', inOrder(serve))
  acceptExpectations(server, inOrder, serve, (response) => refuse(response, 417))
  server.on('connect', (_, duplex) => {
    const socket = duplex as Socket
    pipelineOf(socket).last(() => answerRaw(socket, 405, OWN_HEADERS))
  })
  server.on('clientError', (error: NodeJS.ErrnoException, duplex) => {
    const socket = duplex as Socket
    if (isAnswered(socket)) return
    // A browser that opened a connection in advance has asked nothing: the connection is closed without an answer.
    if (error.code === 'ECONNRESET' || !socket.writable || socket.bytesRead === 0) {
      socket.destroy()
      return
    }
    const pipeline = pipelineOf(socket)
    const answer = () => answerRaw(socket, statusOf(error), OWN_HEADERS)
    const { current } = pipeline
    if (current !== undefined && !current.request.complete) {
      // The broken bytes belong to the body of the current request.
      if (current.response.headersSent) socket.destroy()
      else answer()
      return
    }
    pipeline.withdraw()
    pipeline.last(answer)
  })
  if (upgrade !== undefined) {
    const inTurn = (socket: Socket, run: () => void) => pipelineOf(socket).last(run)
    ignoreOtherUpgrades(server, inTurn, (request, socket, head) => {
      // The socket no longer belongs to a request of this server: closing does not wait for it.
      connections.set(socket, undefined)
      socket.on('error', () => socket.destroy())
      // A WebSocket may be silent for any time.
      socket.setTimeout(0)
      const status = versionRefusal(request) ?? (isSoundHost(request) ? undefined : 400)
      if (status !== undefined) return answerRaw(socket, status, OWN_HEADERS)
      const fail = (error: unknown) => {
        onError(error)
        answerRaw(socket, 500, OWN_HEADERS)
      }
      try {
        const done = upgrade(request, socket, head, connectionOf(socket))
        if (done !== undefined) done.catch(fail)
      } catch (error) {
        fail(error)
      }
    })
  }

  const http2 =
    http2Handler &&
    createHttp2({
      maxHeaderBytes,
      requestTimeoutMs,
      keepAliveTimeoutMs,
      sendTimeoutMs,
      serve: (request, response) => handle(http2Handler, request, response),
      refuse,
    })
  const certificate = tls && loadCertificate(tls)
  const tlsFront =
    tls === undefined && proxyProtocol === undefined
      ? undefined
      : attachTls(server, {
          certificate,
          protocols: http2 ? ['h2', 'http/1.1'] : ['http/1.1'],
          proxyProtocol,
          resumption: tlsResumption,
          timeoutMs: openingTimeoutMs,
          onRefused: (socket, message) => answerRaw(socket, 400, OWN_HEADERS, message),
          onSecure: (socket, raw, takeHttp) => {
            connections.delete(raw)
            if (isClosing) socket.destroy()
            else if (socket.alpnProtocol === 'h2') http2?.accept(socket)
            else {
              track(socket)
              takeHttp(socket)
            }
          },
        })

  server.on('connection', track)
  if (unref) {
    server.unref()
    server.on('connection', (socket) => socket.unref())
  }

  const address = await listen(server, host, port, portOption)
  server.on('error', onError)
  if (certificate?.warning !== undefined) onError(certificate.warning)
  if (tlsFront?.isResumptionHonoured === false) {
    const message =
      'this version of Node cannot turn off the resumption of TLS sessions: a resumed connection has a different JA3 and JA4'
    onError(new EdgeError('tls_resumption', message))
  }
  const stopWatch =
    tlsFront === undefined || tls === undefined
      ? noop
      : watchCertificate(tls, { onLoad: tlsFront.setCertificate, onError })

  const close = () =>
    new Promise<void>((resolve) => {
      isClosing = true
      const idle = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_INTERVAL_MS)
      const late = setTimeout(() => {
        http2?.destroy()
        for (const socket of connections.keys()) socket.destroy()
      }, drainTimeoutMs)
      server.close(() => {
        clearInterval(idle)
        clearTimeout(late)
        resolve()
      })
      http2?.close()
      for (const [socket, pipeline] of connections) {
        // Node does not count a connection as idle if it never sent anything.
        if (pipeline === undefined) socket.destroy()
        else if (pipeline.current?.response.headersSent === false) {
          pipeline.current.response.shouldKeepAlive = false
        }
      }
    })

  let closed: Promise<void> | undefined
  return {
    url: `${tls === undefined ? 'http' : 'https'}://${openableHost(address)}:${address.port}`,
    host,
    port: address.port,
    close: () => {
      stopWatch()
      closed ??= close()
      return closed
    },
  }
}

const noop = () => {}

/**
 * Headers of answers to requests that were not judged. Cloudflare's have `CF-RAY: -` too: an ID without an event would look
 * like a request that passed.
 */
const OWN_HEADERS: readonly (readonly [string, string])[] = [
  ['Server', 'cloudflare'],
  ['CF-RAY', '-'],
]

/**
 * The status for a first line of HTTP/1 that nginx, and so Cloudflare, refuses: 505 for versions after 1.1, 400 for
 * versions before 1.0 (nginx, `ngx_http_parse.c`).
 */
const versionRefusal = ({ httpVersion }: IncomingMessage): number | undefined => {
  if (httpVersion === '1.1' || httpVersion === '1.0') return undefined
  return httpVersion < '1' ? 400 : 505
}

/** The status for bytes that Node's parser refuses. */
const statusOf = ({ code }: NodeJS.ErrnoException): number => {
  if (code === 'HPE_INVALID_VERSION') return 505
  if (code === 'HPE_HEADER_OVERFLOW') return 431
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 408
  if (code === 'HPE_CHUNK_EXTENSIONS_OVERFLOW') return 413
  return 400
}
