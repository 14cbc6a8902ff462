import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'libsql'
import { makeDirectory } from '../../directory.ts'
import { EdgeError, messageOf } from '../../error.ts'

export type Connection = InstanceType<typeof Database>

/** Marks the file as ours (`PRAGMA application_id`), so that nobody's other database is written to. */
const APPLICATION_ID = 0xed9e1020 | 0
const SCHEMA_VERSION = 2
/** How long a file that another process holds is waited for. */
export const BUSY_TIMEOUT_MS = 5_000
/** Four times SQLite's own: a checkpoint holds the visitors up, and pages that are written again and again wait for one. */
const CHECKPOINT_PAGES = 4_000

const SCHEMA = `
CREATE TABLE events (id INTEGER PRIMARY KEY, ray TEXT NOT NULL, event TEXT NOT NULL);
CREATE INDEX events_by_ray ON events (ray);
CREATE TABLE horizon (id INTEGER PRIMARY KEY CHECK (id = 1), removed_before_ms INTEGER NOT NULL);
PRAGMA application_id = ${APPLICATION_ID};
PRAGMA user_version = ${SCHEMA_VERSION};
`

/** What the driver says of files it may not touch helps nobody. */
const REASONS: readonly [RegExp, string][] = [
  [/Unable to open connection/, 'cannot be opened: the file and its directory have to be writable'],
  [
    /readonly database/,
    'the file and its directory have to be writable, also to read it, as SQLite keeps an index beside it: run this as the user of the edge',
  ],
]

export const storeFailed = (file: string, cause: unknown): EdgeError => {
  const said = messageOf(cause)
  const reason = REASONS.find(([pattern]) => pattern.test(said))?.[1] ?? said
  return new EdgeError('store_failed', `event store ${file}: ${reason}`, { cause })
}

const pragma = (db: Connection, name: string): number => {
  const row = db.prepare(`PRAGMA ${name}`).get() as Record<string, unknown>
  return Number(row[name])
}

export const setBusyTimeout = (db: Connection, timeoutMs: number): void => {
  db.exec(`PRAGMA busy_timeout = ${timeoutMs}`)
}

/** A file without anything in it, as SQLite makes it. */
const isBlank = (db: Connection): boolean =>
  pragma(db, 'application_id') === 0 &&
  pragma(db, 'user_version') === 0 &&
  db.prepare('SELECT name FROM sqlite_master LIMIT 1').get() === undefined

/** Ids of the oldest and the newest event; 1 and 0 where there are none. Asked for together, SQLite would read the whole table. */
export const bounds = (db: Connection): { first: number; last: number } =>
  db
    .prepare(
      'SELECT ifnull((SELECT min(id) FROM events), 1) AS first, ifnull((SELECT max(id) FROM events), 0) AS last'
    )
    .get() as { first: number; last: number }

const prepareSchema = (db: Connection, file: string) => {
  if (isBlank(db)) {
    db.exec('BEGIN IMMEDIATE')
    // Another process may have been faster.
    if (isBlank(db)) db.exec(SCHEMA)
    db.exec('COMMIT')
  }
  checkSchema(db, file)
}

const checkSchema = (db: Connection, file: string) => {
  if (pragma(db, 'application_id') !== APPLICATION_ID) {
    throw new EdgeError(
      'store_foreign',
      `${file} is a database of another program: choose another file`
    )
  }
  const version = pragma(db, 'user_version')
  if (version !== SCHEMA_VERSION) {
    throw new EdgeError(
      'store_version',
      `${file} has schema version ${version}: this edge1020 reads version ${SCHEMA_VERSION}; move the file away to begin a new one`
    )
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

/** Opens a store for writing; makes the file and its directory where they are missing. */
export const openForWriting = (file: string, durability: 'process' | 'power'): Connection => {
  try {
    makeDirectory(dirname(file))
  } catch (cause) {
    throw storeFailed(file, cause)
  }
  return connect(file, (db) => {
    db.exec('PRAGMA journal_mode = WAL')
    db.exec(`PRAGMA synchronous = ${durability === 'power' ? 'FULL' : 'NORMAL'}`)
    db.exec(`PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`)
    prepareSchema(db, file)
  })
}

const notFound = (file: string) =>
  new EdgeError(
    'store_not_found',
    `no event store at ${file}: start \`edge1020 serve\` first, or name its directory with --data, its file with --store sqlite:FILE or the running edge with --admin URL`
  )

/** Opens a store that is there for reading. The driver would create a missing file and write to a read-only one. */
export const openForReading = (file: string): Connection => {
  if (!existsSync(file)) throw notFound(file)
  return connect(file, (db) => {
    if (isBlank(db)) throw notFound(file)
    checkSchema(db, file)
    db.exec('PRAGMA query_only = 1')
  })
}
