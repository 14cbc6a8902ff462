import type { Socket } from 'node:net'
import type { Opening } from './connection.ts'
import { type ClientHello, readClientHello } from './hello/read.ts'
import { readProxyHeader } from './proxy-protocol.ts'

/** Why a connection is refused before its TLS or HTTP begins. */
export type PrefaceRefusal =
  /** A trusted peer sends no PROXY header, or a broken one. */
  | 'proxy_header'
  /** The port expects TLS and gets other bytes, most often plain HTTP. */
  | 'not_tls'

export interface PrefaceOptions {
  /** Whether to read a ClientHello. */
  isTls: boolean
  /** Whether a peer sends a PROXY header at the beginning of each connection. */
  proxyProtocol: ((peerAddress: string) => boolean) | undefined
  /** Milliseconds until the whole preface has to be there. */
  timeoutMs: number
  /** Gets each accepted connection. Its first byte to read is the one after the PROXY header. */
  onOpen: (socket: Socket, opening: Opening) => void
  /** Gets refused connections whose peer can read an answer in plain text. All others are closed without an answer. */
  onRefused: (socket: Socket, why: PrefaceRefusal) => void
}

const NOTHING = Buffer.alloc(0)
/** First byte of a TLS record with a handshake. Its sender cannot read an answer in plain text. */
const HANDSHAKE = 0x16

/** The state of a connection's preface: incomplete (`more`), complete (`open`), or a reason to give up. */
type PrefaceState = 'more' | 'open' | 'close' | PrefaceRefusal

/** The bytes that one connection has sent before its TLS or HTTP. */
class Preface implements Opening {
  bytes: Buffer = NOTHING
  address: string | undefined
  hello: ClientHello | undefined

  #awaitsProxyHeader: boolean
  readonly #awaitsHello: boolean

  constructor(awaitsProxyHeader: boolean, awaitsHello: boolean) {
    this.#awaitsProxyHeader = awaitsProxyHeader
    this.#awaitsHello = awaitsHello
  }

  add(chunk: Buffer): PrefaceState {
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
 * Reads the bytes that precede TLS or HTTP on a connection: the PROXY header of trusted peers, and the ClientHello.
 *
 * A trusted peer must send the header with each connection. An optional header would let visitors behind a proxy that sends
 * none write their own (section 2 of the specification forbids to guess). From any other peer a PROXY header is invalid HTTP
 * or TLS.
 *
 * @see https://www.haproxy.org/download/3.2/doc/proxy-protocol.txt
 * @returns a listener for new connections, of which no byte is read yet
 */
export const createPrefaceReader =
  ({ isTls, proxyProtocol, timeoutMs, onOpen, onRefused }: PrefaceOptions) =>
  (socket: Socket): void => {
    // Stays for the socket's whole life: an error without a listener ends the process.
    socket.on('error', () => socket.destroy())
    const peer = socket.remoteAddress
    // The peer has left already.
    if (peer === undefined) {
      socket.destroy()
      return
    }
    const hasHeader = proxyProtocol?.(peer) === true
    const preface = new Preface(hasHeader, isTls)
    if (!hasHeader && !isTls) {
      onOpen(socket, preface)
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
      const state = preface.add(chunk)
      if (state === 'more') return
      if (state === 'close') {
        close()
        return
      }
      leave()
      if (state === 'open') {
        // In the turn that read them: later, a socket whose peer has ended takes no bytes back.
        if (preface.bytes.length > 0) socket.unshift(preface.bytes)
        onOpen(socket, preface)
      } else onRefused(socket, state)
    }
    const timer = setTimeout(close, timeoutMs)
    socket.on('readable', onReadable).on('end', close).on('close', leave)
  }
