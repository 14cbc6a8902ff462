import { readFileSync } from 'node:fs'
import { EdgeError } from '../../error.ts'
import { V4Boundaries, V6Boundaries } from '../../lists/boundaries.ts'
import type { Ip } from '../../lists/ip.ts'

/** Finds a country code by address. */
export type FindCountry = (ip: Ip) => string | undefined

/** Where things stand in a record of geoip-lite's country files, in bytes. */
interface Layout {
  readonly size: number
  /**
   * Upper and lower word of the first address, then of the last. Of IPv6 these are the upper 64 bits, as nothing in the
   * data is narrower than a /64; IPv4 has only the lower word.
   */
  readonly from: readonly [high: number, low: number]
  readonly to: readonly [high: number, low: number]
  /** Two letters. */
  readonly country: number
}

const NO_WORD = -1
const V4_LAYOUT: Layout = { size: 10, from: [NO_WORD, 0], to: [NO_WORD, 4], country: 8 }
const V6_LAYOUT: Layout = { size: 34, from: [0, 4], to: [16, 20], country: 32 }

const WORD = 0x1_0000_0000
const COUNTRY_CODES = 0x10000
const COUNTRY_CODE = /^[A-Z]{2}$/
/** Positions are bytes. */
const MAX_COUNTRIES = 256
/** Position 0 in the list of countries stands for addresses outside the data. */
const NOWHERE = 0

interface Stretches {
  high: Uint32Array
  low: Uint32Array
  /** For each stretch its position in `countries`. */
  country: Uint8Array
  countries: readonly (string | undefined)[]
}

/** Numbers the countries of the file in the order they come. Two NULs are a network whose country is not known. */
const countryList = () => {
  const countries: (string | undefined)[] = [undefined]
  const positions = new Uint8Array(COUNTRY_CODES)
  const add = (code: number): number => {
    if (code === 0) return NOWHERE
    const country = String.fromCharCode(code >>> 8, code & 0xff)
    if (!COUNTRY_CODE.test(country)) throw new Error(`${JSON.stringify(country)} is not a country`)
    if (countries.length === MAX_COUNTRIES) throw new Error('it has too many countries')
    positions[code] = countries.length
    return countries.push(country) - 1
  }
  return { countries, positions, add }
}

/**
 * Turns records into stretches that each last until the next begins, so that only beginnings need to be kept, and of
 * neighbours in one country only the first (half of them). A record that begins inside the one before it cuts that one
 * short: the overlaps in geoip-lite's data come from its converter, which makes the ends of some /64 too large.
 */
const readStretches = (bytes: Uint8Array, { size, from, to, country: at }: Layout): Stretches => {
  if (bytes.length === 0 || bytes.length % size !== 0) {
    throw new Error(`its ${bytes.length} bytes are not records of ${size}`)
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const { countries, positions, add } = countryList()
  const most = (bytes.length / size) * 2
  const high = new Uint32Array(most)
  const low = new Uint32Array(most)
  const country = new Uint8Array(most)
  let length = 0
  let current = NOWHERE
  // The previous record's beginning, and the first address behind it.
  let beganHigh = 0
  let beganLow = 0
  let endHigh = 0
  let endLow = 0
  for (let record = 0; record < bytes.length; record += size) {
    const fromHigh = from[0] < 0 ? 0 : view.getUint32(record + from[0])
    const fromLow = view.getUint32(record + from[1])
    if (fromHigh < beganHigh || (fromHigh === beganHigh && fromLow < beganLow)) {
      throw new Error(`the record at byte ${record} begins before the one that precedes it`)
    }
    const afterGap = endHigh < fromHigh || (endHigh === fromHigh && endLow < fromLow)
    if (afterGap && current !== NOWHERE) {
      high[length] = endHigh
      low[length] = endLow
      country[length++] = NOWHERE
      current = NOWHERE
    }
    const code = view.getUint16(record + at)
    const position = positions[code] || add(code)
    if (position !== current) {
      high[length] = fromHigh
      low[length] = fromLow
      country[length++] = position
      current = position
    }
    const toLow = view.getUint32(record + to[1])
    endLow = toLow + 1 === WORD ? 0 : toLow + 1
    endHigh = (to[0] < 0 ? 0 : view.getUint32(record + to[0])) + (endLow === 0 ? 1 : 0)
    beganHigh = fromHigh
    beganLow = fromLow
  }
  // Behind the last address of the family nothing can begin.
  if (endHigh < (from[0] < 0 ? 1 : WORD)) {
    high[length] = endHigh
    low[length] = endLow
    country[length++] = NOWHERE
  }
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
    const layout = family === 4 ? V4_LAYOUT : V6_LAYOUT
    const { high, low, country, countries } = readStretches(readFileSync(path), layout)
    if (family === 4) {
      const boundaries = new V4Boundaries(low)
      return (ip) => countries[country[boundaries.find(ip.d)] ?? NOWHERE]
    }
    const boundaries = new V6Boundaries(high, low)
    return (ip) => countries[country[boundaries.find(ip)] ?? NOWHERE]
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new EdgeError('geo_failed', `country data ${path} cannot be read: ${reason}`, { cause })
  }
}
