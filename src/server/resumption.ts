import type { Server } from 'node:tls'

/** Encryption keys, a name and a vector, for tickets that are never sent. */
const UNUSED = Buffer.alloc(16)

/**
 * The answer when OpenSSL asks for the keys to write or read a ticket: 0 means none (OpenSSL's
 * `SSL_CTX_set_tlsext_ticket_key_cb`). Node requires the keys nevertheless.
 */
const NO_TICKET = [0, UNUSED, UNUSED, UNUSED, UNUSED]

/** Node's native object of a server's context. It is not public; tests check that it still exists. */
interface NativeContext {
  onticketkeycallback?: () => typeof NO_TICKET
  enableTicketKeyCallback?: () => void
}

/**
 * Makes the server neither issue nor accept session tickets, so that each connection is a whole handshake. A client with a
 * ticket sends it in its next ClientHello (`pre_shared_key`), accepted or not, and that changes JA3 and JA4.
 *
 * Node has no option for it. `SSL_OP_NO_TICKET` is not enough: TLS 1.3 then sends tickets of another kind, and clients send
 * them back.
 *
 * @returns false if this version of Node cannot do it
 */
export const refuseResumption = (server: Server): boolean => {
  const { context } = (server as Server & { _sharedCreds?: { context?: NativeContext } })
    ._sharedCreds ?? { context: undefined }
  if (typeof context?.enableTicketKeyCallback !== 'function') return false
  context.onticketkeycallback = () => NO_TICKET
  context.enableTicketKeyCallback()
  return true
}
