import type { Addresses, Ip } from '../lists/ip.ts'
import { excerpt } from './excerpt.ts'
import { FORWARDED, firstUntrusted, type ListHeader, X_FORWARDED_FOR } from './forwarded.ts'
import { elementParameter } from './forwarded-element.ts'
import type { HeaderReader } from './visitor.ts'

export type Scheme = 'http' | 'https'

const CF_VISITOR = 'cf-visitor'
const X_FORWARDED_PROTO = 'x-forwarded-proto'

/** More hops than any chain of proxies has. */
const MAX_ENTRIES = 64

/** Some proxies report the scheme of a WebSocket by its own name. */
const SCHEMES: ReadonlyMap<string, Scheme> = new Map([
  ['http', 'http'],
  ['https', 'https'],
  ['ws', 'http'],
  ['wss', 'https'],
])

const readScheme = (text: string): Scheme | undefined => SCHEMES.get(text.trim().toLowerCase())

/** Cloudflare's format; a proxy on the way may only have added white space. */
const CF_VISITOR_VALUE = /^\{\s*"scheme"\s*:\s*"(https?)"\s*\}$/

/**
 * The entry of a list that is `hop` entries from its right. In a shorter list it is the first entry, because proxies that
 * do not append keep the first proxy's entry.
 */
const entryAt = (
  list: string,
  hop: number,
  commaBefore: ListHeader['commaBefore']
): string | undefined => {
  let found: string | undefined
  let end = list.length
  let entries = 0
  for (let i = 0; end >= 0 && i < MAX_ENTRIES && entries <= hop; i++) {
    const comma = commaBefore(list, end)
    const entry = list.slice(comma + 1, end).trim()
    end = comma
    if (entry === '') continue
    found = entry
    entries++
  }
  return found
}

/** The number of entries to the right of the visitor's own in the list of addresses. */
const hopOf = (header: ListHeader, headers: HeaderReader, peer: Ip, trusted: Addresses): number => {
  const list = headers(header.name)
  return list === undefined ? 0 : (firstUntrusted(header, list, peer, trusted, [])?.hop ?? 0)
}

/**
 * The visitor's scheme according to a trusted peer: Cloudflare's `CF-Visitor`, else `X-Forwarded-Proto`, else `proto` in
 * `Forwarded` (RFC 7239 §5.4). In a list, the entry counts whose position is that of the visitor's address in the list of
 * addresses, because the same proxy wrote both: the visitor wrote the entries to the left of it.
 *
 * @param isFromCloudflare whether Cloudflare wrote `CF-Visitor`: other proxies pass a visitor's own header on
 * @param notes receives a note for each ignored header
 * @returns `undefined` if the peer reports nothing readable
 */
export const forwardedScheme = (
  headers: HeaderReader,
  peer: Ip,
  trusted: Addresses,
  isFromCloudflare: boolean,
  notes: string[]
): Scheme | undefined => {
  const visitor = headers(CF_VISITOR)
  if (visitor !== undefined) {
    const said = CF_VISITOR_VALUE.exec(visitor.trim())?.[1] as Scheme | undefined
    if (said !== undefined && isFromCloudflare) return said
    const why = said === undefined ? 'names no scheme' : 'is not from Cloudflare'
    notes.push(`${CF_VISITOR} ${excerpt(visitor)} ${why}: ignored`)
  }
  const protos = headers(X_FORWARDED_PROTO)
  if (protos !== undefined) {
    const hop = hopOf(X_FORWARDED_FOR, headers, peer, trusted)
    const entry = entryAt(protos, hop, X_FORWARDED_FOR.commaBefore) ?? ''
    const said = readScheme(entry)
    if (said !== undefined) return said
    notes.push(`${X_FORWARDED_PROTO} ${excerpt(entry)} is neither http nor https: ignored`)
  }
  const elements = headers(FORWARDED.name)
  if (elements === undefined) return undefined
  const hop = hopOf(FORWARDED, headers, peer, trusted)
  const element = entryAt(elements, hop, FORWARDED.commaBefore) ?? ''
  const proto = elementParameter(element, 'proto')
  if (proto === undefined || proto === '') return undefined
  const said = readScheme(proto)
  if (said === undefined)
    notes.push(`forwarded proto ${excerpt(proto)} is neither http nor https: ignored`)
  return said
}
