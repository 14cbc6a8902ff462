// What happens to the file of a running store, and that nobody who is refused waits for it.
import { randomBytes } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Worker } from 'node:worker_threads'
import Database from 'libsql'
import { afterAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { eventWith } from '../event.fixture.ts'
import type { SecurityEvent } from '../event.ts'
import { JournalFile } from './journal-file.ts'
import { journalsIn, placesOf } from './journal-names.ts'
import type { SqliteOptions, SqliteStore } from './sqlite.ts'
import { sqliteStore } from './sqlite.ts'

const folder = mkdtempSync(join(tmpdir(), 'edge1020-faults-'))
let files = 0
const newFile = () => {
  const file = join(folder, `${files++}`, 'events.db')
  mkdirSync(dirname(file))
  return file
}
afterAll(() => rmSync(folder, { recursive: true }))

interface Watched {
  store: SqliteStore
  errors: string[]
  notices: string[]
}

const opened = (file: string, options: SqliteOptions = {}): Watched => {
  const errors: string[] = []
  const notices: string[] = []
  const store = sqliteStore(file, {
    ...options,
    onTrouble: ({ message }) => errors.push(message),
    onNotice: (message) => notices.push(message),
  })
  onTestFinished(() => store.close())
  return { store, errors, notices }
}

const inTables = (store: SqliteStore) =>
  expect.poll(() => store.state().waiting, { timeout: 20_000 }).toBe(0)
const inTrouble = ({ store }: Watched, message: RegExp) =>
  expect.poll(() => store.state().trouble?.message, { timeout: 20_000 }).toMatch(message)
const recovered = ({ store }: Watched) =>
  expect.poll(() => store.state().trouble, { timeout: 20_000 }).toBeUndefined()

const refuse = async (store: SqliteStore, count = 3): Promise<SecurityEvent[]> => {
  const events = Array.from({ length: count }, () => eventWith())
  await Promise.all(events.map((event) => store.append([event])))
  return events
}

const expectFound = async (store: SqliteStore, events: readonly SecurityEvent[]) => {
  for (const event of events) {
    expect(await store.find(event.ray)).toEqual({ found: true, events: [event] })
  }
}

const lock = (file: string) => {
  const other = new Database(file)
  onTestFinished(() => void other.close())
  other.exec('BEGIN IMMEDIATE')
  return () => other.exec('COMMIT')
}

describe('a file that another process locks', () => {
  test('delays no refusal and hides no event; all events are in it afterwards', async () => {
    const file = newFile()
    const watched = opened(file)
    const { store, errors, notices } = watched
    const unlock = lock(file)
    // The lock is held until all of this has happened.
    const events = await refuse(store, 50)
    await inTrouble(watched, /locked by another process/)
    expect(store.state()).toMatchObject({ waiting: 50, lost: 0, gaps: [] })
    await expectFound(store, events.slice(0, 3))
    expect(await store.query()).toEqual(events.toReversed())
    expect(await store.top({ by: ['action'] })).toEqual([{ values: ['block'], count: 50 }])
    unlock()
    await recovered(watched)
    await inTables(store)
    expect(await store.query()).toEqual(events.toReversed())
    expect(errors).toEqual([`event store ${file}: locked by another process`])
    expect(notices).toEqual([`sqlite ${file} works again`])
  })
})

describe('a file that is missing', () => {
  test.each<[string, (file: string) => void]>([
    [
      'removed',
      (file) => {
        for (const part of ['', '-wal', '-shm']) rmSync(`${file}${part}`, { force: true })
      },
    ],
    ['moved', (file) => renameSync(file, `${file}.moved`)],
  ])(
    '%s: later events are in a new file, and a look-up of earlier ones names the gap',
    async (_, act) => {
      const file = newFile()
      const { store, notices } = opened(file)
      const [early] = (await refuse(store, 1)) as [SecurityEvent]
      await inTables(store)
      // What is in the tables is no longer in a journal.
      await store.close()
      const watched = opened(file)
      await watched.store.query()
      act(file)
      const late = await refuse(watched.store)
      await expect.poll(() => existsSync(file), { timeout: 20_000 }).toBe(true)
      await inTables(watched.store)
      await expectFound(watched.store, late)
      expect(await watched.store.find(early.ray)).toMatchObject({
        found: false,
        reason: 'gap',
        message: expect.stringContaining('the file was removed, moved or replaced'),
      })
      // The thread may come across the parts while they are removed one by one: that is over then.
      const told = watched.notices.filter((notice) => !notice.endsWith(' works again'))
      expect(told).toEqual([
        `event store ${file}: the file was removed, moved or replaced; the edge starts a new one without the earlier events`,
      ])
      expect(notices).toEqual([])
      await watched.store.close()
      // The next process knows it, too.
      const next = opened(file).store
      await expectFound(next, late)
      expect(await next.find(early.ray)).toMatchObject({ reason: 'gap' })
    }
  )

  test('with its directory: events are written elsewhere, and later move back', async () => {
    const file = newFile()
    const { store } = opened(file)
    await refuse(store, 1)
    await inTables(store)
    rmSync(dirname(file), { recursive: true })
    const late = await refuse(store)
    await expect.poll(() => existsSync(file), { timeout: 20_000 }).toBe(true)
    const later = await refuse(store)
    await inTables(store)
    await expectFound(store, [...late, ...later])
  })
})

test('while its directory cannot be created, queries read the journals elsewhere', async () => {
  const file = newFile()
  const { store } = opened(file)
  await refuse(store, 1)
  await inTables(store)
  rmSync(dirname(file), { recursive: true })
  writeFileSync(dirname(file), 'a file in its place')
  const elsewhere = async () => {
    await refuse(store, 1)
    return journalsIn(placesOf(file)[1]).length
  }
  await expect.poll(elsewhere, { timeout: 20_000 }).toBeGreaterThan(0)
  const late = await refuse(store)
  await expectFound(store, late)
  const rays = (await store.page({ limit: 3 })).events.map(({ ray }) => ray)
  expect(rays).toEqual(late.map(({ ray }) => ray).toReversed())
  expect(await store.top({ by: ['ray'], text: late[0]!.ray })).toEqual([
    { values: [late[0]!.ray], count: 1 },
  ])
  rmSync(dirname(file))
  await inTables(store)
  await expectFound(store, late)
})

describe('while no place accepts a journal', () => {
  const stuck = async (file: string) => {
    const watched = opened(file)
    const [before] = await refuse(watched.store, 1)
    await inTables(watched.store)
    const error = Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' })
    const append = vi.spyOn(JournalFile.prototype, 'append').mockResolvedValue(error)
    const create = vi.spyOn(JournalFile, 'create').mockRejectedValue(error)
    const release = () => {
      append.mockRestore()
      create.mockRestore()
    }
    onTestFinished(release)
    const held = await refuse(watched.store, 3)
    return { ...watched, watched, before: before!, held, release }
  }

  test('pages, counts and series include the events in memory', async () => {
    const { store, watched, before, held, release } = await stuck(newFile())
    const look = async () => ({
      page: (await store.page()).events,
      top: await store.top({ by: ['rule'] }),
      count: (await store.series({ bucketSeconds: 86_400 })).reduce(
        (sum, { count }) => sum + count,
        0
      ),
      query: await store.query({ limit: 2 }),
    })
    const newest = [...held.toReversed(), before]
    const expected = {
      page: newest,
      top: [{ values: [before.rule.id], count: 4 }],
      count: 4,
      query: newest.slice(0, 2),
    }
    expect(await look()).toEqual(expected)
    release()
    await recovered(watched)
    await inTables(store)
    expect(await look()).toEqual(expected)
  })

  test('and its directory is missing: a look-up reports the reason, and finds events in memory', async () => {
    const file = newFile()
    const { store, held } = await stuck(file)
    rmSync(dirname(file), { recursive: true })
    writeFileSync(dirname(file), 'a file in its place')
    onTestFinished(() => rmSync(dirname(file)))
    await expectFound(store, held)
    // Only the file would know of that one.
    await expect(store.find(eventWith().ray)).rejects.toMatchObject({
      code: 'store_failed',
      message: expect.stringMatching(/is a file: expected a directory|no space left/),
    })
    await expect(store.page()).rejects.toMatchObject({ code: 'store_failed' })
  })
})

describe('a file that is damaged', () => {
  const grown = async () => {
    const file = newFile()
    const first = sqliteStore(file)
    const events = await refuse(first as SqliteStore, 2_000)
    await first.close()
    const db = new Database(file)
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    db.close()
    return { file, events }
  }

  test('in a part that only queries read: the next query makes the store rename it', async () => {
    const { file, events } = await grown()
    const watched = opened(file)
    expect(await watched.store.query({ limit: 1 })).toHaveLength(1)
    const bytes = readFileSync(file)
    bytes.fill(0xa5, 4_096 * 2)
    writeFileSync(file, bytes)
    // Another file under the name of the old one: the thread that asks knows nothing of its pages.
    const aside = () => readdirSync(dirname(file)).filter((name) => name.includes('.damaged-'))
    await expect
      .poll(
        async () => {
          await watched.store.series({ bucketSeconds: 60, by: 'path' }).catch(() => {})
          return aside().length
        },
        { timeout: 20_000 }
      )
      .not.toBe(0)
    await recovered(watched)
    const late = await refuse(watched.store)
    await inTables(watched.store)
    await expectFound(watched.store, late)
    expect(await watched.store.find(events[5]!.ray)).toMatchObject({ reason: 'gap' })
    expect(watched.notices).toContainEqual(expect.stringContaining('the file was damaged'))
  })

  test.each<[string, (file: string) => void]>([
    ['cut off', (file) => truncateSync(file, 10_000)],
    [
      'overwritten',
      (file) => {
        const bytes = readFileSync(file)
        bytes.fill(0xa5, 4_096 * 2)
        writeFileSync(file, bytes)
      },
    ],
  ])('%s: it is renamed, never deleted, and later events are kept', async (_, act) => {
    const { file, events } = await grown()
    const watched = opened(file)
    await watched.store.query({ limit: 1 })
    await refuse(watched.store, 1)
    await inTables(watched.store)
    const before = readdirSync(dirname(file)).length
    act(file)
    const late: SecurityEvent[] = []
    const aside = () => readdirSync(dirname(file)).filter((name) => name.includes('.damaged-'))
    // Damage shows when SQLite comes across it.
    while (aside().length === 0) {
      late.push(...(await refuse(watched.store, 20)))
      await vi.waitFor(() => expect(watched.store.state().waiting).toBeLessThan(400), 20_000)
    }
    await recovered(watched)
    late.push(...(await refuse(watched.store)))
    await inTables(watched.store)
    await expectFound(watched.store, late)
    expect(await watched.store.find(events[5]!.ray)).toMatchObject({
      reason: 'gap',
      message: expect.stringMatching(/the file was damaged and is kept as .*\.damaged-/),
    })
    expect(before).toBeGreaterThan(0)
    expect(watched.store.state().lost).toBe(0)
  })

  test.each<[string, (file: string) => void]>([
    ['cut off within its header', (file) => truncateSync(file, 50)],
    ['cut off', (file) => truncateSync(file, 10_000)],
    ['no database at all', (file) => writeFileSync(file, randomBytes(20_000))],
  ])('%s when the edge starts: it is renamed, and the edge starts', async (_, act) => {
    const { file } = await grown()
    act(file)
    const damaged = readFileSync(file)
    const { store, notices, errors } = opened(file)
    const events = await refuse(store)
    await inTables(store)
    await expectFound(store, events)
    const [aside, ...more] = readdirSync(dirname(file)).filter((name) =>
      /damaged-[^-]+-[^-]+-[^-]+$/.test(name)
    )
    expect(more).toEqual([])
    const kept = join(dirname(file), aside!)
    expect(readFileSync(kept).equals(damaged)).toBe(true)
    expect(notices).toEqual([
      `event store ${file}: the file was damaged and is kept as ${kept}; the edge starts a new one without the earlier events`,
    ])
    expect(errors).toEqual([])
  })

  test('of another program when the edge starts: reported, and not changed', () => {
    const file = newFile()
    const foreign = new Database(file)
    foreign.exec('CREATE TABLE shopping (item TEXT)')
    foreign.close()
    const before = readFileSync(file)
    expect(() => opened(file)).toThrow(/is a database of another program/)
    expect(readFileSync(file).equals(before)).toBe(true)
    expect(readdirSync(dirname(file)).filter((name) => name.includes('damaged'))).toEqual([])
  })

  test('replaced by a database of another program: that database is not changed', async () => {
    const file = newFile()
    const watched = opened(file)
    await refuse(watched.store, 1)
    await inTables(watched.store)
    rmSync(file)
    const foreign = new Database(file)
    foreign.exec('CREATE TABLE shopping (item TEXT)')
    foreign.close()
    await refuse(watched.store)
    await inTrouble(watched, /is a database of another program/)
    const tables = new Database(file, { readonly: true } as object)
    onTestFinished(() => void tables.close())
    expect(tables.prepare('SELECT name FROM sqlite_master').all()).toEqual([{ name: 'shopping' }])
    expect(watched.store.state()).toMatchObject({ waiting: 3, lost: 0 })
  })
})

test('reports trouble when the writing thread ends, until the next thread has finished its work', async () => {
  const posted = vi.spyOn(Worker.prototype, 'postMessage')
  const watched = opened(newFile())
  const events = await refuse(watched.store)
  await inTables(watched.store)
  const [writing] = posted.mock.contexts as [Worker]
  posted.mockRestore()
  // Not `terminate()`: in the middle of a call, libsql would abort the process on Node 24. An error of its own ends the thread.
  writing.postMessage({ kind: 'open', store: Number.NaN })
  await inTrouble(watched, /the thread edge1020 events: writing ended/)
  await recovered(watched)
  events.push(...(await refuse(watched.store)))
  await inTables(watched.store)
  await expectFound(watched.store, events)
  expect(watched.notices).toEqual([
    `sqlite ${watched.store.name.slice('sqlite '.length)} works again`,
  ])
})
