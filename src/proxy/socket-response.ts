import { type IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'

/**
 * A response for a request that came as Node's `upgrade` event, where there is only a socket: to answer it as a normal
 * request, refusals and origins that do not upgrade included. The connection closes after the answer.
 *
 * @example
 * server.on('upgrade', (request, socket) => writeAnswer(socketResponse(request, socket), answer))
 */
export const socketResponse = (request: IncomingMessage, duplex: Duplex): ServerResponse => {
  // Node's types say Duplex for users who emit the event themselves; its own server gives a Socket.
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
