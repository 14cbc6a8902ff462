interface Destroyable {
  destroy(): unknown
}

export interface FinishingResponse {
  once(event: 'finish', listener: () => void): unknown
}

/** Node's request, as far as what nobody has read of it goes. */
export interface UnreadRequest extends Destroyable {
  readonly complete: boolean
  /** The visitor went away before its end. */
  readonly readableAborted: boolean
  /** `null` where nobody has begun to read. */
  readonly readableFlowing: boolean | null
  readonly readableLength: number
  /** Only HTTP/2 has it, for both ways. */
  readonly stream?: FinishingResponse & Destroyable
  resume(): unknown
  once(event: 'end' | 'close', listener: () => void): unknown
}

/** What a refused visitor goes on sending is taken so long, as by nginx (`lingering_time`); then the line is cut. */
const LINGER_MS = 30_000

const cutLater = (request: UnreadRequest) => {
  const timer = setTimeout(() => (request.stream ?? request).destroy(), LINGER_MS)
  const stop = () => clearTimeout(timer)
  request.once('end', stop)
  request.once('close', stop)
}

/**
 * Drops what is left of a request when its response is out: the next request on the connection stands behind it. Node does
 * so itself, but no longer once the edge has looked at the body.
 *
 * Not cut off at once where the edge refused: many clients read no answer before they have sent everything.
 */
export const dropUnread = (
  request: UnreadRequest,
  response: FinishingResponse,
  isRefused: boolean
): void => {
  if (request.complete && request.readableLength === 0) return
  // The response of HTTP/2 only says so when both ways are closed.
  const outgoing = request.stream ?? response
  outgoing.once('finish', () => {
    if (isRefused && !request.complete) cutLater(request)
    if (request.readableFlowing === null) request.resume()
  })
}
