import { Ip, parseIp } from '../lists/ip.ts'

const WORD_DIGITS = 8
const hex = (word: number) => word.toString(16).padStart(WORD_DIGITS, '0')
const FOREIGN = '='
const IPV4_KEY = /^[0-9a-f]{8}$/
const HEX = 16

/** Hex digits of an address, eight or 32. Within a family they sort like the addresses. */
export const keyOf = ({ family, a, b, c, d }: Ip): string =>
  family === 4 ? hex(d) : hex(a) + hex(b) + hex(c) + hex(d)

/** The key of an IPv4 address as a number. */
export const keyOfIpv4 = hex

/** The number of an IPv4 address; `undefined` for the key of anything else. */
export const ipv4OfKey = (key: string): number | undefined =>
  IPV4_KEY.test(key) ? Number.parseInt(key, HEX) : undefined

/** The key of an event's address. Text that is not a canonical address is kept unchanged after a `=`. */
export const ipKey = (text: string): string => {
  const ip = parseIp(text)
  return ip === undefined || ip.toString() !== text ? FOREIGN + text : keyOf(ip)
}

const word = (key: string, from: number) => Number.parseInt(key.slice(from, from + WORD_DIGITS), 16)

/** The text of a key; '' for no key. */
export const ipOfKey = (key: string): string => {
  if (key === '') return ''
  if (key.startsWith(FOREIGN)) return key.slice(FOREIGN.length)
  const ip =
    key.length === WORD_DIGITS
      ? new Ip(4, 0, 0, 0, word(key, 0))
      : new Ip(6, word(key, 0), word(key, 8), word(key, 16), word(key, 24))
  return ip.toString()
}

/** The order of addresses: IPv4 before IPv6, by number. */
export const compareIpKeys = (x: string, y: string): number =>
  x.length - y.length || (x === y ? 0 : x < y ? -1 : 1)
