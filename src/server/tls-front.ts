import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { createServer, type TLSSocket } from 'node:tls'
import type { Certificate } from './certificate.ts'
import { notePlain, noteSecure, type Opening } from './connection.ts'
import { createPrefaceReader } from './preface.ts'
import { refuseResumption } from './resumption.ts'

export interface TlsFrontOptions {
  /** Turns the server into one for HTTPS. Undefined for plain HTTP. */
  certificate: Certificate | undefined
  /** Protocols that the server offers over TLS (ALPN); the preferred one is first. */
  protocols: string[]
  /** Whether a peer sends a PROXY header at the beginning of each connection. */
  proxyProtocol: ((peerAddress: string) => boolean) | undefined
  /** Whether TLS clients get tickets to resume their sessions: see docs/tls.md. */
  resumption: boolean
  /** Milliseconds for the PROXY header and the ClientHello, and again for the rest of the handshake. */
  timeoutMs: number
  /** Gets refused connections whose peer can read an answer in plain text, with the reason. */
  onRefused: (socket: Socket, message: string) => void
  /**
   * Gets each connection after its handshake.
   *
   * @param raw the TCP connection under it
   * @param takeHttp makes the server read HTTP/1 from a connection
   */
  onSecure: (socket: TLSSocket, raw: Socket, takeHttp: (socket: Socket) => void) => void
}

export interface TlsFront {
  /** False if `resumption` is off but this version of Node resumes sessions nevertheless. */
  readonly isResumptionHonoured: boolean
  /** Replaces the certificate for all later handshakes. */
  setCertificate(certificate: Certificate): void
}

const REFUSALS = {
  proxy_header: 'expected a PROXY header',
  // The messages of nginx and Cloudflare.
  not_tls: 'The plain HTTP request was sent to HTTPS port',
}

/** The TCP connection under a TLS one. Node has no public name for it; tests check that this one still exists. */
const rawOf = (socket: TLSSocket) => (socket as TLSSocket & { _parent?: Socket })._parent

/**
 * Attaches PROXY headers and TLS to a new `node:http` server. The server listens and counts its connections as before, and
 * reads HTTP only from connections whose preface is accepted. Node's own HTTPS server does not show the ClientHello.
 */
export const attachTls = (
  server: Server,
  {
    certificate,
    protocols,
    proxyProtocol,
    resumption,
    timeoutMs,
    onRefused,
    onSecure,
  }: TlsFrontOptions
): TlsFront => {
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
  const applyResumption = () => tls === undefined || resumption || refuseResumption(tls)
  const isResumptionHonoured = applyResumption()
  tls?.on('secureConnection', (socket) => {
    const raw = rawOf(socket)
    const opening = raw && openings.get(raw)
    if (raw === undefined || opening === undefined) {
      // Without these facts rules on fingerprints would silently be false, so the connection is closed.
      socket.destroy()
      return
    }
    noteSecure(socket, opening)
    onSecure(socket, raw, takeHttp)
  })
  tls?.on('tlsClientError', (_, socket) => socket.destroy())

  const open = createPrefaceReader({
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
      // Node's own HTTPS server does not leave sockets half open either.
      socket.allowHalfOpen = false
      tls.emit('connection', socket)
    },
  })

  server.removeAllListeners('connection')
  server.on('connection', (socket: Socket) => {
    // An accepted connection returns after its Upgrade was ignored.
    if (taken.has(socket)) takeHttp(socket)
    else open(socket)
  })
  return {
    isResumptionHonoured,
    setCertificate: ({ cert, key }) => {
      tls?.setSecureContext({ cert, key })
      applyResumption()
    },
  }
}
