import { constants, type OutgoingHttpHeaders, type ServerHttp2Stream } from 'node:http2'
import type { VisitorResponse } from '../proxy/visitor.ts'

/** The highest status that Node lets a response over HTTP/2 have. */
const MAX_STATUS = 599
/** What Cloudflare answers where an origin's response makes no sense. */
const UNKNOWN_ERROR = 520
const CONTINUE = 100

/** Repeated headers are one list (RFC 9110 §5.3), but for Set-Cookie: Node lets most of them be there only once. */
const addHeader = (headers: OutgoingHttpHeaders, spelled: string, value: string): void => {
  const name = spelled.toLowerCase()
  const before = headers[name]
  if (name === 'set-cookie') headers[name] = [...((before as string[] | undefined) ?? []), value]
  else headers[name] = before === undefined ? value : `${before}, ${value}`
}

/**
 * The way back to a visitor of HTTP/2. Not Node's own class for it, which joins no repeated headers, does not tell who left
 * before a HEAD was answered, and breaks off without an error, so that half a body looks whole.
 */
export class Http2Response implements VisitorResponse {
  shouldKeepAlive = true
  readonly #stream: ServerHttp2Stream
  #set: OutgoingHttpHeaders | undefined
  #trailers: OutgoingHttpHeaders = {}

  constructor(stream: ServerHttp2Stream) {
    this.#stream = stream
  }

  get headersSent(): boolean {
    return this.#stream.headersSent
  }

  get destroyed(): boolean {
    return this.#stream.destroyed || this.#stream.closed
  }

  setHeader(name: string, value: string): void {
    this.#set ??= Object.create(null) as OutgoingHttpHeaders
    this.#set[name.toLowerCase()] = value
  }

  writeHead(status: number, _reason: string, given: Record<string, string> | string[]): void {
    if (this.destroyed) return
    const headers: OutgoingHttpHeaders = Object.create(null)
    headers[':status'] = status > MAX_STATUS ? UNKNOWN_ERROR : status
    if (Array.isArray(given)) {
      for (let i = 0; i < given.length; i += 2) addHeader(headers, given[i]!, given[i + 1]!)
    } else for (const name in given) headers[name.toLowerCase()] = given[name]
    for (const name in this.#set) headers[name] ??= this.#set[name]

    // Costs a frame, so not for answers of the edge's own. With any other, Node would end a response as if it were whole before
    // it resets one that was broken off.
    const waitForTrailers = Array.isArray(given)
    if (waitForTrailers) this.#stream.once('wantTrailers', this.#onWantTrailers)
    this.#stream.respond(headers, { waitForTrailers })
  }

  writeContinue(): void {
    if (!this.headersSent && !this.destroyed) {
      this.#stream.additionalHeaders({ ':status': CONTINUE })
    }
  }

  write(chunk: Uint8Array): boolean {
    // Node has ended it where there is no body: HEAD, 204, 304; or the visitor has left.
    return this.#stream.writableEnded || this.destroyed || this.#stream.write(chunk)
  }

  end(body: string | Uint8Array = ''): void {
    if (this.#stream.writableEnded || this.destroyed) return
    if (body.length === 0) this.#stream.end()
    else this.#stream.end(body)
  }

  addTrailers(trailers: readonly [name: string, value: string][]): void {
    for (const [name, value] of trailers) addHeader(this.#trailers, name, value)
  }

  destroy(): void {
    this.#stream.close(constants.NGHTTP2_INTERNAL_ERROR)
  }

  on(event: 'error', listener: () => void): void {
    this.#stream.on(event, listener)
  }

  once(event: 'close' | 'drain' | 'finish', listener: () => void): void {
    this.#stream.once(event, listener)
  }

  readonly #onWantTrailers = () => {
    if (!this.#stream.destroyed) this.#stream.sendTrailers(this.#trailers)
  }
}
