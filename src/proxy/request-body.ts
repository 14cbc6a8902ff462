import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'

/** Why an exchange is broken off from the visitor's side: no fault of the origin. */
export class VisitorGone extends Error {
  constructor() {
    super('the visitor went away')
  }
}

const noop = () => {}

/**
 * A visitor's body on its way to the origin. Not the IncomingMessage itself: undici destroys the stream that it is given
 * and takes the socket off it, but the visitor still has to get an answer, and what is left of the body has to be read.
 */
export class RequestBody extends Readable {
  readonly #request: IncomingMessage
  #isEnded = false

  constructor(request: IncomingMessage) {
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
    // What the origin did not want is read and dropped, or the connection would hang.
    if (!this.#isEnded) this.#request.resume()
    callback(error)
  }

  readonly #onData = (chunk: Buffer) => {
    if (!this.push(chunk)) this.#request.pause()
  }

  readonly #onEnd = () => {
    this.#isEnded = true
    this.push(null)
  }

  readonly #onClose = () => {
    if (!this.#isEnded) this.destroy(new VisitorGone())
  }
}
