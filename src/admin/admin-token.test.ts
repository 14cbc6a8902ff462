// Access to the admin port with a token, and routes that change the edge.
import { describe, expect, test, vi } from 'vitest'
import { EdgeError } from '../error.ts'
import { FOUND, RAY, start } from './admin.fixture.ts'
import type { AdminOptions } from './admin.ts'
import { createAudit } from './audit.ts'

const TOKEN = 'correct-horse-battery'
/** The answer of `/healthz` to a caller without a token. */
const STRANGER = { ok: true, authenticate: 'Bearer' }
const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

describe('with a token', () => {
  const guarded = (options: Partial<AdminOptions> = {}) =>
    start(FOUND, { token: TOKEN, ...options })
  /** Logs in and returns the headers that the browser then sends. */
  const session = async ({ send }: ReturnType<typeof start>, peer?: string) => {
    const { status, headers } = await send('POST', '/login', FORM, { body: `token=${TOKEN}`, peer })
    expect(status).toBe(303)
    return headers.get('set-cookie')!
  }

  test.each(['/', '/api/events', `/api/events/${RAY}`, '/api/audit', '/nowhere'])(
    '%s requires it',
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

  test('ignores a token in the URL', async () => {
    expect((await guarded().send('GET', `/healthz?token=${TOKEN}`)).json()).toEqual(STRANGER)
  })

  test('/healthz without a token tells only whether the edge is healthy', async () => {
    const { send } = guarded()
    expect((await send('GET', '/healthz')).json()).toEqual(STRANGER)
    expect((await send('GET', '/healthz', bearer(TOKEN))).json()).toMatchObject({ judged: 7 })
    expect((await send('GET', '/healthz', bearer('wrong'))).status).toBe(401)
  })

  test('redirects a browser to the form', async () => {
    const { send } = guarded()
    const { status, headers } = await send('GET', '/', { accept: 'text/html,*/*' })
    expect([status, headers.get('location')]).toEqual([303, '/login'])
    expect((await send('GET', '/login')).text).toContain('name="token"')
  })

  test('the form opens a session that scripts, other sites and other addresses cannot use', async () => {
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

  test('ten wrong tokens lock an address out, even with the right token; other addresses still get in', async () => {
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

  test('a login succeeds if the audit log cannot be written, and reports the error', async () => {
    const audit = {
      write: () => Promise.reject(new EdgeError('audit_failed', 'disk full')),
      recent: () => [],
    }
    const side = guarded({ audit })
    await session(side)
    expect(side.onError).toHaveBeenCalledWith(expect.objectContaining({ code: 'audit_failed' }))
  })

  test.each(['short', 'x'.repeat(513), 'has spaces in it, many', 'ünïcödé-ünïcödé-ünï'])(
    'the token %j is refused at the start, and the message does not contain it',
    (token) => {
      const refused = () => start(FOUND, { token })
      expect(refused).toThrow(expect.objectContaining({ code: 'invalid_admin_token' }))
      expect(refused).not.toThrow(token)
    }
  )
})

describe('a route that changes the edge', () => {
  const RELOADED = { rules: { enabled: 1, total: 2 }, files: ['site.yaml'], warnings: [] }
  const changing = (options: Partial<AdminOptions> = {}) => {
    const reload = vi.fn(async () => RELOADED)
    const audit = createAudit()
    return { ...start(FOUND, { reload, audit, ...options }), reload, audit }
  }
  const RELOAD = '/api/rules/reload'

  test('makes the change, and logs it before and after', async () => {
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

  test('another site can link to the port but cannot search it', async () => {
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

  test('is refused in read-only mode, which still allows reading', async () => {
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

  test('makes no change if the audit log cannot be written', async () => {
    const audit = {
      write: () => Promise.reject(new EdgeError('audit_failed', 'disk full')),
      recent: () => [],
    }
    const { send, reload } = changing({ audit })
    const { status, json } = await send('POST', RELOAD)
    expect([status, json().code]).toEqual([500, 'audit_failed'])
    expect(reload).not.toHaveBeenCalled()
  })

  test('reports errors in documents with their places', async () => {
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

  test('logs unexpected errors too', async () => {
    const { send, audit, onError } = changing({ reload: () => Promise.reject(new Error('odd')) })
    expect((await send('POST', RELOAD)).status).toBe(500)
    expect(audit.recent()[0]).toMatchObject({ status: 500, reason: 'odd' })
    expect(onError).toHaveBeenCalledTimes(1)
  })

  test('cuts a long query in the log', async () => {
    const { send, audit } = changing()
    await send('POST', `${RELOAD}?${'x'.repeat(5_000)}`)
    expect(audit.recent()[0]!.what.length).toBeLessThan(600)
  })

  test('the error of an edge without rule files gives the reason', async () => {
    const { send } = start()
    expect((await send('POST', RELOAD)).json()).toMatchObject({
      status: 409,
      code: 'no_rule_files',
    })
  })
})
