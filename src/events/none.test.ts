import '../../test/whole.ts'
import { expect, test, vi } from 'vitest'
import { createEdge } from '../index.ts'
import { openStore } from './node/open.ts'
import { noStore } from './none.ts'

const RULES = {
  rules: [
    { name: 'seen', expression: 'true', action: 'log' },
    { name: 'all', expression: 'http.request.uri.path eq "/no"', action: 'block' },
  ],
} as const

const request = (url: string) => ({
  method: 'GET',
  url,
  httpVersion: '1.1',
  rawHeaders: ['Host', 'shop.test'],
})

test('refusals do not wait, and no event is created', () => {
  const store = { ...noStore(), append: vi.fn() }
  const edge = createEdge({ rules: RULES, store })
  const verdict = edge.decide(request('/no'), { remoteAddress: '192.0.2.1' })
  expect(verdict).not.toBeInstanceOf(Promise)
  expect(verdict).toMatchObject({ action: 'block', rule: { name: 'all' }, event: undefined })
  expect(edge.decide(request('/yes'))).toMatchObject({ action: 'log', event: undefined })
  expect(store.append).not.toHaveBeenCalled()
  expect(edge.stats).toMatchObject({ judged: 2, blocked: 1, lost: 0 })
})

test('with any other store, the event is appended first', async () => {
  const append = vi.fn(async () => {})
  const edge = createEdge({ rules: RULES, store: { ...noStore(), discards: false, append } })
  const verdict = edge.decide(request('/no'))
  expect(verdict).toBeInstanceOf(Promise)
  expect((await verdict).event).toMatchObject({ action: 'block' })
  expect(append).toHaveBeenCalledTimes(1)
})

test('a look-up reports why nothing is found', async () => {
  const store = noStore()
  expect(await store.find('9c3a1f0e2b7d4815-LHR')).toEqual({
    found: false,
    reason: 'not_in_store',
    message: 'this edge keeps no events (store "none"): 9c3a1f0e2b7d4815-LHR cannot be looked up',
  })
  expect(await store.find('banana')).toMatchObject({ reason: 'malformed' })
  expect(await store.query()).toEqual([])
})

test('can be selected by name, but not read by another process', () => {
  expect(openStore('none', { dataDir: '/nowhere' }).name).toBe('none')
  for (const spec of ['none', 'memory']) {
    expect(() => openStore(spec, { dataDir: '/nowhere', readOnly: true })).toThrow(
      `store "${spec}": expected sqlite:FILE or postgres://HOST/DATABASE, the only stores`
    )
  }
})
