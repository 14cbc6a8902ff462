import { existsSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { EdgeError, messageOf } from '../../error.ts'
import { writeAsnBinary } from '../asn/binary.ts'
import { BUILT_IN_NAME, builtInDate, builtInEntries, builtInTable } from '../asn/builtin.ts'
import type { AsnTable } from '../asn/table.ts'
import { asnTable } from '../asn/table.ts'
import type { AsnSource } from '../visitor.ts'
import { readAsnFacts, readAsnFile } from './asn-file.ts'
import { download } from './download.ts'
import { watchFile } from './watch-file.ts'

export interface OpenAsnOptions {
  /** Directory with what `edge1020 update asn` downloaded. */
  data: string
  /** iptoasn.com's TSV, plain or gzipped, or a compiled table. Default: that of `data`, else the built-in one. */
  file?: string | undefined
  /** Told when a changed file cannot be used; the data that ran goes on. */
  onError?: ((error: EdgeError) => void) | undefined
  /** How often the file is looked at. */
  intervalMs?: number
}

export interface OpenedAsn extends AsnSource {
  /** Networks it knows. */
  readonly entries: number
  /** Nothing was downloaded and no file given. */
  readonly isBuiltIn: boolean
  /** Stops watching the file. */
  close(): void
}

const ASN_FILE = 'asn.bin'
const IPTOASN_URL = 'https://iptoasn.com/data/ip2asn-combined.tsv.gz'
/** Less is no table of the Internet, which has hundreds of thousands. */
const MIN_NETWORKS = 10_000
const MAX_DOWNLOAD_BYTES = 2 ** 28

const asEdgeError = (error: unknown): EdgeError =>
  error instanceof EdgeError
    ? error
    : new EdgeError('asn_failed', messageOf(error), { cause: error })

/**
 * Opens the networks of autonomous systems. Nothing is read before the first look-up or `open()`. The file is watched: a
 * new one takes the place of the old, also where there was none and the built-in table was used.
 *
 * @throws EdgeError `asn_failed` where a file that was given is missing; when it is read, with file and line where it is wrong
 * @example openAsn({ data: '.edge1020' }).lookup(parseIp('1.1.1.1')!) // { asn: 13335, name: 'CLOUDFLARENET - …' }
 */
export const openAsn = ({ data, file, onError, intervalMs }: OpenAsnOptions): OpenedAsn => {
  const path = file ?? join(data, ASN_FILE)
  if (file !== undefined) readAsnFacts(file)
  let table: AsnTable | undefined
  let failure: unknown
  // Of the table that is in use, or would be.
  let isBuiltIn = false

  const stop = watchFile(path, () => reload(), intervalMs === undefined ? {} : { intervalMs })

  const read = (): AsnTable => {
    const absent = file === undefined && !existsSync(path)
    const fresh = absent ? builtInTable() : asnTable(readAsnFile(path))
    isBuiltIn = absent
    return fresh
  }
  const load = (): AsnTable => {
    // Not tried again at each request.
    if (failure !== undefined) throw failure
    try {
      table = read()
      return table
    } catch (error) {
      failure = error
      throw error
    }
  }
  const reload = () => {
    const isFirst = table === undefined && failure === undefined
    failure = undefined
    // Read when it is asked for.
    if (isFirst) return
    try {
      table = read()
    } catch (error) {
      if (table === undefined) failure = error
      onError?.(asEdgeError(error))
    }
  }
  const usesBuiltIn = () =>
    table === undefined ? file === undefined && !existsSync(path) : isBuiltIn

  return {
    get name() {
      if (usesBuiltIn()) return BUILT_IN_NAME
      return file === undefined ? `ip2asn (${ASN_FILE})` : basename(file)
    },
    get date() {
      if (table !== undefined) return table.date
      if (usesBuiltIn()) return builtInDate
      try {
        return readAsnFacts(path).date
      } catch {
        return ''
      }
    },
    get entries() {
      if (table !== undefined) return table.entries
      return usesBuiltIn() ? builtInEntries : (readAsnFacts(path).entries ?? load().entries)
    },
    get isBuiltIn() {
      return usesBuiltIn()
    },
    open: () => {
      if (table === undefined) load()
    },
    lookup: (ip) => (table ?? load()).lookup(ip),
    close: stop,
  }
}

/**
 * One line for people.
 *
 * @throws EdgeError `asn_failed` where the networks cannot be counted as their file cannot be read
 */
export const describeAsn = ({ name, date, entries, isBuiltIn }: OpenedAsn): string =>
  isBuiltIn
    ? `${name}: ${entries} networks, ${date}; run "edge1020 update asn" for all`
    : `${name}: ${entries} networks, ${date === '' ? 'date unknown' : date}`

/** False for one that is damaged or of an older version: that the server has no newer one must not keep it. */
const isUsable = (file: string): boolean => {
  try {
    readAsnFile(file)
    return true
  } catch {
    return false
  }
}

export interface UpdateAsnOptions {
  /** Directory the table goes to. */
  data: string
  /** Default: iptoasn.com's table of IPv4 and IPv6. */
  url?: string | undefined
  onProgress?: ((bytes: number, total: number | undefined) => void) | undefined
  /** Of a server that says nothing. */
  timeoutMs?: number
}

export interface AsnUpdate {
  readonly status: 'updated' | 'unchanged'
  /** The compiled table. */
  readonly file: string
  readonly networks: number
  /** `YYYY-MM-DD` */
  readonly date: string
}

/**
 * Downloads the networks of all autonomous systems, compiles them, and puts them in place when all of it is as it should
 * be: an edge that runs takes them over. Otherwise nothing changes.
 *
 * @throws EdgeError `download_failed`, also where what came is no table
 * @example await updateAsn({ data: '.edge1020' }) // { status: 'updated', networks: 612345, … }
 */
export const updateAsn = async ({
  data,
  url = IPTOASN_URL,
  onProgress,
  ...limits
}: UpdateAsnOptions): Promise<AsnUpdate> => {
  const file = join(data, ASN_FILE)
  const verify = (path: string) => {
    const fresh = readAsnFile(path, basename(new URL(url).pathname))
    if (fresh.entries < MIN_NETWORKS) {
      throw new EdgeError(
        'asn_failed',
        `it has ${fresh.entries} networks, expected at least ${MIN_NETWORKS}`
      )
    }
    writeFileSync(path, writeAsnBinary(fresh))
  }
  const { status } = await download({
    url,
    file,
    verify,
    maxBytes: MAX_DOWNLOAD_BYTES,
    anew: !isUsable(file),
    onProgress,
    ...limits,
  })
  const { entries = 0, date } = readAsnFacts(file)
  return { status, file, networks: entries, date }
}
