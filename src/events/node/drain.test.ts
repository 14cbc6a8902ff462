import { execFileSync } from 'node:child_process'
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, expect, onTestFinished, test, vi } from 'vitest'
import { eventWith } from '../event.fixture.ts'
import { contentsOf, openForReading, openForWriting } from './database.ts'
import { Drain } from './drain.ts'
import { journalName, newOwner, placesOf } from './journal-names.ts'
import { Reader } from './reader.ts'

const folder = mkdtempSync(join(tmpdir(), 'edge1020-drain-'))
let files = 0
afterAll(() => rmSync(folder, { recursive: true }))

const newFile = (directory = `${files++}`) => {
  const file = join(folder, directory, 'events.db')
  mkdirSync(dirname(file))
  return file
}

const draining = (file: string) => {
  const db = openForWriting(file, 'commit')
  const contents = contentsOf(db, file)
  db.close()
  const notices: string[] = []
  const troubles: (string | undefined)[] = []
  const drain = new Drain(
    {
      file,
      durability: 'commit',
      contents,
      maxAgeMs: Number.POSITIVE_INFINITY,
      maxBytes: Number.POSITIVE_INFINITY,
      maxEvents: Number.POSITIVE_INFINITY,
    },
    {
      onTaken: () => {},
      onEvicted: () => {},
      onTrouble: (message) => troubles.push(message),
      onNotice: (message) => notices.push(message),
      onLostName: () => {},
    }
  )
  onTestFinished(() => drain.close())
  /** At most so many steps: one that never ends its work is found out. */
  const work = (steps = 50) => {
    let left = steps
    while (left > 0 && drain.step()) left--
    expect(left).toBeGreaterThan(0)
  }
  return { drain, notices, troubles, work }
}

/** The name of a journal whose process is gone. */
const leftBehind = (file: string, sequence: number, place: 0 | 1 = 0) => {
  const directory = placesOf(file)[place]
  return join(
    directory.directory,
    // The number of no process: beyond all that systems give.
    journalName(directory, { ...newOwner(), pid: 2 ** 30, store: 'left' }, sequence)
  )
}

const raysIn = (file: string) => {
  const db = openForReading(file)
  try {
    return db.prepare('SELECT ray FROM events').all() as { ray: string }[]
  } finally {
    db.close()
  }
}

const aside = (file: string) =>
  readdirSync(dirname(file)).filter((name) => name.includes('.damaged-'))

test.each(['encrypted', 'corrupt', 'malformed'])(
  'a path with the word "%s" does not count as damage',
  (word) => {
    const file = newFile(word)
    const { drain, notices, troubles, work } = draining(file)
    work()
    rmSync(dirname(file), { recursive: true })
    writeFileSync(dirname(file), '')
    expect(drain.step()).toBe(false)
    expect(drain.trouble).toMatch(/is a file: expected a directory$/)
    expect([...notices, ...troubles].join()).not.toContain('damaged')
  }
)

test('a second damaged file within a second stays in its place', () => {
  const file = newFile()
  const { drain, work } = draining(file)
  work()
  const now = vi.spyOn(performance, 'now').mockReturnValue(1_000_000)
  onTestFinished(() => now.mockRestore())
  const damage = () => {
    for (const part of ['', '-wal', '-shm']) rmSync(`${file}${part}`, { force: true })
    writeFileSync(file, 'no database at all, and long enough for a header. '.repeat(400))
  }
  damage()
  expect(drain.step()).toBe(true)
  expect(aside(file)).toHaveLength(1)
  damage()
  expect(drain.step()).toBe(false)
  expect(drain.trouble).toMatch(/not a database/)
  expect(aside(file)).toHaveLength(1)
  now.mockReturnValue(1_002_000)
  expect(drain.step()).toBe(true)
  expect(aside(file)).toHaveLength(2)
  work()
  expect(drain.trouble).toBeUndefined()
})

test('reports an unreadable journal once, and reads the others without delay', () => {
  const file = newFile()
  const { drain, notices, work } = draining(file)
  const [loop, directory, gone, good] = [0, 1, 2, 3].map((i) => leftBehind(file, i)) as [
    string,
    string,
    string,
    string,
  ]
  symlinkSync(loop, loop)
  mkdirSync(directory)
  symlinkSync(join(folder, 'nothing'), gone)
  const event = eventWith()
  writeFileSync(good, `${JSON.stringify([event])}\n`)
  work()
  expect(drain.trouble).toBeUndefined()
  expect(raysIn(file)).toEqual([{ ray: event.ray }])
  expect(existsSync(good)).toBe(false)
  drain.tick()
  work()
  expect(notices.filter((notice) => notice.includes(loop))).toHaveLength(1)
  expect(notices.filter((notice) => notice.includes(directory))).toHaveLength(1)
  expect(aside(file)).toEqual([])
})

const inTemporary = () => {
  const directory = join(folder, `temporary-${files++}`)
  mkdirSync(directory)
  vi.stubEnv('TMPDIR', directory)
  onTestFinished(() => void vi.unstubAllEnvs())
  const file = newFile()
  const reader = new Reader(file, 'the store')
  onTestFinished(() => reader.close())
  return { file, reader, ...draining(file) }
}
const isPosix = process.platform !== 'win32'
const isRoot = process.getuid?.() === 0

test.runIf(isPosix)('ignores pipes, directories and links with names of journals', () => {
  const { file, reader, drain, notices, work } = inTemporary()
  const [pipe, directory, link] = [0, 1, 2].map((i) => leftBehind(file, i, 1)) as [
    string,
    string,
    string,
  ]
  execFileSync('mkfifo', [pipe])
  mkdirSync(directory)
  const [linked, event] = [eventWith(), eventWith()]
  const elsewhere = join(dirname(file), 'elsewhere')
  writeFileSync(elsewhere, `${JSON.stringify([linked])}\n`)
  symlinkSync(elsewhere, link)
  const good = leftBehind(file, 3, 1)
  writeFileSync(good, `${JSON.stringify([event])}\n`)
  expect(reader.query()).toEqual([event])
  work()
  expect(drain.trouble).toBeUndefined()
  expect(raysIn(file)).toEqual([{ ray: event.ray }])
  expect(existsSync(elsewhere)).toBe(true)
  for (const path of [pipe, directory, link]) {
    expect(notices.filter((notice) => notice.includes(path))).toHaveLength(1)
  }
})

test.runIf(isRoot)('ignores a journal of another user in the temporary directory', () => {
  const { file, reader, notices, work } = inTemporary()
  const forged = leftBehind(file, 0, 1)
  writeFileSync(forged, `${JSON.stringify([eventWith()])}\n`)
  chownSync(forged, 12_345, 12_345)
  expect(reader.query()).toEqual([])
  work()
  expect(raysIn(file)).toEqual([])
  expect(notices).toEqual([
    `event store ${file}: the edge skips the journal ${forged}: it belongs to another user (12345)`,
  ])
  // The owner of the store's file can write anything into it.
  chownSync(file, 12_345, 12_345)
  expect(reader.query()).toHaveLength(1)
})

test('reads a journal in the temporary directory', () => {
  const { file, reader, notices, work } = inTemporary()
  const event = eventWith()
  writeFileSync(leftBehind(file, 0, 1), `${JSON.stringify([event])}\n`)
  expect(reader.query()).toEqual([event])
  work()
  expect(raysIn(file)).toEqual([{ ray: event.ray }])
  expect(notices).toEqual([])
})

test('skips lines that an edge never writes and reports them once; skips incomplete lines silently', () => {
  const file = newFile()
  const { drain, notices, work } = draining(file)
  const reader = new Reader(file, 'the store')
  onTestFinished(() => reader.close())
  const path = leftBehind(file, 0)
  const event = eventWith()
  const { matched, ...unmatched } = event
  const gap = { firstRay: '', lastRay: '', from: event.time, to: event.time, count: 1, reason: 'x' }
  const lines = [
    [null],
    null,
    7,
    [7],
    [[]],
    {},
    { gap: null },
    { gap: { ...gap, from: 'yesterday' } },
    [unmatched],
    [{ ...event, matched: [null] }],
    [{ ...event, ray: 7 }],
    [{ ...event, rule: null }],
    [event],
    { gap },
  ].map((line) => JSON.stringify(line))
  expect(matched).toBeDefined()
  writeFileSync(path, `[{"ray":"torn\n${lines.join('\n')}\n`)
  expect(reader.query()).toEqual([event])
  work()
  expect(drain.trouble).toBeUndefined()
  expect(raysIn(file)).toEqual([{ ray: event.ray }])
  expect(existsSync(path)).toBe(false)
  expect(notices).toEqual([
    `event store ${file}: the journal ${path} has lines without an event: the edge skips them`,
  ])
  const torn = leftBehind(file, 1)
  writeFileSync(torn, `[{"ray":"torn\n${JSON.stringify([eventWith()])}\n`)
  drain.tick()
  work()
  expect(raysIn(file)).toHaveLength(2)
  expect(notices).toHaveLength(1)
})
