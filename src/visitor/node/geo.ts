import type { GeoSource } from '../visitor.ts'
import type { CountryDatabaseOptions } from './country-database.ts'
import { defaultGeo, withPlaces } from './country-database.ts'
import type { GeoipLite } from './geoip-lite.ts'
import { GEOIP_LITE, geoipLite } from './geoip-lite.ts'
import type { GeoFiles, MmdbOptions } from './mmdb.ts'
import { openGeoFiles } from './mmdb.ts'

/** A source of places that differs from that of the countries. */
export interface Places {
  readonly source: GeoipLite
  /** Whether a rule or an event has read a place. */
  isRead(): boolean
}

export interface OpenedGeo {
  readonly geo: GeoSource
  /** The source of the countries: `geo` itself, or the source to which `geo` adds places. */
  readonly countries: GeoSource
  readonly places?: Places
  /** The given databases. */
  readonly files?: GeoFiles
  /** Stops watching files. */
  close(): void
}

/** Notes whether its places were read: their age is reported only then. */
const watched = (source: GeoipLite): Places => {
  let read = false
  return {
    source: {
      ...source,
      get date() {
        return source.date
      },
      open: (detail) => {
        if (detail === 'city') read = true
        source.open?.(detail)
      },
      place: (ip) => {
        read = true
        return source.place(ip)
      },
    },
    isRead: () => read,
  }
}

type Answering = Pick<OpenedGeo, 'geo' | 'countries' | 'places'>

const alone = (geo: GeoSource): Answering => ({ geo, countries: geo })

const joined = (countries: GeoSource): Answering => {
  const places = watched(geoipLite())
  return { geo: withPlaces(countries, places.source), countries, places }
}

/**
 * Opens country data. Given databases win; of these, the one with cities. `geoip-lite` among them adds the places below the
 * country that they lack, and the countries if no other database has them. If none has countries, the freshest installed
 * data answers.
 *
 * @param given files in MaxMind's format, and the word `geoip-lite`
 * @throws EdgeError `geo_failed` that names the file and the problem
 */
export const openGeo = (
  given: readonly string[],
  options: MmdbOptions & CountryDatabaseOptions = {}
): OpenedGeo => {
  const paths = given.filter((one) => one !== GEOIP_LITE)
  const isNamed = paths.length < given.length
  const files = paths.length > 0 ? openGeoFiles(paths, options) : undefined
  const close = () => files?.close()
  const opened = (answering: Answering): OpenedGeo =>
    files === undefined ? { ...answering, close } : { ...answering, files, close }

  if (files?.geo !== undefined) {
    const lacksPlaces = files.geo.place === undefined
    return opened(isNamed && lacksPlaces ? joined(files.geo) : alone(files.geo))
  }
  if (isNamed) return opened(alone(geoipLite()))
  const { countries, hasPlaces } = defaultGeo(options)
  return opened(hasPlaces ? joined(countries) : alone(countries))
}
