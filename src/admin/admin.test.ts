import { describe, expect, test } from 'vitest'
import { EdgeError } from '../error.ts'
import { noStore } from '../events/none.ts'
import type { StoreState } from '../events/state.ts'
import { event, FOUND, RAY, start } from './admin.fixture.ts'

describe('/healthz', () => {
  test('returns the state of the edge', async () => {
    const { status, json } = await start().ask('/healthz')
    expect(status).toBe(200)
    expect(json()).toEqual({
      ok: true,
      rules: { enabled: 3, total: 4 },
      store: 'memory',
      uptimeSeconds: expect.any(Number),
      judged: 7,
      blocked: 2,
      storeFailures: 1,
    })
  })

  test('returns the reason of a store failure; strict probes get a 503', async () => {
    const trouble = { message: 'event store events.db: locked', since: '2026-11-29T10:00:00.000Z' }
    const state: StoreState = { trouble, waiting: 5, lost: 2, gaps: [] }
    const { ask } = start(FOUND, { store: { ...noStore(), state: () => state } })
    const { status, json } = await ask('/healthz')
    expect(status).toBe(200)
    expect(json()).toMatchObject({ ok: false, trouble, waiting: 5, gaps: [], storeFailures: 3 })
    expect((await ask('/healthz?strict=1')).status).toBe(503)
    delete state.trouble
    const after = await ask('/healthz?strict=1')
    expect([after.status, after.json().ok, after.json().trouble]).toEqual([200, true, undefined])
  })
})

describe('/api/events', () => {
  test('returns a page, and the cursor of the next one', async () => {
    const { ask, query } = start()
    const { status, json } = await ask('/api/events?action=block&limit=5&path.contains=wp-')
    expect(status).toBe(200)
    expect(json()).toEqual({ events: [event('a', 0)], next: 'n' })
    expect(query).toHaveBeenCalledWith({
      where: [
        { field: 'action', operator: 'is', value: 'block' },
        { field: 'path', operator: 'contains', value: 'wp-' },
      ],
      limit: 5,
    })
  })

  test('/top returns the most frequent values', async () => {
    const { ask, top } = start()
    const { json } = await ask('/api/events/top?by=rule,asn&country=NL')
    expect(json()).toEqual({ by: ['rule', 'asn'], rows: [{ values: ['a', 1], count: 2 }] })
    expect(top).toHaveBeenCalledWith({
      by: ['rule', 'asn'],
      where: [{ field: 'country', operator: 'is', value: 'NL' }],
    })
  })

  test('/series returns counts over time', async () => {
    const { ask, series } = start()
    const { json } = await ask('/api/events/series?bucket=5m&by=action')
    expect(json()).toEqual({
      bucketSeconds: 300,
      by: 'action',
      points: [{ time: '2026-11-23T06:00:00.000Z', count: 2 }],
    })
    expect(series).toHaveBeenCalledWith({ bucketSeconds: 300, by: 'action', where: [] })
  })

  test.each([
    ['/api/events?limit=1001', 'limit', '1001'],
    ['/api/events?actoin=block', 'actoin', undefined],
    ['/api/events/top', 'by', undefined],
    ['/api/events/series?bucket=5', 'bucket', '5'],
  ])('%s is a 400 with the wrong parameter', async (path, parameter, value) => {
    const { ask, query, top, series, onError } = start()
    const { status, json } = await ask(path)
    expect(status).toBe(400)
    expect(json().place).toMatchObject(value === undefined ? { parameter } : { parameter, value })
    for (const asked of [query, top, series, onError]) expect(asked).not.toHaveBeenCalled()
  })

  test('an invalid query that only the store detects is a 400', async () => {
    const { ask, series } = start()
    series.mockRejectedValue(new EdgeError('invalid_query', 'too many points'))
    const { status, json } = await ask('/api/events/series?bucket=1s')
    expect([status, json().detail]).toEqual([400, 'too many points'])
  })

  test('a store that fails is a 503 with its reason', async () => {
    const { ask, query, onError } = start()
    query.mockRejectedValue(new EdgeError('store_failed', 'disk full'))
    const { status, json } = await ask('/api/events')
    expect(status).toBe(503)
    expect(json()).toEqual({
      type: 'about:blank',
      title: 'Service Unavailable',
      status: 503,
      code: 'store_failed',
      detail: 'disk full',
    })
    expect(onError).toHaveBeenCalled()
  })

  test('an unexpected error is a 500 without its reason', async () => {
    const { ask, query } = start()
    query.mockRejectedValue(new Error('secret'))
    const { status, text } = await ask('/api/events')
    expect(status).toBe(500)
    expect(text).not.toContain('secret')
  })
})

describe('/client/v4/graphql', () => {
  const post = (body: string) => start().send('POST', '/client/v4/graphql', {}, { body })

  test('answers GraphQL queries', async () => {
    const { status, json } = await post(
      '{"query":"{ viewer { zones { firewallEventsAdaptive(limit: 1) { rayName } } } }"}'
    )
    expect(status).toBe(200)
    expect(json()).toEqual({
      data: { viewer: { zones: [{ firewallEventsAdaptive: [{ rayName: RAY }] }] } },
    })
  })

  test.each(['', 'null', '{', '[]', '{"query":1}', '{"query":"{ a }","variables":"x"}'])(
    '%j is no question',
    async (body) => {
      const { status, json } = await post(body)
      expect([status, json().data]).toEqual([400, null])
    }
  )
})

describe('/api/events/:ray', () => {
  test('returns the deciding event', async () => {
    const { ask, find } = start()
    const { status, json } = await ask(`/api/events/${RAY}-AMS`)
    expect(status).toBe(200)
    expect(json()).toEqual(event('a', 0))
    expect(find).toHaveBeenCalledWith(`${RAY}-AMS`)
  })

  test('returns the other matches of the request', async () => {
    const { ask } = start({ found: true, events: [event('a', 0), event('b', 1)] })
    expect((await ask(`/api/events/${RAY}`)).json()).toEqual({
      ...event('a', 0),
      also: [event('b', 1)],
    })
  })

  test.each([
    ['malformed', 400],
    ['not_in_store', 404],
    ['evicted', 404],
  ] as const)('%s: %d', async (reason, expected) => {
    const { ask } = start({ found: false, reason, message: 'why' })
    const { status, json } = await ask('/api/events/x')
    expect(status).toBe(expected)
    expect(json()).toMatchObject({ status, code: reason, detail: 'why' })
  })
})

describe('access', () => {
  test.each([
    'localhost',
    'localhost:1021',
    'LOCALHOST.',
    'a.localhost',
    '127.0.0.1:80',
    '[::1]:1021',
    '[::1]',
    '10.0.0.5',
    'admin.test:8443',
  ])('Host %s', async (host) => {
    expect((await start().ask('/healthz', host)).status).toBe(200)
  })

  test.each([
    'evil.test',
    'localhost.evil.test',
    '127.0.0.1.evil.test',
    'evil.test:1021',
    'notlocalhost',
    '',
  ])('not Host %j', async (host) => {
    const { ask, query } = start()
    const { status, json } = await ask('/api/events', host)
    expect(status).toBe(403)
    expect(json().code).toBe('foreign_host')
    expect(query).not.toHaveBeenCalled()
  })

  test.each(['/', '/healthz', '/api/events', '/nowhere', '/api/events?limit=x'])(
    '%s forbids storing, sniffing and sharing',
    async (path) => {
      const { headers } = await start().ask(path)
      expect(headers.get('cache-control')).toBe('no-store')
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('access-control-allow-origin')).toBeNull()
    }
  )
})

test.each(['/', '/api'])('%s lists the endpoints', async (path) => {
  const { status, text } = await start().ask(path)
  expect(status).toBe(200)
  expect(text).toContain('/api/events')
})

test('an unknown path is a 404 in JSON', async () => {
  const { status, json } = await start().ask('/nowhere')
  expect(status).toBe(404)
  expect(json().detail).toContain('/nowhere')
})

test('HEAD returns the headers of GET', async () => {
  const { ask } = start()
  const [get, head] = [await ask('/'), await ask('/', 'localhost', 'HEAD')]
  expect(head).toMatchObject({ status: 200, text: '' })
  expect(head.headers.get('content-length')).toBe(get.headers.get('content-length'))
  expect(Number(get.headers.get('content-length'))).toBe(get.text.length)
})

test.each(['POST', 'DELETE', 'OPTIONS'])('%s on a read-only route is a 405', async (method) => {
  const { ask, query } = start()
  const { status, headers } = await ask('/api/events', 'localhost', method)
  expect(status).toBe(405)
  expect(headers.get('allow')).toBe('GET')
  expect(query).not.toHaveBeenCalled()
})

test.each(['/api/events/', '/api/events/a/b', '/healthz/', '//', '/api//events', '*', ''])(
  '%s is a 404',
  async (path) => {
    expect((await start().ask(path)).status).toBe(404)
  }
)
