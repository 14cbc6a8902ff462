import { expect, test } from 'vitest'
import { eventWith } from '../events/event.fixture.ts'
import { memoryStore } from '../events/memory.ts'
import type { TopQuery } from '../events/query.ts'
import type { Counting } from './counts.ts'
import { type HitPlace, hitKey, hitsOf } from './hits.ts'

const range = (count: number) => Array.from({ length: count }, (_, i) => i)

/** Counts as the page does, over a store with two events of each pair. */
const over = async (pairs: readonly { id: string; zone: string }[]) => {
  const store = memoryStore({ capacity: 10_000 })
  const { rule } = eventWith({})
  for (const { id, zone } of pairs) {
    await store.append([0, 1].map(() => eventWith({ rule: { ...rule, id }, zone })))
  }
  const asked: TopQuery[] = []
  const counting: Pick<Counting, 'top'> = {
    top: async (query) => {
      asked.push(query)
      return { state: 'ready', value: await store.top(query), atMs: 0 }
    },
  }
  return { counting, asked }
}

test('counts rules of the account and of 50 zones, more than one answer holds', async () => {
  const zones = range(50).map((i) => `z${i}.test`)
  const account = range(21).map((i) => `account-${i}`)
  const own = (zone: string) => range(21).map((i) => ({ id: `own-${i}`, zone }))
  const ofZones = zones.flatMap(own)
  const pairs = zones.flatMap((zone) => [...account.map((id) => ({ id, zone })), ...own(zone)])
  const { counting, asked } = await over(pairs)
  const places: HitPlace[] = [...account.map((id) => ({ id })), ...ofZones]
  const hits = await hitsOf(counting, places, 0)
  if (hits.state !== 'ready') throw new Error(hits.state)
  expect(hits.value.size).toBe(places.length)
  for (const { id } of places.slice(0, 21)) expect(hits.value.get(hitKey({ id }))).toBe(100)
  for (const place of ofZones) expect(hits.value.get(hitKey(place))).toBe(2)
  expect(asked.length).toBeLessThan(6)
})

test('counts 1,500 rules of one zone', async () => {
  const places = range(1_500).map((i) => ({ id: `r${i}`, zone: 'z.test' }))
  const { counting } = await over(places)
  const hits = await hitsOf(counting, places, 0)
  expect(hits.state === 'ready' && hits.value.size).toBe(1_500)
})

test('asks once without zones, and leaves out events of other rules', async () => {
  const { counting, asked } = await over([
    { id: 'a', zone: 'z.test' },
    { id: 'gone', zone: 'z.test' },
  ])
  expect(await hitsOf(counting, [{ id: 'a' }, { id: 'b' }], 0)).toEqual({
    state: 'ready',
    value: new Map([['["a"]', 2]]),
    atMs: 0,
  })
  expect(asked).toHaveLength(1)
})

test.each(['counting', 'failed'] as const)('is %s if one count is', async (state) => {
  const top: Counting['top'] = async ({ by }) =>
    by.length === 1
      ? { state: 'ready', value: [], atMs: 0 }
      : state === 'failed'
        ? { state, message: 'x' }
        : { state }
  const hits = await hitsOf({ top }, [{ id: 'a' }, { id: 'b', zone: 'z.test' }], 0)
  expect(hits.state).toBe(state)
})
