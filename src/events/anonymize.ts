import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import { Ip, parseIp } from '../lists/ip.ts'
import type { MatchedField, SecurityEvent } from './event.ts'

/**
 * The form of visitors' addresses in events:
 * - `truncate`: only the network, /24 for IPv4 and /48 for IPv6
 * - `{ key }`: a keyed hash (HMAC-SHA-256): the same visitor has the same hash, and only the key reveals the address
 */
export type AnonymizeIp = 'truncate' | { readonly key: string }

const HASH_CHARS = 32
const REDACTED = 'REDACTED'
const V4_NETWORK = 0xffffff00
const V6_NETWORK = 0xffff0000
/** Headers that can contain the visitor's address in other formats. */
const HEADERS =
  /^http\.request\.headers\["(?:x-forwarded-for|forwarded|cf-connecting-ip(?:v6)?|true-client-ip|x-real-ip|x-client-ip|cf-pseudo-ipv4)"\]/i
const ALL_HEADERS = /^http\.request\.headers(?:\.values)?(?:\[\*\])?$/

const truncated = (text: string): string => {
  const ip = parseIp(text)
  if (ip === undefined) return REDACTED
  const { family, a, b, d } = ip
  return family === 4
    ? new Ip(4, 0, 0, 0, (d & V4_NETWORK) >>> 0).toString()
    : new Ip(6, a, (b & V6_NETWORK) >>> 0, 0, 0).toString()
}

/** A whole address: 192.0.2.7 is not a part of 192.0.2.77. */
const patternOf = (ip: string): RegExp =>
  new RegExp(`(?<![\\da-f.:])${ip.replaceAll('.', '\\.')}(?![\\da-f:]|\\.\\d)`, 'gi')

const replaced = (value: unknown, from: RegExp, to: string): unknown => {
  if (typeof value === 'string') return value.replace(from, to)
  if (Array.isArray(value)) return value.map((one) => replaced(one, from, to))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [name, replaced(one, from, to)])
  )
}

/**
 * Removes the visitor's address from events: from `ip`, and from the matched values, the query and the notes. Country,
 * network and reputation stay.
 *
 * @example anonymizer('truncate')(event).ip // '192.0.2.0'
 */
export const anonymizer = (how: AnonymizeIp): ((event: SecurityEvent) => SecurityEvent) => {
  const key = how === 'truncate' ? undefined : utf8ToBytes(how.key)
  const hidden = (ip: string) =>
    key === undefined
      ? truncated(ip)
      : bytesToHex(hmac(sha256, key, utf8ToBytes(ip))).slice(0, HASH_CHARS)
  let last = { ip: '', to: '', pattern: /(?!)/g }

  return (event) => {
    const { ip } = event
    if (ip === '') return event
    // The events of one request follow each other.
    if (last.ip !== ip) last = { ip, to: hidden(ip), pattern: patternOf(ip) }
    const { to, pattern } = last
    const matchedOf = (part: MatchedField): MatchedField => ({
      ...part,
      value:
        HEADERS.test(part.field) || ALL_HEADERS.test(part.field)
          ? REDACTED
          : replaced(part.value, pattern, to),
    })
    const { rateLimit } = event
    return {
      ...event,
      ip: to,
      matched: event.matched.map(matchedOf),
      ...(rateLimit === undefined
        ? {}
        : {
            rateLimit: {
              ...rateLimit,
              key: rateLimit.key.map((part) =>
                'value' in part ? { ...part, value: replaced(part.value, pattern, to) } : part
              ),
            },
          }),
      query: event.query.replace(pattern, to),
      ...(event.referer === undefined
        ? {}
        : { referer: replaced(event.referer, pattern, to) as typeof event.referer }),
      notes: event.notes.map((note) => note.replace(pattern, to)),
    }
  }
}
