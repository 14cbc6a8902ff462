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

/** Cloudflare's limit for all request headers together; a single value of 64 KB has to get through to the rules. */
const MAX_HEADER_BYTES = 128 * 1024
/** A ClientHello is on its way before anybody waits for it; to wait longer is to keep sockets for whoever wants many. */
const OPENING_TIMEOUT_MS = 10_000
const HEADERS_TIMEOUT_MS = 30_000
/** Long enough for a large upload over a slow line. */
const REQUEST_TIMEOUT_MS = 15 * 60_000
/** Cloudflare's towards visitors is 400 s; browsers give up at 115 to 300. */
const KEEP_ALIVE_TIMEOUT_MS = 75_000
/** nginx has 60 s between two writes; here it takes a piece of up to 64 KB to count, and lines may be slow. */
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
  /** Takes requests of HTTP/1. */
  handler: RequestHandler
  /** Takes those of HTTP/2, which is offered with TLS only; without it visitors are told that there is none. */
  http2?: RequestHandler<VisitorRequest, VisitorResponse>
  /** Takes WebSocket requests; without it they are handled as if they asked for no upgrade. */
  upgrade?: UpgradeHandler
  /** Default `127.0.0.1`. */
  host?: string
  /** 0 (default) for any free port. */
  port?: number
  /** The user's name for the port, for the message about one that is in use. Default `port`. */
  portOption?: string
  /** HTTPS instead of HTTP, with these files (read again when they change) or a throw-away certificate. */
  tls?: TlsOption
  /**
   * Lets TLS clients resume their sessions, which spares half of a handshake. The fingerprints of a resumed connection are
   * others than those of the client's first one. Default false.
   */
  tlsResumption?: boolean
  /**
   * Peers that begin each connection with a PROXY header, as a load balancer in front does; their connections without one
   * are closed, others' with one are answered with 400. Give it only for peers that nobody else can connect through.
   */
  proxyProtocol?: (peerAddress: string) => boolean
  /** Time for the PROXY header and ClientHello of a connection, and then for the rest of its handshake. */
  openingTimeoutMs?: number
  maxHeaderBytes?: number
  headersTimeoutMs?: number
  /** Until the whole request is there, body included. */
  requestTimeoutMs?: number
  keepAliveTimeoutMs?: number
  /**
   * The longest time in which a visitor takes nothing of a response that is there for it. Then the stream is reset (HTTP/2) or the
   * connection closed. Default 2 min.
   */
  sendTimeoutMs?: number
  /** The interval in which connections are checked for the two timeouts before. */
  timeoutCheckIntervalMs?: number
  /** Time that `close` gives requests under way. Default 10 s. */
  drainTimeoutMs?: number
  /** Lets the process end although it listens and connections are open: for tests. Default false. */
  unref?: boolean
  /** Gets errors of handlers (the visitor gets a 500) and of certificates. */
  onError?: (error: unknown) => void
}

export interface Listener {
  /** As a person would open it: `http://127.0.0.1:8080`, with TLS `https://…`. */
  readonly url: string
  readonly host: string
  readonly port: number
  /** Stops accepting, lets requests under way finish, then closes all other connections. A second call is fine. */
  close(): Promise<void>
}

/**
 * A hardened `node:http` server, where asked for behind TLS and with HTTP/2: what Node would cut off or answer bare is let
 * through to the handler or answered like the rest, and neither a visitor nor a throwing handler ends the process.
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
  /** Each open connection. Without a pipeline where it has sent no request yet, was upgraded or has HTTP/2. */
  const connections = new Map<Socket, Pipeline | undefined>()
  let isClosing = false

  const server = createServer({
    maxHeaderSize: maxHeaderBytes,
    headersTimeout: headersTimeoutMs,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: keepAliveTimeoutMs,
    connectionsCheckingInterval: timeoutCheckIntervalMs,
    // HTTP/1.0 has none, and Node's own answer to HTTP/1.1 without one is bare: judged in `serve`.
    requireHostHeader: false,
  })
  // Past 2,000 Node drops headers without a word, and a rule would not see them. Their bytes are limited all the same.
  server.maxHeadersCount = 0
  // Node's timer of a connection starts again with each byte that gets out or comes in.
  server.timeout = sendTimeoutMs
  server.on('timeout', (socket) => {
    const isIdle = connections.get(socket)?.current === undefined
    // It may as well be the origin that is slow, or an upload.
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
    // As nginx and Cloudflare answer it.
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
    // Nothing was asked on a connection that a browser opened in advance: it is closed without a word.
    if (error.code === 'ECONNRESET' || !socket.writable || socket.bytesRead === 0) {
      socket.destroy()
      return
    }
    const pipeline = pipelineOf(socket)
    const answer = () => answerRaw(socket, statusOf(error), OWN_HEADERS)
    const { current } = pipeline
    if (current !== undefined && !current.request.complete) {
      // The broken bytes belong to the body of the request that is being answered.
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
      // No request of this server's any more: closing does not wait for it.
      connections.set(socket, undefined)
      socket.on('error', () => socket.destroy())
      // A WebSocket may be silent for as long as it likes.
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
        // Node does not count a connection as idle that never sent anything.
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
 * Of answers for which no request was judged. Cloudflare's have `CF-RAY: -` too: an ID that no event has would look up as
 * a request that passed.
 */
const OWN_HEADERS: readonly (readonly [string, string])[] = [
  ['Server', 'cloudflare'],
  ['CF-RAY', '-'],
]

/**
 * Status for a first line of HTTP/1 that nginx, and so Cloudflare, refuses: versions after 1.1 are 505, before 1.0 are 400
 * (nginx, `ngx_http_parse.c`).
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
