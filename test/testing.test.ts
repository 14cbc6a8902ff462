// edge1020/testing: an edge for tests, used as tests of a client use it.
import type { TestEdge, TestEdgeOptions } from 'edge1020/testing'
import { describe, expect, test } from 'vitest'
import { BOT, CLIENTS, failureOf, NO_BOTS, open } from './testing-edges.ts'

describe.each(CLIENTS)('%s', (_, ask) => {
  test('the rules decide, the echo answers', async () => {
    const edge = await open({ rules: [NO_BOTS] })
    const passed = await ask(edge, '/a?b=1', { method: 'POST', body: 'text' })
    expect(await passed.json()).toMatchObject({
      method: 'POST',
      path: '/a?b=1',
      body: 'text',
      headers: { 'cf-connecting-ip': '127.0.0.1' },
    })
    const blocked = await ask(edge, '/', BOT)
    expect(blocked.status).toBe(403)
    expect(await blocked.text()).toContain('<title>Access denied')
    expect(edge.requests().map(({ action, status, rule }) => [action, status, rule])).toEqual([
      ['pass', 200, undefined],
      ['block', 403, 'no bots'],
    ])
    expect(edge.lastEvent()).toMatchObject({ ray: edge.requests()[1]!.ray, notes: [] })
    expect(blocked.headers.get('cf-ray')).toBe(`${edge.requests()[1]!.ray}-LOC`)
  })

  test('a forced refusal equals that of the edge, byte for byte', async () => {
    const edge = await open()
    const real = await open({ rules: [{ name: 'all', expression: 'true', action: 'block' }] })
    edge.blockNext()
    const [forced, own] = [await ask(edge, '/'), await ask(real, '/')]
    const facts = async (response: Response) => ({
      status: response.status,
      headers: [...response.headers].filter(([name]) => name !== 'date'),
      text: (await response.text()).replaceAll(/127\.0\.0\.1:\d+/g, 'HOST'),
    })
    const [a, b] = [await facts(forced), await facts(own)]
    const withoutLength = (headers: [string, string][]) =>
      headers.filter(([name]) => name !== 'content-length')
    expect(withoutLength(a.headers)).toEqual(withoutLength(b.headers))
    expect([a.status, a.text]).toEqual([b.status, b.text])
  })

  test.each<[string, (edge: TestEdge) => void, object]>([
    ['blockNext', (edge) => edge.blockNext(), { status: 403, code: 1020 }],
    [
      'blockNext with a code',
      (edge) => edge.blockNext({ code: 1009 }),
      { status: 403, code: 1009 },
    ],
    ['a tunnel error', (edge) => edge.blockNext({ code: 1033 }), { status: 530, code: 1033 }],
    [
      'limitNext',
      (edge) => edge.limitNext({ retryAfter: 31 }),
      { status: 429, code: 1015, retryAfter: 31 },
    ],
    [
      'challengeNext',
      (edge) => edge.challengeNext(),
      { status: 403, code: undefined, action: 'managed_challenge' },
    ],
    [
      'another challenge',
      (edge) => edge.challengeNext({ action: 'js_challenge' }),
      { status: 403, action: 'js_challenge' },
    ],
    ['originDown', (edge) => edge.originDown(), { status: 521, code: 521, action: 'pass' }],
    ['originDown 522', (edge) => edge.originDown(522), { status: 522, code: 522 }],
  ])('%s', async (name, force, seen) => {
    const edge = await open()
    force(edge)
    const response = await ask(edge)
    expect(response.status).toBe(edge.requests()[0]!.status)
    expect(edge.requests()[0]).toMatchObject(seen)
    if ('retryAfter' in seen) expect(response.headers.get('retry-after')).toBe('31')
    const isOrigin = name.startsWith('originDown')
    const notes = isOrigin ? [] : [expect.stringMatching(/^forced by a test: \w+Next$/)]
    expect(edge.lastEvent()?.notes).toEqual(notes)
    if (!isOrigin) expect((await ask(edge)).status).toBe(200)
  })

  test('dropNext resets the connection, once', async () => {
    const edge = await open()
    edge.dropNext()
    const error = await failureOf(() => ask(edge))
    expect(error.message).toBe('fetch failed')
    expect(error.cause).toMatchObject({ code: 'ECONNRESET' })
    expect((await ask(edge)).status).toBe(200)
    expect(edge.requests()[0]).toMatchObject({ action: 'drop', status: 0, forced: true })
  })

  test('a script: each request gets its scripted answer, then the rules decide', async () => {
    const edge = await open({ rules: [NO_BOTS] })
    edge.script([
      1015,
      { code: 1015, retryAfter: 7 },
      522,
      'pass',
      'rules',
      { answer: 'block', times: 2 },
    ])
    const statuses: number[] = []
    for (let i = 0; i < 8; i++) statuses.push((await ask(edge, '/', BOT)).status)
    expect(statuses).toEqual([429, 429, 522, 200, 403, 403, 403, 403])
    expect(edge.requests().map(({ rule }) => rule)).toEqual([
      'script, step 1',
      'script, step 2',
      undefined,
      undefined,
      'no bots',
      'script, step 6',
      'script, step 6',
      'no bots',
    ])
  })

  test('a condition selects the next request', async () => {
    const edge = await open()
    edge.blockNext({ when: { path: '/api/*' }, times: 2, rule: 'API is closed' })
    edge.limitNext({ expression: 'http.request.method eq "POST"' })
    expect((await ask(edge, '/')).status).toBe(200)
    expect((await ask(edge, '/api/1')).status).toBe(403)
    expect((await ask(edge, '/', { method: 'POST' })).status).toBe(429)
    expect((await ask(edge, '/api/2')).status).toBe(403)
    expect((await ask(edge, '/api/3')).status).toBe(200)
    expect(
      (await edge.waitForEvent({ rule: 'API is closed', path: '/api/2' })).matched
    ).toMatchObject([{ field: 'http.request.uri.path', value: '/api/2' }])
  })

  test('a failing origin does not affect refusals, and can recover', async () => {
    const edge = await open({ rules: [NO_BOTS] })
    edge.originDown(523, { when: { path: '/down' } })
    expect((await ask(edge, '/down')).status).toBe(523)
    expect((await ask(edge, '/down', BOT)).status).toBe(403)
    expect((await ask(edge, '/')).status).toBe(200)
    edge.originUp()
    expect((await ask(edge, '/down')).status).toBe(200)
    edge.originDown(522, { times: 1 })
    expect((await ask(edge)).status).toBe(522)
    expect((await ask(edge)).status).toBe(200)
  })

  test('the clock stops until advanced: rate limits and Retry-After follow', async () => {
    const edge = await open({
      rules: {
        rate_limits: [
          {
            name: 'slow down',
            expression: 'true',
            action: 'block',
            period: 10,
            requests_per_period: 2,
            mitigation_timeout: 60,
          },
        ],
      },
    })
    const seen = async () => {
      const response = await ask(edge)
      return [response.status, response.headers.get('retry-after')]
    }
    expect([await seen(), await seen(), await seen()]).toEqual([
      [200, null],
      [200, null],
      [429, '60'],
    ])
    edge.clock.advance(25_000)
    expect(await seen()).toEqual([429, '35'])
    edge.clock.advance(35_000)
    expect(await seen()).toEqual([200, null])
    expect(edge.requests().at(-1)!.time).toBe('2026-01-01T00:01:00.000Z')
  })

  test('limits on responses count them, and reset clears the counts', async () => {
    const edge = await open({
      origin: () => new Response('no', { status: 401 }),
      rules: {
        rate_limits: [
          {
            name: 'failed logins',
            expression: 'true',
            counting_expression: 'http.response.code eq 401',
            action: 'block',
            period: 60,
            requests_per_period: 1,
            mitigation_timeout: 60,
          },
        ],
      },
    })
    const statuses = async () => [
      (await ask(edge)).status,
      (await ask(edge)).status,
      (await ask(edge)).status,
    ]
    expect(await statuses()).toEqual([401, 401, 429])
    edge.reset()
    expect(await statuses()).toEqual([401, 401, 429])
  })

  test('rules can be added in front, and removed', async () => {
    const edge = await open({ rules: [NO_BOTS] })
    edge.use([{ name: 'no secrets', when: { path: '/.env' }, action: 'block' }])
    edge.use([{ name: 'let them', when: { path: '/free' }, action: 'skip' }])
    expect((await ask(edge, '/.env')).status).toBe(403)
    expect((await ask(edge, '/', BOT)).status).toBe(403)
    expect((await ask(edge, '/free', BOT)).status).toBe(200)
    edge.reset()
    expect((await ask(edge, '/.env')).status).toBe(200)
    expect((await ask(edge, '/free', BOT)).status).toBe(403)
  })

  test('visitors: a persona, facts, a default for all requests', async () => {
    const edge = await open({
      rules: [
        { name: 'no tor', when: { country: 'T1' }, action: 'block' },
        { name: 'not from France', when: { country: 'FR' }, action: 'block' },
      ],
    })
    const tor = edge.as('tor-exit')
    expect((await tor.fetch('/')).status).toBe(403)
    expect((await ask(edge, '/', { headers: tor.headers })).status).toBe(403)
    expect((await edge.as({ country: 'FR' }).fetch('/')).status).toBe(403)
    expect((await edge.as({ as: 'tor-exit', country: 'DE' }).fetch('/')).status).toBe(200)
    expect((await ask(edge)).status).toBe(200)
    edge.visitAs('tor-exit')
    expect((await ask(edge)).status).toBe(403)
    expect((await ask(edge, '/', { headers: { 'x-edge-country': 'DE' } })).status).toBe(200)
    // Whoever names a visitor is that one alone.
    expect(edge.requests().at(-1)!.persona).toBeUndefined()
    edge.visitAs(undefined)
    expect((await ask(edge)).status).toBe(200)
    expect(edge.lastEvent()).toMatchObject({ rule: { name: 'no tor' }, ip: '185.220.101.34' })
  })

  test('received requests are available to the test', async () => {
    const edge = await open()
    const headers = { 'user-agent': 'my-client/2', 'x-try': '3' }
    await ask(edge, '/p?q=ü', { method: 'PUT', headers, body: 'x' })
    const [seen] = edge.requests()
    expect(seen).toMatchObject({
      method: 'PUT',
      path: '/p',
      query: '?q=%C3%BC',
      headers,
      code: undefined,
    })
    expect(seen!.url).toBe(`${edge.url}/p?q=%C3%BC`)
  })

  test('Ray IDs are unique, and the same in each run', async () => {
    const rays = async (options: TestEdgeOptions) => {
      const edge = await open(options)
      for (let i = 0; i < 20; i++) await ask(edge)
      return edge.requests().map(({ ray }) => ray)
    }
    const [first, again, other] = [await rays({}), await rays({}), await rays({ seed: 7 })]
    expect(again).toEqual(first)
    expect(other[0]).not.toBe(first[0])
    expect(new Set(first).size).toBe(20)
    for (const ray of first) expect(ray).toMatch(/^[0-9a-f]{16}$/)
    const start = await rays({ clock: new Date('2020-05-05T00:00:00Z') })
    expect(start[0]!.slice(0, 9)).not.toBe(first[0]!.slice(0, 9))
  })
})

describe('two edges', () => {
  test('share no state', async () => {
    const [a, b] = [await open(), await open()]
    a.blockNext()
    a.clock.advance(60_000)
    a.use([NO_BOTS])
    a.originDown()
    a.visitAs('tor-exit')
    expect((await b.fetch('/', BOT)).status).toBe(200)
    expect((await a.fetch('/')).status).toBe(403)
    expect([a.requests().length, b.requests().length]).toEqual([1, 1])
    expect(b.events()).toEqual([])
    expect(b.clock.now()).toBe(Date.UTC(2026, 0, 1))
  })

  test('reset restores one to its initial state', async () => {
    const edge = await open({ rules: [NO_BOTS] })
    const first = async () => {
      await edge.fetch('/', BOT)
      return [edge.requests(), edge.events()]
    }
    const before = await first()
    edge.blockNext({ times: 'always' })
    edge.script(['drop'])
    edge.originDown()
    edge.visitAs('tor-exit')
    edge.clock.advance(1_000)
    edge.reset()
    expect([edge.requests(), edge.events(), edge.lastEvent()]).toEqual([[], [], undefined])
    expect(await first()).toEqual(before)
  })
})

describe('events', () => {
  test('a wait returns a later event', async () => {
    const edge = await open({ rules: [NO_BOTS] })
    const waiting = edge.waitForEvent({ rule: 'no-bots', status: 403 })
    await edge.fetch('/')
    const response = await edge.fetch('/', BOT)
    const event = await waiting
    expect(response.headers.get('cf-ray')).toBe(`${event.ray}-LOC`)
    expect(await edge.waitForEvent({ rule: 'no bots' })).toEqual(event)
  })

  test('a missing event is an error that lists the recorded events', async () => {
    const edge = await open({ rules: [NO_BOTS] })
    const nothing = await failureOf(() => edge.waitForEvent({ rule: 'x' }, { timeoutMs: 1 }))
    expect(nothing).toMatchObject({ code: 'no_event' })
    expect(nothing.message).toBe(
      'waitForEvent: no event of rule "x" within 1 ms: there was no event at all'
    )
    await edge.fetch('/', BOT)
    const { ray } = edge.requests()[0]!
    const others = await failureOf(() => edge.waitForEvent({ action: 'log' }, { timeoutMs: 0 }))
    expect(others.message).toContain(
      `there were 1 others:\n  block by "no bots" of GET /, Ray ID ${ray}`
    )
    const waiting = failureOf(() => edge.waitForEvent({ rule: 'x' }))
    await edge.close()
    expect((await waiting).message).toContain('before the edge was closed')
  })
})
