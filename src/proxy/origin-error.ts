import { ORIGIN_RESET } from './origin-socket.ts'

/** Cloudflare's codes for errors between the edge and the origin. */
export type OriginErrorCode = 520 | 521 | 522 | 523 | 524 | 525 | 526 | 1016

const UNKNOWN = 520
const DOWN = 521
const TLS_FAILED = 525
const BAD_CERTIFICATE = 526

const CODES: Record<string, OriginErrorCode> = {
  ECONNREFUSED: DOWN,
  ECONNRESET: DOWN,
  [ORIGIN_RESET]: DOWN,
  EPIPE: DOWN,
  ETIMEDOUT: 522,
  UND_ERR_CONNECT_TIMEOUT: 522,
  EHOSTUNREACH: 523,
  EHOSTDOWN: 523,
  ENETUNREACH: 523,
  EADDRNOTAVAIL: 523,
  UND_ERR_HEADERS_TIMEOUT: 524,
  ENOTFOUND: 1016,
  ENODATA: 1016,
  ERR_TLS_CERT_ALTNAME_INVALID: BAD_CERTIFICATE,
  DEPTH_ZERO_SELF_SIGNED_CERT: BAD_CERTIFICATE,
  HOSTNAME_MISMATCH: BAD_CERTIFICATE,
  INVALID_CA: BAD_CERTIFICATE,
  INVALID_PURPOSE: BAD_CERTIFICATE,
  PATH_LENGTH_EXCEEDED: BAD_CERTIFICATE,
  SELF_SIGNED_CERT_IN_CHAIN: BAD_CERTIFICATE,
}

/** Node names the errors of OpenSSL's certificate checks in these families. */
const FAMILIES: readonly [RegExp, OriginErrorCode][] = [
  [/^EAI_/, 1016],
  [/^(?:CERT_|CRL_|UNABLE_TO_|ERROR_IN_CERT_|ERROR_IN_CRL_)/, BAD_CERTIFICATE],
  [/^(?:ERR_SSL_|ERR_TLS_|EPROTO$)/, TLS_FAILED],
]

const codeOf = (cause: unknown): string => {
  const code = (cause as { code?: unknown } | null)?.code
  return typeof code === 'string' ? code : ''
}

/**
 * Cloudflare's code for an error before the origin's response begins. A connection that closes without a byte is an empty
 * response (520), a reset is a server that is down (521). An unknown error is 520, as on Cloudflare
 * (https://developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-5xx-errors/).
 *
 * @param cause the error of Node, OpenSSL or undici
 * @param phase `handshake` if the origin speaks TLS and the request was not sent yet
 * @example originErrorCode(Object.assign(new Error(), { code: 'ECONNREFUSED' }), 'request') // 521
 */
export const originErrorCode = (
  cause: unknown,
  phase: 'connect' | 'handshake' | 'request'
): OriginErrorCode => {
  const code = codeOf(cause)
  // Node's code for a peer that closed the connection between TCP and TLS.
  if (phase === 'handshake' && code === 'ECONNRESET') return TLS_FAILED
  return CODES[code] ?? FAMILIES.find(([pattern]) => pattern.test(code))?.[1] ?? UNKNOWN
}

/** True if undici refused to send the visitor's request: the request is at fault, not the origin. */
export const isUnsendable = (cause: unknown): boolean => {
  const code = codeOf(cause)
  return code === 'UND_ERR_INVALID_ARG' || code === 'UND_ERR_NOT_SUPPORTED'
}
