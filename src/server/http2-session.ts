import { constants, type ServerHttp2Session } from 'node:http2'
import type { Socket } from 'node:net'

/** A visitor that is there answers a PING within a round trip. */
const PING_TIMEOUT_MS = 10_000
/** For the last bytes to arrive, and the visitor to close its side. */
const LINGER_MS = 2_000

/** A connection of HTTP/2 whose end is certain. */
export interface Supervised {
  /** Takes no more requests (GOAWAY), lets those under way finish, and sees to it that the connection closes then. */
  leave(): void
  /** Closes it at once and tells the visitor that it asked for too much (ENHANCE_YOUR_CALM). */
  calmDown(): void
  destroy(): void
}

/**
 * Node never closes a connection whose visitor broke the protocol or whose other side is not closed: it stops reading, so
 * that it does not hear that the visitor has left, and its streams wait for ever, together with their requests to the origin.
 * Here such a connection ends where it is idle and does not answer a PING, and closed ones end after a moment.
 *
 * @param idleMs without a sign of life from either side
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
    // Node takes an absent error for the code 0.
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
    // A response may be long in coming, and an upload may pause: that is none of the visitor's line.
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
