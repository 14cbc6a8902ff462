import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { eventWith } from './event.fixture.ts'
import { memoryStore } from './memory.ts'
import { storeContract } from './store.contract.ts'

storeContract('memory store', () => memoryStore())

test('a closed memory store can still be read, for tests that close their edge first', async () => {
  const store = memoryStore()
  const event = eventWith()
  await store.append([event])
  await store.close()
  expect(await store.find(event.ray)).toMatchObject({ found: true })
  expect(await store.query()).toEqual([event])
})

describe('a full memory store', () => {
  const CAPACITY = 3

  test('keeps the newest events, and reports that the others were removed', async () => {
    const store = memoryStore({ capacity: CAPACITY })
    // Ray IDs tell their time to 10 ms: older ones have to be older than that.
    const old = eventWith({ ray: '0000000010000000' })
    const events = [old, ...Array.from({ length: 20 }, () => eventWith())]
    for (const event of events) await store.append([event])
    expect(await store.query()).toEqual(events.slice(-CAPACITY).toReversed())
    expect(await store.find(old.ray)).toMatchObject({ found: false, reason: 'evicted' })
    expect(await store.find(events.at(-1)!.ray)).toMatchObject({ found: true })
  })

  test('reports it for a Ray ID in the same 10 ms as a stored event, and for no newer one', async () => {
    const store = memoryStore({ capacity: 1 })
    for (const ray of ['0000000010000000', '0000000010000001'])
      await store.append([eventWith({ ray })])
    expect(await store.find('0000000010000000')).toMatchObject({ reason: 'evicted' })
    expect(await store.find('0000000010000001')).toMatchObject({ found: true })
    expect(await store.find('0000000020000000')).toMatchObject({ reason: 'not_in_store' })
  })

  test('removes the matches of one request individually', async () => {
    const store = memoryStore({ capacity: 2 })
    const deciding = eventWith()
    await store.append([{ ...deciding, matchIndex: 1 }])
    await store.append([deciding])
    await store.append([eventWith()])
    expect(await store.find(deciding.ray)).toMatchObject({ found: true, events: [deciding] })
  })

  test('holds 10,000 events by default', async () => {
    const store = memoryStore()
    const events = Array.from({ length: 10_001 }, () => eventWith())
    await store.append(events)
    expect((await store.find(events[0]!.ray)).found).toBe(false)
    expect((await store.find(events[1]!.ray)).found).toBe(true)
  })

  test('can hold a single event', async () => {
    const store = memoryStore({ capacity: 1 })
    const [first, second] = [eventWith(), eventWith()]
    await store.append([first, second])
    expect(await store.query()).toEqual([second])
  })

  test('frees the memory of removed events: Ray IDs at once, events in batches', async () => {
    const store = memoryStore({ capacity: CAPACITY })
    const events = Array.from({ length: CAPACITY + 9 }, () => eventWith())
    const deleted = vi.spyOn(Map.prototype, 'delete')
    const spliced = vi.spyOn(Array.prototype, 'splice')
    onTestFinished(() => void vi.restoreAllMocks())
    await store.append(events)
    const rays = deleted.mock.calls.map(([ray]) => ray)
    const dropped = spliced.mock.calls.filter(([, count]) => count !== 1)
    vi.restoreAllMocks()
    expect(rays).toEqual(events.slice(0, 9).map(({ ray }) => ray))
    expect(dropped).toEqual([
      [0, CAPACITY + 1],
      [0, CAPACITY + 1],
    ])
    expect(await store.query()).toEqual(events.slice(-CAPACITY).toReversed())
  })

  test.each([0, -1, 1.5, Number.NaN])('a capacity of %d is refused', (capacity) => {
    expect(() => memoryStore({ capacity })).toThrow(
      expect.objectContaining({
        code: 'invalid_store',
        message: `capacity ${capacity}: expected a whole number of at least 1`,
      })
    )
  })
})

describe('messages of a memory store', () => {
  const UNKNOWN = '0123456789abcdef'

  test('for an unknown Ray ID', async () => {
    const store = memoryStore()
    expect(await store.find(UNKNOWN)).toMatchObject({
      message: expect.stringContaining('is not in memory, which is empty'),
    })
    await store.append([eventWith()])
    expect(await store.find(UNKNOWN)).toMatchObject({
      message: expect.stringContaining('is not in memory, whose oldest event is from 20'),
    })
  })

  test('after it is closed', async () => {
    const store = memoryStore()
    await store.close()
    await expect(store.append([])).rejects.toThrow('memory: the store is closed')
  })
})
