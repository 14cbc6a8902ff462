import { readdirSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { eventually } from '../../eventually.fixture.ts'
import { eventWith } from '../event.fixture.ts'
import type { EventStore, SecurityEvent } from '../event.ts'
import { storeContract } from '../store.contract.ts'
import { copyable } from './postgres/address.ts'
import type { RunningPostgres } from './postgres.fixture.ts'
import { hasPostgres, newFolder, standBetween, startPostgres } from './postgres.fixture.ts'
import type { PostgresOptions } from './postgres.ts'
import { postgresStore } from './postgres.ts'

const MS_PER_DAY = 86_400_000

test.each([
  ['postgres://edge:s3cret@db.test:6432/site', 'postgres db.test:6432/site'],
  ['postgresql://edge@db.test/site?sslmode=require', 'postgres db.test:5432/site'],
  ['postgres://edge:s3cret@db.test/?password=s3cret', 'postgres db.test:5432'],
  ['postgres:///site?host=/run/postgresql', 'postgres /run/postgresql:5432/site'],
  ['postgres://[2001:db8::1]/site', 'postgres [2001:db8::1]:5432/site'],
])('%s has the name %s', async (address, name) => {
  const store = postgresStore(address, { readOnly: true })
  expect(store.name).toBe(name)
  await store.close()
})

test.each([
  ['sqlite:events.db', 'sqlite:events.db'],
  ['postgres://edge@db.test/site', 'postgres://edge@db.test/site'],
  ['postgres://edge:s3c:r/e@t@db.test/site', 'postgres://edge@db.test/site'],
  ['postgres://db.test/s?password=s3cret&sslmode=require', 'postgres://db.test/s?sslmode=require'],
])('%s appears in commands as %s', (spec, shown) => {
  expect(copyable(spec)).toBe(shown)
})

test.each([
  'postgres://edge:s3c/ret@x@db.test/site',
  'postgres://edge:s3cret@db.test:port/site',
  'postgres://edge:s3c%ret@db test/site',
  'postgres://edge:12/s3cret@db.test/site',
  'postgres://edge:12?s3cret@db.test/site',
  'postgres://edge:12#s3cret@db.test/site',
  'postgres://s3c/ret@db.test/site',
])('%s is not an address, and the error hides the password', (address) => {
  let message = ''
  try {
    postgresStore(address, { readOnly: true })
  } catch (error) {
    message = (error as Error).message
  }
  expect(message).toMatch(
    /^store "postgres:\/\/\*\*\*@db.*expected postgres:\/\/USER:PASSWORD@HOST/
  )
  expect(message).not.toContain('s3c')
})

const found = async (store: EventStore, { ray }: SecurityEvent) => (await store.find(ray)).found

const hasServer = hasPostgres()
/** One server for all tests: its start takes longer than most tests. A test that stops it starts it again. */
let postgres: RunningPostgres
beforeAll(async () => {
  if (hasServer) postgres = await startPostgres()
})
afterAll(() => postgres?.remove())

describe.skipIf(!hasServer)('with a PostgreSQL', () => {
  storeContract('postgres', () => postgresStore(postgres.place(), { spillDirectory: newFolder() }))

  const opened = (options: PostgresOptions = {}, place = postgres.place()) => {
    const told: string[] = []
    const store = postgresStore(place, {
      spillDirectory: newFolder(),
      onTrouble: ({ message }) => told.push(message),
      onNotice: (message) => told.push(message),
      ...options,
    })
    onTestFinished(() => store.close())
    return { store, told, place }
  }

  /** Waits for the server to store the events: a slow server does so after their append settles. */
  const onServer = (store: EventStore) => eventually(() => expect(store.state?.().waiting).toBe(0))
  const sqlOf = (place: string, text: string) => postgres.sql(place, text)

  test('events of one turn of the event loop share one insert', async () => {
    const { store } = opened()
    await store.append([eventWith()])
    await Promise.all(Array.from({ length: 100 }, () => store.append([eventWith()])))
    expect(store.commits).toBeLessThanOrEqual(3)
    expect(await store.query({ limit: 1_000 })).toHaveLength(101)
  })

  test('edges that start at the same moment share one set of tables', async () => {
    const place = postgres.place()
    const stores = [opened({}, place), opened({}, place), opened({}, place)]
    const events = stores.map(() => eventWith())
    await Promise.all(stores.map(({ store }, i) => store.append([events[i]!])))
    for (const { store, told } of stores) {
      expect(await store.query()).toEqual(events.toReversed())
      expect(told).toEqual([])
    }
  })

  test('a reader does not write to the database', async () => {
    const { store, place } = opened()
    const event = eventWith()
    await store.append([event])
    await onServer(store)
    const reader = opened({ readOnly: true }, place).store
    expect(await reader.query()).toEqual([event])
    await expect(reader.append([event])).rejects.toMatchObject({ code: 'store_read_only' })
  })

  test('a reader creates no tables', async () => {
    const { store, place } = opened({ readOnly: true })
    await expect(store.query()).rejects.toMatchObject({ code: 'store_not_found' })
    expect(sqlOf(place, '\\dt')).toBe('')
  })

  test('tables of an earlier version get the zone column', async () => {
    const { store, place } = opened()
    const event = eventWith()
    await store.append([event])
    await onServer(store)
    sqlOf(place, 'ALTER TABLE edge1020_events DROP COLUMN zone')
    sqlOf(place, 'DELETE FROM edge1020_migrations WHERE version = 3')
    const later = opened({}, place).store
    const added = eventWith({ zone: 'shop.test' })
    await later.append([added])
    expect(await later.query()).toEqual([added, event])
    expect(await later.top({ by: ['zone'] })).toHaveLength(2)
  })

  test('tables of a later version are not changed', async () => {
    const { store, place } = opened()
    await store.append([eventWith()])
    await store.close()
    sqlOf(place, 'INSERT INTO edge1020_migrations (version) VALUES (99)')
    const later = opened({}, place)
    await later.store.append([eventWith()])
    await eventually(() =>
      expect(later.told).toEqual([expect.stringContaining('schema version 99')])
    )
    await expect(later.store.page()).rejects.toMatchObject({ code: 'store_version' })
    expect(sqlOf(place, 'SELECT count(*) FROM edge1020_events').trim()).toBe('1')
  })

  test('a user without the right to create tables: the error contains the reason', async () => {
    const place = postgres.place()
    sqlOf(place, `CREATE ROLE reader LOGIN; GRANT USAGE ON SCHEMA public TO reader`)
    const { store, told } = opened({}, place.replace('edge:', 'reader:'))
    await store.append([eventWith()])
    await eventually(() => expect(told).toHaveLength(1))
    expect(told[0]).toMatch(
      /^event store postgres 127\.0\.0\.1:\d+\/postgres: .*permission denied|no schema/
    )
  })

  test('a wrong password: the error does not contain it', async () => {
    const place = postgres.place()
    const schema = /place_\d+/.exec(place)![0]
    sqlOf(
      place,
      `CREATE ROLE guarded LOGIN PASSWORD 'r1ght'; GRANT ALL ON SCHEMA ${schema} TO guarded`
    )
    const as = (password: string) => place.replace(/edge:.*?@/, `guarded:${password}@`)
    const { store, told } = opened({}, as('wr0ng'))
    await store.append([eventWith()])
    await eventually(() => expect(told).toHaveLength(1))
    expect(told[0]).toMatch(/password authentication failed for user "guarded"$/)
    await expect(store.page()).rejects.not.toThrow('wr0ng')
    expect(JSON.stringify([store.state(), store.name])).not.toContain('wr0ng')
    const right = opened({}, as('r1ght')).store
    await right.append([eventWith()])
    expect(await right.query()).toHaveLength(1)
  })

  test('an event that the server always rejects does not block the others', async () => {
    const { store, told } = opened()
    const impossible = eventWith({ asn: 1.5 })
    const events = [eventWith(), impossible, eventWith(), eventWith()]
    await Promise.all(events.map((event) => store.append([event])))
    await onServer(store)
    for (const event of events) {
      await eventually(async () => expect(await found(store, event)).toBe(event !== impossible))
    }
    expect(store.state()).toMatchObject({ lost: 1, waiting: 0 })
    expect(await store.find(impossible.ray)).toMatchObject({ found: false, reason: 'gap' })
    expect(told).toEqual([expect.stringMatching(/the events of Ray ID .* are lost: .*bigint/)])
  })

  describe('retention', () => {
    const aged = (days: number) =>
      eventWith({ time: new Date(Date.now() - days * MS_PER_DAY).toISOString() })

    test('removes old events, and a look-up of their Ray ID reports the removal', async () => {
      const { store } = opened({ maxAgeDays: 5 })
      const events = [...Array.from({ length: 1_200 }, () => aged(6)), aged(4)]
      await Promise.all(events.map((event) => store.append([event])))
      await eventually(async () => expect(await store.query()).toEqual([events.at(-1)]))
      // The server removes them before the store counts them.
      await eventually(() => expect(store.state().evicted).toBe(1_200))
      // A Ray ID of that time; the events above have Ray IDs of today.
      expect(await store.find('0000000000000001')).toMatchObject({ reason: 'evicted' })
    })

    test('removes the oldest events beyond a count', async () => {
      const place = postgres.place()
      const first = opened({}, place).store
      const events = Array.from({ length: 50 }, () => eventWith())
      for (const event of events) await first.append([event])
      await first.close()
      const { store } = opened({ maxEvents: 20 }, place)
      await eventually(async () => expect(await store.query()).toHaveLength(20))
      expect(await store.query()).toEqual(events.slice(30).toReversed())
      await eventually(() => expect(store.state().evicted).toBe(30))
    })

    test('removes the oldest events beyond a size', async () => {
      const place = postgres.place()
      const first = opened({}, place).store
      const events = Array.from({ length: 100 }, () => eventWith({ userAgent: 'x'.repeat(500) }))
      await Promise.all(events.map((event) => first.append([event])))
      await first.close()
      const { store } = opened({ maxBytes: 50_000 }, place)
      await eventually(() => expect(store.state().evicted).toBeGreaterThan(10))
      const kept = await store.query({ limit: 1_000 })
      expect(kept.length).toBeGreaterThan(20)
      expect(kept.length).toBeLessThan(80)
      expect(kept).toEqual(events.slice(-kept.length).toReversed())
    })
  })

  describe('a failing connection', () => {
    const throughProxy = async (options: PostgresOptions = {}) => {
      const between = await standBetween(postgres.port)
      const place = postgres.place()
      const spillDirectory = newFolder()
      const { store, told } = opened(
        { ...options, spillDirectory },
        place.replace(`:${postgres.port}/`, `:${between.port}/`)
      )
      onTestFinished(() => between.close())
      await store.append([eventWith()])
      // A slow server has it after the append has ended, and is written to directly again when the spill is gone.
      await eventually(() => expect(readdirSync(spillDirectory)).toEqual([]))
      return { store, told, place, between }
    }

    test('a server that hangs: the first refusals wait briefly, later ones not at all', async () => {
      const { store, told, between } = await throughProxy()
      between.hold()
      // Nobody lets anything pass: that these are settled is the test.
      const events = [eventWith(), eventWith(), eventWith()]
      for (const event of events) await store.append([event])
      expect(store.state().waiting).toBe(3)
      await eventually(() => expect(told).toEqual([expect.stringContaining('the server is slow')]))
      between.release()
      await eventually(() => expect(told.at(-1)).toMatch(/works again$/))
      await eventually(() =>
        expect(store.state()).toEqual({ waiting: 0, lost: 0, gaps: [], evicted: 0 })
      )
      expect(await store.query()).toHaveLength(4)
    })

    test('a write with a lost answer is not stored twice', async () => {
      const { store, place, between } = await throughProxy()
      const event = eventWith()
      between.holdAnswers()
      const appended = store.append([event])
      await eventually(() =>
        expect(sqlOf(place, 'SELECT count(*) FROM edge1020_events').trim()).toBe('2')
      )
      between.cut()
      between.release()
      await appended
      await eventually(() => expect(store.state().waiting).toBe(0))
      expect(sqlOf(place, 'SELECT count(*) FROM edge1020_events').trim()).toBe('2')
      expect(await store.find(event.ray)).toEqual({ found: true, events: [event] })
    })

    test('deleted tables are created again, and the loss is reported', async () => {
      const { store, told, place } = await throughProxy()
      const gone = eventWith()
      await store.append([gone])
      sqlOf(place, 'DROP TABLE edge1020_events, edge1020_gaps, edge1020_facts, edge1020_migrations')
      const event = eventWith()
      await store.append([event])
      await eventually(async () => expect(await found(store, event)).toBe(true))
      expect(told).toContainEqual(expect.stringContaining('the tables were removed'))
      expect(await store.find(gone.ray)).toMatchObject({ reason: 'gap' })
      // A query to the server reports the loss, too.
      const other = opened({}, place).store
      expect(await other.find(gone.ray)).toMatchObject({ reason: 'gap' })
    })

    test('a query on a closed connection fails, and the next query succeeds', async () => {
      const { store, between } = await throughProxy()
      expect(await store.query()).toHaveLength(1)
      between.cut()
      await eventually(async () => expect(await store.query()).toHaveLength(1))
    })
  })

  test('no free connection: an error is reported, and queries succeed again once one is free', async () => {
    const place = postgres.place()
    sqlOf(place, 'CREATE ROLE busy LOGIN SUPERUSER; ALTER ROLE busy NOSUPERUSER CONNECTION LIMIT 0')
    sqlOf(place, `GRANT ALL ON SCHEMA ${/place_\d+/.exec(place)![0]} TO busy`)
    const { store, told } = opened({}, place.replace('edge:', 'busy:'))
    const event = eventWith()
    await store.append([event])
    await eventually(() =>
      expect(told).toEqual([expect.stringContaining('too many connections for role "busy"')])
    )
    expect(await found(store, event)).toBe(true)
    await expect(store.top({ by: ['rule'] })).rejects.toMatchObject({ code: 'store_failed' })
    sqlOf(place, 'ALTER ROLE busy CONNECTION LIMIT 5')
    await eventually(() => expect(told.at(-1)).toMatch(/works again$/))
    expect(await store.query()).toEqual([event])
  })
})
