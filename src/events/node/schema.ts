import { EdgeError } from '../../error.ts'
import { ADDED_COLUMNS, COLUMN_NAMES, OLD_KIND } from './columns.ts'
import type { Connection } from './database.ts'
import { INLINE } from './texts.ts'

/** Marks the file as ours (`PRAGMA application_id`), so that another program's database is never written to. */
const APPLICATION_ID = 0xed9e1020 | 0
export const SCHEMA_VERSION = 6
/** The tables without the zone. */
const NO_ZONE_VERSION = 5
/** The same tables without chunks. */
const NO_CHUNKS_VERSION = 4
/** The tables without any of `ADDED_COLUMNS`. */
const FEWER_COLUMNS_VERSION = 3
/** One table of Ray ID and JSON: the events of such a file are converted a few at a time. */
const JSON_VERSION = 2

/** Columns of addresses and of texts that can never be numbers; all other columns take ids. */
const TEXT_COLUMNS = new Set(['ray', 'ip', 'extra'])
const columnOf = (name: string): string =>
  TEXT_COLUMNS.has(name) ? `${name} TEXT` : `${name} INTEGER`

/**
 * Chunks store the columns of stretches of events separately, for queries over millions of events. A chunk begins at the
 * end of the previous one, and `to_ms` is exclusive. A stale chunk lacks some of its events.
 */
const CHUNKS = `
CREATE TABLE chunks (to_ms INTEGER PRIMARY KEY, events INTEGER NOT NULL, is_stale INTEGER NOT NULL);
CREATE TABLE chunk_columns (to_ms INTEGER NOT NULL, name TEXT NOT NULL, block BLOB NOT NULL, UNIQUE (to_ms, name));
`

/**
 * `events.id` is the time, so the table is in the order of time. `journals` notes the part of each journal that is in the
 * tables, in the same transaction, so no event is ever here twice.
 */
const TABLES = `
CREATE TABLE events (id INTEGER PRIMARY KEY, ${COLUMN_NAMES.map(columnOf).join(', ')});
CREATE INDEX events_of_ray ON events (ray);
CREATE INDEX events_of_ip ON events (ip);
CREATE TABLE texts (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE, day INTEGER NOT NULL);
CREATE TABLE journals (name TEXT PRIMARY KEY, bytes INTEGER NOT NULL);
CREATE TABLE gaps (first_ray TEXT, last_ray TEXT, from_ms INTEGER, to_ms INTEGER, count INTEGER, reason TEXT);
CREATE TABLE facts (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
${CHUNKS}
PRAGMA application_id = ${APPLICATION_ID};
PRAGMA user_version = ${SCHEMA_VERSION};
`

/** The table with the events of an older file until they are converted. */
export const OLD_EVENTS = 'events_of_version_2'

const FROM_JSON = `
ALTER TABLE events RENAME TO ${OLD_EVENTS};
${TABLES}
INSERT INTO facts (name, value) SELECT 'removed_before_ms', removed_before_ms FROM horizon;
DROP TABLE horizon;
`

/** The kind of the existing events, as an inline text. */
const KIND_BEFORE = `'${INLINE.repeat(2)}${OLD_KIND}'`

/** The columns that the tables of a version lack. */
const lackingIn = (version: number): readonly string[] => {
  if (version > NO_ZONE_VERSION) return []
  return version === FEWER_COLUMNS_VERSION ? ADDED_COLUMNS.flat() : ADDED_COLUMNS[1]
}

/** The statements from a version with tables of events to the current one. Chunks read a column that they lack as empty. */
const upgradeFrom = (version: number): string => {
  const columns = lackingIn(version).map(
    (name) =>
      `ALTER TABLE events ADD COLUMN ${columnOf(name)}${name === 'kind' ? ` DEFAULT ${KIND_BEFORE}` : ''};`
  )
  const chunks = version <= NO_CHUNKS_VERSION ? CHUNKS : ''
  return `${columns.join('\n')}${chunks} PRAGMA user_version = ${SCHEMA_VERSION};`
}

/** Makes the tables with fewer columns look like the current ones. The driver's connection is read-only. */
const viewWithAll = (lacking: readonly string[]): string =>
  `CREATE TEMP VIEW events AS SELECT *, ${lacking
    .map((name) => `${name === 'kind' ? KIND_BEFORE : 'NULL'} AS ${name}`)
    .join(', ')} FROM main.events`

const pragma = (db: Connection, name: string): number => {
  const row = db.prepare(`PRAGMA ${name}`).get() as Record<string, unknown>
  return Number(row[name])
}

/** An empty file, as SQLite creates it. */
export const isBlank = (db: Connection): boolean =>
  pragma(db, 'application_id') === 0 &&
  pragma(db, 'user_version') === 0 &&
  db.prepare('SELECT name FROM sqlite_master LIMIT 1').get() === undefined

export const hasTable = (db: Connection, name: string): boolean =>
  db.prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?").get(name) !==
  undefined

/** @throws EdgeError `store_foreign`, `store_version` */
export const checkSchema = (db: Connection, file: string): void => {
  if (pragma(db, 'application_id') !== APPLICATION_ID) {
    throw new EdgeError(
      'store_foreign',
      `${file} is a database of another program: choose another file`
    )
  }
  const version = pragma(db, 'user_version')
  if (version < JSON_VERSION || version > SCHEMA_VERSION) {
    throw new EdgeError(
      'store_version',
      `${file} has schema version ${version}: this edge1020 reads versions ${JSON_VERSION} to ${SCHEMA_VERSION}; move the file away to start a new one`
    )
  }
}

export const isOld = (db: Connection): boolean => pragma(db, 'user_version') === JSON_VERSION

/** Lets a connection read the tables of an older file unchanged. */
export const readAsPresent = (db: Connection): void => {
  const version = pragma(db, 'user_version')
  const lacking = version < FEWER_COLUMNS_VERSION ? [] : lackingIn(version)
  if (lacking.length > 0) db.exec(viewWithAll(lacking))
}

/** Creates the tables in a blank file, or beside those of an older one. Another process may do the same. */
export const prepareSchema = (db: Connection, file: string): void => {
  if (!isBlank(db)) {
    checkSchema(db, file)
    if (pragma(db, 'user_version') === SCHEMA_VERSION) return
  }
  db.exec('BEGIN IMMEDIATE')
  try {
    if (isBlank(db)) db.exec(TABLES)
    else {
      checkSchema(db, file)
      const version = pragma(db, 'user_version')
      if (isOld(db)) db.exec(FROM_JSON)
      else if (version < SCHEMA_VERSION) db.exec(upgradeFrom(version))
    }
    db.exec('COMMIT')
  } catch (error) {
    db.exec('ROLLBACK')
    throw error
  }
}
