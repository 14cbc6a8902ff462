import { expect, onTestFinished, test, vi } from 'vitest'
import { createEdge } from '../edge.ts'
import { eventWith } from '../events/event.fixture.ts'
import { memoryStore } from '../events/memory.ts'
import { readPersonas } from '../personas/personas.ts'
import { rayTime } from '../ray.ts'
import { rulesFromObjects } from '../rules/objects.ts'
import scenes from './demo-scenes.json' with { type: 'json' }
import { MADE_UP, startDemoTraffic } from './demo-traffic.ts'

const NOW = Date.parse('2026-11-29T12:00:00Z')
const ruleset = rulesFromObjects([
  { rules: [{ name: 'all', expression: 'true', action: 'block' }] },
])
const personas = readPersonas([])

const start = (store = memoryStore({ capacity: 50_000 })) => {
  const edge = createEdge({ ruleset, store })
  const onError = vi.fn()
  const traffic = startDemoTraffic({
    edge,
    stage: (append) =>
      createEdge({
        ruleset,
        overrides: true,
        personas,
        store: { ...memoryStore(), append },
      }),
    onError,
    now: () => NOW,
  })
  onTestFinished(() => traffic.stop())
  return { edge, store, traffic, onError }
}
const DAY = { from: NOW - 86_400_000, to: NOW }

test('writes a past day of events that are marked as made up, with Ray IDs of their times', async () => {
  const { store, onError } = start()
  await expect
    .poll(async () => (await store.page({ from: NOW - 180_000, to: NOW })).events.length, {
      timeout: 20_000,
    })
    .toBeGreaterThan(0)
  expect(onError).not.toHaveBeenCalled()
  const hours = await store.series({ ...DAY, bucketSeconds: 3_600 })
  expect(hours).toHaveLength(24)
  const { events } = await store.page({ ...DAY, limit: 1_000 })
  expect(new Set(events.map(({ ray }) => ray)).size).toBe(events.length)
  for (const { notes, time, ray, host } of events) {
    expect(notes).toContain(MADE_UP)
    expect(Math.abs(Date.parse(time) - rayTime(ray))).toBeLessThanOrEqual(10)
    expect(host).toBe(scenes.host)
  }
  expect((await store.top({ ...DAY, by: ['country'] })).length).toBeGreaterThan(5)
})

test('writes no past day if the store has events of the day', async () => {
  const event = eventWith({ time: new Date(NOW - 1_000).toISOString() })
  const store = memoryStore()
  await store.append([event])
  const { traffic } = start(store)
  await traffic.stop()
  expect((await store.page({ from: NOW - 86_400_000, to: NOW + 1 })).events).toHaveLength(1)
})

test('every visitor is a built-in persona', () => {
  const names = [...scenes.casts, ...scenes.bursts].flatMap(({ who }) => who)
  expect(names.filter((name) => personas.get(name) === undefined)).toEqual([])
})
