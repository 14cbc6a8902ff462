import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Ip } from '../../lists/ip.ts'
import type { CityPlace } from '../visitor.ts'
import regions from './city-regions.json' with { type: 'json' }
import { dataFailed, NO_VALUE, readRecords } from './geoip-lite-records.ts'

export type FindPlace = (ip: Ip) => CityPlace | undefined

/** The position of the place's number in a record; its latitude and longitude follow. */
const V4 = { file: 'geoip-city.dat', place: 8, size: 24 }
const V6 = { file: 'geoip-city6.dat', place: 32, size: 48 }
const LATITUDE = 4
const LONGITUDE = 8
const DEGREE = 10_000

/** A record of the names: country, region, market area, EU flag, time zone, city; texts end at a NUL. */
const NAMES_FILE = 'geoip-city-names.dat'
const NAMES_SIZE = 88
const COUNTRY_AT = 0
const REGION_AT = 2
const METRO_AT = 5
const TIMEZONE_AT = 10
const CITY_AT = 42

/** The number of cached places, of 140,000 in total: at most about 20 MB. */
const MAX_KEPT = 0x1_0000
const NONE = -1

/** Names of regions by country and code, if they are the same everywhere. */
const REGIONS: Readonly<Record<string, Readonly<Record<string, string>>>> = regions.names

const readNames = (path: string): Buffer => {
  try {
    const bytes = readFileSync(path)
    if (bytes.length > 0 && bytes.length % NAMES_SIZE === 0) return bytes
    throw new Error(`its ${bytes.length} bytes are not records of ${NAMES_SIZE}`)
  } catch (cause) {
    throw dataFailed(path, cause)
  }
}

/**
 * Numbers the places (names with coordinates). There are a twentieth as many places as networks, so a network needs only
 * one number. Places with the same names, mostly one or two, are chained.
 */
const placeList = (nameCount: number) => {
  const names: number[] = []
  const latitudes: number[] = []
  const longitudes: number[] = []
  const next: number[] = []
  const firsts = new Int32Array(nameCount).fill(NONE)
  const positionOf = (name: number, latitude: number, longitude: number): number => {
    if (name === NO_VALUE) return NO_VALUE
    if (name >= nameCount) throw new Error(`it names place ${name} of ${nameCount}`)
    for (let at = firsts[name]!; at !== NONE; at = next[at]!) {
      if (latitudes[at] === latitude && longitudes[at] === longitude) return at
    }
    next.push(firsts[name]!)
    latitudes.push(latitude)
    longitudes.push(longitude)
    firsts[name] = names.length
    return names.push(name) - 1
  }
  /** The data that is needed after the numbering, compactly. */
  const columns = () => ({
    names: Uint32Array.from(names),
    latitudes: Int32Array.from(latitudes),
    longitudes: Int32Array.from(longitudes),
  })
  return { positionOf, columns }
}

/** A text that fills its place may have lost half of its last character. */
const textAt = (bytes: Buffer, from: number, to: number): string => {
  const end = bytes.indexOf(0, from)
  return end >= from && end < to
    ? bytes.toString('utf8', from, end)
    : bytes.toString('utf8', from, to).replace(/\ufffd$/, '')
}

/**
 * Loads geoip-lite's city files from a folder: 50 MB of tables, where geoip-lite itself takes 146. They have no postal
 * codes and no second subdivision, and only the codes of regions.
 *
 * @throws EdgeError `geo_failed` if a file is missing or invalid
 */
export const readCityFiles = (dir: string): FindPlace => {
  const texts = readNames(join(dir, NAMES_FILE))
  const { positionOf, columns } = placeList(texts.length / NAMES_SIZE)
  const fileOf = ({ file, size, place }: typeof V4) => ({
    path: join(dir, file),
    size,
    valueOf: (view: DataView, record: number) =>
      positionOf(
        view.getUint32(record + place),
        view.getInt32(record + place + LATITUDE),
        view.getInt32(record + place + LONGITUDE)
      ),
  })
  const map = readRecords(fileOf(V4), fileOf(V6))
  const { names, latitudes, longitudes } = columns()

  const placeAt = (position: number): CityPlace => {
    const at = names[position]! * NAMES_SIZE
    const country = textAt(texts, at + COUNTRY_AT, at + REGION_AT)
    const code = textAt(texts, at + REGION_AT, at + METRO_AT)
    const metro = texts.readInt32BE(at + METRO_AT)
    return {
      city: textAt(texts, at + CITY_AT, at + NAMES_SIZE),
      region: REGIONS[country]?.[code] ?? '',
      regionCode: code,
      subdivision1: country === '' || code === '' ? '' : `${country}-${code}`,
      subdivision2: '',
      postalCode: '',
      metroCode: metro > 0 ? String(metro) : '',
      lat: String(latitudes[position]! / DEGREE),
      lon: String(longitudes[position]! / DEGREE),
      timezone: textAt(texts, at + TIMEZONE_AT, at + CITY_AT),
    }
  }

  const known = new Map<number, CityPlace>()
  return (ip) => {
    const position = map.find(ip)
    if (position < 0) return undefined
    let place = known.get(position)
    if (place === undefined) {
      place = placeAt(position)
      if (known.size === MAX_KEPT) known.clear()
      known.set(position, place)
    }
    return place
  }
}
