import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { Connection } from '../visitor/visitor.ts'
import { helloFields } from './hello/fingerprint.ts'
import type { ClientHello } from './hello/read.ts'

/** The facts that a connection's preface gives, before its TLS or HTTP. */
export interface Opening {
  /** The visitor's address: from the PROXY header, else the peer's. */
  address: string | undefined
  hello: ClientHello | undefined
}

/** Node has the names of RFC 8446, Cloudflare those of BoringSSL (developers.cloudflare.com/ssl, cipher suites). */
const CIPHER_NAMES: Readonly<Record<string, string>> = {
  TLS_AES_128_GCM_SHA256: 'AEAD-AES128-GCM-SHA256',
  TLS_AES_256_GCM_SHA384: 'AEAD-AES256-GCM-SHA384',
  TLS_CHACHA20_POLY1305_SHA256: 'AEAD-CHACHA20-POLY1305-SHA256',
}

/** A TLS connection as the rules see it. Its fingerprints are made when a rule or an event first asks for them. */
class SecureConnection implements Connection {
  readonly encrypted = true
  readonly remoteAddress: string | undefined
  readonly #version: string
  readonly #cipher: string
  #hello: ClientHello | undefined
  #fields: Record<string, unknown> | undefined

  constructor(socket: TLSSocket, { address, hello }: Opening) {
    this.remoteAddress = address
    // Asked for now: a socket that is closed has forgotten them.
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

/** A symbol, as the sockets that HTTP/2 requests give out are proxies: properties pass through, identity does not. */
const known = Symbol('connection')

interface Carrier {
  [known]?: Connection
}

/** Attaches the facts that its socket does not have to a TLS connection. */
export const noteSecure = (socket: TLSSocket, opening: Opening): void => {
  ;(socket as Carrier)[known] = new SecureConnection(socket, opening)
}

export const notePlain = (socket: Socket, { address }: Opening): void => {
  if (address !== undefined) (socket as Carrier)[known] = { remoteAddress: address }
}

/** The transport's facts about the peer of a request. They are the socket's own where nothing was attached. */
export const connectionOf = (socket: Socket): Connection => (socket as Carrier)[known] ?? socket
