import { expect, onTestFinished, test, vi } from 'vitest'
import type { GivenRule } from '../edge.fixture.ts'
import { heldStore, optionsWith } from '../edge.fixture.ts'
import { createEdge } from '../edge.ts'
import { EdgeError } from '../error.ts'
import type { EventStore } from '../events/event.ts'
import { memoryStore } from '../events/memory.ts'
import { eventually } from '../eventually.fixture.ts'
import { serve } from './serve.ts'

const RULES: GivenRule[] = [
  { name: 'no admin', expression: 'http.request.uri.path eq "/admin"' },
  { name: 'watch', expression: 'http.request.uri.query eq "watched"', action: 'log' },
  { name: 'off', expression: 'http.request.uri.path eq "/"', enabled: false },
]

const serving = async (store: EventStore) => {
  const onLost = vi.fn()
  const edge = createEdge(optionsWith(RULES, { store, onError: onLost }))
  const served = await serve({ edge })
  const close = vi.fn(served.close)
  onTestFinished(() => {
    if (close.mock.calls.length === 0) void served.close()
  })
  const get = async (path: string) => {
    const response = await fetch(`${served.url}${path}`)
    await response.arrayBuffer()
    return response.status
  }
  const health = async () => (await fetch(`${served.admin}/healthz`)).json()
  return { get, health, onLost, close }
}

test('/healthz contains the number of rules and the counts of the edge', async () => {
  const { get, health } = await serving(memoryStore())
  const rules = { enabled: 2, total: 3 }
  expect(await health()).toMatchObject({ ok: true, rules, judged: 0, blocked: 0, storeFailures: 0 })
  expect([await get('/'), await get('/admin'), await get('/?watched')]).toEqual([200, 403, 200])
  expect(await health()).toMatchObject({ ok: true, rules, judged: 3, blocked: 1, storeFailures: 0 })
})

test('/healthz reports events that the store could not write; the visitor is refused anyway', async () => {
  const store = {
    ...memoryStore(),
    append: () => Promise.reject(new EdgeError('store_failed', 'the disk is full')),
  }
  const { get, health, onLost } = await serving(store)
  expect([await get('/admin'), await get('/admin'), await get('/?watched')]).toEqual([
    403, 403, 200,
  ])
  expect(await health()).toMatchObject({ judged: 3, blocked: 2, storeFailures: 3 })
  expect(onLost).toHaveBeenCalledTimes(3)
})

test('a refusal is sent only after its event is committed, and close() waits for the other events', async () => {
  const held = heldStore()
  const { get, close } = await serving(held.store)
  let status: number | undefined
  const refused = get('/admin').then((answered) => {
    status = answered
  })
  await eventually(() => expect(held.appended).toHaveLength(1))
  expect(await get('/')).toBe(200)
  expect(status).toBeUndefined()
  held.commit()
  await refused
  expect(status).toBe(403)

  expect(await get('/?watched')).toBe(200)
  let closed = false
  const closing = close().then(() => {
    closed = true
  })
  expect(await get('/').catch(() => 'refused')).toBe('refused')
  expect([closed, held.isClosed]).toEqual([false, false])
  held.commit()
  await closing
  expect(held.isClosed).toBe(true)
})
