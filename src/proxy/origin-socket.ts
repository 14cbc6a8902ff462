import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'

/** The code that replaces `ECONNRESET` after a connection to the origin was established. */
export const ORIGIN_RESET = 'ORIGIN_RESET'

const isAssertion = (error: unknown) =>
  (error as { code?: unknown } | null)?.code === 'ERR_ASSERTION'

const originReset = (cause: Error, { bytesRead }: Socket) =>
  Object.assign(new Error('the origin reset the connection', { cause }), {
    code: ORIGIN_RESET,
    socket: { bytesRead },
  })

/** Node's codes for a connection that the other side closed before it read everything. */
const RESETS = new Set<unknown>(['ECONNRESET', 'EPIPE'])

/** undici's error for a connection that the origin closed regularly, although a response was due. */
const CLOSED = 'UND_ERR_SOCKET'

/**
 * Whether the origin closed a connection on which it had answered before. Most likely it considered the connection idle
 * while the request was on its way (RFC 9112 §9.3.1).
 */
export const isClosedAfterReuse = (cause: unknown): boolean => {
  const { code, socket } = (cause ?? {}) as { code?: unknown; socket?: { bytesRead?: number } }
  return (code === CLOSED || code === ORIGIN_RESET) && (socket?.bytesRead ?? 0) > 0
}

/**
 * undici 7 ends the process if an origin closes a connection while a visitor is slow. Its parser is then paused but asserts
 * that it is not, in an event of the socket where the error cannot be caught (nodejs/undici#5360, fixed in 8, which needs
 * Node 22). Here the end of the socket waits until the parser continues.
 *
 * undici also treats a reset as the regular end of a body without a length, so half a body would look whole. A reset
 * therefore gets another code.
 *
 * The socket needs `allowHalfOpen`: without it, Node closes the socket before its end is reported.
 */
export const guardOriginSocket = (socket: Socket | TLSSocket): void => {
  const { read } = socket
  const emit = socket.emit.bind(socket) as (event: string | symbol, ...args: unknown[]) => boolean

  const end = (): boolean => {
    if (socket.destroyed) return false
    try {
      return emit('end')
    } catch (error) {
      if (!isAssertion(error)) throw error
      // The parser reads as soon as it continues.
      socket.read = (size) => {
        socket.read = read
        setImmediate(end)
        return read.call(socket, size)
      }
      return true
    }
  }

  const close = (args: unknown[]): boolean => {
    try {
      return emit('close', ...args)
    } catch (error) {
      if (!isAssertion(error)) throw error
      // If there is an error, undici does not ask its parser.
      emit('error', new Error('the connection to the origin closed'))
      return emit('close', ...args)
    }
  }

  socket.emit = (event: string | symbol, ...args: unknown[]): boolean => {
    if (event === 'end') return end()
    if (event === 'close') return close(args)
    const [error] = args
    if (event === 'error' && RESETS.has((error as NodeJS.ErrnoException | undefined)?.code)) {
      return emit('error', originReset(error as Error, socket))
    }
    return emit(event, ...args)
  }
}
