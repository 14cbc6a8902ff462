import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { EdgeError } from '../../error.ts'
import type { GeoSource } from '../visitor.ts'
import { readCityFiles } from './city-files.ts'
import { readCountryFiles } from './country-file.ts'

export interface GeoipLiteOptions {
  /** Folder with geoip-lite's data files, e.g. newer ones. Default: those of the installed package. */
  dir?: string
}

/** It always has places. */
export type GeoipLite = GeoSource & Required<Pick<GeoSource, 'place'>>

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

interface Loaded<T> {
  /** Loads what is not there yet, also after it failed. */
  open(): void
  /** Loads on first use; where that failed it is not tried again at each request. */
  get(): T
}

const loadedOnce = <T>(load: () => T): Loaded<T> => {
  let loaded: { readonly value: T } | { readonly error: unknown } | undefined
  const open = () => {
    if (loaded !== undefined && 'value' in loaded) return
    try {
      loaded = { value: load() }
    } catch (error) {
      loaded = { error }
      throw error
    }
  }
  return {
    open,
    get: () => {
      if (loaded === undefined) open()
      if ('error' in loaded!) throw loaded.error
      return loaded!.value
    },
  }
}

/**
 * Countries and places from the data that comes with geoip-lite (GeoLite2 by MaxMind), read without geoip-lite's own code: that
 * would load 148 MB of cities at once. Places are loaded where `open('city')` asks for them, or `place()` does. See
 * docs/decisions/country-data.md.
 *
 * `open()` throws EdgeError `geo_failed` where the data cannot be read; look-ups then keep failing the same way until an
 * `open()` succeeds.
 *
 * @example geoipLite().lookup(parseIp('175.45.176.1')!) // { country: 'KP' }
 */
export const geoipLite = ({ dir }: GeoipLiteOptions = {}): GeoipLite => {
  const folder = () => dir ?? installedDir()
  const countries = loadedOnce(() => readCountryFiles(folder()))
  const places = loadedOnce(() => readCityFiles(folder()))
  let date: string | undefined

  return {
    name: 'geoip-lite',
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
