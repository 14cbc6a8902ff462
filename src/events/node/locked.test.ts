import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import Database from 'libsql'
import { afterAll, expect, onTestFinished, test, vi } from 'vitest'
import { eventWith } from '../event.fixture.ts'
import { sqliteStore } from './sqlite.ts'

const folder = mkdtempSync(join(tmpdir(), 'edge1020-locked-'))
let files = 0
const newFile = () => {
  const file = join(folder, `${files++}`, 'events.db')
  mkdirSync(dirname(file))
  return file
}

afterAll(() => rmSync(folder, { recursive: true }))

const lock = (file: string) => {
  const other = new Database(file)
  onTestFinished(() => void other.close())
  other.exec('BEGIN IMMEDIATE')
  return () => other.exec('COMMIT')
}

const opened = (file: string) => {
  const store = sqliteStore(file)
  onTestFinished(() => store.close())
  return store
}

/** Another thread holds the file, for one that waits for it standing still. */
const lockElsewhere = async (file: string, sql: string) => {
  const worker = new Worker(
    `const { parentPort, workerData } = require('node:worker_threads')
    const db = new (require('libsql'))(workerData.file)
    db.exec('PRAGMA journal_mode = WAL')
    db.exec('BEGIN IMMEDIATE;' + workerData.sql)
    parentPort.postMessage('locked')
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200)
    db.exec('COMMIT')
    db.close()`,
    { eval: true, workerData: { file, sql } }
  )
  const ended = once(worker, 'exit')
  onTestFinished(async () => void (await ended))
  await once(worker, 'message')
}

test('while another process holds the file, the event loop goes on; then all are committed', async () => {
  const file = newFile()
  const store = opened(file)
  const unlock = lock(file)
  const events = [eventWith(), eventWith()]
  let settled = 0
  const appended = events.map((event) => store.append([event]).then(() => settled++))
  // Longer than one turn, far less than the limit.
  for (let turns = 0; turns < 5; turns++) await turn()
  const late = eventWith()
  appended.push(store.append([late]).then(() => settled++))
  await turn()
  expect(settled).toBe(0)
  unlock()
  await Promise.all(appended)
  expect(await store.query()).toEqual([late, ...events.toReversed()])
  expect(store.commits).toBe(1)
})

test('where the file stays locked, the appends fail, and later ones are committed', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  onTestFinished(() => void vi.useRealTimers())
  const file = newFile()
  const store = opened(file)
  const unlock = lock(file)
  const appended = Promise.allSettled([store.append([eventWith()]), store.append([eventWith()])])
  await turn()
  await vi.advanceTimersByTimeAsync(6_000)
  const failed = {
    status: 'rejected',
    reason: { code: 'store_failed', message: expect.stringMatching(/locked/) },
  }
  expect(await appended).toMatchObject([failed, failed])
  unlock()
  const event = eventWith()
  await store.append([event])
  expect(await store.query()).toEqual([event])
})

test('closing waits for the file', async () => {
  const file = newFile()
  const store = opened(file)
  const event = eventWith()
  await lockElsewhere(file, '')
  const appended = store.append([event])
  await store.close()
  await appended
  expect(await opened(file).query()).toEqual([event])
})

test('of two that make a new file at once, the slower one finds what the faster one made', async () => {
  const file = newFile()
  await lockElsewhere(file, 'CREATE TABLE shopping (item TEXT);')
  expect(() => sqliteStore(file)).toThrow(expect.objectContaining({ code: 'store_foreign' }))
})
