import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { EdgeError } from '../error.ts'
import type { EventFilter, EventStore, FindResult, SecurityEvent } from '../events/event.ts'
import { noStore } from '../events/none.ts'
import { exchange } from '../proxy/sockets.fixture.ts'
import { createAdmin, startAdmin } from './admin.ts'

const RAY = '8f3c2d1e0a9b7c65'

const event = (rule: string, matchIndex: number): SecurityEvent => ({
  ray: RAY,
  colo: 'AMS',
  time: '2026-11-23T06:00:00.000Z',
  action: matchIndex === 0 ? 'block' : 'log',
  source: 'firewallcustom',
  rule: { id: rule, name: rule },
  expression: 'true',
  matched: [],
  matchIndex,
  ip: '203.0.113.7',
  country: 'NL',
  asn: 0,
  userAgent: '',
  method: 'GET',
  scheme: 'http',
  host: 'shop.test',
  path: '/',
  query: '',
  protocol: 'HTTP/1.1',
  status: 403,
  notes: [],
})

const start = (found: FindResult = { found: true, events: [event('a', 0)] }) => {
  const query = vi.fn(async (_?: EventFilter) => [event('a', 0)])
  const find = vi.fn(async (_: string) => found)
  const onError = vi.fn()
  const store: EventStore = {
    ...noStore(),
    name: 'memory',
    find,
    query,
  }
  const admin = createAdmin({
    store,
    hosts: ['Admin.Test'],
    onError,
    health: () => ({ rules: { enabled: 3, total: 4 }, judged: 7, blocked: 2, storeFailures: 1 }),
  })
  const ask = async (path: string, host = 'localhost:1021', method = 'GET') => {
    const { status, headers, body } = await admin({ method, target: path, host })
    const text = String(body)
    return {
      status,
      headers: new Headers(headers),
      text,
      json: () => JSON.parse(text),
    }
  }
  return { ask, query, find, onError }
}

describe('/healthz', () => {
  test('says what is running', async () => {
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
})

describe('/api/events', () => {
  test.each([
    ['', {}],
    ['?action=block&limit=5', { action: 'block', limit: 5 }],
    [`?ray=${RAY.toUpperCase()}-AMS`, { ray: RAY }],
    ['?rule=no%20curl&country=nl', { rule: 'no curl', country: 'NL' }],
    ['?ip=::ffff:203.0.113.7', { ip: '203.0.113.7' }],
    ['?ip=2001:DB8::0:1', { ip: '2001:db8::1' }],
    ['?country=T1&limit=1000', { country: 'T1', limit: 1000 }],
    ['?action=&ip=', {}],
  ])('%s asks the store for %j', async (search, filter) => {
    const { ask, query } = start()
    const { status, json } = await ask(`/api/events${search}`)
    expect(status).toBe(200)
    expect(json()).toEqual({ events: [event('a', 0)] })
    expect(query).toHaveBeenCalledWith(filter)
  })

  test.each([
    ['?limit=0', 'limit "0": expected a whole number from 1 to 1000'],
    ['?limit=1001', 'limit "1001"'],
    ['?limit=5x', 'limit "5x"'],
    ['?limit=-1', 'limit "-1"'],
    ['?action=deny', 'action "deny": expected one of block, log, skip'],
    ['?ip=300.1.1.1', 'ip "300.1.1.1": expected an IP address'],
    ['?country=NLD', 'country "NLD"'],
    ['?ray=xyz', 'ray "xyz"'],
    ['?actoin=block', 'unknown parameter "actoin": expected one of ray, action'],
    ['?__proto__=1', 'unknown parameter "__proto__"'],
    ['?limit=1&limit=2', 'limit: expected once'],
  ])('%s is a mistake', async (search, message) => {
    const { ask, query } = start()
    const { status, json } = await ask(`/api/events${search}`)
    expect(status).toBe(400)
    expect(json().error).toEqual({
      code: 'bad_parameter',
      message: expect.stringContaining(message),
    })
    expect(query).not.toHaveBeenCalled()
  })

  test('a store that fails is a 500 with its reason', async () => {
    const { ask, query, onError } = start()
    query.mockRejectedValue(new EdgeError('store_failed', 'disk full'))
    const { status, json } = await ask('/api/events')
    expect(status).toBe(500)
    expect(json()).toEqual({ error: { code: 'store_failed', message: 'disk full' } })
    expect(onError).toHaveBeenCalled()
  })

  test('what nobody foresaw is a 500 without it', async () => {
    const { ask, query } = start()
    query.mockRejectedValue(new Error('secret'))
    const { status, text } = await ask('/api/events')
    expect(status).toBe(500)
    expect(text).not.toContain('secret')
  })
})

describe('/api/events/:ray', () => {
  test('is the deciding event', async () => {
    const { ask, find } = start()
    const { status, json } = await ask(`/api/events/${RAY}-AMS`)
    expect(status).toBe(200)
    expect(json()).toEqual(event('a', 0))
    expect(find).toHaveBeenCalledWith(`${RAY}-AMS`)
  })

  test('with the other matches of the request', async () => {
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
    expect(json()).toEqual({ error: { code: reason, message: 'why' } })
  })
})

describe('who is answered', () => {
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
    expect(json().error.code).toBe('foreign_host')
    expect(query).not.toHaveBeenCalled()
  })

  test.each(['/', '/healthz', '/api/events', '/nowhere', '/api/events?limit=x'])(
    '%s is not stored, sniffed or shared',
    async (path) => {
      const { headers } = await start().ask(path)
      expect(headers.get('cache-control')).toBe('no-store')
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('access-control-allow-origin')).toBeNull()
    }
  )
})

test('/ names the endpoints', async () => {
  const { status, text } = await start().ask('/')
  expect(status).toBe(200)
  expect(text).toContain('/api/events')
})

test('an unknown path is a 404 in JSON', async () => {
  const { status, json } = await start().ask('/nowhere')
  expect(status).toBe(404)
  expect(json().error.message).toContain('/nowhere')
})

test('HEAD tells what GET would send', async () => {
  const { ask } = start()
  const [get, head] = [await ask('/'), await ask('/', 'localhost', 'HEAD')]
  expect(head).toMatchObject({ status: 200, text: '' })
  expect(head.headers.get('content-length')).toBe(get.headers.get('content-length'))
  expect(Number(get.headers.get('content-length'))).toBe(get.text.length)
})

test.each(['POST', 'DELETE', 'OPTIONS'])('%s finds nothing', async (method) => {
  const { ask, query } = start()
  expect((await ask('/api/events', 'localhost', method)).status).toBe(404)
  expect(query).not.toHaveBeenCalled()
})

test.each(['/api/events/', '/api/events/a/b', '/healthz/', '//', '/api//events', '*', ''])(
  '%s is a 404',
  async (path) => {
    expect((await start().ask(path)).status).toBe(404)
  }
)

test('startAdmin listens on loopback', async () => {
  const admin = await startAdmin({
    store: noStore(),
    health: () => ({ rules: { enabled: 0, total: 0 } }),
  })
  onTestFinished(() => admin.close())
  expect(admin.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
  expect(await (await fetch(`${admin.url}/api/events`)).json()).toEqual({ events: [] })
  expect(
    await exchange(
      admin.port,
      'GET /healthz HTTP/1.1\r\nHost: evil.test\r\nConnection: close\r\n\r\n'
    )
  ).toMatch(/^HTTP\/1\.1 403 /)
  expect(await exchange(admin.port, 'GET /healthz HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1\.1 40[03] /)
})
