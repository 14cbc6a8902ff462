import { parseCidr } from '../lists/cidr.ts'
import type { IpRange } from '../lists/ip.ts'
import { compareIp, formatIp, Ip, maxPrefix, networkOf, parseIp } from '../lists/ip.ts'
import type { Cursor } from './cursor.ts'
import { Problem } from './problem.ts'

const isAddressUnit = (unit: number) =>
  (unit >= 48 && unit <= 58) || unit === 46 || ((unit | 32) >= 97 && (unit | 32) <= 102)
const isDigit = (unit: number) => unit >= 48 && unit <= 57

/** One to four decimal parts, missing ones being 0: what Cloudflare's CIDR parser makes of `10/8` or `1.2.3`. */
const LOOSE_V4 = /^\d+(?:\.\d+){0,3}$/

const looseV4 = (text: string): Ip | undefined => {
  if (!LOOSE_V4.test(text)) return undefined
  const parts = text.split('.').map(Number)
  if (parts.some((part) => part > 255)) return undefined
  const [a = 0, b = 0, c = 0, d = 0] = parts
  return new Ip(4, 0, 0, 0, ((a << 24) | (b << 16) | (c << 8) | d) >>> 0)
}

const notAnAddress = (start: number, end: number, isNetwork: boolean, help?: string) =>
  new Problem(
    'invalid_ip',
    isNetwork
      ? "couldn't parse address in network: invalid IP address syntax"
      : 'invalid IP address syntax',
    start,
    end,
    help
  )

const addressText = (cursor: Cursor): string => {
  const text = cursor.takeWhile(isAddressUnit)
  if (text === '') {
    throw new Problem('expected_name', 'expected IP address character', cursor.at, cursor.end)
  }
  return text
}

/** The right-hand side of `==` and its kind: one address, strictly written, no network. */
export const ipLiteral = (cursor: Cursor): Ip => {
  const start = cursor.at
  const text = addressText(cursor)
  const ip = parseIp(text)
  if (ip === undefined) throw notAnAddress(start, cursor.at, true)
  if (cursor.unit() === 47) {
    const network = cursor.source.slice(start).match(/^[^\s{}]+/)?.[0] ?? ''
    throw new Problem(
      'eof',
      'unrecognised input',
      cursor.at,
      cursor.end,
      `a network goes into a set: in {${network}}`
    )
  }
  return ip
}

/** An item of a set: address, CIDR network or `a..b`. */
export const ipRangeLiteral = (cursor: Cursor): IpRange => {
  const start = cursor.at
  const text = addressText(cursor)
  const dots = text.indexOf('..')
  if (dots >= 0) return explicitRange(cursor, start, text.slice(0, dots), text.slice(dots + 2))
  if (cursor.unit() === 47) {
    cursor.at++
    const bits = cursor.takeWhile(isDigit)
    if (bits === '') throw new Problem('expected_name', 'expected digit', cursor.at, cursor.end)
    return network(text, bits, start, cursor.at)
  }
  const ip = parseIp(text) ?? looseV4(text)
  if (ip === undefined) throw notAnAddress(start, cursor.at, true)
  return { from: ip, to: ip }
}

const network = (text: string, bits: string, start: number, end: number): IpRange => {
  const ip = parseIp(text) ?? looseV4(text)
  if (ip === undefined) throw notAnAddress(start, end - bits.length - 1, true)
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
      end,
      meant.ok || meant.suggestion === undefined
        ? undefined
        : `CIDR has host bits set: did you mean ${meant.suggestion}?`
    )
  }
  return range
}

const explicitRange = (cursor: Cursor, start: number, first: string, last: string): IpRange => {
  const from = parseIp(first)
  if (from === undefined) throw notAnAddress(start, start + first.length, false)
  const to = parseIp(last)
  if (to === undefined) throw notAnAddress(cursor.at - last.length, cursor.at, false)
  if (from.family !== to.family || compareIp(from, to) > 0) {
    throw new Problem('incompatible_range_bounds', 'incompatible range bounds', start, cursor.at)
  }
  return { from, to }
}
