import { readFileSync, statSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { Reader, Response } from 'mmdb-lib'
import { EdgeError, messageOf } from '../../error.ts'
import type { Ip } from '../../lists/ip.ts'
import { formatIp } from '../../lists/ip.ts'
import { checkRecord } from './mmdb-check.ts'
import type { MmdbKind, MmdbRecord } from './mmdb-record.ts'
import { asRecord, kindsOf } from './mmdb-record.ts'
import { MmdbTree } from './mmdb-tree.ts'

/** A database in memory. */
export interface MmdbFile {
  /** `GeoLite2-City`; '' if it has no name. */
  readonly type: string
  /** The build date, `YYYY-MM-DD`; '' if unknown. */
  readonly date: string
  readonly kinds: ReadonlySet<MmdbKind>
  /**
   * A look-up that reads each record once: thousands of networks share one, and visitors return. `undefined` if the address
   * is not in the data or its record is damaged (then `onDamage` is called, once).
   */
  lookup<T>(read: (record: MmdbRecord) => T | undefined): (ip: Ip) => T | undefined
}

const MARKER = Buffer.from('abcdef4d61784d696e642e636f6d', 'hex')
const SEPARATOR_BYTES = 16
const FORMAT_VERSION = 2
const IP_VERSIONS = [4, 6]
const RECORD_SIZES = [24, 28, 32]
/** Node's limit for one read. */
const MAX_FILE_BYTES = 2 ** 31 - 1
const GIGABYTE = 1e9
/** This many records show the content of a database of unknown type. */
const SAMPLES = 128
const MAX_SHOWN_MEMBERS = 8
/**
 * The number of cached records for each database and kind, about the number of networks on the Internet: at most about 20
 * MB.
 */
const MAX_KEPT = 0x1_0000

/** Loads the library with the first database, because most starts have none. */
const readerOf = (bytes: Buffer): Reader<Response> => {
  const library = createRequire(import.meta.url)('mmdb-lib') as typeof import('mmdb-lib')
  return new library.Reader<Response>(bytes)
}

const failed = (path: string, cause: unknown) =>
  new EdgeError('geo_failed', `database ${path} cannot be read: ${messageOf(cause)}`, { cause })

/** Files that users give by mistake instead of a database. */
const SIGNATURES: readonly (readonly [hex: string, what: string])[] = [
  ['1f8b', 'it is compressed with gzip: unpack it first'],
  ['504b0304', 'it is a zip archive: unpack it first'],
  ['28b52ffd', 'it is compressed with zstd: unpack it first'],
]

const notADatabase = (bytes: Buffer): string => {
  if (bytes.length === 0) return 'it is empty'
  const known = SIGNATURES.find(([hex]) => bytes.toString('hex', 0, hex.length / 2) === hex)
  return known?.[1] ?? 'it has no metadata of a MaxMind-format database: another format, or cut off'
}

type Metadata = Reader<Response>['metadata']

interface Layout {
  readonly metadata: Metadata
  readonly reader: Reader<Response>
  /** The position of the records. */
  readonly data: { readonly start: number; readonly end: number }
}

const isWhole = (value: unknown) => Number.isSafeInteger(value) && Number(value) >= 0

/** The reader follows any pointer, so everything is checked before it gets it. */
const layoutOf = (bytes: Buffer): Layout => {
  const marker = bytes.lastIndexOf(MARKER)
  if (marker < 0) throw new Error(notADatabase(bytes))
  const start = marker + MARKER.length
  checkRecord(bytes, { start, end: bytes.length }, start)
  const reader = readerOf(bytes)
  const { metadata } = reader
  const { binaryFormatMajorVersion, ipVersion, nodeCount, recordSize } = metadata
  if (binaryFormatMajorVersion !== FORMAT_VERSION) {
    throw new Error(`its format is of version ${binaryFormatMajorVersion}, not ${FORMAT_VERSION}`)
  }
  if (!IP_VERSIONS.includes(ipVersion) || !RECORD_SIZES.includes(recordSize)) {
    throw new Error(`its metadata are damaged: IP version ${ipVersion}, records of ${recordSize}`)
  }
  const data = { start: metadata.searchTreeSize + SEPARATOR_BYTES, end: marker }
  if (!isWhole(nodeCount) || data.start > data.end) {
    throw new Error(`its ${nodeCount} nodes exceed the file: truncated or damaged`)
  }
  if (bytes.subarray(data.start - SEPARATOR_BYTES, data.start).some((byte) => byte !== 0)) {
    throw new Error('its records do not start at the end of its tree: damaged')
  }
  return { metadata, reader, data }
}

const ISO_DATE = /^\d{4}-\d\d-\d\d/

const dateOf = ({ buildEpoch }: Metadata): string => {
  const time = buildEpoch.getTime()
  if (Number.isNaN(time) || time === 0) return ''
  return ISO_DATE.exec(buildEpoch.toISOString())?.[0] ?? ''
}

/** Kinds that a name promises, in case the samples miss them. */
const PROMISES: readonly (readonly [name: RegExp, kinds: readonly MmdbKind[]])[] = [
  [/\bcity\b/i, ['country', 'city']],
  [/\bcountry\b/i, ['country']],
  [/\basn\b/i, ['asn']],
  [/\banonymous\b/i, ['anonymous']],
]
const OF_NETWORKS = /asn/i
const OF_PLACES = /country|city|location/i

const readKinds = (type: string, samples: readonly MmdbRecord[]): Set<MmdbKind> => {
  const kinds = new Set(samples.flatMap(kindsOf))
  for (const [name, promised] of PROMISES) {
    if (name.test(type)) for (const kind of promised) kinds.add(kind)
  }
  // In IPinfo's list of networks, the country is that of the operator.
  if (OF_NETWORKS.test(type) && !OF_PLACES.test(type) && kinds.has('asn')) kinds.delete('country')
  return kinds
}

const parse = (path: string, bytes: Buffer, onDamage: (error: EdgeError) => void): MmdbFile => {
  const { metadata, reader, data } = layoutOf(bytes)
  const { nodeCount, searchTreeSize } = metadata
  const tree = new MmdbTree(bytes, metadata)
  const type = typeof metadata.databaseType === 'string' ? metadata.databaseType : ''

  const recordAt = (found: number, ip: Ip): MmdbRecord => {
    checkRecord(bytes, data, found - nodeCount + searchTreeSize)
    return asRecord(reader.get(formatIp(ip)))
  }

  const found = new Map(tree.sample(SAMPLES).map((ip) => [tree.find(ip), ip]))
  const samples = [...found].map(([place, ip]) => recordAt(place, ip))
  const kinds = readKinds(type, samples)
  if (kinds.size === 0) {
    const members = Object.keys(samples[0] ?? {})
      .slice(0, MAX_SHOWN_MEMBERS)
      .join(', ')
    const seen = samples.length === 0 ? 'no records' : `records with ${members || 'no members'}`
    throw new Error(
      `it has no country, city, network or anonymizer (type ${JSON.stringify(type)}, ${seen})`
    )
  }

  let isDamaged = false
  const recordOrDamage = (found: number, ip: Ip): MmdbRecord | undefined => {
    try {
      return recordAt(found, ip)
    } catch (cause) {
      if (!isDamaged) onDamage(failed(path, cause))
      isDamaged = true
      return undefined
    }
  }

  return {
    type,
    date: dateOf(metadata),
    kinds,
    lookup: <T>(read: (record: MmdbRecord) => T | undefined) => {
      const known = new Map<number, T | null>()
      return (ip) => {
        const found = tree.find(ip)
        if (found <= nodeCount) return undefined
        let value = known.get(found)
        if (value === undefined) {
          const record = recordOrDamage(found, ip)
          value = (record && read(record)) ?? null
          if (known.size === MAX_KEPT) known.clear()
          known.set(found, value)
        }
        return value ?? undefined
      }
    },
  }
}

const checkSize = (bytes: number) => {
  if (bytes <= MAX_FILE_BYTES) return
  const size = (bytes / GIGABYTE).toFixed(1)
  throw new Error(`it has ${size} GB, expected at most 2 GB`)
}

/** @throws EdgeError `geo_failed` that names the file and the problem */
export const readMmdb = (path: string, onDamage: (error: EdgeError) => void): MmdbFile => {
  try {
    checkSize(statSync(path).size)
    return parse(path, readFileSync(path), onDamage)
  } catch (cause) {
    throw failed(path, cause)
  }
}

/** The same, without delaying requests while the disk is read. */
export const readMmdbLater = async (
  path: string,
  onDamage: (error: EdgeError) => void
): Promise<MmdbFile> => {
  try {
    checkSize((await stat(path)).size)
    return parse(path, await readFile(path), onDamage)
  } catch (cause) {
    throw failed(path, cause)
  }
}
