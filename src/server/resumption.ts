import type { Server } from 'node:tls'

/** Encryption keys, a name and a vector; of tickets that are never sent. */
const UNUSED = Buffer.alloc(16)

/**
 * The answer to OpenSSL when it asks for the keys of a ticket to write or read: 0 is none (OpenSSL's
 * `SSL_CTX_set_tlsext_ticket_key_cb`). Node wants the keys all the same.
 */
const NO_TICKET = [0, UNUSED, UNUSED, UNUSED, UNUSED]

/** Node's native side of a server's context. It is in no public place; the tests see to it that it is still there. */
interface NativeContext {
  onticketkeycallback?: () => typeof NO_TICKET
  enableTicketKeyCallback?: () => void
}

/**
 * Has the server hand out no session tickets, nor take any, so that each connection is a whole handshake. A client that was
 * given one sends it in its next ClientHello (`pre_shared_key`), whether it is taken or not, and JA3 and JA4 count that.
 *
 * Node has no option for it. `SSL_OP_NO_TICKET` is none: TLS 1.3 then sends tickets of another kind, and clients send them back.
 *
 * @returns false where this version of Node has no way to do it
 */
export const refuseResumption = (server: Server): boolean => {
  const { context } = (server as Server & { _sharedCreds?: { context?: NativeContext } })
    ._sharedCreds ?? { context: undefined }
  if (typeof context?.enableTicketKeyCallback !== 'function') return false
  context.onticketkeycallback = () => NO_TICKET
  context.enableTicketKeyCallback()
  return true
}
