import type { Addresses, Ip } from '../lists/ip.ts'
import { formatIp, ipEquals } from '../lists/ip.ts'
import { parsePeerAddress } from '../lists/peer.ts'
import { isCountry } from './countries.ts'
import { excerpt } from './excerpt.ts'
import { elementParameter, lastComma } from './forwarded-element.ts'
import { CLIENT_HEADERS, COUNTRY_HEADER, LIST_NAMES } from './forwarded-names.ts'
import type { HeaderReader } from './visitor.ts'

/** More hops than any chain of proxies has; a header can contain tens of thousands. */
const MAX_ENTRIES = 64
const MAX_NOTED_ENTRIES = 3

/** The proxy hides the address of its client. */
const HIDDEN = 'hidden'
/** RFC 7239 §6: `unknown`, or a name that begins with an underscore; either may have a port. Squid writes `unknown` too. */
const HIDDEN_NODE = /^(?:unknown|_[\w.-]+)(?::(?:\d{1,5}|_[\w.-]+))?$/i
/** A port may be an invented name as well. */
const HIDDEN_PORT = /:_[\w.-]+$/

const readNode = (node: string): Ip | typeof HIDDEN | undefined =>
  parsePeerAddress(node) ?? (HIDDEN_NODE.test(node) ? HIDDEN : undefined)

/** A header to which each proxy appends an entry. */
export interface ListHeader {
  readonly name: string
  /** Index of the comma before the entry that ends at `end`; -1 for the first entry. */
  readonly commaBefore: (list: string, end: number) => number
  readonly read: (entry: string) => Ip | typeof HIDDEN | undefined
}

export const X_FORWARDED_FOR: ListHeader = {
  name: LIST_NAMES[0],
  commaBefore: (list, end) => (end === 0 ? -1 : list.lastIndexOf(',', end - 1)),
  read: readNode,
}

export const FORWARDED: ListHeader = {
  name: LIST_NAMES[1],
  commaBefore: lastComma,
  read: (entry) => {
    const node = elementParameter(entry, 'for')
    if (node === undefined) return undefined
    // `proto=https` alone: the proxy does not name its client.
    return node === '' ? HIDDEN : readNode(node.replace(HIDDEN_PORT, ''))
  },
}

/**
 * Nearly every proxy writes X-Forwarded-For, and most of them pass a visitor's own `Forwarded` on unchanged. So `Forwarded`
 * counts only if there is no X-Forwarded-For.
 */
const LIST_HEADERS = [X_FORWARDED_FOR, FORWARDED] as const

/**
 * Each proxy appends the address of its client, so an entry is as trustworthy as the proxies to its right. Read from the
 * right, the first address that is not a trusted proxy is the visitor's. An entry that is not an address is skipped: nginx
 * writes `unix:` for its own socket, and stopping there would give every visitor the address of a trusted proxy. Reading
 * stops at an entry that hides an address, because the author of the entries to its left is unknown.
 *
 * @returns `undefined` if the list has no usable entry; `hop` counts the entries to the right of the one that counts
 */
export const firstUntrusted = (
  { name, commaBefore, read }: ListHeader,
  list: string,
  peer: Ip,
  trusted: Addresses,
  notes: string[]
): { ip: Ip; hop: number } | undefined => {
  let client: { ip: Ip; hop: number } | undefined
  let invalid = 0
  let hop = -1
  let end = list.length
  for (let entries = 0; end >= 0; entries++) {
    if (entries === MAX_ENTRIES) {
      notes.push(`${name} has more than ${MAX_ENTRIES} entries: the others ignored`)
      break
    }
    const comma = commaBefore(list, end)
    const entry = list.slice(comma + 1, end).trim()
    end = comma
    // RFC 9110 §5.6.1 requires skipping empty list elements.
    if (entry === '') continue
    hop++
    const ip = read(entry)
    if (ip === HIDDEN) {
      client = { ip: client?.ip ?? peer, hop }
      notes.push(`${name} entry ${excerpt(entry)} hides an address: earlier entries ignored`)
      break
    }
    if (ip !== undefined) {
      client = { ip, hop }
      if (!trusted.has(ip)) break
    } else if (++invalid <= MAX_NOTED_ENTRIES) {
      notes.push(`${name} entry ${excerpt(entry)} is not an address: ignored`)
    }
  }
  if (invalid > MAX_NOTED_ENTRIES) {
    notes.push(`${invalid - MAX_NOTED_ENTRIES} more ${name} entries are not addresses: ignored`)
  }
  return client
}

/**
 * The address of the request's client according to a trusted peer: `CF-Connecting-IP`, else `True-Client-IP`, else
 * `X-Forwarded-For`, else `Forwarded` (RFC 7239). The last two are read from the right up to the first address that is not
 * a trusted proxy. If nothing is readable, it is the peer's address.
 *
 * The first two contain the address that the last Cloudflare edge saw, and other proxies pass them unchanged. A trusted
 * proxy that visitors reach directly therefore has to remove theirs; one that writes only `Forwarded` has to remove their
 * X-Forwarded-For.
 *
 * @param notes receives a note for each ignored header, and one if the two lists disagree
 */
export const forwardedAddress = (
  headers: HeaderReader,
  peer: Ip,
  trusted: Addresses,
  notes: string[]
): Ip => {
  for (const name of CLIENT_HEADERS) {
    const value = headers(name)
    if (value === undefined) continue
    const ip = parsePeerAddress(value.trim())
    if (ip !== undefined) return ip
    notes.push(`${name} ${excerpt(value)} is not an address: ignored`)
  }
  let client: Ip | undefined
  for (const header of LIST_HEADERS) {
    const list = headers(header.name)
    if (list === undefined) continue
    const said = firstUntrusted(header, list, peer, trusted, client === undefined ? notes : [])
    if (client === undefined) client = said?.ip
    else if (said !== undefined && !ipEquals(said.ip, client)) {
      notes.push(
        `${header.name} says ${formatIp(said.ip)}, ${X_FORWARDED_FOR.name} ${formatIp(client)}: the latter is used`
      )
    }
  }
  return client ?? peer
}

/**
 * The part of an X-Forwarded-For list that trusted proxies wrote: from the visitor's own entry to the end. The visitor
 * wrote the entries to the left of it.
 *
 * @returns `undefined` if the list does not contain the visitor's address
 * @example believedForwardedFor('6.6.6.6, 192.0.2.1, 10.0.0.2', visitor) // '192.0.2.1, 10.0.0.2' for the visitor 192.0.2.1
 */
export const believedForwardedFor = (list: string, visitor: Ip): string | undefined => {
  let end = list.length
  for (let entries = 0; end >= 0 && entries < MAX_ENTRIES; entries++) {
    const comma = X_FORWARDED_FOR.commaBefore(list, end)
    const ip = parsePeerAddress(list.slice(comma + 1, end).trim())
    if (ip !== undefined && ipEquals(ip, visitor)) return list.slice(comma + 1).trim()
    end = comma
  }
  return undefined
}

/**
 * The visitor's country according to a trusted peer, in Cloudflare's form: upper case, including `XX` and `T1`. The caller
 * has to check that Cloudflare wrote it.
 *
 * @param notes receives a note for an ignored header
 * @returns `undefined` if the peer reports nothing readable
 */
export const forwardedCountry = (headers: HeaderReader, notes: string[]): string | undefined => {
  const value = headers(COUNTRY_HEADER)
  if (value === undefined) return undefined
  const code = value.trim()
  if (isCountry(code)) return code
  notes.push(`${COUNTRY_HEADER} ${excerpt(value)} is not a country code: ignored`)
  return undefined
}
