import type { Ip } from './ip.ts'
import { canonicalIp, parseIp } from './ip.ts'

const IPV4_WITH_PORT = /^([\d.]{7,15}):(\d{1,5})$/
/** The operating system defines the names of interfaces. They are short and have no space, brackets, `/` or `%`. */
const ZONE = /%[^\s[\]/%]{1,64}$/
const BRACKETED = /^\[([^[\]]{2,110})\](?::(\d{1,5}))?$/
const MAX_PORT = 65_535
/** The length of the longest text in these forms. */
const MAX_CHARS = 120

const isPort = (digits: string | undefined) => digits === undefined || Number(digits) <= MAX_PORT

const withoutPort = (text: string): Ip | undefined => {
  const [, bracketed, bracketedPort] = BRACKETED.exec(text) ?? []
  if (bracketed !== undefined) {
    return isPort(bracketedPort) ? withoutZone(bracketed) : undefined
  }
  const [, v4, v4Port] = IPV4_WITH_PORT.exec(text) ?? []
  if (v4 !== undefined) return isPort(v4Port) ? parseIp(v4) : undefined
  return withoutZone(text)
}

/** Only IPv6 has zones. */
const withoutZone = (text: string): Ip | undefined => {
  const ip = parseIp(text.replace(ZONE, ''))
  return ip?.family === 4 ? undefined : ip
}

/**
 * Reads the address of a peer as sockets and proxies write it: an address, with a zone id (`fe80::1%eth0`), in brackets
 * (`[::1]`), or with a port (`192.0.2.1:443`, `[::1]:443`).
 *
 * @returns the canonical address, or `undefined` for other text. An IPv4-mapped or NAT64 address becomes its IPv4 address.
 * @example parsePeerAddress('::ffff:192.0.2.1') // Ip { family: 4, … }
 */
export const parsePeerAddress = (text: string): Ip | undefined => {
  const ip = parseIp(text) ?? (text.length > MAX_CHARS ? undefined : withoutPort(text))
  return ip === undefined ? undefined : canonicalIp(ip)
}
