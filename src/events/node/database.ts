import { closeSync, existsSync, openSync, renameSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'libsql'
import { makeDirectory } from '../../directory.ts'
import { EdgeError, messageOf } from '../../error.ts'
import type { Durability } from './durability.ts'
import { checkSchema, isBlank, prepareSchema, readAsPresent } from './schema.ts'

export type Connection = InstanceType<typeof Database>

/** How long a file that another process holds is waited for. */
export const BUSY_TIMEOUT_MS = 5_000
/** Four times SQLite's own: a checkpoint holds the visitors up, and pages that are written again and again wait for one. */
const CHECKPOINT_PAGES = 4_000

/** What the driver says of files it may not touch helps nobody. */
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

/** What SQLite says of a file that is no sound database: damaged in its middle, not one at all, or cut off. */
const DAMAGE = /^SQLITE_(CORRUPT|NOTADB|IOERR_SHORT_READ)/

/** SQLite has not come across the damage itself. */
class DamagedFile extends Error {}

/** @throws an error that `isDamage` knows, where pages of the file are missing or contradict each other */
export const checkPages = (db: Connection): void => {
  const [result] = Object.values(db.prepare('PRAGMA quick_check(1)').get() as object)
  if (result !== 'ok') throw new DamagedFile(`the file is damaged: ${result}`)
}

/**
 * Whether the driver says that the file is damaged. Its code decides: messages name paths, and a path may hold any word.
 *
 * @param error as the driver threw it, or as `storeFailed` made it
 */
export const isDamage = (error: unknown): boolean => {
  const cause = error instanceof EdgeError && error.code === 'store_failed' ? error.cause : error
  return (
    cause instanceof DamagedFile ||
    (cause instanceof Database.SqliteError && DAMAGE.test(cause.code))
  )
}

/**
 * Gives a damaged file another name: what can still be rescued from it is kept.
 *
 * @returns the new name
 * @throws what the system says where the file cannot be renamed
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

/** The identity of a file: another one under the same name has another. Undefined where there is none. */
export const identityOf = (file: string): string | undefined => {
  try {
    const { dev, ino } = statSync(file)
    return `${dev}:${ino}`
  } catch {
    return undefined
  }
}

/** Bytes; 0 where there is no file. */
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

/** Events name visitors: nobody else may read them. */
const OWNER_ONLY = 0o600

/** SQLite gives the files beside it the same mode. One that is there keeps its own. */
const makeFile = (file: string): void => {
  try {
    closeSync(openSync(file, 'ax', OWNER_ONLY))
  } catch {
    // It is there, or cannot be made: then opening it says why.
  }
}

/** Opens a store for writing; makes the file and its directory where they are missing. */
export const openForWriting = (file: string, durability: Durability): Connection => {
  try {
    makeDirectory(dirname(file))
  } catch (cause) {
    throw storeFailed(file, cause)
  }
  makeFile(file)
  return connect(file, (db) => {
    // The mode is written into the file: one of another program must not get it.
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

/** Which file a store has, and the times of the events in its tables. */
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

/** Tables without events, for a store whose file is missing while its journals are elsewhere. */
export const emptyTables = (file: string): Connection =>
  connect(':memory:', (db) => prepareSchema(db, file))

/** Opens a store that is there for reading. The driver would create a missing file and write to a read-only one. */
export const openForReading = (file: string): Connection => {
  if (!existsSync(file)) throw notFound(file)
  return connect(file, (db) => {
    if (isBlank(db)) throw notFound(file)
    checkSchema(db, file)
    readAsPresent(db)
    db.exec('PRAGMA query_only = 1')
  })
}
