import { readFileSync } from 'node:fs'
import { EdgeError } from '../../error.ts'
import { V4Boundaries, V6Boundaries } from '../../lists/boundaries.ts'
import type { Ip } from '../../lists/ip.ts'

/** Finds a country code by address. */
export type FindCountry = (ip: Ip) => string | undefined

/**
 * A record of geoip-lite's country files: first address, last address, country in two letters, without separators.
 * Of IPv6 only the upper 64 bits count, as nothing in the data is narrower than a /64.
 */
interface Layout {
  readonly size: number
  /** Where the upper word of the first and last address stand; IPv4 has none. */
  readonly high: readonly [number, number] | undefined
  readonly low: readonly [number, number]
  readonly country: number
}

const V4_LAYOUT: Layout = { size: 10, high: undefined, low: [0, 4], country: 8 }
const V6_LAYOUT: Layout = { size: 34, high: [0, 16], low: [4, 20], country: 32 }

const WORD = 0x1_0000_0000
const LETTER_A = 65
const LETTER_Z = 90
/** Two NULs: a network whose country is not known. */
const NO_COUNTRY = 0

const isLetter = (unit: number) => unit >= LETTER_A && unit <= LETTER_Z

interface Stretches {
  high: Uint32Array
  low: Uint32Array
  /** Position in `countries` of each stretch; 0 for addresses outside the data. */
  country: Uint8Array
  countries: readonly (string | undefined)[]
}

/**
 * Turns records into stretches that each last until the next begins, so that neighbours of one country become one and
 * only beginnings need to be kept. A record that begins inside the one before it cuts that one short: the overlaps that
 * exist in geoip-lite's data come from its converter, which makes the ends of some /64 too large.
 */
const readStretches = (bytes: Uint8Array, layout: Layout): Stretches => {
  if (bytes.length === 0 || bytes.length % layout.size !== 0) {
    throw new Error(`its ${bytes.length} bytes are not records of ${layout.size}`)
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const records = bytes.length / layout.size
  const high = new Uint32Array(records * 2)
  const low = new Uint32Array(records * 2)
  const country = new Uint8Array(records * 2)
  const countries: (string | undefined)[] = [undefined]
  const positions = new Map<number, number>([[NO_COUNTRY, 0]])
  let length = 0

  const positionOf = (code: number, record: number): number => {
    const known = positions.get(code)
    if (known !== undefined) return known
    const units = [code >>> 8, code & 0xff]
    if (!units.every(isLetter)) throw new Error(`record ${record} has no country code`)
    positions.set(code, countries.length)
    return countries.push(String.fromCharCode(...units)) - 1
  }
  const begin = (highWord: number, lowWord: number, position: number) => {
    const last = length - 1
    if (last >= 0 && high[last] === highWord && low[last] === lowWord) length--
    if (length > 0 && country[length - 1] === position) return
    high[length] = highWord
    low[length] = lowWord
    country[length] = position
    length++
  }

  // The previous record's beginning, and the first address behind it.
  let [beganHigh, beganLow, endHigh, endLow] = [-1, 0, 0, 0]
  for (let record = 0, at = 0; record < records; record++, at += layout.size) {
    const fromHigh = layout.high === undefined ? 0 : view.getUint32(at + layout.high[0])
    const fromLow = view.getUint32(at + layout.low[0])
    if (fromHigh < beganHigh || (fromHigh === beganHigh && fromLow < beganLow)) {
      throw new Error(`record ${record} begins before the one that precedes it`)
    }
    if (record > 0 && (endHigh < fromHigh || (endHigh === fromHigh && endLow < fromLow))) {
      begin(endHigh, endLow, 0)
    }
    begin(fromHigh, fromLow, positionOf(view.getUint16(at + layout.country), record))
    const toLow = view.getUint32(at + layout.low[1])
    endLow = (toLow + 1) % WORD
    endHigh = (layout.high === undefined ? 0 : view.getUint32(at + layout.high[1])) + (endLow === 0 ? 1 : 0)
    beganHigh = fromHigh
    beganLow = fromLow
  }
  if (endHigh < (layout.high === undefined ? 1 : WORD)) begin(endHigh, endLow, 0)
  return {
    high: high.slice(0, length),
    low: low.slice(0, length),
    country: country.slice(0, length),
    countries,
  }
}

/**
 * Loads one of geoip-lite's country files.
 *
 * @throws EdgeError `geo_failed` where the file is missing or is not one
 */
export const readCountryFile = (path: string, family: 4 | 6): FindCountry => {
  try {
    const read = readStretches(readFileSync(path), family === 4 ? V4_LAYOUT : V6_LAYOUT)
    const { high, low, country, countries } = read
    if (family === 4) {
      const boundaries = new V4Boundaries(low)
      return (ip) => countries[country[boundaries.find(ip.d)] ?? 0]
    }
    const boundaries = new V6Boundaries(high, low)
    return (ip) => countries[country[boundaries.find(ip)] ?? 0]
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new EdgeError('geo_failed', `country data ${path} cannot be read: ${reason}`, { cause })
  }
}
