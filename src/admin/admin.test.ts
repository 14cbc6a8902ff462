import { describe, expect, test, vi } from 'vitest'
import { EdgeError } from '../error.ts'
import type { EventStore, FindResult, SecurityEvent } from '../events/event.ts'
import { noStore } from '../events/none.ts'
import type { EventQuery, SeriesQuery, TopQuery } from '../events/query.ts'
import type { StoreState } from '../events/state.ts'
import type { AdminOptions } from './admin.ts'
import { createAdmin } from './admin.ts'
import { createAudit } from './audit.ts'

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

const FOUND: FindResult = { found: true, events: [event('a', 0)] }

const start = (found: FindResult = FOUND, options: Partial<AdminOptions> = {}) => {
  const query = vi.fn(async (_?: EventQuery) => ({ events: [event('a', 0)], next: 'n' }))
  const top = vi.fn(async (_: TopQuery) => [{ values: ['a', 1], count: 2 }])
  const series = vi.fn(async (_: SeriesQuery) => [{ time: '2026-11-23T06:00:00.000Z', count: 2 }])
  const find = vi.fn(async (_: string) => found)
  const onError = vi.fn()
  const store: EventStore = {
    ...noStore(),
    name: 'memory',
    find,
    page: query,
    top,
    series,
  }
  const admin = createAdmin({
    store,
    hosts: ['Admin.Test'],
    onError,
    health: () => ({ rules: { enabled: 3, total: 4 }, judged: 7, blocked: 2, storeFailures: 1 }),
    ...options,
  })
  const send = async (
    method: string,
    target: string,
    given: Readonly<Record<string, string>> = {},
    { body = '', peer = '192.0.2.1' } = {}
  ) => {
    const headers = { host: 'localhost:1021', ...given }
    const answer = await admin({ method, target, headers, peer, body: async () => body })
    return {
      status: answer.status,
      headers: new Headers(answer.headers),
      text: String(answer.body),
      json: () => JSON.parse(String(answer.body)),
    }
  }
  const ask = async (path: string, host = 'localhost:1021', method = 'GET') => {
    const { status, headers, body } = await admin({ method, target: path, headers: { host } })
    const text = String(body)
    return {
      status,
      headers: new Headers(headers),
      text,
      json: () => JSON.parse(text),
    }
  }
  return { ask, send, query, top, series, find, onError }
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

  test('says the reason why the store does not work; probes that ask strictly get a 503', async () => {
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
  test('asks the store for a page, and says where the next begins', async () => {
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

  test('/top asks for the most frequent values', async () => {
    const { ask, top } = start()
    const { json } = await ask('/api/events/top?by=rule,asn&country=NL')
    expect(json()).toEqual({ by: ['rule', 'asn'], rows: [{ values: ['a', 1], count: 2 }] })
    expect(top).toHaveBeenCalledWith({
      by: ['rule', 'asn'],
      where: [{ field: 'country', operator: 'is', value: 'NL' }],
    })
  })

  test('/series asks for counts over time', async () => {
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
  ])('%s is a mistake, told with its place', async (path, parameter, value) => {
    const { ask, query, top, series, onError } = start()
    const { status, json } = await ask(path)
    expect(status).toBe(400)
    expect(json().place).toMatchObject(value === undefined ? { parameter } : { parameter, value })
    for (const asked of [query, top, series, onError]) expect(asked).not.toHaveBeenCalled()
  })

  test('what only the store finds out is a mistake too', async () => {
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

  test('what nobody foresaw is a 500 without it', async () => {
    const { ask, query } = start()
    query.mockRejectedValue(new Error('secret'))
    const { status, text } = await ask('/api/events')
    expect(status).toBe(500)
    expect(text).not.toContain('secret')
  })
})

describe('/client/v4/graphql', () => {
  const post = (body: string) => start().send('POST', '/client/v4/graphql', {}, { body })

  test('answers questions of GraphQL', async () => {
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
    expect(json()).toMatchObject({ status, code: reason, detail: 'why' })
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
    expect(json().code).toBe('foreign_host')
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

test.each(['/', '/api'])('%s names the endpoints', async (path) => {
  const { status, text } = await start().ask(path)
  expect(status).toBe(200)
  expect(text).toContain('/api/events')
})

test('an unknown path is a 404 in JSON', async () => {
  const { status, json } = await start().ask('/nowhere')
  expect(status).toBe(404)
  expect(json().detail).toContain('/nowhere')
})

test('HEAD tells what GET would send', async () => {
  const { ask } = start()
  const [get, head] = [await ask('/'), await ask('/', 'localhost', 'HEAD')]
  expect(head).toMatchObject({ status: 200, text: '' })
  expect(head.headers.get('content-length')).toBe(get.headers.get('content-length'))
  expect(Number(get.headers.get('content-length'))).toBe(get.text.length)
})

test.each(['POST', 'DELETE', 'OPTIONS'])('%s on what is only read is told so', async (method) => {
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

const TOKEN = 'correct-horse-battery'
/** What `/healthz` tells one. */
const STRANGER = { ok: true, authenticate: 'Bearer' }
const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

describe('with a token', () => {
  const guarded = (options: Partial<AdminOptions> = {}) =>
    start(FOUND, { token: TOKEN, ...options })
  /** Logs in, gives what the browser sends from then on. */
  const session = async ({ send }: ReturnType<typeof start>, peer?: string) => {
    const { status, headers } = await send('POST', '/login', FORM, { body: `token=${TOKEN}`, peer })
    expect(status).toBe(303)
    return headers.get('set-cookie')!
  }

  test.each(['/', '/api/events', `/api/events/${RAY}`, '/api/audit', '/nowhere'])(
    '%s is for those who have it',
    async (path) => {
      const side = guarded()
      const stranger = await side.send('GET', path)
      expect(stranger.status).toBe(401)
      expect(stranger.headers.get('www-authenticate')).toMatch(/^Bearer /)
      expect(stranger.json().code).toBe('token_needed')
      const wrong = await side.send('GET', path, bearer(`${TOKEN}x`))
      expect([wrong.status, wrong.json().code]).toEqual([401, 'wrong_token'])
      expect(side.query).not.toHaveBeenCalled()
      expect(side.find).not.toHaveBeenCalled()
      expect((await side.send('GET', path, bearer(TOKEN))).status).toBe(
        path === '/nowhere' ? 404 : 200
      )
    }
  )

  test.each([
    'Basic dXNlcjpwYXNz',
    'Bearer',
    `Bearer ${TOKEN.slice(0, -1)}`,
    `Bearer ${TOKEN} ${TOKEN}`,
    TOKEN,
  ])('Authorization: %s is not enough', async (authorization) => {
    expect((await guarded().send('GET', '/api/events', { authorization })).status).toBe(401)
  })

  test('a token in the URL is no token', async () => {
    expect((await guarded().send('GET', `/healthz?token=${TOKEN}`)).json()).toEqual(STRANGER)
  })

  test('probes get /healthz without it, and no more than that all is well', async () => {
    const { send } = guarded()
    expect((await send('GET', '/healthz')).json()).toEqual(STRANGER)
    expect((await send('GET', '/healthz', bearer(TOKEN))).json()).toMatchObject({ judged: 7 })
    expect((await send('GET', '/healthz', bearer('wrong'))).status).toBe(401)
  })

  test('a browser is sent to the form', async () => {
    const { send } = guarded()
    const { status, headers } = await send('GET', '/', { accept: 'text/html,*/*' })
    expect([status, headers.get('location')]).toEqual([303, '/login'])
    expect((await send('GET', '/login')).text).toContain('name="token"')
  })

  test('the form gives a session that scripts, other sites and other addresses do not have', async () => {
    const side = guarded()
    const given = await session(side)
    expect(given).toMatch(/; HttpOnly; SameSite=Strict$/)
    const cookie = `other=1; ${given.split(';')[0]}`
    expect((await side.send('GET', '/api/events', { cookie })).status).toBe(200)
    expect((await side.send('GET', '/api/events', { cookie: `${cookie}x` })).status).toBe(401)
    expect((await side.send('GET', '/api/events', { cookie }, { peer: '192.0.2.2' })).status).toBe(
      401
    )
  })

  test('the session ends with the logout', async () => {
    const side = guarded()
    const cookie = (await session(side)).split(';')[0]!
    const out = await side.send('POST', '/logout', { cookie })
    expect(out.headers.get('set-cookie')).toContain('Max-Age=0')
    expect((await side.send('GET', '/api/events', { cookie })).status).toBe(401)
  })

  test('a program logs in with JSON', async () => {
    const { send } = guarded()
    const type = { 'content-type': 'application/json; charset=utf-8' }
    const { status, headers } = await send('POST', '/login', type, { body: `{"token":"${TOKEN}"}` })
    expect(status).toBe(200)
    expect(headers.get('set-cookie')).toContain('edge1020_admin=')
  })

  test.each([
    [FORM, 'token=', 400],
    [FORM, '', 400],
    [{ 'content-type': 'application/json' }, 'null', 400],
    [{ 'content-type': 'application/json' }, '{', 400],
    [{ 'content-type': 'application/json' }, '{"token":1}', 400],
    [{ 'content-type': 'text/plain' }, `token=${TOKEN}`, 415],
    [FORM, 'token=wrong', 401],
  ])('a login with %j and %j is a %d', async (type, body, expected) => {
    const { status, headers } = await guarded().send('POST', '/login', type, { body })
    expect(status).toBe(expected)
    expect(headers.get('set-cookie')).toBeNull()
  })

  test('ten wrong tokens lock an address out; the right one does not help it, others are let in', async () => {
    const audit = createAudit()
    const { send } = guarded({ audit })
    for (let i = 0; i < 10; i++) {
      const path = i % 2 === 0 ? '/login' : '/api/events'
      const tried =
        path === '/login'
          ? await send('POST', path, FORM, { body: `token=wrong${i}` })
          : await send('GET', path, bearer(`wrong${i}`))
      expect(tried.status).toBe(401)
    }
    const { status, headers } = await send('GET', '/api/events', bearer(TOKEN))
    expect(status).toBe(429)
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await send('POST', '/login', FORM, { body: `token=${TOKEN}` })).status).toBe(429)
    expect((await send('GET', '/api/events', bearer(TOKEN), { peer: '192.0.2.2' })).status).toBe(
      200
    )
    expect(audit.recent()).toMatchObject([{ what: 'locked out', from: '192.0.2.1' }])
  })

  test('a login that cannot be written down is told and lets the owner in', async () => {
    const audit = {
      write: () => Promise.reject(new EdgeError('audit_failed', 'disk full')),
      recent: () => [],
    }
    const side = guarded({ audit })
    await session(side)
    expect(side.onError).toHaveBeenCalledWith(expect.objectContaining({ code: 'audit_failed' }))
  })

  test.each(['short', 'x'.repeat(513), 'has spaces in it, many', 'ünïcödé-ünïcödé-ünï'])(
    'the token %j is refused at the start, and not repeated',
    (token) => {
      const refused = () => start(FOUND, { token })
      expect(refused).toThrow(expect.objectContaining({ code: 'invalid_admin_token' }))
      expect(refused).not.toThrow(token)
    }
  )
})

describe('what changes the edge', () => {
  const RELOADED = { rules: { enabled: 1, total: 2 }, files: ['site.yaml'], warnings: [] }
  const changing = (options: Partial<AdminOptions> = {}) => {
    const reload = vi.fn(async () => RELOADED)
    const audit = createAudit()
    return { ...start(FOUND, { reload, audit, ...options }), reload, audit }
  }
  const RELOAD = '/api/rules/reload'

  test('is done, and written down before and after', async () => {
    const { send, audit } = changing()
    const { status, json } = await send('POST', RELOAD)
    expect([status, json()]).toEqual([200, RELOADED])
    const line = { what: `POST ${RELOAD}`, from: '192.0.2.1', by: 'none' }
    expect(audit.recent()).toEqual([
      { time: expect.any(String), ...line, status: 200 },
      { time: expect.any(String), ...line },
    ])
    expect((await send('GET', '/api/audit')).json()).toEqual({ entries: audit.recent() })
  })

  test.each([
    ['another origin', { origin: 'https://evil.test' }],
    ['another port of this host', { origin: 'http://localhost:3000' }],
    ['a sandboxed frame', { origin: 'null' }],
    [
      'a form elsewhere',
      {
        'sec-fetch-site': 'cross-site',
        'sec-fetch-mode': 'navigate',
        'sec-fetch-dest': 'document',
      },
    ],
    ['another port, told by the browser', { 'sec-fetch-site': 'same-site' }],
  ])('is refused to %s', async (_, headers) => {
    const { send, reload, audit } = changing()
    const { status, json } = await send('POST', RELOAD, headers)
    expect([status, json().code]).toEqual([403, 'foreign_origin'])
    expect(reload).not.toHaveBeenCalled()
    expect(audit.recent()).toEqual([])
  })

  test.each([
    ['its own pages', { origin: 'http://localhost:1021', 'sec-fetch-site': 'same-origin' }],
    ['a person at the address bar', { 'sec-fetch-site': 'none' }],
  ])('is open to %s', async (_, headers) => {
    expect((await changing().send('POST', RELOAD, headers)).status).toBe(200)
  })

  test('a page elsewhere cannot have it search, and may link to it', async () => {
    const { send, query } = changing()
    const site = { 'sec-fetch-site': 'cross-site' }
    const script = { ...site, 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' }
    const frame = { ...site, 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' }
    const link = { ...site, 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }
    expect((await send('GET', '/api/events', script)).status).toBe(403)
    expect((await send('GET', '/api/events', frame)).status).toBe(403)
    expect(query).not.toHaveBeenCalled()
    expect((await send('GET', '/api/events', link)).status).toBe(200)
  })

  test('is refused in read-only mode; reading is not', async () => {
    const { send, reload, audit } = changing({ readOnly: true })
    const { status, json } = await send('POST', RELOAD)
    expect([status, json().code]).toEqual([403, 'read_only'])
    expect([reload.mock.calls.length, audit.recent().length]).toEqual([0, 0])
    expect((await send('GET', '/api/events')).status).toBe(200)
  })

  test('needs the token', async () => {
    const { send, reload } = changing({ token: TOKEN })
    expect((await send('POST', RELOAD)).status).toBe(401)
    expect(reload).not.toHaveBeenCalled()
    expect((await send('POST', RELOAD, bearer(TOKEN))).status).toBe(200)
  })

  test('is not done where it cannot be written down', async () => {
    const audit = {
      write: () => Promise.reject(new EdgeError('audit_failed', 'disk full')),
      recent: () => [],
    }
    const { send, reload } = changing({ audit })
    const { status, json } = await send('POST', RELOAD)
    expect([status, json().code]).toEqual([500, 'audit_failed'])
    expect(reload).not.toHaveBeenCalled()
  })

  test('documents with mistakes are told with their places', async () => {
    const diagnostic = {
      code: 'unknown_field',
      severity: 'error',
      message: 'no such field',
      file: 'site.yaml',
      line: 3,
      column: 5,
      length: 1,
      sourceLine: '',
    } as const
    const { send, audit } = changing({
      reload: () =>
        Promise.reject(new EdgeError('invalid_rules', 'one error', { diagnostics: [diagnostic] })),
    })
    const { status, json } = await send('POST', RELOAD)
    expect(status).toBe(422)
    expect(json()).toMatchObject({ code: 'invalid_rules', diagnostics: [diagnostic] })
    expect(audit.recent()[0]).toMatchObject({ status: 422 })
  })

  test('what nobody foresaw is written down too', async () => {
    const { send, audit, onError } = changing({ reload: () => Promise.reject(new Error('odd')) })
    expect((await send('POST', RELOAD)).status).toBe(500)
    expect(audit.recent()[0]).toMatchObject({ status: 500, reason: 'odd' })
    expect(onError).toHaveBeenCalledTimes(1)
  })

  test('a long query is cut in the log', async () => {
    const { send, audit } = changing()
    await send('POST', `${RELOAD}?${'x'.repeat(5_000)}`)
    expect(audit.recent()[0]!.what.length).toBeLessThan(600)
  })

  test('an edge without rule files says so', async () => {
    const { send } = start()
    expect((await send('POST', RELOAD)).json()).toMatchObject({
      status: 409,
      code: 'no_rule_files',
    })
  })
})
