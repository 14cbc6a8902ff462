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
  /** Directory with what `edge1020 update asn` downloaded. */
  data: string
  /**
   * iptoasn.com's TSV, plain or gzipped, or a compiled table. Default: the newer of that of `data` and the installed package, else
   * the built-in table.
   */
  file?: string | undefined
  /** Default: where npm put `@ip-location-db/asn`; `null` for none. */
  installed?: InstalledPackage | null
  /**
   * True where look-ups must not wait until the package's table has been compiled, as in a server: the built-in table answers until
   * it is there. `open()` waits in any case.
   */
  mayCompileLater?: boolean
  /** Rest before it is compiled in the background, so that processes that end soon never pay for it. Default 2 s. */
  compileAfterMs?: number
  /** Told when a changed file cannot be used; the data that ran goes on. */
  onError?: ((error: EdgeError) => void) | undefined
  /** How often the file is looked at. */
  intervalMs?: number
}

export interface OpenedAsn extends AsnSource {
  /** Networks it knows; `undefined` where they were not counted yet. */
  readonly entries: number | undefined
  /** No file given, nothing downloaded, no package installed. */
  readonly isBuiltIn: boolean
  /** Reads the data that is there and makes nothing. Throws EdgeError `asn_failed` where it is damaged. */
  check(): void
  /** Stops watching the file. */
  close(): void
}

const ASN_FILE = 'asn.bin'
const IPTOASN_URL = 'https://iptoasn.com/data/ip2asn-combined.tsv.gz'
/** Less is no table of the Internet, which has hundreds of thousands. */
const MIN_NETWORKS = 10_000
const MAX_DOWNLOAD_BYTES = 2 ** 28
const COMPILE_AFTER_MS = 2_000

/** `file` is a given one or the downloaded one. */
type Origin = 'file' | 'package' | 'built-in'

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
  // Of the table that is in use.
  let used: Origin | undefined
  // Answers while the package's table is compiled.
  let meanwhile: AsnTable | undefined
  const ended = new AbortController()
  const stop = watchFile(path, () => reload(), intervalMs === undefined ? {} : { intervalMs })

  const isDownloadNewer = () => {
    try {
      return readAsnFacts(path).date >= fromPackage!.date
    } catch {
      // Said when it is read: an update that is damaged is not passed over in silence.
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
    // Not tried again at each request.
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
        // A file that was downloaded meanwhile has taken its place.
        if (table === undefined) take('package', asnTable(fresh))
      }
    } catch (error) {
      if (!ended.signal.aborted) onError(asEdgeError(error))
    }
  }
  /** The table for a look-up, which must not wait where that was asked for. */
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
    // Read when it is asked for.
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
 * @throws EdgeError `asn_failed` where the networks cannot be counted as their file cannot be read
 */
export const describeAsn = ({ name, date, entries, isBuiltIn }: OpenedAsn): string => {
  const age = date === '' ? 'date unknown' : `${date}${ageText(date, new Date())}`
  if (entries === undefined) return `${name}: all networks, ${age}; compiled when first needed`
  const networks = `${name}: ${entries} networks, ${age}`
  return isBuiltIn ? `${networks}; run "edge1020 update asn" for all` : networks
}

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
