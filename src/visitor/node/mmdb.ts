import { basename } from 'node:path'
import { EdgeError } from '../../error.ts'
import type { Ip } from '../../lists/ip.ts'
import type { FindAnonymous } from '../anonymous.ts'
import type { AsnSource, GeoSource, Source } from '../visitor.ts'
import type { MmdbFile } from './mmdb-file.ts'
import { readMmdb, readMmdbLater } from './mmdb-file.ts'
import type { MmdbKind } from './mmdb-record.ts'
import { anonymousKindsOf, countryOf, networkOf, placeOf } from './mmdb-record.ts'
import { watchFile } from './watch-file.ts'

export interface MmdbOptions {
  /** Called if a changed file is unreadable (the previous data stays), and once for damaged records. */
  onError?: (error: EdgeError) => void
  /** Pause between two checks of the file. */
  intervalMs?: number
}

/** An open database. `type` and `date` are those of the last read. */
export interface Mmdb extends Source {
  readonly path: string
  /** Its own name: `GeoLite2-City`. */
  readonly type: string
  readonly kinds: ReadonlySet<MmdbKind>
  readonly geo?: GeoSource
  readonly asn?: AsnSource
  readonly anonymous?: FindAnonymous
  /** Stops watching the file. */
  close(): void
}

const NONE: ReturnType<FindAnonymous> = []

const lookupsOf = (file: MmdbFile) => ({
  file,
  country: file.lookup(countryOf),
  place: file.lookup(placeOf),
  network: file.lookup(networkOf),
  anonymous: file.lookup(anonymousKindsOf),
})

const ignore = () => {}

/**
 * Opens a MaxMind-format database (`.mmdb`): GeoLite2 and GeoIP2 Country, City, Enterprise, ASN, ISP, Anonymous-IP, and
 * those of DB-IP, IPinfo and others. Its name and samples show its content. The file is watched and swapped.
 *
 * @throws EdgeError `geo_failed` that names the file and the problem
 * @example openMmdb('GeoLite2-ASN.mmdb').asn?.lookup(parseIp('8.8.8.8')!) // { asn: 15169, name: 'GOOGLE' }
 */
export const openMmdb = (
  path: string,
  { onError = ignore, intervalMs }: MmdbOptions = {}
): Mmdb => {
  const name = basename(path)
  let reads = 0
  const reload = async () => {
    const read = ++reads
    try {
      const file = await readMmdbLater(path, onError)
      if (read !== reads) return
      const lost = [...kinds].filter((kind) => !file.kinds.has(kind))
      if (lost.length > 0) {
        const message = `database ${path} cannot be read: it is a ${file.type} now, without ${lost.join(', ')}`
        throw new EdgeError('geo_failed', message)
      }
      current = lookupsOf(file)
    } catch (error) {
      if (read === reads) onError(error as EdgeError)
    }
  }
  const stop = watchFile(path, reload, intervalMs === undefined ? {} : { intervalMs })
  const open = () => {
    try {
      return lookupsOf(readMmdb(path, onError))
    } catch (error) {
      stop()
      throw error
    }
  }
  let current = open()
  const { kinds } = current.file

  const geo: GeoSource = {
    name,
    get date() {
      return current.file.date
    },
    open: (detail) => {
      if (detail !== 'city' || kinds.has('city')) return
      const message = `database ${path} has no places below the country: it is a ${current.file.type}, use a City database`
      throw new EdgeError('geo_failed', message)
    },
    lookup: (ip) => current.country(ip),
    ...(kinds.has('city') && { place: (ip: Ip) => current.place(ip) }),
  }
  const asn: AsnSource = {
    name,
    get date() {
      return current.file.date
    },
    lookup: (ip) => current.network(ip),
  }
  const anonymous: FindAnonymous = (ip) => current.anonymous(ip) ?? NONE

  return {
    path,
    name,
    get type() {
      return current.file.type
    },
    get date() {
      return current.file.date
    },
    kinds,
    ...((kinds.has('country') || kinds.has('city')) && { geo }),
    ...(kinds.has('asn') && { asn }),
    ...(kinds.has('anonymous') && { anonymous }),
    close: () => {
      reads++
      stop()
    },
  }
}

export interface GeoFiles {
  /** The most detailed one: cities before countries. */
  readonly geo?: GeoSource
  readonly asn?: AsnSource
  readonly anonymous?: FindAnonymous
  readonly sources: readonly Mmdb[]
  close(): void
}

/**
 * Opens several databases, in any order, and combines them: the most detailed one for countries, the first one for other
 * data.
 *
 * @throws EdgeError `geo_failed`
 * @example const { geo, asn } = openGeoFiles(['GeoLite2-City.mmdb', 'GeoLite2-ASN.mmdb'])
 */
export const openGeoFiles = (paths: readonly string[], options: MmdbOptions = {}): GeoFiles => {
  const sources: Mmdb[] = []
  const close = () => {
    for (const source of sources) source.close()
  }
  try {
    for (const path of paths) sources.push(openMmdb(path, options))
  } catch (error) {
    close()
    throw error
  }
  const most = sources.find(({ kinds }) => kinds.has('city')) ?? sources.find(({ geo }) => geo)
  const geo = most?.geo
  const asn = sources.find((source) => source.asn)?.asn
  const anonymous = sources.find((source) => source.anonymous)?.anonymous
  return {
    ...(geo && { geo }),
    ...(asn && { asn }),
    ...(anonymous && { anonymous }),
    sources,
    close,
  }
}
