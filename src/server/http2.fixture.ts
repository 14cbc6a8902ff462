import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  type ClientSessionOptions,
  connect,
  type OutgoingHttpHeaders,
  type SecureClientSessionOptions,
} from 'node:http2'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { onTestFinished } from 'vitest'
import { certificate } from '../proxy/tls.fixture.ts'

export interface Http2Answer {
  status: number
  headers: Record<string, unknown>
  trailers: Record<string, unknown>
  body: string
  /** Error code of the reset that ended the stream; 0 for none. */
  reset: number
}

/** The answer on a stream, whole or broken off. */
export const answerOn = (stream: ClientHttp2Stream): Promise<Http2Answer> =>
  new Promise((resolve) => {
    const answer: Http2Answer = { status: 0, headers: {}, trailers: {}, body: '', reset: 0 }
    stream.on('response', ({ ':status': status, ...headers }) => {
      answer.status = Number(status)
      answer.headers = headers
    })
    stream.on('trailers', (trailers) => {
      answer.trailers = Object.fromEntries(Object.entries(trailers))
    })
    stream.setEncoding('latin1')
    stream.on('data', (chunk) => {
      answer.body += chunk
    })
    stream.on('error', () => {})
    stream.on('close', () => resolve({ ...answer, reset: stream.rstCode }))
  })

export interface Http2Client {
  session: ClientHttp2Session
  /** Opens a stream for a request whose body follows, unless `endStream`. */
  open: (headers: OutgoingHttpHeaders, options?: { endStream?: boolean }) => ClientHttp2Stream
  /** One request and its answer. */
  ask: (headers: OutgoingHttpHeaders, body?: string | Buffer) => Promise<Http2Answer>
}

/** A connection of HTTP/2 that lives for one test. */
export const http2Client = (
  url: string,
  options: ClientSessionOptions | SecureClientSessionOptions = {}
): Http2Client => {
  const session = connect(url, { ca: certificate, ...options })
  session.on('error', () => {})
  onTestFinished(() => session.destroy())
  const open: Http2Client['open'] = (headers, { endStream = false } = {}) =>
    session.request(headers, { endStream })
  return {
    session,
    open,
    ask: (headers, body) => {
      const stream = open(headers, { endStream: body === undefined })
      const answer = answerOn(stream)
      if (body !== undefined) stream.end(body)
      return answer
    },
  }
}

/** Frame types and flags of RFC 9113 §6. */
export const FRAME = { data: 0, headers: 1, reset: 3, settings: 4, ping: 6, goaway: 7 } as const
export const FLAG = { endStream: 1, endHeaders: 4 } as const

/** One frame in its wire format. */
export const frame = (type: number, flags: number, stream: number, payload = ''): Buffer => {
  const bytes = Buffer.from(payload, 'latin1')
  const head = Buffer.alloc(9)
  head.writeUIntBE(bytes.length, 0, 3)
  head.writeUInt8(type, 3)
  head.writeUInt8(flags, 4)
  head.writeUInt32BE(stream, 5)
  return Buffer.concat([head, bytes])
}

/** HPACK without Huffman: `POST https /` and an authority of `a`. */
export const POST = '\x83\x84\x87\x41\x01a'

export interface RawHttp2 {
  socket: TLSSocket
  /** Opens a stream for a POST whose body follows. */
  post: (stream: number) => void
  send: (...frames: Buffer[]) => void
  /** Types of the frames received so far. */
  received: () => number[]
  /** Error code of the last GOAWAY received. */
  goaway: () => number | undefined
  closed: Promise<void>
}

/** A client of HTTP/2 that sends exactly the given frames, after the preface. */
export const rawHttp2 = async (
  port: number,
  more: { allowHalfOpen?: boolean } = {}
): Promise<RawHttp2> => {
  const to = { port, host: '127.0.0.1', ca: certificate, ALPNProtocols: ['h2'] }
  const socket = connectTls({ ...to, ...more })
  let bytes = Buffer.alloc(0)
  socket.on('error', () => {})
  socket.on('data', (chunk) => {
    bytes = Buffer.concat([bytes, chunk])
  })
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  onTestFinished(() => void socket.destroy())
  await new Promise((resolve) => socket.once('secureConnect', resolve))
  socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
  socket.write(frame(FRAME.settings, 0, 0))
  const send = (...frames: Buffer[]) => void socket.write(Buffer.concat(frames))
  const starts = () => {
    const offsets: number[] = []
    for (let at = 0; at + 9 <= bytes.length; at += 9 + bytes.readUIntBE(at, 3)) offsets.push(at)
    return offsets
  }
  return {
    socket,
    send,
    post: (stream) => send(frame(FRAME.headers, FLAG.endHeaders, stream, POST)),
    received: () => starts().map((at) => bytes[at + 3]!),
    goaway: () => {
      const at = starts().findLast((start) => bytes[start + 3] === FRAME.goaway)
      // The code follows the frame's head and the last stream's number.
      return at === undefined ? undefined : bytes.readUInt32BE(at + 13)
    },
    closed,
  }
}
