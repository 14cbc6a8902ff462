import { constants, type OutgoingHttpHeaders, type ServerHttp2Stream } from 'node:http2'
import type { VisitorResponse } from '../proxy/visitor.ts'

/** The highest status that Node lets a response over HTTP/2 have. */
const MAX_STATUS = 599
/** Cloudflare's answer to a response of the origin that makes no sense. */
const UNKNOWN_ERROR = 520
const CONTINUE = 100
/** For a reset to get onto a connection that takes anything at all. */
const RESET_MS = 1_000

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
  readonly #sendTimeoutMs: number
  /** Pieces that the visitor has not made room for yet. */
  #waiting = 0
  #stalled: NodeJS.Timeout | undefined

  /** @param sendTimeoutMs how long the visitor may take no byte of a waiting answer: HTTP/2 lets it refuse them for ever */
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
    // Where not even the reset gets out the visitor does not read at all.
    const timer = setTimeout(() => session?.destroy(), RESET_MS)
    this.#stream.once('close', () => clearTimeout(timer))
  }

  readonly #onWantTrailers = () => {
    if (!this.#stream.destroyed) this.#stream.sendTrailers(this.#trailers)
  }
}
