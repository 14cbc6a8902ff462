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
  /** Set on the request, in place of the visitor's own of the same name. */
  requestHeaders: readonly Header[]
  /** Which of the visitor's headers the origin must not see; asked with the lower-case name. */
  strip?: (lowerName: string) => boolean
  /** Which of the visitor's cookies the origin must not see. */
  dropsCookie?: (name: string) => boolean
  /** Of which headers the origin gets the first only; asked with the lower-case name. */
  isSingle?: (lowerName: string) => boolean
  /** Set on every response, in place of the origin's own of the same name: CF-RAY, Server. */
  responseHeaders: readonly Header[]
  /** Told of the response's status and headers, names and values in turn, before they go on to the visitor. */
  onResponse?: ((response: { status: number; headers: readonly string[] }) => void) | undefined
  /** The answer for an origin that failed before its response began. */
  onOriginError: (code: OriginErrorCode, cause: unknown) => Answer | Promise<Answer>
}

/** Shared by all exchanges with one upstream. */
export interface Origin {
  isTls: boolean
  /** Told why a response ended before its end. */
  onBroken: (cause: unknown) => void
}

const FIRST_FINAL_STATUS = 200
const BODILESS = new Set([204, 205, 304])
/** A reason phrase as Node lets it be written. */
const REASON = /^[\t\x20-\x7e\x80-\xff]*$/

/** The properties of a request that decide how its response is handled. */
export interface Sent {
  method: string
  httpVersion: string
  /** Sends it on a connection of its own; `undefined` where it must not be sent twice. */
  again?: ((exchange: Exchange) => void) | undefined
}

interface Head {
  status: number
  reason: string
  headers: string[]
}

/**
 * One request's way to the origin and its response's way back: undici's handler, in the older of its two shapes, which
 * is the one that hands over headers as the parser found them.
 */
export class Exchange implements Dispatcher.DispatchHandler {
  /** Settles when the visitor has the response or is gone. Never rejects. */
  readonly done: Promise<void>
  /** Nothing more comes from the origin, or nobody is there to take it. */
  protected isOver = false
  readonly #origin: Origin
  readonly #sent: Sent
  #resolveDone: () => void = () => {}
  #abort: ((error?: Error) => void) | undefined
  #resume: (() => void) | undefined
  /** The request is on its way: from here on, trouble is not about connecting. */
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
    // Without a listener, a visitor who leaves within a write would end the process.
    response.on('error', this.cancel)
  }

  /** The visitor has everything or is gone: the origin need not go on. */
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
    // Interim responses end here: 100 is between the edge and the visitor, and clients of HTTP/1.1 stumble over 103.
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
    // undici waits for the Content-Length of a 304, which is that of a body that is not sent (RFC 9110 §15.4.5).
    if (BODILESS.has(status)) this.#finish()
    else setImmediate(this.#flushHeadNext)
    return true
  }

  onData(chunk: Buffer): boolean {
    // Where it goes on after a pause, undici's parser reports a chunk of no bytes.
    if (this.isOver || chunk.length === 0) return true
    this.#writeHead()
    if (this.response.write(chunk)) return true
    this.response.once('drain', this.#onDrain)
    return false
  }

  onComplete(rawTrailers: string[] | null): void {
    if (this.isOver) return
    // undici's types promise text here; the parser gives Buffers, as it does for headers.
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
    // Its connection is closing; where it broke the protocol, the listener answers.
    if (cause instanceof VisitorGone) return
    if (this.response.headersSent) {
      // Ending it properly would pass half a body off as a whole one.
      this.#origin.onBroken(cause)
      this.response.destroy()
      return
    }
    this.#answer(cause)
  }

  onUpgrade(_status: number, _rawHeaders: Buffer[] | string[] | null, origin: Duplex): void {
    // undici lets no upgrade through that was not asked for.
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
   * Sends a head whose body is not there yet: a stream of events may begin with silence. A body that came along goes out in
   * the same packet. A body that is broken from its start still gets an error page, which takes a second turn of the event
   * loop: Node reports a socket's error at the end of the turn.
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

  /** Must not throw: undici would make an unhandled `error` event of it. */
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
