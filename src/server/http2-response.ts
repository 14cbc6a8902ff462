import { constants, type OutgoingHttpHeaders, type ServerHttp2Stream } from 'node:http2'
import type { VisitorResponse } from '../proxy/visitor.ts'

/** The highest status that Node allows in a response over HTTP/2. */
const MAX_STATUS = 599
/** Cloudflare's answer if the origin's response is not valid. */
const UNKNOWN_ERROR = 520
const CONTINUE = 100
/** Time for a reset to reach a connection that accepts any data at all. */
const RESET_MS = 1_000

/** Repeated headers are one list (RFC 9110 §5.3), except Set-Cookie: Node allows most headers only once. */
const addHeader = (headers: OutgoingHttpHeaders, spelled: string, value: string): void => {
  const name = spelled.toLowerCase()
  const before = headers[name]
  if (name === 'set-cookie') headers[name] = [...((before as string[] | undefined) ?? []), value]
  else headers[name] = before === undefined ? value : `${before}, ${value}`
}

/**
 * The response to a visitor over HTTP/2. Node's own class joins no repeated headers, does not report a visitor that left
 * before a HEAD was answered, and breaks off without an error, so half a body looks whole.
 */
export class Http2Response implements VisitorResponse {
  shouldKeepAlive = true
  readonly #stream: ServerHttp2Stream
  #set: OutgoingHttpHeaders | undefined
  #trailers: OutgoingHttpHeaders = {}
  readonly #sendTimeoutMs: number
  /** Pieces that the visitor has not taken yet. */
  #waiting = 0
  #stalled: NodeJS.Timeout | undefined

  /**
   * @param sendTimeoutMs the longest time without a byte taken from a waiting answer: HTTP/2 lets a visitor refuse bytes
   * for ever
   */
  constructor(stream: ServerHttp2Stream, { sendTimeoutMs }: { sendTimeoutMs: number }) {
    this.#stream = stream
    this.#sendTimeoutMs = sendTimeoutMs
    stream.once('close', () => clearTimeout(this.#stalled))
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

    // Trailers take one frame, so the edge's own answers have none. Without `waitForTrailers`, Node would end a response
    // regularly before it resets one that broke off.
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
    // Node has ended a response without a body: HEAD, 204, 304; or the visitor has left.
    if (this.#stream.writableEnded || this.destroyed) return true
    this.#wait()
    return this.#stream.write(chunk, this.#onTaken)
  }

  end(body: string | Uint8Array = ''): void {
    if (this.#stream.writableEnded || this.destroyed) return
    if (body.length === 0) this.#stream.end()
    else {
      this.#wait()
      this.#stream.end(body, this.#onTaken)
    }
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

  #wait(): void {
    this.#waiting++
    this.#stalled ??= setTimeout(this.#onStalled, this.#sendTimeoutMs)
  }

  readonly #onTaken = (): void => {
    this.#waiting--
    if (this.#waiting > 0) this.#stalled?.refresh()
    else {
      clearTimeout(this.#stalled)
      this.#stalled = undefined
    }
  }

  readonly #onStalled = (): void => {
    const { session } = this.#stream
    this.#stream.close(constants.NGHTTP2_CANCEL)
    // If not even the reset gets out, the visitor does not read at all.
    const timer = setTimeout(() => session?.destroy(), RESET_MS)
    this.#stream.once('close', () => clearTimeout(timer))
  }

  readonly #onWantTrailers = () => {
    if (!this.#stream.destroyed) this.#stream.sendTrailers(this.#trailers)
  }
}
