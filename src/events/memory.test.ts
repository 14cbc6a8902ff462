import { describe, expect, test } from 'vitest'
import { eventWith } from './event.fixture.ts'
import { memoryStore } from './memory.ts'
import { storeContract } from './store.contract.ts'

storeContract('memory store', () => memoryStore())

test('a closed memory store can still be read, as a test does after its edge is closed', async () => {
  const store = memoryStore()
  const event = eventWith()
  await store.append([event])
  await store.close()
  expect(await store.find(event.ray)).toMatchObject({ found: true })
  expect(await store.query()).toEqual([event])
})

describe('a full memory store', () => {
  const CAPACITY = 3

  test('keeps the newest, and says of the others that they were removed', async () => {
    const store = memoryStore({ capacity: CAPACITY })
    // Ray IDs tell their time to 10 ms: older ones have to be older than that.
    const old = eventWith({ ray: '0000000010000000' })
    const events = [old, ...Array.from({ length: 20 }, () => eventWith())]
    for (const event of events) await store.append([event])
    expect(await store.query()).toEqual(events.slice(-CAPACITY).toReversed())
    expect(await store.find(old.ray)).toMatchObject({ found: false, reason: 'evicted' })
    expect(await store.find(events.at(-1)!.ray)).toMatchObject({ found: true })
  })

  test('removes the matches of one request one by one', async () => {
    const store = memoryStore({ capacity: 2 })
    const deciding = eventWith()
    await store.append([{ ...deciding, matchIndex: 1 }])
    await store.append([deciding])
    await store.append([eventWith()])
    expect(await store.find(deciding.ray)).toMatchObject({ found: true, events: [deciding] })
  })

  test.each([0, -1, 1.5, Number.NaN])('a capacity of %d is refused', (capacity) => {
    expect(() => memoryStore({ capacity })).toThrow(
      expect.objectContaining({ code: 'invalid_store' })
    )
  })
})
