import { existsSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { EdgeError, messageOf } from '../../error.ts'
import { writeAsnBinary } from '../asn/binary.ts'
import { BUILT_IN_NAME, builtInDate, builtInEntries, builtInTable } from '../asn/builtin.ts'
import type { AsnTable } from '../asn/table.ts'
import { asnTable } from '../asn/table.ts'
import { ageText } from '../freshness.ts'
import type { AsnSource } from '../visitor.ts'
import { readAsnFacts, readAsnFile } from './asn-file.ts'
import { ASN_PACKAGE_NAME, asnPackage } from './asn-package.ts'
import { download } from './download.ts'
import type { InstalledPackage } from './installed.ts'
import { watchFile } from './watch-file.ts'

export interface OpenAsnOptions {
  /** Directory with the downloads of `edge1020 update asn`. */
  data: string
  /**
   * iptoasn.com's TSV, plain or gzipped, or a compiled table. Default: the newer one of `data` and the installed package,
   * else the built-in table.
   */
  file?: string | undefined
  /** Default: npm's location of `@ip-location-db/asn`; `null` for none. */
  installed?: InstalledPackage | null
  /**
   * True if look-ups must not wait for the compilation of the package's table, as in a server: the built-in table answers
   * until then. `open()` waits in any case.
   */
  mayCompileLater?: boolean
  /** Delay before the compilation in the background, so that short processes never pay for it. Default 2 s. */
  compileAfterMs?: number
  /** Called if a changed file cannot be used; the previous data stays. */
  onError?: ((error: EdgeError) => void) | undefined
  /** The interval of checks for a changed file. */
  intervalMs?: number
}

export interface OpenedAsn extends AsnSource {
  /** The number of its networks; `undefined` if they were not counted yet. */
  readonly entries: number | undefined
  /** No file given, nothing downloaded, no package installed. */
  readonly isBuiltIn: boolean
  /** Reads the existing data and writes nothing. Throws EdgeError `asn_failed` if the data is damaged. */
  check(): void
  /** Stops watching the file. */
  close(): void
}

const ASN_FILE = 'asn.bin'
const IPTOASN_URL = 'https://iptoasn.com/data/ip2asn-combined.tsv.gz'
/** A table with fewer networks is not one of the Internet, which has hundreds of thousands. */
const MIN_NETWORKS = 10_000
const MAX_DOWNLOAD_BYTES = 2 ** 28
const COMPILE_AFTER_MS = 2_000

/** `file` is a given file or the downloaded one. */
type Origin = 'file' | 'package' | 'built-in'

const asEdgeError = (error: unknown): EdgeError =>
  error instanceof EdgeError
    ? error
    : new EdgeError('asn_failed', messageOf(error), { cause: error })

/**
 * Opens the networks of autonomous systems. Nothing is read before the first look-up or `open()`. The file is watched: a
 * new one replaces the old one, or the built-in table if there was no file.
 *
 * @throws EdgeError `asn_failed` if a given file is missing; on reading, with file and line of an error
 * @example openAsn({ data: '.edge1020' }).lookup(parseIp('1.1.1.1')!) // { asn: 13335, name: 'CLOUDFLARENET - …' }
 */
export const openAsn = ({
  data,
  file,
  onError = () => {},
  intervalMs,
  installed,
  mayCompileLater = false,
  compileAfterMs = COMPILE_AFTER_MS,
}: OpenAsnOptions): OpenedAsn => {
  const path = file ?? join(data, ASN_FILE)
  if (file !== undefined) readAsnFacts(file)
  const fromPackage =
    file !== undefined || installed === null ? undefined : asnPackage({ data, onError, installed })
  let table: AsnTable | undefined
  let failure: unknown
  // The origin of the current table.
  let used: Origin | undefined
  // Answers while the package's table is compiled.
  let meanwhile: AsnTable | undefined
  const ended = new AbortController()
  const stop = watchFile(path, () => reload(), intervalMs === undefined ? {} : { intervalMs })

  const isDownloadNewer = () => {
    try {
      return readAsnFacts(path).date >= fromPackage!.date
    } catch {
      // Reading reports the error: a damaged update is not ignored silently.
      return true
    }
  }
  const originNow = (): Origin => {
    if (file !== undefined) return 'file'
    const isDownloaded = existsSync(path)
    if (fromPackage === undefined) return isDownloaded ? 'file' : 'built-in'
    return isDownloaded && isDownloadNewer() ? 'file' : 'package'
  }
  const take = (origin: Origin, fresh: AsnTable): AsnTable => {
    table = fresh
    used = origin
    meanwhile = undefined
    return fresh
  }
  const read = (): AsnTable => {
    const origin = originNow()
    if (origin === 'built-in') return take(origin, builtInTable())
    if (origin === 'file') return take(origin, asnTable(readAsnFile(path)))
    return take(origin, asnTable(fromPackage!.readCompiled() ?? fromPackage!.compile()))
  }
  const load = (): AsnTable => {
    // Not retried at each request.
    if (failure !== undefined) throw failure
    try {
      return read()
    } catch (error) {
      failure = error
      throw error
    }
  }
  const compileLater = async () => {
    try {
      await setTimeout(compileAfterMs, undefined, { signal: ended.signal, ref: false })
      if (table === undefined) {
        const fresh = await fromPackage!.compileLater(ended.signal)
        // Unless a newly downloaded file has already replaced it.
        if (table === undefined) take('package', asnTable(fresh))
      }
    } catch (error) {
      if (!ended.signal.aborted) onError(asEdgeError(error))
    }
  }
  /** The table for a look-up, which must not wait if the caller asked for that. */
  const tableNow = (): AsnTable => {
    if (!mayCompileLater || failure !== undefined || originNow() !== 'package') return load()
    const compiled = fromPackage!.readCompiled()
    if (compiled !== undefined) return take('package', asnTable(compiled))
    meanwhile = builtInTable()
    void compileLater()
    return meanwhile
  }
  const reload = () => {
    const isFirst = table === undefined && meanwhile === undefined && failure === undefined
    failure = undefined
    // Read at the first look-up.
    if (isFirst) return
    try {
      read()
    } catch (error) {
      if (table === undefined && meanwhile === undefined) failure = error
      onError(asEdgeError(error))
    }
  }
  const origin = () => used ?? originNow()
  const facts = (): { date: string; entries?: number } => {
    if (table !== undefined) return table
    switch (origin()) {
      case 'built-in':
        return { date: builtInDate, entries: builtInEntries }
      case 'package':
        return fromPackage!.facts()
      default:
        return readAsnFacts(path)
    }
  }

  return {
    get name() {
      const from = origin()
      if (from === 'built-in') return BUILT_IN_NAME
      if (from === 'package') return ASN_PACKAGE_NAME
      return file === undefined ? `ip2asn (${ASN_FILE})` : basename(file)
    },
    get date() {
      try {
        return facts().date
      } catch {
        return ''
      }
    },
    get entries() {
      return facts().entries ?? (origin() === 'package' ? undefined : load().entries)
    },
    get isBuiltIn() {
      return origin() === 'built-in'
    },
    open: () => {
      if (table === undefined) load()
    },
    check: () => {
      if (table === undefined && origin() === 'file') load()
    },
    lookup: (ip) => (table ?? meanwhile ?? tableNow()).lookup(ip),
    close: () => {
      ended.abort()
      stop()
    },
  }
}

/**
 * One line for people.
 *
 * @throws EdgeError `asn_failed` if the file is unreadable, so its networks cannot be counted
 */
export const describeAsn = ({ name, date, entries, isBuiltIn }: OpenedAsn): string => {
  const age = date === '' ? 'date unknown' : `${date}${ageText(date, new Date())}`
  if (entries === undefined) return `${name}: all networks, ${age}; compiled when first needed`
  const networks = `${name}: ${entries} networks, ${age}`
  return isBuiltIn ? `${networks}; run "edge1020 update asn" for all` : networks
}

/** False for a damaged file or one of an older version: it is replaced even if the server has no newer one. */
const isUsable = (file: string): boolean => {
  try {
    readAsnFile(file)
    return true
  } catch {
    return false
  }
}

export interface UpdateAsnOptions {
  /** Directory of the table. */
  data: string
  /** Default: iptoasn.com's table of IPv4 and IPv6. */
  url?: string | undefined
  onProgress?: ((bytes: number, total: number | undefined) => void) | undefined
  /** Time limit for a silent server. */
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
 * Downloads the networks of all autonomous systems, compiles them, and installs the table if it is complete and valid. A
 * running edge takes it over. On failure nothing changes.
 *
 * @throws EdgeError `download_failed`, also if the download is not a table
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
