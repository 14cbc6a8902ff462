export type Header = readonly [name: string, value: string]

/** What the origin is told about the request. */
export interface OriginFacts {
  /** Canonical client address; '' where there is none. */
  ip: string
  /** `XX` where unknown, `T1` for Tor. */
  country: string
  /** 16 hex digits. */
  ray: string
  /** Three letters: the data centre. */
  colo: string
  scheme: string
  /** Who is connected to us: the visitor, or a proxy in front. */
  peerAddress?: string | undefined
  /** X-Forwarded-For as received, undefined where absent. */
  xForwardedFor?: string | undefined
  /** CDN-Loop as received: RFC 8586 forbids taking it away. */
  cdnLoop?: string | undefined
}

const MAPPED_V4 = /^::ffff:(?=\d+\.)/i

/**
 * The headers that Cloudflare sets on a request to the origin
 * (https://developers.cloudflare.com/fundamentals/reference/http-headers/). Accept-Encoding stays the visitor's own: ours
 * cannot be `gzip, br` for everyone, because nothing here decompresses for a client that offered neither.
 *
 * @example originHeaders({ ip: '192.0.2.1', country: 'NL', ray: '8f3c2d1e0a9b7c65', colo: 'AMS', scheme: 'https' })
 */
export const originHeaders = ({
  ip,
  country,
  ray,
  colo,
  scheme,
  peerAddress = '',
  xForwardedFor,
  cdnLoop,
}: OriginFacts): Header[] => {
  const peer = peerAddress.replace(MAPPED_V4, '')
  const forwardedFor = [xForwardedFor || ip, xForwardedFor ? peer : ''].filter(Boolean).join(', ')
  const headers: Header[] = [
    ['X-Forwarded-Proto', scheme],
    ['CF-Visitor', `{"scheme":"${scheme}"}`],
    ['CF-Ray', `${ray}-${colo}`],
    ['CF-IPCountry', country],
    ['CDN-Loop', cdnLoop ? `${cdnLoop}, cloudflare` : 'cloudflare'],
  ]
  if (ip !== '') headers.push(['CF-Connecting-IP', ip])
  if (forwardedFor !== '') headers.push(['X-Forwarded-For', forwardedFor])
  return headers
}

/** Of one connection, not of the message (RFC 9110 §7.6.1, and what else proxies are known to take off). */
const HOP_BY_HOP = new Set([
  'connection',
  'http2-settings',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'transfer-encoding',
  'upgrade',
])

/** Set by us from what the parser said, or spoken between the visitor and us only. */
const REQUEST_FRAMING = new Set(['content-length', 'expect', 'host', 'trailer'])

/** Header names that a Connection header lists: they end here too. */
const connectionTokens = (value: string) =>
  value
    .toLowerCase()
    .split(',')
    .map((token) => token.trim())
    .filter((token) => token !== '' && token !== 'close' && token !== 'keep-alive')

const lowerNames = (headers: readonly Header[]) =>
  new Set(headers.map(([name]) => name.toLowerCase()))

export type BodyKind =
  | { kind: 'none' }
  /** Content-Length as received: digits only, the parser sees to that. */
  | { kind: 'length'; length: string }
  | { kind: 'chunked' }

const NO_BODY: BodyKind = { kind: 'none' }
const CHUNKED: BodyKind = { kind: 'chunked' }

export interface RequestPass {
  /** Flat names and values for the origin, without Host and framing. */
  headers: string[]
  host: string | undefined
  body: BodyKind
}

/** Why a request is not forwarded. */
export interface Refusal {
  status: 400 | 501
  message: string
}

const refusal = (message: string, status: Refusal['status'] = 400): Refusal => ({ status, message })

const bodyOf = (
  lengths: readonly string[],
  codings: readonly string[],
  httpVersion: string,
  isOpenEnded: boolean
): BodyKind | Refusal => {
  if (codings.length > 0) {
    if (lengths.length > 0) return refusal('content-length and transfer-encoding together')
    if (httpVersion !== '1.1') return refusal(`transfer-encoding in an HTTP/${httpVersion} request`)
    // The parser takes the chunks off. Another coding would be left on a body that no longer says so.
    if (codings.length > 1 || codings[0]!.trim().toLowerCase() !== 'chunked') {
      return refusal('transfer-encoding: expected chunked', 501)
    }
    return CHUNKED
  }
  const length = lengths[0]
  if (length === undefined) return isOpenEnded ? CHUNKED : NO_BODY
  if (lengths.length > 1) return refusal('more than one content-length')
  if (!/^\d+$/.test(length)) return refusal('content-length: expected digits')
  return /^0+$/.test(length) ? NO_BODY : { kind: 'length', length }
}

/**
 * A visitor's headers as the origin may see them: hop-by-hop ones, those named in Connection, those to `strip` and those
 * that `set` replaces are gone. Refuses what two servers could read differently (request smuggling), although Node's own
 * parser refuses most of it before.
 *
 * @param isOpenEnded whether a body follows that has no length: only HTTP/2 has such
 */
export const requestPass = (
  rawHeaders: readonly string[],
  httpVersion: string,
  set: readonly Header[],
  strip: (lowerName: string) => boolean,
  isOpenEnded = false
): RequestPass | Refusal => {
  const replaced = lowerNames(set)
  const headers: string[] = []
  const hosts: string[] = []
  const lengths: string[] = []
  const codings: string[] = []
  const named = new Set<string>()
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!
    const value = rawHeaders[i + 1]!
    const lower = name.toLowerCase()
    if (HOP_BY_HOP.has(lower)) {
      if (lower === 'connection') for (const token of connectionTokens(value)) named.add(token)
      else if (lower === 'transfer-encoding') codings.push(value)
    } else if (REQUEST_FRAMING.has(lower)) {
      if (lower === 'host') hosts.push(value)
      else if (lower === 'content-length') lengths.push(value)
    } else if (!replaced.has(lower) && !strip(lower)) headers.push(name, value)
  }
  if (hosts.length > 1) return refusal('more than one host header')
  const body = bodyOf(lengths, codings, httpVersion, isOpenEnded)
  if ('status' in body) return body
  const kept = named.size === 0 ? headers : without(headers, named)
  for (const [name, value] of set) kept.push(name, value)
  return { headers: kept, host: hosts[0], body }
}

const without = (flat: readonly string[], names: ReadonlySet<string>): string[] => {
  const kept: string[] = []
  for (let i = 0; i < flat.length; i += 2) {
    if (!names.has(flat[i]!.toLowerCase())) kept.push(flat[i]!, flat[i + 1]!)
  }
  return kept
}

const NO_CONTENT = 204

/**
 * An origin's headers as the visitor may see them, flat, with `set` in place of the origin's own of the same name.
 * Bytes above 127 go through unchanged: they are read and written as Latin-1.
 */
export const responsePass = (
  raw: readonly Buffer[],
  status: number,
  set: readonly Header[]
): string[] => {
  const replaced = lowerNames(set)
  const headers: string[] = []
  const named = new Set<string>()
  let isChunked = false
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i]!.toString('latin1')
    const lower = name.toLowerCase()
    if (HOP_BY_HOP.has(lower)) {
      if (lower === 'transfer-encoding') isChunked = true
      else if (lower === 'connection') {
        for (const token of connectionTokens(raw[i + 1]!.toString('latin1'))) named.add(token)
      }
    } else if (!replaced.has(lower)) headers.push(name, raw[i + 1]!.toString('latin1'))
  }
  // RFC 9112 §6.2 and §8.6: no length beside chunks, none on a 204.
  if (isChunked || status === NO_CONTENT) named.add('content-length')
  else named.delete('content-length')
  const kept = named.size === 0 ? headers : without(headers, named)
  for (const [name, value] of set) kept.push(name, value)
  return kept
}

const FORBIDDEN_TRAILERS = new Set(['content-length', 'host', 'set-cookie', 'trailer'])

/** Trailers of a response; what frames or routes a message is not taken from them (RFC 9110 §6.5.1). */
export const trailerPass = (raw: readonly Buffer[]): [string, string][] => {
  const trailers: [string, string][] = []
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i]!.toString('latin1')
    const lower = name.toLowerCase()
    if (!HOP_BY_HOP.has(lower) && !FORBIDDEN_TRAILERS.has(lower)) {
      trailers.push([name, raw[i + 1]!.toString('latin1')])
    }
  }
  return trailers
}
