import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc, { type GeneratorValue } from 'fast-check'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { pageOf, seriesOf, topOf } from '../../evaluate.ts'
import { eventWith } from '../../event.fixture.ts'
import type { SecurityEvent } from '../../event.ts'
import { eventFields } from '../../fields.ts'
import type { Condition, EventQuery, SeriesQuery, TopQuery } from '../../query.ts'
import { OPERATORS_OF, settlePage, settleSeries, settleTop } from '../../settle.ts'
import { type Connection, openForWriting } from '../database.ts'
import { Reader } from '../reader.ts'
import { prune } from '../retention.ts'
import { sqliteStore } from '../sqlite.ts'
import { Tables } from '../tables.ts'
import { sealAgain, sealNext } from './seal.ts'

const HOUR_MS = 3_600_000
const START_MS = Math.floor(Date.now() / HOUR_MS) * HOUR_MS - 20 * HOUR_MS
const SIZE = 40

/** Returns a whole number from 0 to below the limit. */
type Random = (limit: number) => number

const randomOf =
  (gen: GeneratorValue): Random =>
  (limit) =>
    gen(fc.nat, { max: limit - 1 })

const pick = <Value>(random: Random, values: readonly Value[]): Value =>
  values[random(values.length)]!

const IPS = ['192.0.2.1', '192.0.2.77', '198.51.100.9', '203.0.113.250']
const AGENTS = [
  '',
  'curl/8.5.0',
  'Mozilla/5.0 (X11) Firefox/140.0',
  'ÉCLAIR/1.0',
  'a\nb',
  'x"y\u2400',
]
const PATHS = ['/', '/Admin/login', '/b%_b', '/größe', '/admin']

/** Returns events with few distinct values, some in the same millisecond. Only the second half has IPv6 addresses. */
const eventsOf = (count: number, seed: number): SecurityEvent[] => {
  const [gen] = fc.sample(fc.gen(), { seed, numRuns: 1 })
  const random = randomOf(gen!)
  let ms = START_MS
  return Array.from({ length: count }, (_, i) => {
    ms += pick(random, [0, 0, 1, 700, 90_000])
    const isLate = i > count / 2
    const path = random(4) === 0 ? `/p/${i}` : pick(random, PATHS)
    // Within a millisecond, the order of Ray IDs differs from the order of arrival.
    const ray = Array.from({ length: 16 }, () => random(16).toString(16)).join('')
    return eventWith({
      ray,
      time: new Date(ms).toISOString(),
      matchIndex: random(3),
      action: pick(random, ['block', 'log', 'skip']),
      ip: pick(random, isLate ? [...IPS, '2001:db8::5', ''] : IPS),
      asn: pick(random, [0, 64_496, 64_511]),
      country: pick(random, ['DE', 'FR', 'XX']),
      path,
      host: pick(random, ['shop.test', 'API.shop.test']),
      userAgent: pick(random, AGENTS),
      rule: pick(random, [
        { id: 'admin', name: 'Admin pages' },
        { id: 'watch', name: 'admin' },
      ]),
      ...(random(2) === 0 ? { asnName: 'Example Net' } : {}),
      ...(random(3) === 0 ? { reputation: { score: 90, lists: ['drop'] } } : {}),
    })
  })
}

const conditionOf = (random: Random, event: SecurityEvent): Condition => {
  const field = pick(
    random,
    eventFields.filter(({ type, name }) => type !== 'bucket' && name !== 'ray')
  )
  const operator = pick(random, OPERATORS_OF[field.type])
  const value = field.read(event)
  if (operator === 'in') return { field: field.name, operator, value: [value, value] }
  if (operator === 'inNetwork') {
    return { field: field.name, operator, value: pick(random, ['192.0.2.0/25', '2001:db8::/32']) }
  }
  if (operator === 'contains' || operator === 'startsWith') {
    const text = String(value)
    return { field: field.name, operator, value: text.slice(0, 1 + random(5)) || 'a' }
  }
  return { field: field.name, operator, value }
}

const TEXTS = [
  'ADMIN',
  'größe',
  'Net',
  '198.51.100.9',
  '2001:db8::5',
  'no such text',
  '0 (x11',
  '/P/1',
]

const selectionOf = (random: Random, events: readonly SecurityEvent[]) => {
  const at = () => Date.parse(pick(random, events).time)
  const [from, to] = [at(), at()].sort((x, y) => x - y) as [number, number]
  return {
    where: Array.from({ length: random(3) }, () => conditionOf(random, pick(random, events))),
    ...(random(2) === 0 ? { from, to: to + 1 } : {}),
    ...(random(3) === 0 ? { text: pick(random, TEXTS) } : {}),
  }
}

const fieldNames = eventFields.filter(({ name }) => name !== 'ray').map(({ name }) => name)

describe('queries over chunks return the same as queries over single events', () => {
  const folder = mkdtempSync(join(tmpdir(), 'edge1020-chunks-'))
  const file = join(folder, 'events.db')
  const reader = new Reader(file, 'chunks')
  const whole = eventsOf(700, 1)
  let db: Connection
  let tables: Tables
  let events: SecurityEvent[] = []

  const add = (more: SecurityEvent[]) => {
    const entries = more.map((event) => ({ events: [event] }))
    tables.transaction(() => tables.take('journal', entries, 0))
    events = [...events, ...more]
  }
  const sealAll = () => {
    while (sealNext(db, tables, SIZE)) {
      // One more.
    }
  }
  const chunks = () =>
    db.prepare('SELECT is_stale, events FROM chunks ORDER BY to_ms').all() as {
      is_stale: number
      events: number
    }[]

  const counted = () => chunks().reduce((sum, { events: count }) => sum + count, 0)
  /** Returns the number of events after the last chunk. */
  const loose = (): number => {
    const sql =
      'SELECT count(*) AS n FROM events WHERE (id >> 20) >= (SELECT max(to_ms) FROM chunks)'
    return (db.prepare(sql).get() as { n: number }).n
  }

  const compareOne = (random: Random) => {
    const selection = selectionOf(random, events)
    const by = Array.from({ length: 1 + random(2) }, () => pick(random, fieldNames))
    const top: TopQuery = { ...selection, by, limit: 1 + random(20) }
    // The second round uses cached counts of whole chunks.
    for (let time = 0; time < 2; time++) {
      expect(reader.top(top), JSON.stringify(top)).toEqual(topOf(events, settleTop(top)))
    }
    const series: SeriesQuery = {
      ...selection,
      bucketSeconds: pick(random, [60, 3_600]),
      limit: 1 + random(4),
      ...(random(2) === 0 ? {} : { by: by[0]! }),
    }
    expect(reader.series(series), JSON.stringify(series)).toEqual(
      seriesOf(events, settleSeries(series))
    )
    let page: EventQuery = { ...selection, order: pick(random, ['newest', 'oldest']), limit: 7 }
    for (let step = 0; step < 4; step++) {
      const found = reader.page(page)
      expect(found, JSON.stringify(page)).toEqual(pageOf(events, settlePage(page)))
      if (found.next === undefined) break
      page = { ...page, cursor: found.next }
    }
  }
  const compare = (seed: number, numRuns: number) =>
    fc.assert(
      fc.property(fc.gen(), (gen) => compareOne(randomOf(gen))),
      { seed, numRuns }
    )

  beforeAll(() => {
    db = openForWriting(file, 'memory')
    tables = new Tables(db)
    add(whole)
    sealAll()
  })
  afterAll(() => {
    reader.close()
    db.close()
    rmSync(folder, { recursive: true })
  })

  test('for random queries', () => {
    const made = chunks()
    expect(made.length).toBeGreaterThan(10)
    expect(made.every(({ is_stale, events: count }) => is_stale === 0 && count >= SIZE)).toBe(true)
    // The newest events are only in the table.
    expect(counted()).toBeLessThanOrEqual(whole.length - SIZE)
    compare(2, 80)
  })

  test('for too many fields to number their combinations', () => {
    const top = { by: ['path', 'time', 'ip', 'userAgent', 'rule.name'], limit: 1_000 }
    expect(reader.top(top)).toEqual(topOf(events, settleTop(top)))
  })

  test('after late events, whose chunk is stale until it is recreated', () => {
    const late = eventsOf(3 * SIZE, 5).map((event, i) => ({
      ...event,
      time: whole[300 + (i % 20)]!.time,
    }))
    const same = () => {
      const top = { by: ['country', 'action'] }
      expect(reader.top(top)).toEqual(topOf(events, settleTop(top)))
      const series = { bucketSeconds: 3_600, by: 'country' }
      expect(reader.series(series)).toEqual(seriesOf(events, settleSeries(series)))
    }
    same()
    add(late)
    same()
    expect(counted() + loose()).toBe(events.length)
    const stale = chunks().filter(({ is_stale }) => is_stale === 1).length
    expect(stale).toBeGreaterThan(0)
    compare(3, 20)
    while (sealAgain(db, tables, SIZE)) {
      // One more.
    }
    expect(chunks().filter(({ is_stale }) => is_stale === 1)).toEqual([])
    expect(counted() + loose()).toBe(events.length)
    expect(chunks().filter(({ events: count }) => count > 2.5 * SIZE)).toEqual([])
    same()
    compare(4, 20)
  })

  test('after an event older than all others, and after removed events', () => {
    add([{ ...whole[0]!, ray: '0123456789abcdef', time: new Date(START_MS - 1).toISOString() }])
    compare(6, 10)
    const maxEvents = events.length - 130
    const limits = { maxAgeMs: Number.MAX_SAFE_INTEGER, maxBytes: 1e12, maxEvents }
    const before = chunks().length
    prune(db, tables, limits, () => {})
    events = events
      .toSorted((x, y) => Date.parse(x.time) - Date.parse(y.time))
      .slice(events.length - maxEvents)
    expect(chunks().length).toBeLessThan(before)
    const [oldest, ...others] = chunks()
    expect(oldest?.is_stale).toBe(1)
    expect(others.every(({ is_stale }) => is_stale === 0)).toBe(true)
    compare(7, 20)
    // Retention keeps removing events from the oldest chunk, so it is not recreated.
    expect(sealAgain(db, tables, SIZE)).toBe(false)
    expect(counted() + loose()).toBe(maxEvents)
  })
})

test('a store creates chunks of its events automatically', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'edge1020-sealing-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'events.db')
  const db = openForWriting(file, 'memory')
  onTestFinished(() => void db.close())
  const tables = new Tables(db)
  const event = eventWith()
  const entries = Array.from({ length: 21_000 }, (_, i) => ({
    events: [{ ...event, time: new Date(START_MS + i).toISOString() }],
  }))
  tables.transaction(() => tables.take('journal', entries, 0))
  const store = sqliteStore(file)
  onTestFinished(() => store.close())
  await expect
    .poll(() => db.prepare('SELECT events FROM chunks').all(), { timeout: 20_000 })
    .toMatchObject([{ events: 16_384 }])
  expect(await store.top({ by: ['ip'] })).toEqual([{ values: [event.ip], count: 21_000 }])
})
