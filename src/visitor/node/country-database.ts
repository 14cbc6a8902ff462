import { join } from 'node:path'
import { EdgeError } from '../../error.ts'
import { UNKNOWN_COUNTRY } from '../countries.ts'
import type { GeoSource } from '../visitor.ts'
import type { GeoipLite } from './geoip-lite.ts'
import { GEOIP_LITE, geoipLite } from './geoip-lite.ts'
import { dateOfVersion, installedPackage } from './installed.ts'
import { loadedOnce } from './loaded-once.ts'
import { readMmdb } from './mmdb-file.ts'
import { countryOf } from './mmdb-record.ts'

export const COUNTRY_PACKAGE = '@ip-location-db/geo-whois-asn-country-mmdb'
export const COUNTRY_DATABASE = 'geo-whois-asn-country'
/** The version in edge1020's package.json. */
const COUNTRY_PACKAGE_VERSION = '2.3.2026061719'

export interface CountryDatabaseOptions {
  /** Called once, for a damaged record. */
  onError?: (error: EdgeError) => void
  /** A directory whose packages are also searched; default the working directory. */
  project?: string | undefined
}

const ignore = () => {}

/**
 * Countries of the npm package `@ip-location-db/geo-whois-asn-country-mmdb` (CC0): IPv4 and IPv6, without places below the
 * country. Nothing is read before `open()` or the first look-up; both throw EdgeError `geo_failed` if the file is
 * unreadable.
 *
 * @returns `undefined` if the package is not installed
 * @example countryDatabase()?.lookup(parseIp('175.45.176.1')!) // { country: 'KP' }
 */
export const countryDatabase = ({
  onError = ignore,
  project,
}: CountryDatabaseOptions = {}): GeoSource | undefined => {
  const installed = installedPackage(COUNTRY_PACKAGE, project)
  if (installed === undefined) return undefined
  const path = join(installed.dir, `${COUNTRY_DATABASE}.mmdb`)
  const countries = loadedOnce(() => readMmdb(path, onError).lookup(countryOf))
  return {
    name: COUNTRY_DATABASE,
    date: dateOfVersion(installed.version),
    provides: new Set(['country'] as const),
    open: () => countries.open(),
    lookup: (ip) => countries.get()(ip),
  }
}

/**
 * Countries of one source, and places below them from another source, which is loaded only if a rule reads a place. If the
 * sources disagree on an address's country, the address has no place: it moved after the older data was made, and its city
 * would be wrong.
 */
export const withPlaces = (countries: GeoSource, places: GeoipLite): GeoSource => ({
  name: countries.name,
  get date() {
    return countries.date
  },
  provides: new Set(['country', 'place'] as const),
  open: (detail) => {
    countries.open?.('country')
    if (detail === 'city') places.open?.('city')
  },
  lookup: (ip) => countries.lookup(ip),
  place: (ip) => {
    const here = countries.lookup(ip)?.country ?? UNKNOWN_COUNTRY
    const there = places.lookup(ip)?.country ?? UNKNOWN_COUNTRY
    const hasMoved = here !== UNKNOWN_COUNTRY && there !== UNKNOWN_COUNTRY && here !== there
    return hasMoved ? undefined : places.place(ip)
  },
})

/**
 * The country data of an edge that was given none, if no package has any. Loading it throws an error that names the missing
 * package.
 */
const missingCountries = (): GeoSource => {
  const countries = loadedOnce((): GeoSource['lookup'] => {
    throw new EdgeError(
      'geo_failed',
      `country data is missing: ${COUNTRY_PACKAGE} is not installed: run \`npm install ${COUNTRY_PACKAGE}@${COUNTRY_PACKAGE_VERSION}\`, ` +
        'or pass a database with --geo FILE.mmdb (option `geo`)'
    )
  })
  return {
    name: COUNTRY_DATABASE,
    date: '',
    provides: new Set(['country'] as const),
    open: () => countries.open(),
    lookup: (ip) => countries.get()(ip),
  }
}

/**
 * The country data of an edge that was given none: the freshest installed data. If the package of countries is missing, it
 * is geoip-lite alone. If both are missing, `open()` and look-ups throw EdgeError `geo_failed`.
 *
 * @returns `hasPlaces` is true if geoip-lite can add places to countries of another source
 */
export const defaultGeo = (
  options: CountryDatabaseOptions = {}
): { readonly countries: GeoSource; readonly hasPlaces: boolean } => {
  const countries = countryDatabase(options)
  const hasPlaces = installedPackage(GEOIP_LITE, options.project) !== undefined
  if (countries !== undefined) return { countries, hasPlaces }
  return { countries: hasPlaces ? geoipLite() : missingCountries(), hasPlaces: false }
}
