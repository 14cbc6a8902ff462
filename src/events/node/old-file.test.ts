// Files of earlier versions: one table of Ray ID and JSON (2), tables with fewer columns (3, 5), without chunks (4).
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'libsql'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { eventWith } from '../event.fixture.ts'
import type { SecurityEvent } from '../event.ts'
import { sealNext } from './chunks/seal.ts'
import { openForWriting } from './database.ts'
import { sqliteStore } from './sqlite.ts'
import { Tables } from './tables.ts'

const folder = mkdtempSync(join(tmpdir(), 'edge1020-old-'))
let files = 0
afterAll(() => rmSync(folder, { recursive: true }))

/** As edge1020 0.1.0 wrote it. */
const OLD_SCHEMA = `
PRAGMA journal_mode = WAL;
CREATE TABLE events (id INTEGER PRIMARY KEY, ray TEXT NOT NULL, event TEXT NOT NULL);
CREATE INDEX events_by_ray ON events (ray);
CREATE TABLE horizon (id INTEGER PRIMARY KEY CHECK (id = 1), removed_before_ms INTEGER NOT NULL);
INSERT INTO horizon VALUES (1, 1700000000000);
PRAGMA application_id = ${0xed9e1020 | 0};
PRAGMA user_version = 2;
`

const oldFile = (events: readonly SecurityEvent[]): string => {
  const file = join(folder, `${files++}.db`)
  const db = new Database(file)
  db.exec(OLD_SCHEMA)
  const insert = db.prepare<string[]>('INSERT INTO events (ray, event) VALUES (?, ?)')
  for (const event of events) insert.run(event.ray, JSON.stringify(event))
  db.close()
  return file
}

const logged = eventWith()
const EVENTS = [
  { ...logged, action: 'log' as const, matchIndex: 1, status: 0 },
  logged,
  ...Array.from({ length: 1_500 }, (_, i) => eventWith({ country: i === 3 ? 'PT' : 'DE' })),
]
const RARE = EVENTS.find(({ country }) => country === 'PT')!
/** Older than what the file keeps. */
const EVICTED_RAY = '0000000010000000'

const answers = async (file: string, readOnly: boolean) => {
  const store = sqliteStore(file, { readOnly })
  onTestFinished(() => store.close())
  return {
    found: await store.find(logged.ray),
    rare: await store.query({ country: 'PT' }),
    newest: await store.query({ limit: 3 }),
    top: await store.top({ by: ['action'] }),
    series: await store.series({ bucketSeconds: 86_400 * 365 }),
    evicted: await store.find(EVICTED_RAY),
  }
}

const expectAll = ({ series, ...rest }: Awaited<ReturnType<typeof answers>>) => {
  expect(rest).toEqual({
    found: { found: true, events: [logged, EVENTS[0]] },
    rare: [RARE],
    newest: EVENTS.slice(-3).toReversed(),
    top: [
      { values: ['block'], count: EVENTS.length - 1 },
      { values: ['log'], count: 1 },
    ],
    evicted: expect.objectContaining({ reason: 'evicted' }),
  })
  expect(series.reduce((sum, { count }) => sum + count, 0)).toBe(EVENTS.length)
}

test('is read without conversion', async () => {
  const file = oldFile(EVENTS)
  expectAll(await answers(file, true))
  const db = new Database(file)
  onTestFinished(() => void db.close())
  expect(db.prepare('PRAGMA user_version').get()).toMatchObject({ user_version: 2 })
})

test('returns the same results during and after the conversion of its events', async () => {
  const file = oldFile(EVENTS)
  expectAll(await answers(file, false))
  const moving = sqliteStore(file)
  const added = eventWith()
  await moving.append([added])
  await moving.close()
  const db = new Database(file)
  onTestFinished(() => void db.close())
  const tables = db.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all()
  expect(tables).not.toContainEqual({ name: 'events_of_version_2' })
  expect(db.prepare('SELECT count(*) AS n FROM events').get()).toMatchObject({
    n: EVENTS.length + 1,
  })
  const store = sqliteStore(file, { readOnly: true })
  onTestFinished(() => store.close())
  expect(await store.query({ limit: 2 })).toEqual([added, EVENTS.at(-1)])
  expect(await store.find(EVICTED_RAY)).toMatchObject({ reason: 'evicted' })
})

describe('a file of version 3', () => {
  /** As the version before kinds, referers and answers made it, with two events in it. */
  const TABLES = `
PRAGMA journal_mode = WAL;
CREATE TABLE events (id INTEGER PRIMARY KEY, ray TEXT, match_index INTEGER, action INTEGER, source INTEGER, colo INTEGER, rule_id INTEGER, rule_name INTEGER, rule_source INTEGER, expression INTEGER, ip TEXT, country INTEGER, asn INTEGER, asn_name INTEGER, score INTEGER, ja3 INTEGER, ja4 INTEGER, user_agent INTEGER, method INTEGER, scheme INTEGER, host INTEGER, path INTEGER, query INTEGER, protocol INTEGER, status INTEGER, shape INTEGER, matched INTEGER, lists INTEGER, notes INTEGER, extra TEXT);
CREATE INDEX events_of_ray ON events (ray);
CREATE INDEX events_of_ip ON events (ip);
CREATE TABLE texts (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE, day INTEGER NOT NULL);
CREATE TABLE journals (name TEXT PRIMARY KEY, bytes INTEGER NOT NULL);
CREATE TABLE gaps (first_ray TEXT, last_ray TEXT, from_ms INTEGER, to_ms INTEGER, count INTEGER, reason TEXT);
CREATE TABLE facts (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
INSERT INTO facts VALUES ('events', 2);
INSERT INTO texts VALUES (1, 'block', ${Math.floor(Date.now() / 86_400_000)});
INSERT INTO events (id, ray, action, rule_id, path, status) VALUES
  (${Date.now() - 2_000} * 1048576, '8f3c2d1e0a9b7c65', 1, '''admin', '''/one', 403),
  (${Date.now() - 1_000} * 1048576, '8f3c2d1e0a9b7c66', '''block', '''admin', '''/two', 403);
PRAGMA application_id = ${0xed9e1020 | 0};
PRAGMA user_version = 3;
`
  const [ONE, TWO] = ['8f3c2d1e0a9b7c65', '8f3c2d1e0a9b7c66'] as const

  const fileOfVersion3 = (): string => {
    const file = join(folder, `${files++}.db`)
    const db = new Database(file)
    db.exec(TABLES)
    db.close()
    return file
  }
  const versionOf = (file: string) => {
    const db = new Database(file)
    try {
      return (db.prepare('PRAGMA user_version').get() as { user_version: number }).user_version
    } finally {
      db.close()
    }
  }

  test.each([
    ['is read without conversion', true, 3],
    ['gets the columns', false, 6],
  ])('%s', async (_, readOnly, version) => {
    const file = fileOfVersion3()
    const store = sqliteStore(file, { readOnly })
    onTestFinished(() => store.close())
    const found = await store.find(ONE)
    expect(found.found && found.events).toMatchObject([
      { kind: 'firewall', action: 'block', rule: { id: 'admin' }, path: '/one', status: 403 },
    ])
    expect(found.found && found.events[0]).not.toHaveProperty('answer')
    const of = async (field: string, value: string) =>
      (await store.page({ where: [{ field, operator: 'is', value }] })).events.map(({ ray }) => ray)
    expect(await of('kind', 'firewall')).toEqual([TWO, ONE])
    expect(await of('kind', 'challenge')).toEqual([])
    expect(await of('referer.host', '')).toEqual([TWO, ONE])
    expect(await store.top({ by: ['kind', 'answer.code'] })).toEqual([
      { values: ['firewall', 0], count: 2 },
    ])
    expect(versionOf(file)).toBe(version)
  })

  test('accepts new events besides its own', async () => {
    const file = fileOfVersion3()
    const added = eventWith({ kind: 'challenge', answer: { code: 0, type: 'text/html' } })
    const writing = sqliteStore(file)
    await writing.append([added])
    await writing.close()
    const store = sqliteStore(file, { readOnly: true })
    onTestFinished(() => store.close())
    expect((await store.page()).events.map(({ ray }) => ray)).toContain(ONE)
    expect(await store.find(added.ray)).toEqual({ found: true, events: [added] })
    expect(await store.top({ by: ['kind'] })).toEqual([
      { values: ['firewall'], count: 2 },
      { values: ['challenge'], count: 1 },
    ])
  })

  test('stays readable for a reader that opened it before the columns were added', async () => {
    const file = fileOfVersion3()
    const early = sqliteStore(file, { readOnly: true })
    onTestFinished(() => early.close())
    await early.find(ONE)
    await sqliteStore(file).close()
    expect(await early.top({ by: ['kind'] })).toEqual([{ values: ['firewall'], count: 2 }])
    expect(await early.find(TWO)).toMatchObject({ found: true })
  })
})

test('a file of version 4 gets the tables of chunks at the first write', async () => {
  const file = join(folder, `${files++}.db`)
  const [one, two] = [eventWith(), eventWith()]
  const first = sqliteStore(file)
  await first.append([one])
  await first.close()
  const db = new Database(file)
  db.exec('ALTER TABLE events DROP COLUMN zone')
  db.exec('DROP TABLE chunks; DROP TABLE chunk_columns; PRAGMA user_version = 4')
  db.close()
  const where = [{ field: 'path', operator: 'is', value: one.path }] as const
  for (const [readOnly, events] of [
    [true, [one]],
    [false, [one]],
    [true, [two, one]],
  ] as const) {
    const store = sqliteStore(file, { readOnly })
    expect((await store.page({ where })).events).toEqual(events)
    expect(await store.top({ by: ['path'] })).toEqual([
      { values: [one.path], count: events.length },
    ])
    if (!readOnly) await store.append([two])
    await store.close()
  }
})

test('a file of version 5 has no zones, in chunks or outside, and gets them with new events', async () => {
  const file = join(folder, `${files++}.db`)
  const hourMs = 3_600_000
  const [one, two] = [1, 2].map((ago) =>
    eventWith({ time: new Date(Date.now() - (3 - ago) * hourMs).toISOString() })
  ) as [SecurityEvent, SecurityEvent]
  const first = sqliteStore(file)
  await first.append([one, two])
  await first.close()
  const writing = openForWriting(file, 'commit')
  expect(sealNext(writing, new Tables(writing), 1)).toBe(true)
  writing.exec("DELETE FROM chunk_columns WHERE name = 'zone'")
  writing.exec('ALTER TABLE events DROP COLUMN zone; PRAGMA user_version = 5')
  writing.close()
  const added = eventWith({ zone: 'shop.test' })
  for (const readOnly of [true, false, true]) {
    const store = sqliteStore(file, { readOnly })
    const events = await store.query({ limit: 1 })
    const isAdded = events[0]?.ray === added.ray
    expect(await store.find(one.ray)).toEqual({ found: true, events: [one] })
    expect(await store.top({ by: ['zone'] })).toEqual([
      { values: [''], count: 2 },
      ...(isAdded ? [{ values: ['shop.test'], count: 1 }] : []),
    ])
    const where = [{ field: 'zone', operator: 'is', value: 'shop.test' }] as const
    expect((await store.page({ where })).events).toEqual(isAdded ? [added] : [])
    if (!readOnly) await store.append([added])
    await store.close()
  }
  const last = sqliteStore(file, { readOnly: true })
  onTestFinished(() => last.close())
  expect(await last.find(added.ray)).toEqual({ found: true, events: [added] })
})
