// edge1020/testing: an edge for tests, used as tests of a client use it.
import { spawnSync } from 'node:child_process'
import { createServer, get as httpGet } from 'node:http'
import { get as httpsGet } from 'node:https'
import type { AddressInfo } from 'node:net'
import { createEdge } from 'edge1020/node'
import type { TestEdge, TestEdgeOptions } from 'edge1020/testing'
import { createTestEdge } from 'edge1020/testing'
import express from 'express'
import { Hono } from 'hono'
import { request as undiciRequest } from 'undici'
import { describe, expect, onTestFinished, test } from 'vitest'
import { ROOT } from './cli.ts'

const NO_BOTS = { name: 'no bots', when: { user_agent: 'bot' }, action: 'block' }
const BOT = { headers: { 'user-agent': 'bot/1' } }

const open = async (options: TestEdgeOptions = {}): Promise<TestEdge> => {
  const edge = await createTestEdge(options)
  onTestFinished(() => edge.close())
  return edge
}

const failureOf = async (work: () => unknown): Promise<Error & { code?: string }> => {
  try {
    await work()
  } catch (error) {
    return error as Error
  }
  throw new Error('nothing was thrown')
}

/** A client of each kind: what it gets of the edge must not differ. */
const CLIENTS: [
  string,
  (edge: TestEdge, path?: string, init?: RequestInit) => Promise<Response>,
][] = [
  ['fetch over the socket', (edge, path = '/', init) => fetch(new URL(path, edge.url), init)],
  ['edge.fetch', (edge, path = '/', init) => edge.fetch(path, init)],
]

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

  test('a forced refusal is the edge’s own, byte for byte', async () => {
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
    ['challengeNext', (edge) => edge.challengeNext(), { status: 403, action: 'managed_challenge' }],
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
    const notes = isOrigin ? undefined : [expect.stringMatching(/^forced by a test: \w+Next$/)]
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

  test('a script: each request gets its answer, then the rules decide', async () => {
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

  test('a condition says which request is the next one', async () => {
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

  test('a failing origin leaves refusals to the rules, and can answer again', async () => {
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

  test('the clock stands until it is advanced: rate limits and Retry-After follow', async () => {
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

  test('limits that count by the response do so, and reset forgets their counts', async () => {
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

  test('rules can be put in front, and taken away', async () => {
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

  test('visitors: a persona, facts, the one of all requests', async () => {
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

  test('what the client sent can be asked for', async () => {
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

  test('Ray IDs are the same in each run, and each of its own', async () => {
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

describe('origins', () => {
  const app = express()
  app.get('/', (req, res) => void res.json({ by: 'app', ray: req.headers['cf-ray'] }))
  const handlers: [string, TestEdgeOptions][] = [
    [
      'a function',
      { origin: (request) => Response.json({ by: 'app', ray: request.headers.get('cf-ray') }) },
    ],
    ['an Express app', { app }],
    [
      'a Hono app',
      { origin: new Hono().get('/', (c) => c.json({ by: 'app', ray: c.req.header('cf-ray') })) },
    ],
  ]
  test.each(handlers)('%s', async (name, options) => {
    const edge = await open(options)
    for (const [, ask] of CLIENTS) {
      const response = await ask(edge)
      const { ray } = edge.requests().at(-1)!
      expect(response.headers.get('cf-ray')).toBe(`${ray}-LOC`)
      expect(await response.json()).toEqual({ by: 'app', ray: expect.stringContaining(ray) })
    }
    expect((await edge.fetch('/nowhere')).status).toBe(name === 'a function' ? 200 : 404)
  })

  test('a URL, also with a path; an origin that nobody listens at is 521', async () => {
    const server = createServer((request, response) => {
      response.setHeader('set-cookie', ['a=1', 'b=2'])
      response.end(request.url)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const edge = await open({ origin: `http://127.0.0.1:${port}/app` })
    for (const [, ask] of CLIENTS) {
      const response = await ask(edge, '/x?y')
      expect(await response.text()).toBe('/app/x?y')
      expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2'])
    }
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    for (const [, ask] of CLIENTS) expect((await ask(edge)).status).toBe(521)
  })

  test('one that throws is 500, and the test hears of it', async () => {
    const errors: Error[] = []
    const edge = await open({
      origin: () => {
        throw new Error('out of order')
      },
      onError: (error) => void errors.push(error),
    })
    for (const [, ask] of CLIENTS) expect((await ask(edge)).status).toBe(500)
    expect(errors.map(({ message }) => message)).toEqual(['out of order', 'out of order'])
  })

  test('redirects of its own site are followed without a socket, too', async () => {
    const edge = await open({
      origin: async (request) => {
        const { pathname } = new URL(request.url)
        if (pathname === '/done') {
          return Response.json({ method: request.method, body: await request.text() })
        }
        if (pathname === '/loop') return Response.redirect(new URL('/loop', request.url), 302)
        const status = Number(pathname.slice(1))
        return new Response(null, { status, headers: { location: '/done' } })
      },
    })
    for (const [, ask] of CLIENTS) {
      const post = (path: string) => ask(edge, path, { method: 'POST', body: 'b' })
      expect(await (await post('/303')).json()).toEqual({ method: 'GET', body: '' })
      expect(await (await post('/302')).json()).toEqual({ method: 'GET', body: '' })
      expect(await (await post('/307')).json()).toEqual({ method: 'POST', body: 'b' })
      expect((await ask(edge, '/302', { redirect: 'manual' })).status).toBe(302)
      expect((await ask(edge, '/302')).redirected).toBe(true)
      for (const init of [{ redirect: 'error' } as const, undefined]) {
        expect((await failureOf(() => ask(edge, '/loop', init))).message).toBe('fetch failed')
      }
    }
  })

  test('a redirect to another site is not followed without a socket', async () => {
    const edge = await open({ origin: () => Response.redirect('https://other.example/', 302) })
    const response = await edge.fetch('/')
    expect([response.status, edge.requests().length]).toEqual([302, 1])
  })

  test('a request that is given up ends', async () => {
    let gone: AbortSignal | undefined
    const edge = await open({
      origin: (request) => {
        gone = request.signal
        return new Promise(() => {})
      },
    })
    for (const [, ask] of CLIENTS) {
      const stop = new AbortController()
      gone = undefined
      const asked = ask(edge, '/', { signal: stop.signal })
      await expect.poll(() => gone).toBeDefined()
      stop.abort(new Error('enough'))
      expect((await failureOf(() => asked)).message).toBe('enough')
      await expect.poll(() => gone?.aborted).toBe(true)
    }
  })
})

describe('interception', () => {
  const viaHttp = (get: typeof httpGet) => (url: string) =>
    new Promise<{ status: number; text: string }>((resolve, reject) => {
      get(url, (response) => {
        let text = ''
        response.setEncoding('utf8').on('data', (part) => {
          text += part
        })
        response.on('end', () => resolve({ status: response.statusCode!, text }))
      }).on('error', reject)
    })
  const viaFetch = async (url: string) => {
    const response = await fetch(url)
    return { status: response.status, text: await response.text() }
  }
  const viaUndici = async (url: string) => {
    const { statusCode, body } = await undiciRequest(url)
    return { status: statusCode, text: await body.text() }
  }

  test.each([
    ['fetch', viaFetch, 'http'],
    ['fetch', viaFetch, 'https'],
    ['undici', viaUndici, 'http'],
    ['undici', viaUndici, 'https'],
    ['node:http', viaHttp(httpGet), 'http'],
    ['node:https', viaHttp(httpsGet as typeof httpGet), 'https'],
  ])('%s of %3$s', async (_, ask, scheme) => {
    const edge = await open()
    edge.intercept('shop.example', '*.shop.example')
    edge.blockNext({ when: { host: 'www.shop.example' } })
    expect(await ask(`${scheme}://shop.example/a`)).toMatchObject({ status: 200 })
    expect(await ask(`${scheme}://www.shop.example/b`)).toMatchObject({ status: 403 })
    expect(edge.requests().map(({ url }) => url)).toEqual([
      `${scheme}://shop.example/a`,
      `${scheme}://www.shop.example/b`,
    ])
    edge.dropNext()
    expect(await failureOf(() => ask(`${scheme}://shop.example/`))).toBeInstanceOf(Error)
  })

  test('leaves other hosts alone, and ends', async () => {
    const other = await open({ origin: () => new Response('the other') })
    const edge = await open({ origin: () => new Response('mine') })
    const { port } = new URL(other.url)
    const textOf = async (url: string) => (await fetch(url)).text()
    const interception = edge.intercept(`127.0.0.1:${Number(port) + 1}`, 'shop.example')
    expect(await textOf(other.url)).toBe('the other')
    expect(await textOf('http://shop.example/')).toBe('mine')
    expect(await textOf(`http://127.0.0.1:${Number(port) + 1}/`)).toBe('mine')
    // The newer one goes first; the older one is there again when it ends.
    const newer = other.intercept('https://shop.example')
    expect(await textOf('http://shop.example/')).toBe('the other')
    newer.stop()
    expect(await textOf('http://shop.example/')).toBe('mine')
    interception.stop()
    interception.stop()
    await expect(
      fetch('http://shop.example/', { signal: AbortSignal.timeout(10_000) })
    ).rejects.toThrow()
    expect(await textOf(other.url)).toBe('the other')
  })

  test('the end of an edge is the end of its interceptions', async () => {
    const { createConnection } = (await import('node:http')).Agent.prototype as never
    const edge = await open()
    edge.intercept('shop.example')
    expect(
      ((await import('node:http')).Agent.prototype as never as { createConnection: unknown })
        .createConnection
    ).not.toBe(createConnection)
    await edge.close()
    expect(
      ((await import('node:http')).Agent.prototype as never as { createConnection: unknown })
        .createConnection
    ).toBe(createConnection)
  })
})

describe('two edges', () => {
  test('share nothing', async () => {
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

  test('reset makes one as it was', async () => {
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
  test('one that comes later is waited for', async () => {
    const edge = await open({ rules: [NO_BOTS] })
    const waiting = edge.waitForEvent({ rule: 'no-bots', status: 403 })
    await edge.fetch('/')
    const response = await edge.fetch('/', BOT)
    const event = await waiting
    expect(response.headers.get('cf-ray')).toBe(`${event.ray}-LOC`)
    expect(await edge.waitForEvent({ rule: 'no bots' })).toEqual(event)
  })

  test('one that does not come is an error that names those that did', async () => {
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

describe('the end', () => {
  test('close ends open connections, and a second one is fine', async () => {
    const edge = await createTestEdge({ origin: () => new Promise(() => {}) })
    const hanging = failureOf(() => fetch(edge.url))
    await expect.poll(() => edge.requests().length).toBe(1)
    await Promise.all([edge.close(), edge.close()])
    expect((await hanging).message).toBe('fetch failed')
    expect((await failureOf(() => fetch(edge.url))).cause).toMatchObject({ code: 'ECONNREFUSED' })
  })

  test('await using closes it', async () => {
    let url = ''
    {
      await using edge = await createTestEdge()
      url = edge.url
      expect((await fetch(url)).status).toBe(200)
    }
    expect((await failureOf(() => fetch(url))).cause).toMatchObject({ code: 'ECONNREFUSED' })
  })

  test('without a socket there is fetch', async () => {
    const edge = await open({ listen: false, rules: [NO_BOTS] })
    expect((await edge.fetch('/', BOT)).status).toBe(403)
    expect((await edge.fetch('https://shop.example/x')).status).toBe(200)
    expect(edge.requests().map(({ url }) => url)).toEqual([
      'http://edge.test/',
      'https://shop.example/x',
    ])
    expect((await failureOf(() => edge.intercept('a.test'))).message).toContain(
      'expected an edge that listens'
    )
  })
})

test('a suite that forgets to close its edges ends', () => {
  const program = `
    import { createServer } from 'node:http'
    import { createTestEdge } from 'edge1020/testing'
    const edge = await createTestEdge({ app: (request, response) => response.end('x') })
    edge.intercept('shop.example')
    for (const url of [edge.url, 'https://shop.example/']) await (await fetch(url)).text()
    const other = await createTestEdge()
    await (await fetch(other.url)).text()
    await other.waitForEvent({}, { timeoutMs: 1 }).catch(() => {})
    process.exitCode = 7
    setTimeout(() => process.exit(1), 30_000).unref()
    setTimeout(() => console.log('ends', edge.requests().length), 1)
  `
  const { status, stdout } = spawnSync(
    process.execPath,
    ['--input-type=module', '--eval', program],
    { cwd: ROOT, encoding: 'utf8', timeout: 60_000 }
  )
  expect(stdout).toBe('ends 2\n')
  expect(status).toBe(7)
})

test('with tls it listens on HTTPS', async () => {
  const edge = await open({
    tls: 'self-signed',
    rules: [{ name: 'tls', expression: 'ssl', action: 'block' }],
  })
  expect(edge.url).toMatch(/^https:/)
  const status = await new Promise((resolve, reject) => {
    httpsGet(edge.url, { rejectUnauthorized: false }, (response) => {
      response.resume()
      resolve(response.statusCode)
    }).on('error', reject)
  })
  expect(status).toBe(403)
})

test('the real edge has no test hooks unless overrides are on', async () => {
  const edge = createEdge({ rules: [NO_BOTS], store: 'none' })
  onTestFinished(() => edge.close())
  const { controlOf } = await import('../src/control/controls.ts')
  expect(controlOf(edge)).toBeUndefined()
})

describe('mistakes', () => {
  const CASES: [string, (edge: TestEdge) => unknown, string][] = [
    [
      'an option',
      () => createTestEdge({ rule: [] } as never),
      'createTestEdge: option "rule" is not known: did you mean rules?',
    ],
    [
      'an option of a call',
      (edge) => edge.blockNext({ cod: 1 } as never),
      'blockNext: option "cod" is not known: did you mean code?',
    ],
    [
      'a code',
      (edge) => edge.blockNext({ code: 1202.5 }),
      'blockNext: code: there is no error 1202.5 here: ',
    ],
    ['a code that is near', (edge) => edge.blockNext({ code: 10200 }), 'did you mean 1020?'],
    [
      'a text as code',
      (edge) => edge.blockNext({ code: '1020' as never }),
      'blockNext: code: "1020": expected a number such as 1020',
    ],
    [
      'a code of the origin',
      (edge) => edge.blockNext({ code: 522 }),
      'blockNext: code: 522 is an error of the origin: expected originDown(522) for it',
    ],
    [
      'a refusal of the origin',
      (edge) => edge.originDown(1020),
      'originDown: code: there is no error 1020 here: ',
    ],
    [
      'times',
      (edge) => edge.dropNext({ times: 0 }),
      'dropNext: times: 0: expected a whole number from 1 to 1000000',
    ],
    [
      'Retry-After',
      (edge) => edge.limitNext({ retryAfter: -1 }),
      'limitNext: retryAfter: -1: expected a whole number from 1 to 31536000',
    ],
    [
      'a code of a limit',
      (edge) => edge.limitNext({ code: 1020 } as never),
      'limitNext: option "code" is not known: ',
    ],
    [
      'a challenge',
      (edge) => edge.challengeNext({ action: 'chalenge' as never }),
      'challengeNext: action: "chalenge": did you mean challenge?',
    ],
    [
      'two conditions',
      (edge) => edge.blockNext({ when: { path: '/' }, expression: 'ssl' }),
      'expected when or expression, not both',
    ],
    ['a condition', (edge) => edge.blockNext({ when: { pth: '/' } }), 'did you mean `path`?'],
    [
      'a condition on bodies',
      (edge) => edge.blockNext({ expression: 'http.request.body.raw contains "x"' }),
      'expected a condition that reads no body',
    ],
    [
      'a script',
      (edge) => edge.script([] as never),
      "script: []: expected a list of answers, e.g. [1015, 1015, 'pass']",
    ],
    [
      'a step',
      (edge) => edge.script([1015, 'blok' as never]),
      'script, step 2: "blok": did you mean block?',
    ],
    [
      'an empty step',
      (edge) => edge.script([{}]),
      'script, step 1: {}: expected an answer or a code',
    ],
    [
      'a persona',
      (edge) => edge.as('tor-exti'),
      'as: there is no persona "tor-exti": did you mean tor-exit',
    ],
    [
      'a fact',
      (edge) => edge.as({ contry: 'DE' } as never),
      'as: option "contry" is not known: did you mean country?',
    ],
    [
      'a host',
      (edge) => edge.intercept('shop example'),
      'intercept: "shop example": expected a host',
    ],
    ['no host', (edge) => edge.intercept(), 'at least one host'],
    [
      'rules',
      (edge) => edge.use([{ name: 'x', when: {}, action: 'blok' }]),
      'did you mean `block`?',
    ],
    ['no rules', (edge) => edge.use('x' as never), 'use: "x": expected a list of rules'],
    [
      'a wait',
      (edge) => edge.waitForEvent({ rul: 'x' } as never),
      'waitForEvent: option "rul" is not known: did you mean rule?',
    ],
    [
      'a type in a wait',
      (edge) => edge.waitForEvent({ asn: '1' as never }),
      'waitForEvent: asn: "1": expected a number',
    ],
    [
      'a timeout',
      (edge) => edge.waitForEvent({}, { timeoutMs: -1 }),
      'waitForEvent: timeoutMs: -1: expected milliseconds',
    ],
    ['the clock', (edge) => edge.clock.advance(-1), 'clock.advance(-1): expected milliseconds'],
    [
      'a date',
      () => createTestEdge({ clock: 'yesterday' }),
      'createTestEdge: clock: "yesterday": expected \'real\', or a date',
    ],
    [
      'a seed',
      () => createTestEdge({ seed: 0.5 }),
      'createTestEdge: seed: 0.5: expected a whole number',
    ],
    [
      'an origin',
      () => createTestEdge({ origin: 7 as never }),
      'createTestEdge: origin: 7: expected a URL, a function',
    ],
    ['a URL', () => createTestEdge({ origin: 'localhost:3000' }), 'localhost:3000'],
    [
      'a handler of node:http as origin',
      () => createTestEdge({ origin: ((_request: unknown, _response: unknown) => {}) as never }),
      'expected app for a handler of node:http',
    ],
    [
      'two origins',
      () => createTestEdge({ origin: 'http://a.test', app: () => {} }),
      'expected origin or app, not both',
    ],
    [
      'an app',
      () => createTestEdge({ app: 'x' as never }),
      'createTestEdge: app: "x": expected a handler',
    ],
    [
      'listen',
      () => createTestEdge({ listen: 'no' as never }),
      'createTestEdge: listen: "no": expected true or false',
    ],
    [
      'a store',
      () => createTestEdge({ store: 'none' } as never),
      'createTestEdge: option "store" is not known',
    ],
    [
      'a page',
      (edge) => edge.route({} as never, '**'),
      'route: {}: expected a page or a context of Playwright',
    ],
  ]
  test.each(CASES)('%s', async (_, call, message) => {
    const edge = await open()
    const error = await failureOf(() => call(edge))
    expect(error.name).toBe('EdgeError')
    expect(error.message).toContain(message)
    // A call that failed has changed nothing.
    expect((await edge.fetch('/')).status).toBe(200)
  })
})
