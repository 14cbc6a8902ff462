import type { IncomingHttpHeaders } from 'node:http'
import type { ServerHttp2Stream } from 'node:http2'
import type { Socket } from 'node:net'
import type { Readable } from 'node:stream'

/** A visitor's request over HTTP/1 or HTTP/2: the common part of Node's two classes. */
export interface VisitorRequest extends Readable {
  readonly method?: string | undefined
  readonly url?: string | undefined
  /** In the form of HTTP/1.1: no pseudo headers. */
  readonly rawHeaders: string[]
  readonly headers: IncomingHttpHeaders
  /** `1.0`, `1.1`, `2.0` */
  readonly httpVersion: string
  readonly socket: Socket
  readonly complete: boolean
  /** The visitor left before the end of its body. */
  readonly aborted: boolean
  /** Only on HTTP/2. */
  readonly stream?: ServerHttp2Stream
}

/** The response to a visitor. Node's `ServerResponse` fits; HTTP/2 has `Http2Response`. */
export interface VisitorResponse {
  readonly headersSent: boolean
  readonly destroyed: boolean
  /** `null` if the request is pipelined and an earlier response is still being sent. */
  readonly socket?: Socket | null
  /** Whether the connection may stay open after this response. HTTP/2 ignores it. */
  shouldKeepAlive: boolean
  setHeader(name: string, value: string): unknown
  /** @param headers an object, or names and values that alternate */
  writeHead(status: number, reason: string, headers: Record<string, string> | string[]): unknown
  writeContinue(): unknown
  /** Sends the head without waiting for a body. HTTP/2 always does. */
  flushHeaders?(): unknown
  /** False if the next chunk should wait for `drain`. */
  write(chunk: Uint8Array): boolean
  end(body?: string | Uint8Array, encoding?: BufferEncoding): unknown
  addTrailers(trailers: readonly [name: string, value: string][]): void
  /** Breaks the response off in a way that the visitor notices. */
  destroy(): unknown
  on(event: 'error', listener: () => void): unknown
  once(event: 'close' | 'drain' | 'finish', listener: () => void): unknown
}
