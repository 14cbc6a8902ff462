// Files of versions before queries had columns: one table of Ray ID and JSON.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'libsql'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import { eventWith } from '../event.fixture.ts'
import type { SecurityEvent } from '../event.ts'
import { sqliteStore } from './sqlite.ts'

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

test('is read as it is', async () => {
  const file = oldFile(EVENTS)
  expectAll(await answers(file, true))
  const db = new Database(file)
  onTestFinished(() => void db.close())
  expect(db.prepare('PRAGMA user_version').get()).toMatchObject({ user_version: 2 })
})

test('answers the same while its events are moved, and afterwards', async () => {
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
