import { type IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'

/**
 * A response for a request that came as Node's `upgrade` event, which has only a socket. With it, the edge can answer like
 * a normal request, for refusals and for origins that do not upgrade. The connection closes after the answer.
 *
 * @example
 * server.on('upgrade', (request, socket) => writeAnswer(socketResponse(request, socket), answer))
 */
export const socketResponse = (request: IncomingMessage, duplex: Duplex): ServerResponse => {
  // Node's types say Duplex for callers that emit the event themselves; its own server passes a Socket.
  const socket = duplex as Socket
  const response = new ServerResponse(request)
  const onDrain = () => response.emit('drain')
  const onError = () => socket.destroy()
  response.shouldKeepAlive = false
  response.assignSocket(socket)
  socket.on('drain', onDrain).on('error', onError)
  response.on('error', onError)
  response.once('finish', () => {
    response.detachSocket(socket)
    socket.destroySoon()
    response.emit('close')
  })
  response.once('close', () => socket.off('drain', onDrain))
  return response
}
