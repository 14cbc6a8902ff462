import { Readable } from 'node:stream'
import type { VisitorRequest } from './visitor.ts'

/** Why an exchange is broken off from the visitor's side: no fault of the origin. */
export class VisitorGone extends Error {
  constructor() {
    super('the visitor disconnected')
  }
}

const noop = () => {}

/**
 * A visitor's body on its way to the origin. Not the request itself: undici destroys the stream that it is given
 * and takes the socket off it, but the visitor still gets an answer, and the rest of the body has to be read.
 */
export class RequestBody extends Readable {
  readonly #request: VisitorRequest
  #isEnded = false

  constructor(request: VisitorRequest) {
    super()
    this.#request = request
    // undici listens only while the request is on its way; the visitor may go away before or after.
    this.on('error', noop)
    request.on('data', this.#onData).on('end', this.#onEnd).on('close', this.#onClose)
  }

  override _read(): void {
    this.#request.resume()
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#request.off('data', this.#onData).off('end', this.#onEnd).off('close', this.#onClose)
    // The rest that the origin refuses is read and dropped: an unread body blocks the connection.
    if (!this.#isEnded) this.#request.resume()
    callback(error)
  }

  readonly #onData = (chunk: Buffer) => {
    if (!this.push(chunk)) this.#request.pause()
  }

  readonly #onEnd = () => {
    // Over HTTP/2 a body that was broken off ends like any other, and half of it must not look whole to the origin.
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
