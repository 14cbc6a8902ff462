import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { Exchange, type ForwardExtra, type Origin } from './exchange.ts'
import { responsePass } from './response-pass.ts'

/** The only tunnelled protocol: after `Upgrade: h2c`, requests would bypass the rules. */
export const TUNNELLED_PROTOCOL = 'websocket'

/**
 * Joins two sockets: each gets the other's bytes, with back-pressure, until either closes. A regular end comes after the
 * bytes before it; a broken side breaks the other.
 */
const join = (one: Socket, other: Socket): void => {
  const tie = (from: Socket, to: Socket) => {
    from.setTimeout(0)
    from.setNoDelay(true)
    from.on('error', () => to.destroy())
    from.on('close', () => to.destroySoon())
    from.pipe(to)
  }
  tie(one, other)
  tie(other, one)
}

const switchingHead = (headers: readonly string[]): string => {
  let head = 'HTTP/1.1 101 Switching Protocols\r\n'
  head += `Connection: Upgrade\r\nUpgrade: ${TUNNELLED_PROTOCOL}\r\n`
  for (let i = 0; i < headers.length; i += 2) head += `${headers[i]}: ${headers[i + 1]}\r\n`
  return `${head}\r\n`
}

/** The visitor's side of a future tunnel. */
export interface TunnelEnd {
  socket: Socket
  /** The bytes after the visitor's request. */
  head: Buffer
  onOpen: (socket: Socket) => void
}

/** An exchange that becomes a tunnel if the origin agrees. Otherwise it is answered like any other. */
export class UpgradeExchange extends Exchange {
  readonly #response: ServerResponse
  readonly #end: TunnelEnd

  constructor(response: ServerResponse, extra: ForwardExtra, origin: Origin, end: TunnelEnd) {
    super(response, extra, origin, { method: 'GET', httpVersion: '1.1' })
    this.#response = response
    this.#end = end
    // Until the tunnel is open, no code reads the socket, and only a socket that is read reports that the visitor has left.
    end.socket.on('readable', this.#onReadable).on('end', this.#onEnd)
  }

  readonly #onReadable = () => void this.#end.socket.read(0)

  readonly #onEnd = () => void this.#end.socket.destroy()

  override onUpgrade(status: number, rawHeaders: Buffer[] | string[] | null, duplex: Duplex): void {
    const origin = duplex as Socket
    if (this.isOver) {
      origin.destroy()
      return
    }
    const { socket, head, onOpen } = this.#end
    const headers =
      responsePass((rawHeaders ?? []) as Buffer[], status, this.extra.responseHeaders) ?? []
    this.isOver = true
    this.extra.onResponse?.({ status, headers })
    socket.off('readable', this.#onReadable).off('end', this.#onEnd)
    this.#response.detachSocket(socket)
    this.#response.emit('close')
    socket.write(switchingHead(headers), 'latin1')
    if (head.length > 0) origin.write(head)
    join(socket, origin)
    onOpen(socket)
  }
}
