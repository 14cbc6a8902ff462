import { connectionTokens, HOP_BY_HOP, lowerNames, without } from './hop-by-hop.ts'
import type { Header } from './origin-headers.ts'

/** The edge sets these from the parser's facts, or they concern only the visitor and the edge. */
const REQUEST_FRAMING = new Set(['content-length', 'expect', 'host', 'trailer'])

export type BodyKind =
  | { kind: 'none' }
  /** Content-Length as received: the parser accepts only digits. */
  | { kind: 'length'; length: string }
  | { kind: 'chunked' }

const NO_BODY: BodyKind = { kind: 'none' }
const CHUNKED: BodyKind = { kind: 'chunked' }

export interface RequestPass {
  /** Names and values for the origin in a flat list, without Host and framing. */
  headers: string[]
  host: string | undefined
  body: BodyKind
}

/** The reason not to forward a request. */
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
    // The parser removes the chunks. Another coding would stay on a body whose header no longer names it.
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

export interface RequestPassOptions {
  /** Whether to hide one of the visitor's headers from the origin. Gets the lower-case name. */
  strip?: ((lowerName: string) => boolean) | undefined
  /** Whether to hide one of the visitor's cookies from the origin. */
  dropsCookie?: ((name: string) => boolean) | undefined
  /** Whether to send only the first header of this name, as rules see only that one. Gets the lower-case name. */
  isSingle?: ((lowerName: string) => boolean) | undefined
  /** Whether a body without a length follows, which only HTTP/2 allows. */
  isOpenEnded?: boolean
}

const NEVER = () => false

/** Characters that CGI, WSGI and PHP treat like a hyphen. */
const ODD = /[^a-z\d-]/g

/** Whether a header is set or belongs to the connection, under this name or another spelling of it (`x_forwarded_for`). */
const isReplaced = (lower: string, replaced: ReadonlySet<string>): boolean => {
  if (replaced.has(lower)) return true
  const name = lower.replace(ODD, '-')
  return name !== lower && (replaced.has(name) || HOP_BY_HOP.has(name) || REQUEST_FRAMING.has(name))
}

/** Removes the dropped cookies. A line without one stays unchanged. */
const cookiesLeft = (line: string, drops: (name: string) => boolean): string => {
  const pairs = line.split(';')
  const left = pairs.filter((pair) => !drops(pair.split('=', 1)[0]!.trim()))
  return left.length === pairs.length ? line : left.join(';').trim()
}

/**
 * The visitor's headers for the origin, without hop-by-hop headers, those named in Connection, those to `strip` and those
 * that `set` replaces. Refuses a request that two servers could read differently (request smuggling), although Node's own
 * parser already refuses most of them.
 */
export const requestPass = (
  rawHeaders: readonly string[],
  httpVersion: string,
  set: readonly Header[],
  { strip = NEVER, dropsCookie, isSingle = NEVER, isOpenEnded = false }: RequestPassOptions = {}
): RequestPass | Refusal => {
  const replaced = lowerNames(set)
  const headers: string[] = []
  const hosts: string[] = []
  const lengths: string[] = []
  const codings: string[] = []
  const named = new Set<string>()
  const singles = new Set<string>()
  let cookieAt = -1
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!
    let value = rawHeaders[i + 1]!
    const lower = name.toLowerCase()
    if (HOP_BY_HOP.has(lower)) {
      if (lower === 'connection') for (const token of connectionTokens(value)) named.add(token)
      else if (lower === 'transfer-encoding') codings.push(value)
    } else if (REQUEST_FRAMING.has(lower)) {
      if (lower === 'host') hosts.push(value)
      else if (lower === 'content-length') lengths.push(value)
    } else if (!isReplaced(lower, replaced) && !strip(lower)) {
      if (lower === 'cookie') {
        if (dropsCookie !== undefined && value !== '') {
          value = cookiesLeft(value, dropsCookie)
          if (value === '') continue
        }
        // HTTP/2 splits cookies; HTTP/1.1 has one Cookie line (RFC 9113 §8.2.3), and rules see it so.
        if (cookieAt >= 0) {
          headers[cookieAt] += `; ${value}`
          continue
        }
        cookieAt = headers.length + 1
      } else if (isSingle(lower)) {
        if (singles.has(lower)) continue
        singles.add(lower)
      }
      headers.push(name, value)
    }
  }
  if (hosts.length > 1) return refusal('more than one host header')
  const body = bodyOf(lengths, codings, httpVersion, isOpenEnded)
  if ('status' in body) return body
  const kept = named.size === 0 ? headers : without(headers, named)
  for (const [name, value] of set) kept.push(name, value)
  return { headers: kept, host: hosts[0], body }
}
