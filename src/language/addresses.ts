import { parseCidr } from '../lists/cidr.ts'
import type { IpRange } from '../lists/ip.ts'
import { compareIp, formatIp, Ip, maxPrefix, networkOf, parseIp } from '../lists/ip.ts'
import type { Cursor } from './cursor.ts'
import { Problem } from './problem.ts'

const ADDRESS = /[./:\da-fA-F]+/y

/** One to four decimal parts. Cloudflare's CIDR parser fills missing parts with 0: `10/8`, `1.2.3`. */
const LOOSE_V4 = /^\d+(?:\.\d+){0,3}$/

const looseV4 = (text: string): Ip | undefined => {
  if (!LOOSE_V4.test(text)) return undefined
  const parts = text.split('.').map(Number)
  if (parts.some((part) => part > 255)) return undefined
  const [a = 0, b = 0, c = 0, d = 0] = parts
  return new Ip(4, 0, 0, 0, ((a << 24) | (b << 16) | (c << 8) | d) >>> 0)
}

const notAnAddress = (start: number, end: number, help?: string) =>
  new Problem(
    'invalid_ip',
    "couldn't parse address in network: invalid IP address syntax",
    start,
    end,
    help
  )

/** Reads the longest run of characters that an address, a network or a range can contain. */
const addressText = (cursor: Cursor): string => {
  const text = cursor.takeRun(ADDRESS)
  if (text === '') {
    throw new Problem('expected_name', 'expected IP address character', cursor.at, cursor.end)
  }
  return text
}

/** Reads the right-hand side of `==` and of the ordering operators: one address in strict form, not a network. */
export const ipLiteral = (cursor: Cursor): Ip => {
  const start = cursor.at
  const text = addressText(cursor)
  const ip = parseIp(text)
  if (ip !== undefined) return ip
  const help = text.includes('/') ? `a network goes into a set: in {${text}}` : undefined
  throw notAnAddress(start, cursor.at, help)
}

/** Reads an item of a set: an address, a CIDR network or a range `a..b`. */
export const ipRangeLiteral = (cursor: Cursor): IpRange => {
  const start = cursor.at
  const text = addressText(cursor)
  const dots = text.indexOf('..')
  if (dots >= 0) return explicitRange(cursor, start, text.slice(0, dots), text.slice(dots + 2))
  const slash = text.indexOf('/')
  if (slash >= 0) return network(text.slice(0, slash), text.slice(slash + 1), start)
  const ip = parseIp(text) ?? looseV4(text)
  if (ip === undefined) throw notAnAddress(start, cursor.at)
  return { from: ip, to: ip }
}

const MAX_PREFIX_READ = 255

const wrongLength = (bits: string): string | undefined => {
  if (bits === '') return 'cannot parse integer from empty string'
  if (!/^\d+$/.test(bits)) return 'invalid digit found in string'
  return Number(bits) > MAX_PREFIX_READ ? 'number too large to fit in target type' : undefined
}

/** Reads a CIDR network. An error spans only the wrong part, as in Cloudflare's engine. */
const network = (address: string, bits: string, start: number): IpRange => {
  const slash = start + address.length
  const end = slash + 1 + bits.length
  const ip = parseIp(address) ?? looseV4(address)
  if (ip === undefined) throw notAnAddress(start, slash)
  const wrong = wrongLength(bits)
  if (wrong !== undefined) {
    const message = `couldn't parse length in network: ${wrong}`
    throw new Problem('invalid_network', message, slash + 1, end)
  }
  const max = maxPrefix(ip.family)
  if (Number(bits) > max) {
    throw new Problem(
      'invalid_network',
      `invalid length for network: network length ${Number(bits)} is too long for Ipv${ip.family} (maximum: ${max})`,
      start,
      end
    )
  }
  const range = networkOf(ip, Number(bits))
  if (compareIp(range.from, ip) !== 0) {
    const meant = parseCidr(`${formatIp(ip)}/${Number(bits)}`)
    throw new Problem(
      'invalid_network',
      'host part of address was not zero',
      start,
      slash,
      meant.ok || meant.suggestion === undefined
        ? undefined
        : `CIDR has host bits set: did you mean ${meant.suggestion}?`
    )
  }
  return range
}

const explicitRange = (cursor: Cursor, start: number, first: string, last: string): IpRange => {
  const from = parseIp(first)
  if (from === undefined) throw notAnAddress(start, start + first.length)
  const to = parseIp(last)
  if (to === undefined) throw notAnAddress(cursor.at - last.length, cursor.at)
  if (from.family !== to.family || compareIp(from, to) > 0) {
    throw new Problem('incompatible_range_bounds', 'incompatible range bounds', start, cursor.at)
  }
  return { from, to }
}
