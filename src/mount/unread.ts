interface Destroyable {
  destroy(): unknown
}

export interface FinishingResponse {
  once(event: 'finish', listener: () => void): unknown
}

/** The parts of Node's request for its unread rest. */
export interface UnreadRequest extends Destroyable {
  readonly complete: boolean
  /** The visitor disconnected before the end of the request. */
  readonly readableAborted: boolean
  /** `null` if no code has started to read. */
  readonly readableFlowing: boolean | null
  readonly readableLength: number
  /** Only on HTTP/2, for both directions. */
  readonly stream?: FinishingResponse & Destroyable
  resume(): unknown
  once(event: 'end' | 'close', listener: () => void): unknown
}

/** Time limit for the rest of a refused request, as in nginx (`lingering_time`). After it the edge closes the connection. */
const LINGER_MS = 30_000

const cutLater = (request: UnreadRequest) => {
  const timer = setTimeout(() => (request.stream ?? request).destroy(), LINGER_MS)
  const stop = () => clearTimeout(timer)
  request.once('end', stop)
  request.once('close', stop)
}

/**
 * Drops the unread rest of a request after its response, because the next request on the connection follows it. Node does this
 * itself, but not after the edge has read from the body.
 *
 * The edge does not close the connection of a refused visitor at once, because many clients send everything before they read the
 * answer.
 */
export const dropUnread = (
  request: UnreadRequest,
  response: FinishingResponse,
  isRefused: boolean
): void => {
  if (request.complete && request.readableLength === 0) return
  // On HTTP/2 the event only comes when both directions are closed.
  const outgoing = request.stream ?? response
  outgoing.once('finish', () => {
    if (isRefused && !request.complete) cutLater(request)
    if (request.readableFlowing === null) request.resume()
  })
}
