import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { Connection } from '../visitor/visitor.ts'
import { helloFields } from './hello/fingerprint.ts'
import type { ClientHello } from './hello/read.ts'

/** The facts from a connection's preface, before its TLS or HTTP. */
export interface Opening {
  /** The visitor's address: from the PROXY header, else the peer's. */
  address: string | undefined
  hello: ClientHello | undefined
}

/** Node uses the names of RFC 8446, Cloudflare those of BoringSSL (developers.cloudflare.com/ssl, cipher suites). */
const CIPHER_NAMES: Readonly<Record<string, string>> = {
  TLS_AES_128_GCM_SHA256: 'AEAD-AES128-GCM-SHA256',
  TLS_AES_256_GCM_SHA384: 'AEAD-AES256-GCM-SHA384',
  TLS_CHACHA20_POLY1305_SHA256: 'AEAD-CHACHA20-POLY1305-SHA256',
}

/** A TLS connection for the rules. Its fingerprints are computed when a rule or an event first needs them. */
class SecureConnection implements Connection {
  readonly encrypted = true
  readonly remoteAddress: string | undefined
  readonly #version: string
  readonly #cipher: string
  #hello: ClientHello | undefined
  #fields: Record<string, unknown> | undefined

  constructor(socket: TLSSocket, { address, hello }: Opening) {
    this.remoteAddress = address
    // Read now, because a closed socket no longer has it.
    this.#version = socket.getProtocol() ?? ''
    const { name } = socket.getCipher()
    this.#cipher = CIPHER_NAMES[name] ?? name
    this.#hello = hello
  }

  get fields(): Record<string, unknown> {
    if (this.#fields === undefined) {
      this.#fields = {
        ...(this.#hello === undefined ? {} : helloFields(this.#hello)),
        'cf.tls_version': this.#version,
        'cf.tls_cipher': this.#cipher,
      }
      this.#hello = undefined
    }
    return this.#fields
  }
}

/** A symbol, because HTTP/2 requests give out proxies of sockets: these pass properties through but have another identity. */
const known = Symbol('connection')

interface Carrier {
  [known]?: Connection
}

/** Attaches facts to a TLS connection that its socket does not have. */
export const noteSecure = (socket: TLSSocket, opening: Opening): void => {
  ;(socket as Carrier)[known] = new SecureConnection(socket, opening)
}

export const notePlain = (socket: Socket, { address }: Opening): void => {
  if (address !== undefined) (socket as Carrier)[known] = { remoteAddress: address }
}

/** The transport's facts about the peer of a request; the socket's own if none were attached. */
export const connectionOf = (socket: Socket): Connection => (socket as Carrier)[known] ?? socket
