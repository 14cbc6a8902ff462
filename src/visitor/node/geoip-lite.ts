import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { EdgeError } from '../../error.ts'
import type { GeoSource } from '../visitor.ts'
import type { FindCountry } from './country-file.ts'
import { readCountryFile } from './country-file.ts'

export interface GeoipLiteOptions {
  /** Folder with geoip-lite's data files, e.g. newer ones. Default: those of the installed package. */
  dir?: string
}

const V4_FILE = 'geoip-country.dat'
const V6_FILE = 'geoip-country6.dat'
/** Holds the name of MaxMind's archive that the files were made from, which ends in the date of the data. */
const CHECKSUM_FILE = 'country.checksum'
const ARCHIVE_DATE = /_(\d{4})(\d{2})(\d{2})\.zip/

const installedDir = (): string => {
  try {
    const manifest = createRequire(import.meta.url).resolve('geoip-lite/package.json')
    return join(dirname(manifest), 'data')
  } catch (cause) {
    throw new EdgeError('geo_failed', 'country data is missing: geoip-lite is not installed', {
      cause,
    })
  }
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
 * Countries from the data that comes with geoip-lite (GeoLite2 by MaxMind), read without geoip-lite's own code: that
 * would load 148 MB of cities too. See docs/decisions/country-data.md.
 *
 * `open()` throws EdgeError `geo_failed` where the data cannot be read; look-ups then keep failing the same way until an
 * `open()` succeeds.
 *
 * @example geoipLite().lookup(parseIp('175.45.176.1')!) // { country: 'KP' }
 */
export const geoipLite = ({ dir }: GeoipLiteOptions = {}): GeoSource => {
  const folder = () => dir ?? installedDir()
  let date: string | undefined
  let loaded: { v4: FindCountry; v6: FindCountry } | undefined
  let failure: unknown

  const load = () => {
    try {
      const path = folder()
      loaded = {
        v4: readCountryFile(join(path, V4_FILE), 4),
        v6: readCountryFile(join(path, V6_FILE), 6),
      }
      failure = undefined
      return loaded
    } catch (error) {
      failure = error
      throw error
    }
  }

  return {
    name: 'geoip-lite',
    get date() {
      date ??= readDate(folder)
      return date
    },
    open: () => {
      if (loaded === undefined) load()
    },
    lookup: (ip) => {
      // Not tried again at each request.
      if (failure !== undefined) throw failure
      const { v4, v6 } = loaded ?? load()
      const country = ip.family === 4 ? v4(ip) : v6(ip)
      return country === undefined ? undefined : { country }
    },
  }
}
