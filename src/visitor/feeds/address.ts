import type { IpRange } from '../../lists/ip.ts'
import { compareIp, Ip, ipEquals, maxPrefix, networkOf, parseIp } from '../../lists/ip.ts'
import type { Entries } from './entries.ts'
import { endOfIp, readV4, readV6 } from './ip-bytes.ts'

export const EXPECTED_ADDRESS = 'an IP address, a CIDR network or a range a-b'

const ZERO = 48
const NINE = 57
const DOT = 46
const SLASH = 47
const DASH = 45
const SPACE = 32
const V4_BITS = 32
const V6_BITS = 128
const ALL_ONES = 0xffffffff
/** Two IPv6 addresses in their longest form and a separator. */
const MAX_ENTRY_BYTES = 100
/** From this many digits on, a number is not exact. */
const MAX_NUMBER_BYTES = 15

/** One to three digits up to the end; -1 for anything else. */
const prefixLength = (bytes: Uint8Array, from: number, to: number, max: number): number => {
  if (from === to || to - from > 3 || (bytes[from] === ZERO && to - from > 1)) return -1
  let value = 0
  for (let i = from; i < to; i++) {
    const byte = bytes[i]!
    if (byte < ZERO || byte > NINE) return -1
    value = value * 10 + byte - ZERO
  }
  return value > max ? -1 : value
}

/** The start of the second address after `-` or `..`, with or without blanks; -1 if there is neither. */
const behindDash = (bytes: Uint8Array, from: number, to: number): number => {
  let i = from
  while (i < to && bytes[i] === SPACE) i++
  if (bytes[i] === DASH) i++
  else if (bytes[i] === DOT && bytes[i + 1] === DOT) i += 2
  else return -1
  while (i < to && bytes[i] === SPACE) i++
  return i
}

const decoder = new TextDecoder()

const slowRange = (text: string): { range: IpRange; hostBits: boolean } | undefined => {
  const slash = text.indexOf('/')
  if (slash >= 0) {
    const ip = parseIp(text.slice(0, slash))
    const bits = text.slice(slash + 1)
    if (ip === undefined || !/^(?:0|[1-9]\d{0,2})$/.test(bits)) return undefined
    if (Number(bits) > maxPrefix(ip.family)) return undefined
    const range = networkOf(ip, Number(bits))
    return { range, hostBits: !ipEquals(range.from, ip) }
  }
  const ip = parseIp(text)
  if (ip !== undefined) return { range: { from: ip, to: ip }, hostBits: false }
  const [first, last, more] = text.split(/ *(?:-|\.\.) */).map((part) => parseIp(part))
  if (first === undefined || last === undefined || more !== undefined) return undefined
  // Addresses of two families have no order.
  if (!(compareIp(first, last) <= 0)) return undefined
  return { range: { from: first, to: last }, hostBits: false }
}

const readBehindV4 = (
  bytes: Uint8Array,
  first: number,
  to: number,
  entries: Entries,
  number: number | undefined
): boolean => {
  const end = endOfIp()
  if (end === to) {
    entries.add4(first, first, number)
    return true
  }
  if (bytes[end] === SLASH) {
    const prefix = prefixLength(bytes, end + 1, to, V4_BITS)
    if (prefix < 0) return false
    const hosts = prefix === 0 ? ALL_ONES : prefix === V4_BITS ? 0 : ALL_ONES >>> prefix
    const start = (first & ~hosts) >>> 0
    if (start !== first) entries.hostBits++
    entries.add4(start, (first | hosts) >>> 0, number)
    return true
  }
  const second = behindDash(bytes, end, to)
  if (second < 0) return false
  const last = readV4(bytes, second, to)
  if (last < first || endOfIp() !== to) return false
  entries.add4(first, last, number)
  return true
}

/** Text that is not a plain IPv6 address or network takes the slow path. */
const readBehindV6 = (
  bytes: Uint8Array,
  ip: Ip,
  to: number,
  entries: Entries,
  number: number | undefined
): boolean => {
  const end = endOfIp()
  const prefix = end === to ? V6_BITS : prefixLength(bytes, end + 1, to, V6_BITS)
  if (prefix < 0 || (end < to && bytes[end] !== SLASH)) return false
  const range = networkOf(ip, prefix)
  if (!ipEquals(range.from, ip)) entries.hostBits++
  entries.add(range, number)
  return true
}

/**
 * Reads one address, network or range into `entries`; host bits are masked and counted. It reads addresses directly from
 * the bytes, so a million lines take a fraction of a second.
 *
 * @param number the feed's own number of this entry
 * @returns `false` if the text is none of these
 */
export const readAddress = (
  bytes: Uint8Array,
  from: number,
  to: number,
  entries: Entries,
  number?: number
): boolean => {
  const word = readV4(bytes, from, to)
  if (word >= 0) return readBehindV4(bytes, word, to, entries, number)
  const ip = readV6(bytes, from, to)
  if (ip !== undefined && readBehindV6(bytes, ip, to, entries, number)) return true
  if (to - from > MAX_ENTRY_BYTES) return false
  return readText(decoder.decode(bytes.subarray(from, to)), entries, number)
}

/** Reads an address that fills the whole range. */
export const readIp = (bytes: Uint8Array, from: number, to: number): Ip | undefined => {
  const word = readV4(bytes, from, to)
  if (word >= 0) return endOfIp() === to ? new Ip(4, 0, 0, 0, word) : undefined
  const isShort = to - from <= MAX_ENTRY_BYTES
  return isShort ? parseIp(decoder.decode(bytes.subarray(from, to))) : undefined
}

/** The same for a text. */
export const readText = (text: string, entries: Entries, number?: number): boolean => {
  const read = slowRange(text)
  if (read === undefined) return false
  if (read.hostBits) entries.hostBits++
  entries.add(read.range, number)
  return true
}

/** A decimal number of 0 or more up to the end, such as `10` or `0.75`; `undefined` for anything else. */
export const readNumber = (bytes: Uint8Array, from: number, to: number): number | undefined => {
  if (from === to || to - from > MAX_NUMBER_BYTES) return undefined
  let value = 0
  let scale = 0
  for (let i = from; i < to; i++) {
    const byte = bytes[i]!
    if (byte === DOT && scale === 0 && i > from && i < to - 1) scale = 1
    else if (byte >= ZERO && byte <= NINE) {
      value = value * 10 + byte - ZERO
      scale *= 10
    } else return undefined
  }
  return scale === 0 ? value : value / scale
}
