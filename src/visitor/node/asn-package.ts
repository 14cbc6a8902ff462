import { randomBytes } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { EdgeError, messageOf } from '../../error.ts'
import { isAsnBinary, readAsnBinary, writeAsnBinary } from '../asn/binary.ts'
import type { AsnCsvFile } from '../asn/csv.ts'
import { parseAsnCsv, readAsnCsv } from '../asn/csv.ts'
import type { AsnData } from '../asn/table.ts'
import { readAsnFacts } from './asn-file.ts'
import type { InstalledPackage } from './installed.ts'
import { dateOfVersion, installedPackage } from './installed.ts'

export const ASN_PACKAGE = '@ip-location-db/asn'
export const ASN_PACKAGE_NAME = 'ip-location-db asn'
const CSV_FILES = ['asn-ipv4.csv', 'asn-ipv6.csv']
/** Compiled tables of packages in a data directory; `asn.bin` is the downloaded one. */
const COMPILED = /^asn-.+\.bin$/

export interface AsnPackageOptions {
  /** Directory of the compiled table. */
  data: string
  /** Called if the compiled table cannot be stored. */
  onError: (error: EdgeError) => void
  installed?: InstalledPackage | undefined
}

export interface AsnPackage {
  /** `YYYY-MM-DD` */
  readonly date: string
  /** The compiled table. */
  readonly file: string
  /** The date, and the number of networks if the table is compiled. */
  facts(): { date: string; entries?: number }
  /** The compiled table; `undefined` if it is missing or damaged. */
  readCompiled(): AsnData | undefined
  /** Compiles the table at once, in half a second to one second. Throws EdgeError `asn_failed`. */
  compile(): AsnData
  /** Compiles it in small steps, so that a server can answer between them. Rejects with EdgeError `asn_failed`. */
  compileLater(signal: AbortSignal): Promise<AsnData>
}

const failed = (dir: string, cause: unknown): EdgeError =>
  cause instanceof EdgeError
    ? cause
    : new EdgeError('asn_failed', `${dir}: cannot be read: ${messageOf(cause)}`, { cause })

/**
 * The networks of all autonomous systems, from the npm package `@ip-location-db/asn` if it is installed. Its CSV is
 * compiled once for each version of the package and kept in the data directory.
 *
 * @returns `undefined` if it is not installed
 */
export const asnPackage = ({
  data,
  onError,
  installed = installedPackage(ASN_PACKAGE),
}: AsnPackageOptions): AsnPackage | undefined => {
  if (installed === undefined) return undefined
  const { dir, version } = installed
  const date = dateOfVersion(version)
  const name = `asn-${version}.bin`
  const file = join(data, name)

  /**
   * Writes a temporary file and renames it, so that no process reads half a table. If two processes compile at once, the
   * last one wins.
   */
  const keep = (table: AsnData): AsnData => {
    const part = join(data, `.${name}.${process.pid}.${randomBytes(4).toString('hex')}`)
    try {
      mkdirSync(data, { recursive: true })
      try {
        writeFileSync(part, writeAsnBinary(table))
        renameSync(part, file)
      } finally {
        rmSync(part, { force: true })
      }
      for (const other of readdirSync(data)) {
        if (COMPILED.test(other) && other !== name) rmSync(join(data, other), { force: true })
      }
    } catch (cause) {
      const message = `${file}: the compiled table of networks cannot be saved and is compiled again at each start: ${messageOf(cause)}`
      onError(new EdgeError('asn_failed', message, { cause }))
    }
    return table
  }

  return {
    date,
    file,
    facts: () => {
      try {
        const { entries } = readAsnFacts(file)
        return entries === undefined ? { date } : { date, entries }
      } catch {
        return { date }
      }
    },
    readCompiled: () => {
      try {
        const bytes = readFileSync(file)
        return isAsnBinary(bytes) ? readAsnBinary(bytes, file) : undefined
      } catch {
        // Missing, unreadable or damaged: it is only a copy, and the package has the original.
        return undefined
      }
    },
    compile: () => {
      try {
        const files = CSV_FILES.map((csv) => ({ file: csv, bytes: readFileSync(join(dir, csv)) }))
        return keep(parseAsnCsv(files, date))
      } catch (cause) {
        throw failed(dir, cause)
      }
    },
    compileLater: async (signal) => {
      try {
        const files: AsnCsvFile[] = []
        for (const csv of CSV_FILES) {
          files.push({ file: csv, bytes: await readFile(join(dir, csv), { signal }) })
        }
        const steps = readAsnCsv(files, date)
        for (;;) {
          const { done, value } = steps.next()
          if (done === true) return keep(value)
          await setImmediate(undefined, { signal, ref: false })
        }
      } catch (cause) {
        throw failed(dir, cause)
      }
    },
  }
}
