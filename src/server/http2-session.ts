import { constants, type ServerHttp2Session } from 'node:http2'
import type { Socket } from 'node:net'

/** A live visitor answers a PING within a round trip. */
const PING_TIMEOUT_MS = 10_000
/** Time for the last bytes to arrive and for the visitor to close its side. */
const LINGER_MS = 2_000

/** A connection of HTTP/2 that is certain to end. */
export interface Supervised {
  /** Takes no more requests (GOAWAY), lets running ones finish, and then ensures that the connection closes. */
  leave(): void
  /** Closes the connection at once and tells the visitor that it sent too much (ENHANCE_YOUR_CALM). */
  calmDown(): void
  destroy(): void
}

/**
 * Node never closes a connection whose visitor broke the protocol or did not close its side. Node then stops reading, so it
 * does not notice that the visitor has left, and the streams wait for ever, together with their requests to the origin.
 * Here such a connection ends if it is idle and does not answer a PING, and a closed one ends after a moment.
 *
 * @param idleMs the longest time without a sign of life from either side
 */
export const supervise = (
  session: ServerHttp2Session,
  socket: Socket,
  { idleMs, pingTimeoutMs = PING_TIMEOUT_MS }: { idleMs: number; pingTimeoutMs?: number }
): Supervised => {
  let streams = 0
  let isLeaving = false
  let linger: NodeJS.Timeout | undefined
  let pinged: NodeJS.Timeout | undefined

  const destroy = () => {
    session.destroy()
    socket.destroy()
  }
  const endSoon = () => {
    linger ??= setTimeout(destroy, LINGER_MS)
  }
  const leave = () => {
    isLeaving = true
    session.close()
    if (streams === 0) endSoon()
  }
  const calmDown = () => {
    // Node treats an absent error as code 0.
    session.destroy(null as unknown as undefined, constants.NGHTTP2_ENHANCE_YOUR_CALM)
    endSoon()
  }
  const onPong = () => {
    clearTimeout(pinged)
    pinged = undefined
    if (!session.destroyed) session.setTimeout(idleMs)
  }

  session.on('stream', (stream) => {
    streams++
    stream.once('close', () => {
      streams--
      if (isLeaving && streams === 0) endSoon()
    })
  })
  session.on('timeout', () => {
    if (streams === 0) return leave()
    // A slow response or a pausing upload does not mean that the visitor's connection is dead.
    pinged ??= setTimeout(destroy, pingTimeoutMs)
    if (!session.destroyed) session.ping(onPong)
  })
  session.on('error', endSoon)
  socket.once('close', () => {
    clearTimeout(linger)
    clearTimeout(pinged)
  })
  session.setTimeout(idleMs)
  return { leave, calmDown, destroy }
}
