import { join } from 'node:path'
import type { Ip } from '../../lists/ip.ts'
import type { GeoPlace } from '../visitor.ts'
import { NO_VALUE, readRecords } from './geoip-lite-records.ts'

export type FindCountry = (ip: Ip) => GeoPlace | undefined

/** A record ends in two letters; their position in bytes, and the record's size. */
const V4 = { file: 'geoip-country.dat', country: 8, size: 10 }
const V6 = { file: 'geoip-country6.dat', country: 32, size: 34 }

const COUNTRY_CODES = 0x10000
const COUNTRY_CODE = /^[A-Z]{2}$/
/** Positions are bytes; 255 means none. */
const MAX_COUNTRIES = 255
const NEW = 0

/** Numbers the countries in order of appearance. Two NULs mean a network with an unknown country. */
const countryList = () => {
  const countries: GeoPlace[] = []
  /** The position of each country, from 1. */
  const positions = new Uint8Array(COUNTRY_CODES)
  const add = (code: number): number => {
    if (code === 0) return NO_VALUE
    const country = String.fromCharCode(code >>> 8, code & 0xff)
    if (!COUNTRY_CODE.test(country)) throw new Error(`${JSON.stringify(country)} is not a country`)
    if (countries.length === MAX_COUNTRIES) throw new Error('it has too many countries')
    positions[code] = countries.push({ country })
    return countries.length - 1
  }
  const positionOf = (code: number): number => {
    const position = positions[code]!
    return position === NEW ? add(code) : position - 1
  }
  return { countries, positionOf }
}

/**
 * Loads geoip-lite's country files from a folder.
 *
 * @throws EdgeError `geo_failed` if a file is missing or invalid
 */
export const readCountryFiles = (dir: string): FindCountry => {
  const { countries, positionOf } = countryList()
  const fileOf = ({ file, size, country }: typeof V4) => ({
    path: join(dir, file),
    size,
    valueOf: (view: DataView, record: number) => positionOf(view.getUint16(record + country)),
  })
  const map = readRecords(fileOf(V4), fileOf(V6))
  return (ip) => countries[map.find(ip)]
}
