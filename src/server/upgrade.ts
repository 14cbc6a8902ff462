import type { IncomingMessage, Server } from 'node:http'
import type { Socket } from 'node:net'

const isWebSocket = ({ method, headers }: IncomingMessage) =>
  method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket'

/** The request as received, without the headers that ask for the upgrade. */
const replayed = ({ method, url, httpVersion, rawHeaders }: IncomingMessage): string => {
  let text = `${method} ${url} HTTP/${httpVersion}\r\n`
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!
    if (!/^(?:upgrade|http2-settings)$/i.test(name)) text += `${name}: ${rawHeaders[i + 1]}\r\n`
  }
  return `${text}\r\n`
}

/**
 * Gives WebSocket requests to `handler`. Any other Upgrade is ignored, as a server may do (RFC 9110 §7.8): `curl --http2`
 * asks for h2c with every request. Node offers no choice: with an `upgrade` listener it hands over the socket of every such
 * request and reads no body. So this function puts the request back in front of the following bytes, without its Upgrade.
 *
 * @param inTurn runs a function when all earlier requests are answered
 */
export const ignoreOtherUpgrades = (
  server: Server,
  inTurn: (socket: Socket, run: () => void) => void,
  handler: (request: IncomingMessage, socket: Socket, head: Buffer) => void
): void => {
  server.on('upgrade', (request, duplex, head) => {
    const socket = duplex as Socket
    inTurn(socket, () => {
      if (socket.destroyed) return
      if (isWebSocket(request)) {
        handler(request, socket, head)
        return
      }
      if (head.length > 0) socket.unshift(head)
      socket.unshift(Buffer.from(replayed(request), 'latin1'))
      server.emit('connection', socket)
    })
  })
}
