import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { EdgeError } from '../../error.ts'
import type { GeoSource } from '../visitor.ts'
import { readCityFiles } from './city-files.ts'
import { readCountryFiles } from './country-file.ts'
import { installedPackage } from './installed.ts'
import { loadedOnce } from './loaded-once.ts'

/** The name of its package, and the word that selects it instead of a database. */
export const GEOIP_LITE = 'geoip-lite'

export interface GeoipLiteOptions {
  /** Folder with geoip-lite's data files, e.g. newer ones. Default: those of the installed package. */
  dir?: string
}

/** It always has places. */
export type GeoipLite = GeoSource & Required<Pick<GeoSource, 'place'>>

/** Contains the name of MaxMind's archive from which the files were made; it ends in the date of the data. */
const CHECKSUM_FILE = 'country.checksum'
const ARCHIVE_DATE = /_(\d{4})(\d{2})(\d{2})\.zip/

const installedDir = (): string => {
  const installed = installedPackage(GEOIP_LITE)
  if (installed === undefined) {
    throw new EdgeError(
      'geo_failed',
      'country data is missing: geoip-lite is not installed: run `npm install geoip-lite@1.4.10`'
    )
  }
  return join(installed.dir, 'data')
}

const readDate = (dir: () => string): string => {
  try {
    const archive = readFileSync(join(dir(), CHECKSUM_FILE), 'utf8')
    return ARCHIVE_DATE.exec(archive)?.slice(1).join('-') ?? ''
  } catch {
    return ''
  }
}

/**
 * Countries and places from geoip-lite's data (GeoLite2 by MaxMind), read without geoip-lite's own code, which would load
 * 148 MB of cities at once. Places are loaded by `open('city')` or the first `place()`. See docs/decisions/country-data.md.
 *
 * `open()` throws EdgeError `geo_failed` if the data is unreadable; look-ups then fail the same way until an `open()`
 * succeeds.
 *
 * @example geoipLite().lookup(parseIp('175.45.176.1')!) // { country: 'KP' }
 */
export const geoipLite = ({ dir }: GeoipLiteOptions = {}): GeoipLite => {
  const folder = () => dir ?? installedDir()
  const countries = loadedOnce(() => readCountryFiles(folder()))
  const places = loadedOnce(() => readCityFiles(folder()))
  let date: string | undefined

  return {
    name: GEOIP_LITE,
    // Its places have no postal codes and no second subdivisions.
    provides: new Set(['country', 'place'] as const),
    get date() {
      date ??= readDate(folder)
      return date
    },
    open: (detail) => {
      countries.open()
      if (detail === 'city') places.open()
    },
    lookup: (ip) => countries.get()(ip),
    place: (ip) => places.get()(ip),
  }
}
