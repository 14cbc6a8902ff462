import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { createServer, type TLSSocket } from 'node:tls'
import type { Certificate } from './certificate.ts'
import { notePlain, noteSecure, type Opening } from './connection.ts'
import { createDoor } from './door.ts'
import { refuseResumption } from './resumption.ts'

export interface FrontOptions {
  /** Makes the server one for HTTPS. */
  certificate: Certificate | undefined
  /** What is offered over TLS (ALPN). */
  protocols: string[]
  /** Whether a peer begins its connections with a PROXY header. */
  proxyProtocol: ((peerAddress: string) => boolean) | undefined
  /** Gives TLS clients tickets, with which they resume their session: see docs/tls.md. */
  resumption: boolean
  /** For the PROXY header and the ClientHello, and again for the rest of the handshake. */
  timeoutMs: number
  /** Given connections of which there is nothing to be read, but that can be told why. */
  onRefused: (socket: Socket, message: string) => void
  /**
   * Given each connection when its handshake is done, with the one that it runs on.
   *
   * @param takeHttp has the server read HTTP/1 from it
   */
  onSecure: (socket: TLSSocket, raw: Socket, takeHttp: (socket: Socket) => void) => void
}

export interface Front {
  /** What was asked of `resumption` holds; false where this version of Node cannot do without. */
  readonly isAsAsked: boolean
  /** Handshakes from now on use this one. */
  setCertificate(certificate: Certificate): void
}

const REFUSALS = {
  proxy_header: 'expected a PROXY header',
  // As nginx has it, and Cloudflare.
  not_tls: 'The plain HTTP request was sent to HTTPS port',
}

/** The connection that a TLS one runs on. Node has it in no public place; the tests see to it that it is still there. */
const rawOf = (socket: TLSSocket) => (socket as TLSSocket & { _parent?: Socket })._parent

/**
 * Puts PROXY headers and TLS in front of a new `node:http` server: it goes on listening and counting its connections, but
 * reads HTTP only from those that are let through here. (Node's own HTTPS server shows nothing of the ClientHello.)
 */
export const putInFront = (
  server: Server,
  {
    certificate,
    protocols,
    proxyProtocol,
    resumption,
    timeoutMs,
    onRefused,
    onSecure,
  }: FrontOptions
): Front => {
  const takers = server.listeners('connection')
  const taken = new WeakSet<Socket>()
  const takeHttp = (socket: Socket) => {
    taken.add(socket)
    for (const take of takers) take.call(server, socket)
  }

  const openings = new WeakMap<Socket, Opening>()
  const tls =
    certificate &&
    createServer({
      cert: certificate.cert,
      key: certificate.key,
      ALPNProtocols: protocols,
      handshakeTimeout: timeoutMs,
    })
  const settle = () => tls === undefined || resumption || refuseResumption(tls)
  const isAsAsked = settle()
  tls?.on('secureConnection', (socket) => {
    const raw = rawOf(socket)
    const opening = raw && openings.get(raw)
    if (raw === undefined || opening === undefined) {
      // Rather no connection than one without its facts: rules on fingerprints would silently be false.
      socket.destroy()
      return
    }
    noteSecure(socket, opening)
    onSecure(socket, raw, takeHttp)
  })
  tls?.on('tlsClientError', (_, socket) => socket.destroy())

  const open = createDoor({
    isTls: tls !== undefined,
    proxyProtocol,
    timeoutMs,
    onRefused: (socket, why) => onRefused(socket, REFUSALS[why]),
    onOpen: (socket, opening) => {
      if (tls === undefined) {
        notePlain(socket, opening)
        takeHttp(socket)
        return
      }
      openings.set(socket, {
        address: opening.address ?? socket.remoteAddress,
        hello: opening.hello,
      })
      // As on Node's own HTTPS server, whose sockets are not left half open.
      socket.allowHalfOpen = false
      tls.emit('connection', socket)
    },
  })

  server.removeAllListeners('connection')
  server.on('connection', (socket: Socket) => {
    // One that was let through comes again where its Upgrade is ignored.
    if (taken.has(socket)) takeHttp(socket)
    else open(socket)
  })
  return {
    isAsAsked,
    setCertificate: ({ cert, key }) => {
      tls?.setSecureContext({ cert, key })
      settle()
    },
  }
}
