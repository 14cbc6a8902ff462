import { closeSync, existsSync, openSync, renameSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'libsql'
import { makeDirectory } from '../../directory.ts'
import { EdgeError, messageOf } from '../../error.ts'
import type { Durability } from './durability.ts'
import { checkSchema, isBlank, prepareSchema, readAsPresent } from './schema.ts'

export type Connection = InstanceType<typeof Database>

/** The one number that a question gives; `undefined` if it gives none. */
export const numberOf = (db: Connection, sql: string): number | undefined => {
  const row = db.prepare(sql).get() as Record<string, unknown> | undefined
  const [value] = row === undefined ? [] : Object.values(row)
  return value === null || value === undefined ? undefined : Number(value)
}

/** The wait for a file that another process has locked. */
export const BUSY_TIMEOUT_MS = 5_000
/** Four times SQLite's default: a checkpoint delays visitors, and pages that are rewritten often wait for one. */
const CHECKPOINT_PAGES = 4_000

/** The driver's messages about files without access help nobody. */
const REASONS: readonly [RegExp, string][] = [
  [/Unable to open connection/, 'cannot be opened: the file and its directory must be writable'],
  [
    /readonly database/,
    'the file and its directory must be writable even for reading, because SQLite keeps an index beside the file: run this as the user of the edge',
  ],
]

export const storeFailed = (file: string, cause: unknown): EdgeError => {
  const said = messageOf(cause)
  const reason = REASONS.find(([pattern]) => pattern.test(said))?.[1] ?? said
  return new EdgeError('store_failed', `event store ${file}: ${reason}`, { cause })
}

/** SQLite's codes for a file that is not a sound database: damaged in the middle, not a database, or cut off. */
const DAMAGE = /^SQLITE_(CORRUPT|NOTADB|IOERR_SHORT_READ)/

/** Damage that SQLite itself has not met. */
class DamagedFile extends Error {}

/** @throws an error that `isDamage` recognises, if pages of the file are missing or contradict each other */
export const checkPages = (db: Connection): void => {
  const [result] = Object.values(db.prepare('PRAGMA quick_check(1)').get() as object)
  if (result !== 'ok') throw new DamagedFile(`the file is damaged: ${result}`)
}

/**
 * Whether the driver reports a damaged file. Its code decides, because messages contain paths, and a path can contain any
 * word.
 *
 * @param error from the driver or from `storeFailed`
 */
export const isDamage = (error: unknown): boolean => {
  const cause = error instanceof EdgeError && error.code === 'store_failed' ? error.cause : error
  return (
    cause instanceof DamagedFile ||
    (cause instanceof Database.SqliteError && DAMAGE.test(cause.code))
  )
}

/**
 * Renames a damaged file, so that the rest of its data can still be rescued.
 *
 * @returns the new name
 * @throws the system's error if the file cannot be renamed
 */
export const setAside = (file: string): string => {
  const kept = `${file}.damaged-${new Date().toISOString().replaceAll(':', '')}`
  renameSync(file, kept)
  for (const part of ['-wal', '-shm']) {
    try {
      renameSync(`${file}${part}`, `${kept}${part}`)
    } catch {
      // There is none.
    }
  }
  return kept
}

export const keptAs = (kept: string): string => `the file was damaged and is kept as ${kept}`

export const setBusyTimeout = (db: Connection, timeoutMs: number): void => {
  db.exec(`PRAGMA busy_timeout = ${timeoutMs}`)
}

/** The identity of a file: another file with the same name has another one. Undefined if there is no file. */
export const identityOf = (file: string): string | undefined => {
  try {
    const { dev, ino } = statSync(file)
    return `${dev}:${ino}`
  } catch {
    return undefined
  }
}

/** Bytes; 0 if there is no file. */
export const sizeOf = (file: string): number => {
  try {
    return statSync(file).size
  } catch {
    return 0
  }
}

const connect = (file: string, setUp: (db: Connection) => void): Connection => {
  let db: Connection | undefined
  try {
    db = new Database(file)
    setBusyTimeout(db, BUSY_TIMEOUT_MS)
    setUp(db)
    return db
  } catch (cause) {
    db?.close()
    throw cause instanceof EdgeError ? cause : storeFailed(file, cause)
  }
}

/** Events identify visitors, so only the owner may read them. */
const OWNER_ONLY = 0o600

/** Creates the file with this mode, which SQLite copies to the files beside it. An existing file keeps its mode. */
const makeFile = (file: string): void => {
  try {
    closeSync(openSync(file, 'ax', OWNER_ONLY))
  } catch {
    // It exists, or cannot be created: opening it then gives the reason.
  }
}

/** Opens a store for writing. Creates the file and its directory if they are missing. */
export const openForWriting = (file: string, durability: Durability): Connection => {
  try {
    makeDirectory(dirname(file))
  } catch (cause) {
    throw storeFailed(file, cause)
  }
  makeFile(file)
  return connect(file, (db) => {
    // The journal mode is written into the file, so another program's file must not get it.
    if (!isBlank(db)) checkSchema(db, file)
    db.exec('PRAGMA journal_mode = WAL')
    db.exec(`PRAGMA synchronous = ${durability === 'flush' ? 'FULL' : 'NORMAL'}`)
    db.exec(`PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`)
    prepareSchema(db, file)
  })
}

const notFound = (file: string) =>
  new EdgeError(
    'store_not_found',
    `no event store at ${file}: start \`edge1020 serve\` first, or name its directory with --data, its file with --store sqlite:FILE or the running edge with --admin URL`
  )

/** The file of a store, and the times of the events in its tables. */
export interface Contents {
  readonly identity: string | undefined
  readonly oldestMs: number | undefined
  readonly newestMs: number | undefined
}

export const contentsOf = (db: Connection, file: string): Contents => {
  const timeOf = (order: 'ASC' | 'DESC') =>
    db.prepare(`SELECT id >> 20 AS ms FROM events ORDER BY id ${order} LIMIT 1`).get() as
      | { ms: number }
      | undefined
  return {
    identity: identityOf(file),
    oldestMs: timeOf('ASC')?.ms,
    newestMs: timeOf('DESC')?.ms,
  }
}

/** Tables without events, for a store whose file is missing but whose journals exist. */
export const emptyTables = (file: string): Connection =>
  connect(':memory:', (db) => prepareSchema(db, file))

/** Opens an existing store for reading. The driver would create a missing file and write to a read-only one. */
export const openForReading = (file: string): Connection => {
  if (!existsSync(file)) throw notFound(file)
  return connect(file, (db) => {
    if (isBlank(db)) throw notFound(file)
    checkSchema(db, file)
    readAsPresent(db)
    db.exec('PRAGMA query_only = 1')
  })
}
