import type { Addresses, Ip } from '../lists/ip.ts'
import { formatIp, ipEquals } from '../lists/ip.ts'
import { parsePeerAddress } from '../lists/peer.ts'
import { isCountry } from './countries.ts'
import { excerpt } from './excerpt.ts'
import { elementParameter, lastComma } from './forwarded-element.ts'
import { CLIENT_HEADERS, COUNTRY_HEADER, LIST_NAMES } from './forwarded-names.ts'
import type { HeaderReader } from './visitor.ts'

/** More hops than any chain of proxies has; a header may hold tens of thousands. */
const MAX_ENTRIES = 64
const MAX_NOTED_ENTRIES = 3

/** The proxy keeps to itself whom it was called by. */
const HIDDEN = 'hidden'
/** RFC 7239 §6: `unknown`, or a name that begins with an underscore; either with a port. Squid writes `unknown` too. */
const HIDDEN_NODE = /^(?:unknown|_[\w.-]+)(?::(?:\d{1,5}|_[\w.-]+))?$/i
/** A port may be a made-up name as well. */
const HIDDEN_PORT = /:_[\w.-]+$/

const readNode = (node: string): Ip | typeof HIDDEN | undefined =>
  parsePeerAddress(node) ?? (HIDDEN_NODE.test(node) ? HIDDEN : undefined)

/** A header to which each proxy adds an entry at its end. */
export interface ListHeader {
  readonly name: string
  /** Index of the comma before the entry that ends at `end`; -1 where it is the first. */
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
    // `proto=https` alone: the proxy said something, but not who called it.
    return node === '' ? HIDDEN : readNode(node.replace(HIDDEN_PORT, ''))
  },
}

/**
 * Nearly every proxy writes X-Forwarded-For, and most of them pass a visitor's own `Forwarded` on untouched, so that one
 * counts only where the other says nothing.
 */
const LIST_HEADERS = [X_FORWARDED_FOR, FORWARDED] as const

/**
 * Each proxy appends whom it was called by, so an entry is as good as the proxies to its right: read from the right, the
 * first address that is no trusted proxy is the visitor's. An entry that is not an address is passed over: nginx writes
 * `unix:` for its own socket, and stopping there would give every visitor the address of a trusted proxy. Nothing is
 * read to the left of an entry that hides an address, as nobody knows who wrote that.
 *
 * @returns `undefined` where the list says nothing; `hop` counts the entries to the right of the one that counts
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
    // RFC 9110 §5.6.1 has empty list elements skipped.
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
 * The address a trusted peer says the request comes from: `CF-Connecting-IP`, else `True-Client-IP`, else
 * `X-Forwarded-For`, else `Forwarded` (RFC 7239), the last two read from the right up to the first address that is not a
 * trusted proxy. Where nothing can be read it is the peer's.
 *
 * The first two hold what the last Cloudflare saw and pass other proxies unchanged, so a trusted proxy that visitors
 * reach directly has to remove theirs; one that writes only `Forwarded` has to remove their X-Forwarded-For.
 *
 * @param notes receives what was ignored, and where the two lists disagree
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
 * What trusted proxies wrote of an X-Forwarded-For list: from the visitor's own entry to the end. What stands to the left of
 * that entry are the visitor's own words.
 *
 * @returns `undefined` where the visitor's address is not in the list
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
 * The country a trusted peer says the visitor is in, as Cloudflare sends it: upper case, `XX` and `T1` included. Whether it
 * was Cloudflare who said it the caller has to find out.
 *
 * @param notes receives what was ignored
 * @returns `undefined` where the peer says nothing that can be read
 */
export const forwardedCountry = (headers: HeaderReader, notes: string[]): string | undefined => {
  const value = headers(COUNTRY_HEADER)
  if (value === undefined) return undefined
  const code = value.trim()
  if (isCountry(code)) return code
  notes.push(`${COUNTRY_HEADER} ${excerpt(value)} is not a country code: ignored`)
  return undefined
}
