import type { IncomingHttpHeaders } from 'node:http'
import type { ServerHttp2Stream } from 'node:http2'
import type { Socket } from 'node:net'
import type { Readable } from 'node:stream'

/** A visitor's request, of HTTP/1 or HTTP/2: what both of Node's classes have. */
export interface VisitorRequest extends Readable {
  readonly method?: string | undefined
  readonly url?: string | undefined
  /** As HTTP/1.1 has them: no pseudo headers. */
  readonly rawHeaders: string[]
  readonly headers: IncomingHttpHeaders
  /** `1.0`, `1.1`, `2.0` */
  readonly httpVersion: string
  readonly socket: Socket
  readonly complete: boolean
  /** The visitor went away before the end of its body. */
  readonly aborted: boolean
  /** Only HTTP/2 has it. */
  readonly stream?: ServerHttp2Stream
}

/** The way back. Node's `ServerResponse` fits as it is; HTTP/2 has `Http2Response`. */
export interface VisitorResponse {
  readonly headersSent: boolean
  readonly destroyed: boolean
  /** `null` where the request is pipelined and another one's response is on its way. */
  readonly socket?: Socket | null
  /** Whether the connection may stay open behind this response. HTTP/2 does not ask. */
  shouldKeepAlive: boolean
  setHeader(name: string, value: string): unknown
  /** @param headers an object, or names and values in turn */
  writeHead(status: number, reason: string, headers: Record<string, string> | string[]): unknown
  writeContinue(): unknown
  /** Sends the head without waiting for a body. HTTP/2 always does. */
  flushHeaders?(): unknown
  /** False where the next chunk should wait for `drain`. */
  write(chunk: Uint8Array): boolean
  end(body?: string | Uint8Array, encoding?: BufferEncoding): unknown
  addTrailers(trailers: readonly [name: string, value: string][]): void
  /** Breaks it off so that the visitor notices. */
  destroy(): unknown
  on(event: 'error', listener: () => void): unknown
  once(event: 'close' | 'drain' | 'finish', listener: () => void): unknown
}
