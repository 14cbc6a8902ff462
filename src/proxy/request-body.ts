import { Readable } from 'node:stream'
import type { VisitorRequest } from './visitor.ts'

/** The visitor broke the exchange off: the origin is not at fault. */
export class VisitorGone extends Error {
  constructor() {
    super('the visitor disconnected')
  }
}

const noop = () => {}

/**
 * A visitor's body on its way to the origin. It is not the request itself: undici destroys the stream that it gets and
 * detaches its socket, but the visitor still gets an answer, and the rest of the body has to be read.
 */
export class RequestBody extends Readable {
  readonly #request: VisitorRequest
  #isEnded = false

  constructor(request: VisitorRequest) {
    super()
    this.#request = request
    // undici listens only while the request is on its way; the visitor may leave before or after.
    this.on('error', noop)
    request.on('data', this.#onData).on('end', this.#onEnd).on('close', this.#onClose)
  }

  override _read(): void {
    this.#request.resume()
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#request.off('data', this.#onData).off('end', this.#onEnd).off('close', this.#onClose)
    // Reads and drops the rest that the origin refuses: an unread body blocks the connection.
    if (!this.#isEnded) this.#request.resume()
    callback(error)
  }

  readonly #onData = (chunk: Buffer) => {
    if (!this.push(chunk)) this.#request.pause()
  }

  readonly #onEnd = () => {
    // Over HTTP/2, a broken body ends like a whole one; half of it must not look whole to the origin.
    if (this.#request.aborted) {
      this.#onClose()
      return
    }
    this.#isEnded = true
    this.push(null)
  }

  readonly #onClose = () => {
    if (!this.#isEnded) this.destroy(new VisitorGone())
  }
}
