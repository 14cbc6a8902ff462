import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import Database from 'libsql'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { eventWith } from '../event.fixture.ts'
import type { EventStore, SecurityEvent } from '../event.ts'
import { storeContract } from '../store.contract.ts'
import { openStore } from './open.ts'
import type { SqliteOptions } from './sqlite.ts'
import { sqliteStore } from './sqlite.ts'

const folder = mkdtempSync(join(tmpdir(), 'edge1020-sqlite-'))
let files = 0
const newFile = () => join(folder, `${files++}`, 'events.db')

afterAll(() => rmSync(folder, { recursive: true }))

storeContract('SQLite store', () => sqliteStore(newFile()))
storeContract('SQLite store that survives a power cut', () =>
  sqliteStore(newFile(), { durability: 'power' })
)

const opened = (file = newFile(), options: SqliteOptions = {}) => {
  // With `hold`, a resolved append is written even on a busy machine.
  const store = sqliteStore(file, { onStoreFailure: 'hold', ...options })
  onTestFinished(() => store.close())
  return store
}

const isFound = async (store: EventStore, ray: string) => (await store.find(ray)).found

const PAGE_BYTES = 4_096

const refusal = (act: () => unknown): { code: string; message: string } => {
  try {
    act()
  } catch (error) {
    return error as { code: string; message: string }
  }
  throw new Error('it was not refused')
}

/** With `hold`, an append waits for a slow disk. By default it would resolve from memory after a moment. */
const PATIENT: SqliteOptions = { onStoreFailure: 'hold' }

describe('commits', () => {
  test('a resolved append is in the file for other readers; a pending one is not', async () => {
    const file = newFile()
    const [writer, reader] = [opened(file), opened(file, { readOnly: true })]
    const event = eventWith()
    const appended = writer.append([event])
    expect(await isFound(reader, event.ray)).toBe(false)
    await appended
    expect(await isFound(reader, event.ray)).toBe(true)
  })

  test('the files at the time of a resolved append contain the event, as after a kill', async () => {
    const [file, copy] = [newFile(), newFile()]
    const store = opened(file, PATIENT)
    const events = Array.from({ length: 70 }, () => eventWith())
    await Promise.all(events.map((event) => store.append([event])))
    mkdirSync(dirname(copy))
    for (const part of readdirSync(dirname(file))) {
      // SQLite rebuilds the shared-memory index.
      if (!part.endsWith('-shm')) copyFileSync(join(dirname(file), part), join(dirname(copy), part))
    }
    expect(await opened(copy, { readOnly: true }).query()).toEqual(events.toReversed())
  })

  test.each([1, 2, 50, 64, 65, 127, 333])(
    '%i appends of one turn share one commit',
    async (count) => {
      const store = opened(newFile(), PATIENT)
      const events = Array.from({ length: count }, () => eventWith())
      await Promise.all(events.map((event) => store.append([event])))
      expect(store.commits).toBe(1)
      expect(await store.query({ limit: 1_000 })).toEqual(events.toReversed())
    }
  )

  test('appends of another turn have another commit', async () => {
    const store = opened(newFile(), PATIENT)
    await store.append([eventWith()])
    await store.append([eventWith()])
    expect(store.commits).toBe(2)
  })

  test('an event that cannot be stored does not affect the others in its group', async () => {
    const store = opened()
    const [good, bad, alsoGood] = [eventWith(), eventWith(), eventWith()]
    bad.matched[0]!.value = 10n
    const settled = await Promise.allSettled(
      [good, bad, alsoGood].map((one) => store.append([one]))
    )
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(settled[1]).toMatchObject({ reason: { code: 'store_failed' } })
    expect(await store.query()).toEqual([alsoGood, good])
  })

  test('several processes can write to one file', async () => {
    const file = newFile()
    const [one, other] = [opened(file), opened(file)]
    const events = Array.from({ length: 40 }, () => eventWith())
    await Promise.all(events.map((event, i) => (i % 2 === 0 ? one : other).append([event])))
    expect(await one.query()).toHaveLength(40)
  })
})

describe('retention', () => {
  const DAY_MS = 86_400_000
  const aged = (days: number) => {
    const timeMs = Date.now() - days * DAY_MS
    const ticks = Math.floor((timeMs - Date.UTC(2012, 9, 12)) / 10)
    const ray = `${ticks.toString(16).padStart(9, '0')}0000000`
    return eventWith({ ray, time: new Date(timeMs).toISOString() })
  }
  const fill = async (options: SqliteOptions, events: readonly SecurityEvent[]) => {
    const file = newFile()
    const store = sqliteStore(file, options)
    await Promise.all(events.map((event) => store.append([event])))
    // Closing completes all pending work.
    await store.close()
    return opened(file, { readOnly: true })
  }

  test('removes the oldest events beyond a number, and a look-up reports it', async () => {
    const old = eventWith({
      ray: '0000000010000000',
      time: new Date(Date.now() - DAY_MS).toISOString(),
    })
    const events = Array.from({ length: 1_700 }, () => eventWith())
    const store = await fill({ maxEvents: 500 }, [old, ...events])
    expect(await store.query({ limit: 1_000 })).toEqual(events.slice(-500).toReversed())
    expect(await store.find(old.ray)).toMatchObject({ found: false, reason: 'evicted' })
    expect(await isFound(store, events.at(-1)!.ray)).toBe(true)
  })

  test.each([
    ['ahead', [10, 10, 10], 1_000],
    ['ahead, and is set back', [10, 10, 0], 2_500],
    ['behind, and is set right', [-10, -10, 0], 1_000],
  ])('leaves whole what it keeps where the clock is %s', async (_, days, kept) => {
    const rays = days.flatMap((day, third) =>
      Array.from({ length: 1_000 }, (_, i) => {
        const ms = Date.now() + day * DAY_MS + third * 2_000 + i
        return eventWith({
          ray: `${ms.toString(16).padStart(12, '0')}${third}${i.toString(16).padStart(3, '0')}`,
          time: new Date(ms).toISOString(),
        })
      })
    )
    const store = await fill({ maxEvents: kept, maxAgeDays: 30 }, rays)
    const looked = rays.filter((_, i) => i % 50 === 49)
    const found = await Promise.all(looked.map(({ ray }) => store.find(ray)))
    const events = found.flatMap((one) => (one.found ? one.events : []))
    expect(events).toHaveLength(kept / 50)
    expect(looked).toEqual(expect.arrayContaining(events))
  })

  test('removes only events that are too old', async () => {
    const [old, young] = [aged(8), aged(6)]
    const store = await fill({ maxAgeDays: 7 }, [old, young])
    expect(await store.query()).toEqual([young])
    expect(await store.find(old.ray)).toMatchObject({ reason: 'evicted' })
  })

  test('keeps 30 days by default', async () => {
    const [old, young] = [aged(31), aged(29)]
    expect(await (await fill({}, [old, young])).query()).toEqual([young])
  })

  test('removes the oldest events beyond a size', async () => {
    const events = Array.from({ length: 6_000 }, (_, i) =>
      eventWith({ query: `?${'x'.repeat(500)}${i}` })
    )
    const store = await fill({ maxBytes: 2_000_000 }, events)
    const [{ count = 0 } = {}] = await store.top({ by: ['action'] })
    expect(count).toBeGreaterThan(1_000)
    expect(count).toBeLessThan(4_000)
    expect(await isFound(store, events.at(-1)!.ray)).toBe(true)
    expect(await store.find(events[0]!.ray)).toMatchObject({ reason: 'evicted' })
  })

  test.each<SqliteOptions>([
    { maxEvents: 0 },
    { maxEvents: 1.5 },
    { maxEvents: Number.NaN },
    { maxAgeDays: 0 },
    { maxAgeDays: -1 },
    { maxBytes: 0 },
    { durability: 'never' as 'flush' },
    { onStoreFailure: 'panic' as 'hold' },
  ])('%j is refused', (options) => {
    const [option] = Object.keys(options)
    const { code, message } = refusal(() => sqliteStore(newFile(), options))
    expect(code).toBe('invalid_store')
    expect(message).toMatch(new RegExp(`^${option} `))
  })
})

test('finds a rare match among many older events', async () => {
  const store = opened()
  const rare = eventWith({ country: 'PT' })
  await store.append([rare])
  await Promise.all(Array.from({ length: 3_000 }, () => store.append([eventWith()])))
  expect(await store.query({ country: 'PT' })).toEqual([rare])
  expect(await store.query({ ray: rare.ray })).toEqual([rare])
})

describe('files', () => {
  test('stored events are there after the file is reopened', async () => {
    const file = newFile()
    const event = eventWith()
    const first = sqliteStore(file)
    await first.append([event])
    await first.close()
    expect(await isFound(opened(file), event.ray)).toBe(true)
  })

  test("a database of another program is not written to, whatever it's called", () => {
    const file = join(folder, 'foreign.db')
    const foreign = new Database(file)
    foreign.exec('CREATE TABLE shopping (item TEXT)')
    foreign.close()
    for (const readOnly of [true, false]) {
      const { code, message } = refusal(() => sqliteStore(file, { readOnly }))
      expect(code).toBe('store_foreign')
      expect(message).toContain(file)
    }
  })

  test('the error for a store of another version names both versions', async () => {
    const file = newFile()
    await sqliteStore(file).close()
    const db = new Database(file)
    db.exec('PRAGMA user_version = 99')
    db.close()
    const { code, message } = refusal(() => sqliteStore(file))
    expect(code).toBe('store_version')
    expect(message).toMatch(/version 99.*versions 2 to 6/)
  })

  test('a file of text', () => {
    const file = join(folder, 'text.db')
    const text = 'These are not the bytes of a database. '.repeat(100)
    writeFileSync(file, text)
    const { code, message } = refusal(() => sqliteStore(file))
    expect(code).toBe('store_failed')
    expect(message).toContain(file)
    expect(readFileSync(file, 'utf8')).toBe(text)
  })

  test('a truncated file that is opened for reading stays in its place', async () => {
    const [file, damaged] = [newFile(), newFile()]
    await sqliteStore(file).close()
    const main = new Database(file)
    main.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    main.close()
    mkdirSync(dirname(damaged))
    // The header states more pages than the file contains.
    writeFileSync(damaged, readFileSync(file).subarray(0, PAGE_BYTES + 100))
    const { code, message } = refusal(() => sqliteStore(damaged, { readOnly: true }))
    expect(code).toBe('store_failed')
    expect(message).toContain(damaged)
    expect(readFileSync(damaged)).toHaveLength(PAGE_BYTES + 100)
  })

  test.each<[string, () => string]>([
    ['a directory', () => folder],
    [
      'below a file',
      () => {
        writeFileSync(join(folder, 'file'), '')
        return join(folder, 'file', 'events.db')
      },
    ],
  ])('%s cannot contain a store', (_, place) => {
    const file = place()
    const { code, message } = refusal(() => sqliteStore(file))
    expect(code).toBe('store_failed')
    expect(message).toContain(file)
  })
})

describe('read-only', () => {
  test('a missing file is an error and is not created', () => {
    const file = newFile()
    const { code, message } = refusal(() => sqliteStore(file, { readOnly: true }))
    expect(code).toBe('store_not_found')
    expect(message).toContain(file)
    expect(existsSync(file)).toBe(false)
  })

  test('a file without a store is an error', () => {
    const file = join(folder, 'blank.db')
    writeFileSync(file, '')
    expect(refusal(() => sqliteStore(file, { readOnly: true })).code).toBe('store_not_found')
    expect(readFileSync(file)).toHaveLength(0)
  })

  test('accepts no events', async () => {
    const file = newFile()
    await sqliteStore(file).close()
    const store = opened(file, { readOnly: true })
    await expect(store.append([eventWith()])).rejects.toMatchObject({ code: 'store_read_only' })
    expect(await store.query()).toEqual([])
  })
})

test('a closed store cannot be read', async () => {
  const store = opened()
  await store.close()
  await expect(store.find('0123456789abcdef')).rejects.toMatchObject({ code: 'store_closed' })
  await expect(store.query()).rejects.toMatchObject({ code: 'store_closed' })
})

describe('openStore', () => {
  test.each([
    [undefined, /^sqlite .*events\.db$/],
    ['memory', /^memory$/],
    [`sqlite:${join(folder, 'own.db')}`, /^sqlite .*own\.db$/],
  ])('%s', async (spec, name) => {
    const store = openStore(spec, { dataDir: join(folder, 'data') })
    expect(store.name).toMatch(name)
    await store.close()
  })

  test.each(['', 'sqlite', 'sqlite:', 'postgres:x', 'Memory'])('%j is refused', (spec) => {
    const { code, message } = refusal(() => openStore(spec, { dataDir: folder }))
    expect(code).toBe('unknown_store')
    expect(message).toContain(`"${spec}"`)
  })
})
