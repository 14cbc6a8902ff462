import type { Socket } from 'node:net'
import type { Opening } from './connection.ts'
import { type ClientHello, readClientHello } from './hello/read.ts'
import { readProxyHeader } from './proxy-protocol.ts'

/** Why a connection gets no further. */
export type DoorRefusal =
  /** A trusted peer did not begin with a PROXY header, or with a broken one. */
  | 'proxy_header'
  /** Something else than TLS on a TLS port: most often plain HTTP. */
  | 'not_tls'

export interface DoorOptions {
  /** Reads the ClientHello. */
  isTls: boolean
  /** Whether a peer begins its connections with a PROXY header. */
  proxyProtocol: ((peerAddress: string) => boolean) | undefined
  /** How long all of it may take. */
  timeoutMs: number
  /** Given each connection with its bytes put back, from behind the PROXY header on. */
  onOpen: (socket: Socket, opening: Opening) => void
  /** Given those that can be answered in plain text; the others are closed without a word. */
  onRefused: (socket: Socket, why: DoorRefusal) => void
}

const NOTHING = Buffer.alloc(0)
/** First byte of a TLS record with a handshake: who sends it could not read an answer in plain text. */
const HANDSHAKE = 0x16

/** How the beginning of a connection is to be taken: wait for more, hand over, or give up. */
type Look = 'more' | 'open' | 'close' | DoorRefusal

/** What one connection has sent so far. */
class Beginning implements Opening {
  bytes: Buffer = NOTHING
  address: string | undefined
  hello: ClientHello | undefined

  #awaitsProxyHeader: boolean
  readonly #awaitsHello: boolean

  constructor(awaitsProxyHeader: boolean, awaitsHello: boolean) {
    this.#awaitsProxyHeader = awaitsProxyHeader
    this.#awaitsHello = awaitsHello
  }

  add(chunk: Buffer): Look {
    this.bytes = this.bytes.length === 0 ? chunk : Buffer.concat([this.bytes, chunk])
    if (this.#awaitsProxyHeader) {
      const result = readProxyHeader(this.bytes)
      if (result.kind === 'more') return 'more'
      if (result.kind !== 'header') return this.bytes[0] === HANDSHAKE ? 'close' : 'proxy_header'
      this.#awaitsProxyHeader = false
      this.address = result.source?.address
      this.bytes = this.bytes.subarray(result.length)
    }
    if (!this.#awaitsHello) return 'open'
    const result = readClientHello(this.bytes)
    if (result.kind === 'invalid') return 'close'
    if (result.kind !== 'hello') return result.kind
    this.hello = result.hello
    return 'open'
  }
}

/**
 * Looks at what connections begin with before TLS or HTTP get to see it: a PROXY header from peers that are trusted to send
 * one, and the ClientHello.
 *
 * A trusted peer must send the header with each connection: to guess would let visitors behind a proxy that sends none write
 * one of their own (the specification, section 2, forbids it). Of any other peer it is no more than its first bytes, which
 * are neither HTTP nor TLS.
 *
 * @see https://www.haproxy.org/download/3.2/doc/proxy-protocol.txt
 * @returns to be called with each new connection, of which nothing was read yet
 */
export const createDoor =
  ({ isTls, proxyProtocol, timeoutMs, onOpen, onRefused }: DoorOptions) =>
  (socket: Socket): void => {
    // For as long as the socket lives: an error that nobody hears would end the process.
    socket.on('error', () => socket.destroy())
    const peer = socket.remoteAddress
    // Gone already.
    if (peer === undefined) {
      socket.destroy()
      return
    }
    const hasHeader = proxyProtocol?.(peer) === true
    const beginning = new Beginning(hasHeader, isTls)
    if (!hasHeader && !isTls) {
      onOpen(socket, beginning)
      return
    }

    const leave = () => {
      clearTimeout(timer)
      socket.off('readable', onReadable).off('end', close).off('close', leave)
    }
    const close = () => {
      leave()
      socket.destroy()
    }
    const onReadable = () => {
      const chunk: Buffer | null = socket.read()
      if (chunk === null) return
      const look = beginning.add(chunk)
      if (look === 'more') return
      if (look === 'close') {
        close()
        return
      }
      leave()
      if (look === 'open') {
        // Within the turn they were read in: afterwards a socket whose peer has sent its last takes nothing back.
        if (beginning.bytes.length > 0) socket.unshift(beginning.bytes)
        onOpen(socket, beginning)
      } else onRefused(socket, look)
    }
    const timer = setTimeout(close, timeoutMs)
    socket.on('readable', onReadable).on('end', close).on('close', leave)
  }
