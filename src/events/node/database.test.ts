import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import Database from 'libsql'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { EdgeError } from '../../error.ts'
import type { Connection } from './database.ts'
import {
  isDamage,
  openForReading,
  openForWriting,
  setBusyTimeout,
  storeFailed,
} from './database.ts'

const folder = mkdtempSync(join(tmpdir(), 'edge1020-database-'))
let files = 0
const newFile = () => join(folder, `${files++}`, 'deep', 'events.db')
afterAll(() => rmSync(folder, { recursive: true }))

const APPLICATION_ID = 0xed9e1020 | 0
const VERSION = 6

const closing = (db: Connection): Connection => {
  onTestFinished(() => void db.close())
  return db
}
const written = (file = newFile(), durability: 'commit' | 'flush' = 'commit') =>
  closing(openForWriting(file, durability))

const pragma = (db: Connection, name: string) =>
  Object.values(db.prepare(`PRAGMA ${name}`).get() as object)[0]

const raysIn = (db: Connection) =>
  db
    .prepare('SELECT ray FROM events')
    .all()
    .map((row) => (row as { ray: string }).ray)

/** A database that another program made. */
const foreign = (sql: string): string => {
  const file = newFile()
  mkdirSync(dirname(file), { recursive: true })
  const db = new Database(file)
  db.exec(sql)
  db.close()
  return file
}

const refusal = (act: () => unknown): EdgeError => {
  try {
    act()
  } catch (error) {
    if (error instanceof EdgeError) return error
    throw error
  }
  throw new Error('it was not refused')
}

describe('opening for writing', () => {
  test('creates the directory, the file and its tables', () => {
    const file = newFile()
    const db = written(file)
    expect(existsSync(file)).toBe(true)
    expect(pragma(db, 'application_id')).toBe(APPLICATION_ID)
    expect(pragma(db, 'user_version')).toBe(VERSION)
    db.exec("INSERT INTO events (ray) VALUES ('a')")
    const indexes = db
      .prepare("SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")
      .all()
    expect(indexes).toEqual([{ name: 'events_of_ray' }, { name: 'events_of_ip' }])
  })

  test.skipIf(process.platform === 'win32')('only the owner can read a new file', () => {
    const file = newFile()
    const db = written(file)
    db.exec("INSERT INTO events (ray) VALUES ('a')")
    const mode = (path: string) => (statSync(path).mode & 0o777).toString(8)
    expect(['', '-wal', '-shm'].map((part) => mode(`${file}${part}`))).toEqual([
      '600',
      '600',
      '600',
    ])
    db.close()
    chmodSync(file, 0o640)
    written(file)
    expect(mode(file)).toBe('640')
  })

  test.each([
    ['commit', 1],
    ['flush', 2],
  ] as const)('survives the end of the %s', (durability, synchronous) => {
    const db = written(newFile(), durability)
    expect(pragma(db, 'journal_mode')).toBe('wal')
    expect(pragma(db, 'synchronous')).toBe(synchronous)
    expect(pragma(db, 'wal_autocheckpoint')).toBe(4_000)
    expect(pragma(db, 'busy_timeout')).toBe(5_000)
    expect(pragma(db, 'query_only')).toBe(0)
  })

  test('keeps existing data', () => {
    const file = newFile()
    const first = openForWriting(file, 'commit')
    first.exec("INSERT INTO events (ray) VALUES ('a')")
    first.close()
    expect(raysIn(written(file))).toEqual(['a'])
  })

  test('accepts a busy timeout', () => {
    const db = written()
    setBusyTimeout(db, 7)
    expect(pragma(db, 'busy_timeout')).toBe(7)
  })

  test('names the file if the directory cannot be created', () => {
    const file = join(folder, 'a-file')
    foreign('SELECT 1')
    new Database(file).exec('CREATE TABLE a (b)')
    const below = join(file, 'events.db')
    const error = refusal(() => openForWriting(below, 'commit'))
    expect(error.code).toBe('store_failed')
    expect(error.message).toMatch(/^event store .*a-file\/events\.db: /)
    expect(error.cause).toBeInstanceOf(Error)
  })

  test('names the missing right if the file cannot be created', () => {
    expect(refusal(() => openForWriting(folder, 'commit'))).toMatchObject({
      code: 'store_failed',
      message: `event store ${folder}: cannot be opened: the file and its directory must be writable`,
    })
  })
})

describe('a database of another program', () => {
  test.each([
    ['with tables', 'CREATE TABLE shopping (item TEXT)'],
    ['with a version', 'PRAGMA user_version = 2'],
    ['with a mark of its own', 'PRAGMA application_id = 7'],
  ])('%s is neither read nor written', (_, sql) => {
    const file = foreign(sql)
    for (const open of [() => openForWriting(file, 'commit'), () => openForReading(file)]) {
      expect(refusal(open)).toMatchObject({
        code: 'store_foreign',
        message: `${file} is a database of another program: choose another file`,
      })
    }
  })

  test('of edge1020 with another schema: the error names both versions', () => {
    const file = foreign(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = 1`)
    for (const open of [() => openForWriting(file, 'commit'), () => openForReading(file)]) {
      expect(refusal(open)).toMatchObject({
        code: 'store_version',
        message: `${file} has schema version 1: this edge1020 reads versions 2 to 6; move the file away to start a new one`,
      })
    }
  })
})

describe('opening for reading', () => {
  test('reads existing data, and writes nothing', () => {
    const file = newFile()
    written(file).exec("INSERT INTO events (ray) VALUES ('a')")
    const db = closing(openForReading(file))
    expect(raysIn(db)).toEqual(['a'])
    expect(pragma(db, 'query_only')).toBe(1)
    expect(pragma(db, 'busy_timeout')).toBe(5_000)
    expect(() => db.exec('DELETE FROM events')).toThrow(/readonly/)
  })

  test.each([
    ['a missing file', newFile],
    ['an empty one', () => foreign('SELECT 1')],
  ])('the error for %s explains how to create a store', (_, place) => {
    const file = place()
    expect(refusal(() => openForReading(file))).toMatchObject({
      code: 'store_not_found',
      message: `no event store at ${file}: start \`edge1020 serve\` first, or name its directory with --data, its file with --store sqlite:FILE or the running edge with --admin URL`,
    })
  })
})

describe('errors of the driver', () => {
  test.each([
    [
      'Unable to open connection to x',
      'cannot be opened: the file and its directory must be writable',
    ],
    [
      'attempt to write a readonly database',
      'the file and its directory must be writable even for reading, because SQLite keeps an index beside the file: run this as the user of the edge',
    ],
    ['disk I/O error', 'disk I/O error'],
  ])('%j', (said, told) => {
    const cause = new Error(said)
    expect(storeFailed('a.db', cause)).toMatchObject({
      code: 'store_failed',
      message: `event store a.db: ${told}`,
      cause,
    })
  })
})

describe('damage', () => {
  test('is the driver’s error for a file that is not a database', () => {
    const file = newFile()
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, 'no database at all, and long enough for a header. '.repeat(400))
    expect(isDamage(refusal(() => openForWriting(file, 'commit')))).toBe(true)
  })

  test.each(['encrypted', 'corrupt', 'malformed'])(
    'is not detected by the word "%s" in a path',
    (word) => {
      const file = join(folder, word, 'events.db')
      const locked = new Database.SqliteError(`${file}: database is locked`, 'SQLITE_BUSY', 5)
      const unreadable = Object.assign(new Error(`EACCES: ${file}`), { code: 'EACCES' })
      for (const cause of [locked, unreadable]) {
        expect(isDamage(cause)).toBe(false)
        expect(isDamage(storeFailed(file, cause))).toBe(false)
      }
      expect(isDamage(refusal(() => openForReading(foreign('CREATE TABLE a (b)'))))).toBe(false)
    }
  )
})
