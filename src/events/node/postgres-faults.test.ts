// Outages of the PostgreSQL that edges write to: no refused visitor waits for the server.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { eventually } from '../../eventually.fixture.ts'
import { eventWith } from '../event.fixture.ts'
import type { EventStore, SecurityEvent } from '../event.ts'
import type { Between, RunningPostgres } from './postgres.fixture.ts'
import { hasPostgres, newFolder, standBetween, startPostgres } from './postgres.fixture.ts'
import type { PostgresOptions } from './postgres.ts'
import { postgresStore } from './postgres.ts'

const found = async (store: EventStore, { ray }: SecurityEvent) => (await store.find(ray)).found

const hasServer = hasPostgres()
/** One server for all tests: a test that stops it starts it again. */
let postgres: RunningPostgres
beforeAll(async () => {
  if (hasServer) postgres = await startPostgres()
})
afterAll(() => postgres?.remove())

describe.skipIf(!hasServer)('an outage of PostgreSQL', () => {
  const opened = (options: PostgresOptions & { place?: string } = {}) => {
    const place = options.place ?? postgres.place()
    const folder = options.spillDirectory ?? newFolder()
    const told: string[] = []
    const store = postgresStore(place, {
      spillDirectory: folder,
      onTrouble: ({ message }) => told.push(message),
      onNotice: (message) => told.push(message),
      ...options,
    })
    onTestFinished(async () => {
      await store.close()
      if (!postgres.isRunning()) postgres.start()
    })
    return { place, store, told, folder }
  }

  test('stopped: visitors get refusals, look-ups find their events, and the events are written after the restart', async () => {
    const { store, told, folder } = opened()
    const before = eventWith()
    await store.append([before])
    await eventually(() => expect(readdirSync(folder)).toEqual([]))
    postgres.stop()
    const events = Array.from({ length: 20 }, () => eventWith())
    for (const event of events) await store.append([event])
    for (const event of events) expect(await found(store, event)).toBe(true)
    expect(store.state()).toMatchObject({ waiting: 20, lost: 0 })
    expect(store.state().trouble?.message).toMatch(
      /^event store postgres 127\.0\.0\.1:\d+\/postgres: /
    )
    // Data that only the server has is unavailable now.
    await expect(store.find(before.ray)).rejects.toMatchObject({ code: 'store_failed' })
    postgres.start()
    await eventually(() => expect(store.state().trouble).toBeUndefined())
    await eventually(() => expect(store.state().waiting).toBe(0))
    expect(await store.query()).toEqual([...events.toReversed(), before])
    expect(told).toEqual([expect.stringContaining('event store'), expect.stringMatching(/again$/)])
    for (const message of told) expect(message).not.toContain(postgres.password)
  })

  test('stopped without traffic: the outage is reported', async () => {
    const { store, told } = opened()
    await store.append([eventWith()])
    postgres.stop()
    await eventually(() => expect(store.state().trouble).toBeDefined())
    postgres.start()
    await eventually(() => expect(store.state().trouble).toBeUndefined())
    expect(told).toHaveLength(2)
  })

  test('events beyond the spill and the memory become a gap, and every edge reports the gap', async () => {
    const { place, store, folder } = opened({ maxHeldBytes: 5_000, maxSpillBytes: 5_000 })
    await store.append([eventWith()])
    await eventually(() => expect(store.state().waiting).toBe(0))
    postgres.stop()
    const events = Array.from({ length: 60 }, () => eventWith())
    for (const event of events) await store.append([event])
    const { waiting, lost } = store.state()
    expect(waiting + lost).toBe(60)
    expect(lost).toBeGreaterThan(30)
    expect(readdirSync(folder)).not.toEqual([])
    const last = events.at(-1)!
    expect(await store.find(last.ray)).toMatchObject({ found: false, reason: 'gap' })
    postgres.start()
    await eventually(() => expect(store.state().waiting).toBe(0))
    await eventually(async () => {
      const [row] = postgres.sql(place, 'SELECT count FROM edge1020_gaps')
      expect(row).toBeDefined()
    })
    expect(await store.find(last.ray)).toMatchObject({ found: false, reason: 'gap' })
  })

  test('with `hold` refusals wait for the server', async () => {
    const { store, told } = opened({ onStoreFailure: 'hold' })
    await store.append([eventWith()])
    postgres.stop()
    let isSent = false
    const event = eventWith()
    const appended = store.append([event]).then(() => {
      isSent = true
    })
    await eventually(() => expect(told).toHaveLength(1))
    expect(isSent).toBe(false)
    postgres.start()
    await appended
    expect(await found(store, event)).toBe(true)
  })

  test('killed under load: no committed event is lost', async () => {
    const { store } = opened({ onStoreFailure: 'hold' })
    const promised: SecurityEvent[] = []
    let isOver = false
    const load = async () => {
      while (!isOver) {
        const event = eventWith()
        await store.append([event])
        promised.push(event)
      }
    }
    const loads = Array.from({ length: 8 }, load)
    await eventually(() => expect(promised.length).toBeGreaterThan(50))
    await postgres.kill()
    const before = promised.length
    postgres.start()
    await eventually(() => expect(promised.length).toBeGreaterThan(before + 50))
    isOver = true
    await Promise.all(loads)
    const there = new Set<string>()
    let cursor: string | undefined
    do {
      const page = await store.page({ limit: 1_000, cursor })
      for (const { ray } of page.events) there.add(ray)
      cursor = page.next
    } while (cursor !== undefined)
    expect(promised.filter(({ ray }) => !there.has(ray))).toEqual([])
    expect(there.size).toBe(promised.length)
  })

  test('unavailable at the start and at the end: the edge starts and stops', async () => {
    postgres.stop()
    const { place, store, told, folder } = opened()
    const events = [eventWith(), eventWith({ userAgent: 'x'.repeat(200_000) }), eventWith()]
    for (const event of events) await store.append([event])
    for (const event of events) expect(await found(store, event)).toBe(true)
    await store.close()
    expect(store.state()).toMatchObject({ waiting: 3, lost: 0, gaps: [] })
    expect(told.at(-1)).toBe(
      `event store ${store.name}: 3 events are in ${folder}; the next edge with this store and directory writes them`
    )
    postgres.start()
    // A store with another database or another spill directory is not affected.
    for (const other of [opened({ spillDirectory: folder }), opened({ place })]) {
      await other.store.append([eventWith()])
      expect(await other.store.query()).toHaveLength(1)
      await other.store.close()
    }
    const next = opened({ place, spillDirectory: folder })
    await eventually(async () => expect(await next.store.query()).toHaveLength(4))
    for (const event of events) {
      expect(await next.store.find(event.ray)).toEqual({ found: true, events: [event] })
    }
    await eventually(() => expect(readdirSync(folder)).toEqual([]))
    expect(next.store.state()).toEqual({ waiting: 0, lost: 0, gaps: [], evicted: 0 })
  })

  test('without a spill, events wait in memory, and are lost when the edge stops', async () => {
    postgres.stop()
    const { store, folder } = opened({ maxSpillBytes: 0 })
    const event = eventWith()
    await store.append([event])
    expect(await found(store, event)).toBe(true)
    await store.close()
    expect(store.state()).toMatchObject({ lost: 1 })
    expect(readdirSync(folder)).toEqual([])
  })

  test('without a usable directory, the spill is in the temporary directory', async () => {
    postgres.stop()
    const folder = join(newFolder(), 'file')
    writeFileSync(folder, '')
    const { store } = opened({ spillDirectory: join(folder, 'below') })
    const event = eventWith()
    await store.append([event])
    expect(await found(store, event)).toBe(true)
    expect(store.state()).toMatchObject({ waiting: 1, lost: 0 })
    postgres.start()
    await eventually(() => expect(store.state().waiting).toBe(0))
    expect(await store.query()).toEqual([event])
  })

  test('the spill of a killed edge: damaged lines are skipped, the others are written', async () => {
    postgres.stop()
    const first = opened()
    const [one, two] = [eventWith(), eventWith()]
    await first.store.append([one])
    await first.store.append([two])
    const [journal] = readdirSync(first.folder)
    const lines = readFileSync(join(first.folder, journal!), 'utf8').trim().split('\n')
    expect(lines).toHaveLength(2)
    const folder = newFolder()
    mkdirSync(folder, { recursive: true })
    // The same name with the ID of an ended process.
    const left = journal!.replace(/-\d+-(\d+)-([0-9a-z]+)-(\d{6})$/, '-4194305-$1-$2-$3')
    expect(left).not.toBe(journal)
    writeFileSync(join(folder, left), `${lines[0]}\nnonsense\n${lines[1]}\n{"ray":"torn`)
    await first.store.close()
    postgres.start()
    const next = opened({ place: first.place, spillDirectory: folder })
    await eventually(() => expect(readdirSync(folder)).toEqual([]))
    expect(await next.store.query()).toEqual([two, one])
    expect(next.store.state()).toMatchObject({ waiting: 0, lost: 0 })
  })
})

/** The longest wait for the server. On a busy machine a timer of this length takes longer, and so does a refusal. */
const SERVER_MS = 25
/** The allowance for the write to the spill, in addition. */
const SPILL_MS = 25

describe.skipIf(!hasServer)('under load, no request waits for PostgreSQL', () => {
  const loaded = async (
    act: (between: Between) => Promise<void>,
    recover: (between: Between) => Promise<void>
  ) => {
    const between = await standBetween(postgres.port)
    const place = postgres.place()
    const told: string[] = []
    const spillDirectory = newFolder()
    const store = postgresStore(place.replace(`:${postgres.port}/`, `:${between.port}/`), {
      spillDirectory,
      onTrouble: ({ message }) => told.push(message),
      onNotice: (message) => told.push(message),
    })
    onTestFinished(async () => {
      if (!postgres.isRunning()) postgres.start()
      await store.close()
      between.close()
    })
    const shown: string[] = []
    const waits: number[] = []
    let isOver = false
    const visitor = async () => {
      while (!isOver) {
        const event = eventWith()
        const startMs = performance.now()
        await store.append([event])
        waits.push(performance.now() - startMs)
        shown.push(event.ray)
        await new Promise((resolve) => setTimeout(resolve, 2))
      }
    }
    const timers: number[] = []
    const clock = async () => {
      while (!isOver) {
        const startMs = performance.now()
        await new Promise((resolve) => setTimeout(resolve, SERVER_MS))
        timers.push(performance.now() - startMs)
      }
    }
    const visitors = [clock(), ...Array.from({ length: 10 }, visitor)]
    const more = (count: number) => {
      const goal = shown.length + count
      return eventually(() => expect(shown.length).toBeGreaterThan(goal))
    }
    await more(100)
    await act(between)
    await more(200)
    const during = store.state()
    await recover(between)
    await more(100)
    isOver = true
    await Promise.all(visitors)
    await eventually(() => expect(store.state()).toMatchObject({ waiting: 0, lost: 0, gaps: [] }))
    const there = new Set(postgres.sql(place, 'SELECT ray FROM edge1020_events').trim().split('\n'))
    expect(shown.filter((ray) => !there.has(ray))).toEqual([])
    expect(there.size).toBe(shown.length)
    await eventually(() => expect(readdirSync(spillDirectory)).toEqual([]))
    // A refusal can arrive while the previous one waits.
    expect(Math.max(...waits)).toBeLessThan(2 * Math.max(...timers) + SPILL_MS)
    return { during, told }
  }

  test('if the server hangs', async () => {
    const { during, told } = await loaded(
      async (between) => between.hold(),
      async (between) => between.release()
    )
    expect(during.waiting).toBeGreaterThan(150)
    for (const message of told) expect(message).toMatch(/the server is slow|works again$/)
  })

  test('if the server is slow: all events arrive a little later', async () => {
    const { during, told } = await loaded(
      async (between) => between.slow(40),
      async (between) => between.slow(0)
    )
    expect(during).toMatchObject({ lost: 0, gaps: [] })
    for (const message of told) expect(message).toMatch(/the server is slow|works again$/)
  })

  test('if the server is stopped', async () => {
    const { during, told } = await loaded(
      () => postgres.stopBeside(),
      () => postgres.startBeside()
    )
    expect(during.waiting).toBeGreaterThan(150)
    expect(during.trouble).toBeDefined()
    expect(told.at(-1)).toMatch(/works again$/)
  })
})
