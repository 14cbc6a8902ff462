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
/** The version that edge1020 is made with, as in its package.json. */
const COUNTRY_PACKAGE_VERSION = '2.3.2026061719'

export interface CountryDatabaseOptions {
  /** Told of a damaged record, once. */
  onError?: (error: EdgeError) => void
  /** Directory whose packages count too; default the working directory. */
  project?: string | undefined
}

const ignore = () => {}

/**
 * Countries of the npm package `@ip-location-db/geo-whois-asn-country-mmdb` (CC0): IPv4 and IPv6, nothing below the country.
 * Nothing is read before `open()` or the first look-up; both throw EdgeError `geo_failed` where the file cannot be read.
 *
 * @returns `undefined` where the package is not installed
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
 * Countries of one source, and places below them of another that is loaded only where a rule reads one. An address that both know in
 * different countries has no place: it has moved since the older data were made, and a city of another country would be wrong.
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

/** The country data of an edge that was given none, where no package has any: loading it says which package is missing. */
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
 * The country data of an edge that was given none: the freshest that is installed. Where the package of countries is missing, it is
 * geoip-lite alone. Where both are missing, `open()` and look-ups throw EdgeError `geo_failed`.
 *
 * @returns `hasPlaces` is true where geoip-lite can add places to countries of another source
 */
export const defaultGeo = (
  options: CountryDatabaseOptions = {}
): { readonly countries: GeoSource; readonly hasPlaces: boolean } => {
  const countries = countryDatabase(options)
  const hasPlaces = installedPackage(GEOIP_LITE, options.project) !== undefined
  if (countries !== undefined) return { countries, hasPlaces }
  return { countries: hasPlaces ? geoipLite() : missingCountries(), hasPlaces: false }
}
