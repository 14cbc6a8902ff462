import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'

/** What `ECONNRESET` is called once a connection to the origin stood. */
export const ORIGIN_RESET = 'ORIGIN_RESET'

const isAssertion = (error: unknown) =>
  (error as { code?: unknown } | null)?.code === 'ERR_ASSERTION'

const originReset = (cause: Error, { bytesRead }: Socket) =>
  Object.assign(new Error('the origin reset the connection', { cause }), {
    code: ORIGIN_RESET,
    socket: { bytesRead },
  })

/** Node's codes for a connection that the other side has closed before it read everything. */
const RESETS = new Set<unknown>(['ECONNRESET', 'EPIPE'])

/** undici's error for a connection that the origin closed in an orderly way, although a response was due. */
const CLOSED = 'UND_ERR_SOCKET'

/**
 * Whether the origin closed a connection on which it had answered before: most likely it took it for idle while the request
 * was on its way (RFC 9112 §9.3.1).
 */
export const isClosedAfterReuse = (cause: unknown): boolean => {
  const { code, socket } = (cause ?? {}) as { code?: unknown; socket?: { bytesRead?: number } }
  return (code === CLOSED || code === ORIGIN_RESET) && (socket?.bytesRead ?? 0) > 0
}

/**
 * undici 7 ends the process where an origin closes a connection while a visitor is slow: its parser is paused then, and
 * asserts that it is not, in a socket's event where nobody can catch it (nodejs/undici#5360, mended in 8, which needs
 * Node 22). Here the socket's end waits until the parser goes on.
 *
 * It also takes a reset for the regular end of a body without a length, so that half a body would look whole: a reset
 * goes by another name.
 *
 * Needs a socket with `allowHalfOpen`: otherwise Node closes it before its end was heard.
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
      // The parser reads first thing when it goes on.
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
      // With an error at hand undici does not ask its parser.
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
