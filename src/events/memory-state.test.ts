import { expect, test } from 'vitest'
import { eventWith } from './event.fixture.ts'
import { memoryStore } from './memory.ts'

test('the state of a memory store has no losses, and counts evicted events', async () => {
  const store = memoryStore({ capacity: 2 })
  const empty = { waiting: 0, lost: 0, gaps: [], evicted: 0 }
  expect(store.state!()).toEqual(empty)
  await store.append([eventWith(), eventWith()])
  expect(store.state!()).toEqual(empty)
  // Three more: the batch of evicted events is dropped, and the count stays right.
  await store.append([eventWith(), eventWith(), eventWith()])
  expect(store.state!()).toEqual({ ...empty, evicted: 3 })
})

test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])(
  'capacity %d is an error',
  (capacity) => {
    expect(() => memoryStore({ capacity })).toThrow(
      `capacity ${capacity}: expected a whole number of at least 1`
    )
  }
)

test('an append to a closed memory store is an error that names the store', async () => {
  const store = memoryStore()
  await store.close()
  await expect(store.append([eventWith()])).rejects.toMatchObject({
    code: 'store_closed',
    message: 'memory: the store is closed',
  })
})

test('neither the appended event nor a found one shares its parts with the store', async () => {
  const store = memoryStore()
  const event = eventWith()
  await store.append([event])
  const value = event.matched[0]!.value
  ;(event.matched as { value: unknown }[])[0]!.value = 'changed by the caller'
  const asked = [
    async () => (await store.query())[0]!,
    async () => (await store.page({ limit: 1 })).events[0]!,
    async () => {
      const found = await store.find(event.ray)
      return found.found ? found.events[0] : expect.fail('not found')
    },
  ]
  for (const ask of [...asked, ...asked]) {
    const got = await ask()
    expect(got.matched[0]!.value).toBe(value)
    ;(got.matched as { value: unknown }[])[0]!.value = 'changed by the reader'
  }
})
