import type { IncomingMessage } from 'node:http'
import type { AdminOptions } from '../admin/admin.ts'
import { createAdmin } from '../admin/admin.ts'
import { isLoopbackHost } from '../admin/host.ts'
import { BodyTooLarge } from '../admin/request.ts'
import { generateToken } from '../admin/token.ts'
import { writeAnswer } from '../answers/node/write-answer.ts'
import { dropUnread } from '../mount/unread.ts'
import type { TlsOption } from './certificate.ts'
import { createListener, type Listener } from './listen.ts'

export interface AdminServerOptions extends AdminOptions {
  /** Default `127.0.0.1`. */
  host?: string | undefined
  /** 0 (default) for any free port. */
  port?: number
  /** The user's name for the port, for the message about a port in use. */
  portOption?: string
  /** HTTPS instead of HTTP. */
  tls?: TlsOption | undefined
  drainTimeoutMs?: number
}

export interface AdminServer extends Listener {
  /** The generated token: the port is reachable from elsewhere and the caller gave no token. */
  readonly generatedToken: string | undefined
}

const MAX_BODY_BYTES = 64 * 1024

const readBody = async (request: IncomingMessage, maxBytes = MAX_BODY_BYTES): Promise<string> => {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > maxBytes) throw new BodyTooLarge(maxBytes)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}

/**
 * `createAdmin` on a listener of its own, on loopback by default. Beyond loopback it always has a token: it generates one
 * if none is given.
 *
 * @throws EdgeError `invalid_admin_token`, and as `createListener`
 * @example const { url, close } = await startAdmin({ store, health, port: 1021 })
 */
export const startAdmin = async ({
  host = '127.0.0.1',
  port = 0,
  portOption,
  tls,
  drainTimeoutMs,
  hosts = [],
  token,
  ...options
}: AdminServerOptions): Promise<AdminServer> => {
  const generatedToken = token === undefined && !isLoopbackHost(host) ? generateToken() : undefined
  const admin = createAdmin({ ...options, token: token ?? generatedToken, hosts: [...hosts, host] })
  const listener = await createListener({
    host,
    port,
    portOption,
    tls,
    drainTimeoutMs,
    onError: options.onError,
    handler: async (request, response, connection) => {
      const { method = '', url: target = '/', headers, socket } = request
      const answer = await admin({
        method,
        target,
        headers,
        peer: socket.remoteAddress,
        encrypted: connection.encrypted === true,
        body: (maxBytes) => readBody(request, maxBytes),
      })
      dropUnread(request, response, true)
      writeAnswer(response, answer)
    },
  })
  return { ...listener, generatedToken }
}
