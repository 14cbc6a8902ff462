import { expect, test } from 'vitest'
import { eventWith } from '../events/event.fixture.ts'
import type { SecurityEvent } from '../events/event.ts'
import { memoryStore } from '../events/memory.ts'
import { follow } from './follow.ts'

const START = Date.parse('2026-11-29T12:00:00Z')
const at = (seconds: number, changes: Partial<SecurityEvent> = {}) =>
  eventWith({ time: new Date(START + seconds * 1_000).toISOString(), ...changes })

const following = (store = memoryStore(), limit = 2) => {
  const events = follow(
    store,
    { where: [{ field: 'action', operator: 'is', value: 'block' }], limit },
    {
      intervalMs: 1,
      now: () => START,
    }
  )
  return {
    store,
    next: async () => ((await events.next()).value as SecurityEvent[]).map(({ ray }) => ray),
    end: () => events.return(undefined),
  }
}
const block = { action: 'block' } as const

test('yields the newest events in order, then each new event once', async () => {
  const { store, next, end } = following()
  const [a, b, c, d, e, other] = [
    at(1, block),
    at(2, block),
    at(3, block),
    at(4, block),
    at(5, block),
    at(6, { action: 'log' }),
  ]
  for (const event of [a, b, c]) await store.append([event])
  expect(await next()).toEqual([b.ray, c.ray])
  await store.append([d])
  expect(await next()).toEqual([d.ray])
  await store.append([other])
  await store.append([e])
  expect(await next()).toEqual([e.ray])
  await end()
})

test('yields the event of a slow request after events of later requests', async () => {
  const { store, next, end } = following()
  const [first, late, last] = [at(1, block), at(10, block), at(20, block)]
  await store.append([first])
  expect(await next()).toEqual([first.ray])
  await store.append([last])
  expect(await next()).toEqual([last.ray])
  await store.append([late])
  expect(await next()).toEqual([late.ray])
  await end()
})

test('waits for events in an empty store', async () => {
  const { store, next, end } = following()
  expect(await next()).toEqual([])
  const event = at(1, block)
  await store.append([event])
  expect(await next()).toEqual([event.ray])
  await end()
})

test('yields all new events if they exceed a page', async () => {
  const { store, next, end } = following()
  expect(await next()).toEqual([])
  const many = Array.from({ length: 1_200 }, (_, i) => at(1 + i / 1_000, block))
  for (const event of many) await store.append([event])
  const given = [...(await next()), ...(await next())]
  expect(new Set(given)).toEqual(new Set(many.map(({ ray }) => ray)))
  expect(given).toHaveLength(1_200)
  await end()
})
