import type { Ip } from '../lists/ip.ts'
import type { IpSet } from '../lists/ipset.ts'
import { parsePeerAddress } from '../lists/peer.ts'
import { shown } from './shown.ts'
import type { HeaderReader } from './visitor.ts'

/** Headers with the one address of the client, the more trustworthy first. */
const CLIENT_HEADERS = ['cf-connecting-ip', 'true-client-ip'] as const
const LIST_HEADER = 'x-forwarded-for'

/** More hops than any chain of proxies has; a header may hold tens of thousands. */
const MAX_ENTRIES = 64
const MAX_NOTED_ENTRIES = 3

/**
 * The address a trusted peer says the request comes from: `CF-Connecting-IP`, else `True-Client-IP`, else
 * `X-Forwarded-For` read from the right up to the first address that is not a trusted proxy. Where nothing can be read
 * it is the peer's.
 *
 * The first two hold what the last Cloudflare saw and pass other proxies unchanged, so a trusted proxy that visitors
 * reach directly has to remove theirs.
 *
 * @param notes receives what was ignored
 */
export const forwardedAddress = (
  headers: HeaderReader,
  peer: Ip,
  trusted: IpSet,
  notes: string[]
): Ip => {
  for (const name of CLIENT_HEADERS) {
    const value = headers(name)
    if (value === undefined) continue
    const ip = parsePeerAddress(value.trim())
    if (ip !== undefined) return ip
    notes.push(`${name} ${shown(value)} is not an address: ignored`)
  }
  const list = headers(LIST_HEADER)
  return list === undefined ? peer : firstUntrusted(list, peer, trusted, notes)
}

/**
 * Each proxy appends whom it was called by, so an entry is as good as the proxies to its right. An entry that is not an
 * address is passed over: nginx writes `unix:` for its own socket, and stopping there would give every visitor the
 * address of a trusted proxy.
 */
const firstUntrusted = (list: string, peer: Ip, trusted: IpSet, notes: string[]): Ip => {
  let client = peer
  let invalid = 0
  let end = list.length
  for (let entries = 0; end >= 0; entries++) {
    if (entries === MAX_ENTRIES) {
      notes.push(`${LIST_HEADER} has more than ${MAX_ENTRIES} entries: the others ignored`)
      break
    }
    const comma = end === 0 ? -1 : list.lastIndexOf(',', end - 1)
    const entry = list.slice(comma + 1, end).trim()
    end = comma
    // RFC 9110 §5.6.1 has empty list elements skipped.
    if (entry === '') continue
    const ip = parsePeerAddress(entry)
    if (ip !== undefined) {
      client = ip
      if (!trusted.has(ip)) break
    } else if (++invalid <= MAX_NOTED_ENTRIES) {
      notes.push(`${LIST_HEADER} entry ${shown(entry)} is not an address: ignored`)
    }
  }
  if (invalid > MAX_NOTED_ENTRIES) {
    notes.push(
      `${invalid - MAX_NOTED_ENTRIES} more ${LIST_HEADER} entries are not addresses: ignored`
    )
  }
  return client
}

/** What an untrusted peer said of its client, which nobody believes. */
export const disbelieved = (headers: HeaderReader, peer: string): string[] =>
  [...CLIENT_HEADERS, LIST_HEADER]
    .filter((name) => headers(name) !== undefined)
    .map((name) => `${name} ignored: ${peer} is not a trusted proxy`)
