import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import Database from 'libsql'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { EdgeError } from '../../error.ts'
import type { Connection } from './database.ts'
import { bounds, openForReading, openForWriting, setBusyTimeout, storeFailed } from './database.ts'

const folder = mkdtempSync(join(tmpdir(), 'edge1020-database-'))
let files = 0
const newFile = () => join(folder, `${files++}`, 'deep', 'events.db')
afterAll(() => rmSync(folder, { recursive: true }))

const APPLICATION_ID = 0xed9e1020 | 0
const VERSION = 2

const closing = (db: Connection): Connection => {
  onTestFinished(() => void db.close())
  return db
}
const written = (file = newFile(), durability: 'process' | 'power' = 'process') =>
  closing(openForWriting(file, durability))

const pragma = (db: Connection, name: string) =>
  Object.values(db.prepare(`PRAGMA ${name}`).get() as object)[0]

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
  test('makes the directory, the file and what is in it', () => {
    const file = newFile()
    const db = written(file)
    expect(existsSync(file)).toBe(true)
    expect(pragma(db, 'application_id')).toBe(APPLICATION_ID)
    expect(pragma(db, 'user_version')).toBe(VERSION)
    db.exec("INSERT INTO events (ray, event) VALUES ('a', '{}')")
    db.exec('INSERT INTO horizon (id, removed_before_ms) VALUES (1, 5)')
    expect(() => db.exec('INSERT INTO horizon (id, removed_before_ms) VALUES (2, 5)')).toThrow()
    const index = db.prepare("SELECT name FROM sqlite_master WHERE type = 'index'").all()
    expect(index).toEqual([{ name: 'events_by_ray' }])
  })

  test.each([
    ['process', 1],
    ['power', 2],
  ] as const)('survives the end of the %s', (durability, synchronous) => {
    const db = written(newFile(), durability)
    expect(pragma(db, 'journal_mode')).toBe('wal')
    expect(pragma(db, 'synchronous')).toBe(synchronous)
    expect(pragma(db, 'wal_autocheckpoint')).toBe(4_000)
    expect(pragma(db, 'busy_timeout')).toBe(5_000)
    expect(pragma(db, 'query_only')).toBe(0)
  })

  test('keeps what is there', () => {
    const file = newFile()
    const first = openForWriting(file, 'process')
    first.exec("INSERT INTO events (ray, event) VALUES ('a', '{}')")
    first.close()
    expect(bounds(written(file))).toMatchObject({ first: 1, last: 1 })
  })

  test('a busy timeout can be set', () => {
    const db = written()
    setBusyTimeout(db, 7)
    expect(pragma(db, 'busy_timeout')).toBe(7)
  })

  test('where there can be no directory says which file', () => {
    const file = join(folder, 'a-file')
    foreign('SELECT 1')
    new Database(file).exec('CREATE TABLE a (b)')
    const below = join(file, 'events.db')
    const error = refusal(() => openForWriting(below, 'process'))
    expect(error.code).toBe('store_failed')
    expect(error.message).toMatch(/^event store .*a-file\/events\.db: /)
    expect(error.cause).toBeInstanceOf(Error)
  })

  test('where there can be no file says what is needed', () => {
    expect(refusal(() => openForWriting(folder, 'process'))).toMatchObject({
      code: 'store_failed',
      message: `event store ${folder}: cannot be opened: the file and its directory have to be writable`,
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
    for (const open of [() => openForWriting(file, 'process'), () => openForReading(file)]) {
      expect(refusal(open)).toMatchObject({
        code: 'store_foreign',
        message: `${file} is a database of another program: choose another file`,
      })
    }
  })

  test('of our own with another schema is named with both versions', () => {
    const file = foreign(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = 1`)
    for (const open of [() => openForWriting(file, 'process'), () => openForReading(file)]) {
      expect(refusal(open)).toMatchObject({
        code: 'store_version',
        message: `${file} has schema version 1: this edge1020 reads version 2; move the file away to begin a new one`,
      })
    }
  })
})

describe('opening for reading', () => {
  test('reads what is there, and writes nothing', () => {
    const file = newFile()
    written(file).exec("INSERT INTO events (ray, event) VALUES ('a', '{}')")
    const db = closing(openForReading(file))
    expect(bounds(db)).toMatchObject({ first: 1, last: 1 })
    expect(pragma(db, 'query_only')).toBe(1)
    expect(pragma(db, 'busy_timeout')).toBe(5_000)
    expect(() => db.exec('DELETE FROM events')).toThrow(/readonly/)
  })

  test.each([
    ['a missing file', newFile],
    ['an empty one', () => foreign('SELECT 1')],
  ])('of %s says how there comes to be one', (_, place) => {
    const file = place()
    expect(refusal(() => openForReading(file))).toMatchObject({
      code: 'store_not_found',
      message: `no event store at ${file}: start \`edge1020 serve\` first, or name its directory with --data, its file with --store sqlite:FILE or the running edge with --admin URL`,
    })
  })
})

test('bounds are the ids of the oldest and the newest event', () => {
  const db = written()
  expect(bounds(db)).toMatchObject({ first: 1, last: 0 })
  for (const id of [5, 9, 7]) db.exec(`INSERT INTO events VALUES (${id}, 'a', '{}')`)
  expect(bounds(db)).toMatchObject({ first: 5, last: 9 })
})

describe('what the driver says', () => {
  test.each([
    [
      'Unable to open connection to x',
      'cannot be opened: the file and its directory have to be writable',
    ],
    [
      'attempt to write a readonly database',
      'the file and its directory have to be writable, also to read it, as SQLite keeps an index beside it: run this as the user of the edge',
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
