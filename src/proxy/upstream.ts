import { isIP } from 'node:net'
import type { ConnectionOptions } from 'node:tls'
import type { buildConnector as Undici } from 'undici'
import { EdgeError } from '../error.ts'
import { watchSends } from './early-head.ts'
import { guardOriginSocket } from './origin-socket.ts'
import { buildConnector } from './undici.ts'

/** Options for TLS to the origin; the others have Node's defaults (verified against the system's roots). */
export type OriginTls = Pick<
  ConnectionOptions,
  'ca' | 'cert' | 'ciphers' | 'key' | 'minVersion' | 'rejectUnauthorized' | 'servername'
>

export interface Upstream {
  /** `https://origin.test:8443` */
  origin: string
  /** `origin.test:8443` */
  host: string
  isTls: boolean
  /** The path in front of every request's path: '' for none, never with a trailing slash. */
  prefix: string
  /** The name for SNI and the certificate; '' for an address, which has no SNI. */
  serverName: string
}

const refused = (text: string, expected: string, cause?: unknown) =>
  new EdgeError(
    'invalid_upstream',
    `upstream "${text}": expected ${expected}, such as http://localhost:3000`,
    { cause }
  )

/**
 * Reads the address of the origin.
 *
 * @throws EdgeError `invalid_upstream`
 * @example parseUpstream('http://localhost:3000/app').prefix // '/app'
 */
export const parseUpstream = (upstream: string | URL): Upstream => {
  const text = String(upstream)
  let url: URL
  try {
    url = new URL(text)
  } catch (cause) {
    throw refused(text, 'a URL that begins with http:// or https://', cause)
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw refused(text, 'a URL that begins with http:// or https://')
  }
  if (url.username !== '' || url.password !== '') {
    // The text contains a password, so the message does not repeat it.
    throw refused(`${url.protocol}//…@${url.host}`, 'a URL without a user name and password')
  }
  if (url.search !== '' || url.hash !== '') throw refused(text, 'a URL without a query or fragment')
  const name = url.hostname.replace(/^\[|\]$/g, '')
  return {
    origin: url.origin,
    host: url.host,
    isTls: url.protocol === 'https:',
    prefix: url.pathname.replace(/\/+$/, ''),
    serverName: isIP(name) === 0 ? name : '',
  }
}

/**
 * undici takes the TLS server name from each request's Host header, so visitors could choose the certificate that it
 * expects. Here the name is always the upstream's.
 */
export const originConnector = (
  { serverName }: Upstream,
  connectTimeoutMs: number,
  tls: OriginTls
): Undici.connector => {
  const connect = buildConnector({ ...tls, timeout: connectTimeoutMs, allowHalfOpen: true })
  const servername = tls.servername ?? serverName
  return (options, callback) =>
    connect({ ...options, servername }, (...result) => {
      const [error, socket] = result
      if (error === null) {
        guardOriginSocket(socket)
        watchSends(socket)
      }
      callback(...result)
    })
}
