import {
  constants,
  createServer,
  Http2ServerRequest,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2'
import type { TLSSocket } from 'node:tls'
import type { VisitorRequest, VisitorResponse } from '../proxy/visitor.ts'
import { continueWhenRead, WILL_CONTINUE } from './expect.ts'
import { Http2Response } from './http2-response.ts'
import { type Supervised, supervise } from './http2-session.ts'
import { limitResets } from './rapid-reset.ts'

/** As on Cloudflare and most servers; a browser queues further requests. */
const MAX_CONCURRENT_STREAMS = 100
/** The proxy's limit for an origin, plus room for our own headers: Node would stop at 64 KB. */
const MAX_RESPONSE_HEADER_BYTES = 192 * 1024
/** The bytes that HTTP/2 counts for each header in addition to its name and value (RFC 9113 §6.5.2). */
const HEADER_OVERHEAD_BYTES = 32

/**
 * A request's headers as HTTP/1.1 would send them: `:authority` as Host in front, no other pseudo headers, and one Cookie,
 * which browsers split (RFC 9113 §8.2.3). A Host that differs from `:authority` is kept, so the request is refused as one
 * with two Hosts.
 *
 * @param raw names and values that alternate
 * @example plainHeaders([':method', 'GET', ':authority', 'a.test', 'accept', '*']) // ['host', 'a.test', 'accept', '*']
 */
export const plainHeaders = (raw: readonly string[]): string[] => {
  let authority: string | undefined
  let cookieAt = -1
  const rest: string[] = []
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i]!
    const value = raw[i + 1]!
    if (name === ':authority') authority = value
    else if (name === 'cookie' && cookieAt >= 0) rest[cookieAt] += `; ${value}`
    else if (!name.startsWith(':') && !(name === 'host' && value === authority)) {
      if (name === 'cookie') cookieAt = rest.length + 1
      rest.push(name, value)
    }
  }
  return authority === undefined ? rest : ['host', authority, ...rest]
}

export interface Http2Options {
  maxHeaderBytes: number
  requestTimeoutMs: number
  keepAliveTimeoutMs: number
  sendTimeoutMs: number
  serve: (request: VisitorRequest, response: VisitorResponse) => void
  refuse: (response: VisitorResponse, status: number) => void
}

export interface Http2Side {
  /** Takes over a connection that agreed on `h2`. */
  accept(socket: TLSSocket): void
  /** Takes no more requests (GOAWAY) and lets running ones finish. */
  close(): void
  destroy(): void
}

/**
 * The HTTP/2 side of a listener. Node's library enforces the protocol: it resets a malformed stream before it becomes a
 * request.
 */
export const createHttp2 = ({
  maxHeaderBytes,
  requestTimeoutMs,
  keepAliveTimeoutMs,
  sendTimeoutMs,
  serve,
  refuse,
}: Http2Options): Http2Side => {
  const sessions = new Set<Supervised>()
  const server = createServer({
    settings: { maxConcurrentStreams: MAX_CONCURRENT_STREAMS, maxHeaderListSize: maxHeaderBytes },
    maxSendHeaderBlockLength: MAX_RESPONSE_HEADER_BYTES,
    maxHeaderListPairs: Math.ceil(maxHeaderBytes / HEADER_OVERHEAD_BYTES),
  })

  const limitTime = (stream: ServerHttp2Stream) => {
    const timer = setTimeout(() => stream.close(constants.NGHTTP2_CANCEL), requestTimeoutMs)
    const stop = () => clearTimeout(timer)
    stream.once('end', stop).once('close', stop)
  }

  // Node's types lack the last argument.
  const receive = (
    stream: ServerHttp2Stream,
    headers: IncomingHttpHeaders,
    _flags: number,
    rawHeaders: string[]
  ) => {
    const request = new Http2ServerRequest(stream, headers, {}, plainHeaders(rawHeaders))
    const response = new Http2Response(stream, { sendTimeoutMs })
    if (!stream.endAfterHeaders) limitTime(stream)
    if (headers[':method'] === 'CONNECT') return refuse(response, 405)
    if (headers.expect !== undefined) {
      if (!WILL_CONTINUE.test(headers.expect)) return refuse(response, 417)
      continueWhenRead(request, response)
    }
    serve(request, response)
  }

  return {
    accept: (socket) => {
      const onSession = (session: ServerHttp2Session) => {
        const supervised = supervise(session, socket, { idleMs: keepAliveTimeoutMs })
        limitResets(session, receive, supervised.calmDown)
        sessions.add(supervised)
        socket.once('close', () => sessions.delete(supervised))
      }
      // Node reports a socket's session only within this call.
      server.once('session', onSession)
      server.emit('connection', socket)
      server.off('session', onSession)
    },
    close: () => {
      for (const session of sessions) session.leave()
    },
    destroy: () => {
      for (const session of sessions) session.destroy()
    },
  }
}
