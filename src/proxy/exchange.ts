import type { Duplex } from 'node:stream'
import type { Dispatcher } from 'undici'
import type { Answer } from '../answers/answer.ts'
import { plainAnswer, writeAnswer } from '../answers/node/write-answer.ts'
import { isUnsendable, type OriginErrorCode, originErrorCode } from './origin-error.ts'
import type { Header } from './origin-headers.ts'
import { isClosedAfterReuse } from './origin-socket.ts'
import { VisitorGone } from './request-body.ts'
import { responsePass, trailerPass } from './response-pass.ts'
import type { VisitorResponse } from './visitor.ts'

/** The caller's part of one exchange. */
export interface ForwardExtra {
  /** Set on the request; each replaces the visitor's own header of the same name. */
  requestHeaders: readonly Header[]
  /** Whether to hide one of the visitor's headers from the origin. Gets the lower-case name. */
  strip?: (lowerName: string) => boolean
  /** Whether to hide one of the visitor's cookies from the origin. */
  dropsCookie?: (name: string) => boolean
  /** Whether the origin gets only the first header of this name. Gets the lower-case name. */
  isSingle?: (lowerName: string) => boolean
  /** Set on every response; each replaces the origin's own header of the same name: CF-RAY, Server. */
  responseHeaders: readonly Header[]
  /** Gets the response's status and headers (names and values alternate) before the visitor does. */
  onResponse?: ((response: { status: number; headers: readonly string[] }) => void) | undefined
  /** Returns the answer if the origin fails before its response begins. */
  onOriginError: (code: OriginErrorCode, cause: unknown) => Answer | Promise<Answer>
}

/** Shared by all exchanges with one upstream. */
export interface Origin {
  isTls: boolean
  /** Gets the reason for a response that broke off. */
  onBroken: (cause: unknown) => void
}

const FIRST_FINAL_STATUS = 200
const BODILESS = new Set([204, 205, 304])
/** The reason phrases that Node accepts. */
const REASON = /^[\t\x20-\x7e\x80-\xff]*$/

/** The properties of a request that decide how its response is handled. */
export interface Sent {
  method: string
  httpVersion: string
  /** Sends the request on a connection of its own; `undefined` if it must not be sent twice. */
  again?: ((exchange: Exchange) => void) | undefined
}

interface Head {
  status: number
  reason: string
  headers: string[]
}

/**
 * One request to the origin and its response. It is a handler for undici, in the older of its two forms: only that one gets
 * headers as the parser found them.
 */
export class Exchange implements Dispatcher.DispatchHandler {
  /** Settles when the visitor has the response or is gone. Never rejects. */
  readonly done: Promise<void>
  /** Nothing more comes from the origin, or the visitor has left. */
  protected isOver = false
  readonly #origin: Origin
  readonly #sent: Sent
  #resolveDone: () => void = () => {}
  #abort: ((error?: Error) => void) | undefined
  #resume: (() => void) | undefined
  /** The request is on its way: a later error is not an error of connecting. */
  #isSent = false
  /** Received, but not written yet. */
  #head: Head | undefined
  #isAnswered = false

  constructor(
    protected readonly response: VisitorResponse,
    protected readonly extra: ForwardExtra,
    origin: Origin,
    sent: Sent
  ) {
    this.#origin = origin
    this.#sent = sent
    this.done = new Promise((resolve) => {
      this.#resolveDone = resolve
    })
    response.once('close', this.cancel)
    // Without a listener, a visitor that leaves during a write would end the process.
    response.on('error', this.cancel)
  }

  /** The visitor has everything or has left: the origin need not continue. */
  readonly cancel = (): void => {
    this.#resolveDone()
    if (this.isOver) return
    this.isOver = true
    this.#abort?.(new VisitorGone())
  }

  onConnect(abort: (error?: Error) => void): void {
    this.#isSent = true
    this.#abort = abort
    if (this.isOver) abort(new VisitorGone())
  }

  onHeaders(status: number, rawHeaders: Buffer[], resume: () => void, statusText: string): boolean {
    // Interim responses end here: 100 is between the edge and the visitor, and 103 breaks some clients of HTTP/1.1.
    if (status < FIRST_FINAL_STATUS || this.isOver) return true
    this.#resume = resume
    this.#isAnswered = true
    const { method, httpVersion } = this.#sent
    const headers = responsePass(rawHeaders, status, this.extra.responseHeaders, {
      hasTrailers: method !== 'HEAD' && httpVersion !== '1.0' && !BODILESS.has(status),
    })
    if (headers === undefined) {
      this.#abort?.(new Error('transfer-encoding: expected chunked'))
      return true
    }
    this.#head = { status, reason: REASON.test(statusText) ? statusText : '', headers }
    // undici waits for the Content-Length of a 304, but that is the length of a body that is not sent (RFC 9110 §15.4.5).
    if (BODILESS.has(status)) this.#finish()
    else setImmediate(this.#flushHeadNext)
    return true
  }

  onData(chunk: Buffer): boolean {
    // When undici's parser continues after a pause, it reports an empty chunk.
    if (this.isOver || chunk.length === 0) return true
    this.#writeHead()
    if (this.response.write(chunk)) return true
    this.response.once('drain', this.#onDrain)
    return false
  }

  onComplete(rawTrailers: string[] | null): void {
    if (this.isOver) return
    // undici's types say text here, but the parser gives Buffers, as for headers.
    const trailers = rawTrailers as unknown as Buffer[] | null
    this.#writeHead()
    if (trailers !== null && trailers.length > 0)
      this.response.addTrailers(trailerPass(trailers, this.extra.responseHeaders))
    this.#finish()
  }

  onError(cause: unknown): void {
    if (this.isOver) return
    const { again } = this.#sent
    if (again !== undefined && !this.#isAnswered && isClosedAfterReuse(cause)) {
      this.#sent.again = undefined
      this.#isSent = false
      again(this)
      return
    }
    this.isOver = true
    this.#head = undefined
    // The visitor's connection is closing. If the visitor broke the protocol, the listener answers.
    if (cause instanceof VisitorGone) return
    if (this.response.headersSent) {
      // A regular end would make half a body look whole.
      this.#origin.onBroken(cause)
      this.response.destroy()
      return
    }
    this.#answer(cause)
  }

  onUpgrade(_status: number, _rawHeaders: Buffer[] | string[] | null, origin: Duplex): void {
    // undici passes no upgrade that the request did not ask for.
    origin.destroy()
  }

  readonly #onDrain = () => this.#resume?.()

  #writeHead(): void {
    if (this.#head === undefined) return
    const { status, reason, headers } = this.#head
    this.#head = undefined
    this.extra.onResponse?.({ status, headers })
    this.response.writeHead(status, reason, headers)
  }

  readonly #flushHeadNext = () => {
    if (this.#head !== undefined) setImmediate(this.#flushHead)
  }

  /**
   * Sends a head before its body: a stream of events may begin with silence. If the first piece of the body is available,
   * both go out in one packet. A body that is broken from its start still gets an error page. That takes a second turn of
   * the event loop, because Node reports a socket's error at the end of the turn.
   */
  readonly #flushHead = () => {
    if (this.isOver || this.#head === undefined) return
    try {
      this.#writeHead()
      this.response.flushHeaders?.()
    } catch (error) {
      this.#abort?.(error as Error)
    }
  }

  #finish(): void {
    this.#writeHead()
    this.response.end()
    this.isOver = true
  }

  /** Must not throw: undici would turn it into an unhandled `error` event. */
  #answer(cause: unknown): void {
    try {
      if (isUnsendable(cause)) {
        writeAnswer(this.response, plainAnswer(400), this.extra.responseHeaders)
        return
      }
      const phase = this.#isSent ? 'request' : this.#origin.isTls ? 'handshake' : 'connect'
      const answer = this.extra.onOriginError(originErrorCode(cause, phase), cause)
      if (answer instanceof Promise) {
        answer
          .then((made) => writeAnswer(this.response, made))
          .catch((error: unknown) => this.#answerBroken(error))
      } else writeAnswer(this.response, answer)
    } catch (error) {
      this.#answerBroken(error)
    }
  }

  #answerBroken(error: unknown): void {
    this.#origin.onBroken(error)
    writeAnswer(this.response, plainAnswer(500))
  }
}
