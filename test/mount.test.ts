import { createServer } from 'node:http'
import { serve } from '@hono/node-server'
import { createEdge as createWebEdge, edge1020 as webEdge1020 } from 'edge1020'
import type { Edge } from 'edge1020/node'
import { createEdge, edge1020, memoryStore, nodeMiddleware } from 'edge1020/node'
import express from 'express'
import { Hono } from 'hono'
import request from 'supertest'
import { afterAll, describe, expect, test } from 'vitest'
import { BROWSER, get, portOf } from './cli.ts'

const RULES = {
  rules: [
    { name: 'watch the shop', when: { path: '/shop*' }, action: 'log' },
    { name: 'health is open', when: { path: '/healthz' }, action: 'skip' },
    { name: 'no curl', when: { user_agent: { contains: 'curl' } }, action: 'block' },
  ],
}
const RAY = /^[0-9a-f]{16}$/
const closers: (() => unknown)[] = []
afterAll(() => Promise.all(closers.map((close) => close())))

const newEdge = (): Edge => createEdge({ rules: RULES, store: memoryStore(), colo: 'LHR' })

const HEADERS = {
  'cf-connecting-ip': '6.6.6.6',
  'CF-IPCountry': 'KP',
  'x-edge-ip': '1.1.1.1',
  'x-keep': 'me',
}

/** The request as the app behind the edge received it. */
interface Seen {
  rayId: string
  ray: string | undefined
  ip: string | undefined
  country: string | undefined
  override: string | undefined
  kept: string | undefined
}

const honoApp = (edge: Edge) => {
  const app = new Hono()
  app.use(edge1020(edge))
  app.get('*', (c) =>
    c.json({
      rayId: c.get('rayId'),
      ray: c.req.header('cf-ray'),
      ip: c.req.header('cf-connecting-ip'),
      country: c.req.header('cf-ipcountry'),
      override: c.req.header('x-edge-ip'),
      kept: c.req.header('x-keep'),
    } satisfies Partial<Seen>)
  )
  app.post('*', async (c) => c.text((await c.req.text()).toUpperCase()))
  return app
}

const expressApp = (edge: Edge) => {
  const app = express()
  app.use(nodeMiddleware(edge))
  app.get('/{*any}', (req, res) => {
    res.json({
      rayId: req.rayId ?? '',
      ray: req.get('cf-ray'),
      ip: req.get('cf-connecting-ip'),
      country: req.get('cf-ipcountry'),
      override: req.get('x-edge-ip'),
      kept: req.get('x-keep'),
    } satisfies Partial<Seen>)
  })
  app.post('/{*any}', express.text(), (req, res) => {
    res.send(String(req.body).toUpperCase())
  })
  return app
}

const onHono = async (edge: Edge) =>
  new Promise<string>((done) => {
    const server = serve(
      { fetch: honoApp(edge).fetch, port: 0, hostname: '127.0.0.1' },
      ({ port }) => done(`http://127.0.0.1:${port}`)
    )
    closers.push(() => server.close())
  })

const onNode =
  (listener: (edge: Edge) => Parameters<typeof createServer>[1]) => async (edge: Edge) =>
    new Promise<string>((done) => {
      const server = createServer(listener(edge) as never).listen(0, '127.0.0.1', () =>
        done(`http://127.0.0.1:${portOf(server.address())}`)
      )
      closers.push(() => server.close())
    })

describe.each([
  ['Hono on node-server', onHono],
  ['Express', onNode((edge) => expressApp(edge) as never)],
])('mounted in %s', (_name, mount) => {
  const edge = newEdge()
  const url = mount(edge)

  test('a passing request has the same Ray ID everywhere', async () => {
    const { status, headers, body } = await get(`${await url}/`, {
      headers: { 'user-agent': BROWSER, ...HEADERS },
    })
    expect(status).toBe(200)
    const seen = JSON.parse(body) as Seen
    expect(seen.rayId).toMatch(RAY)
    expect(headers['cf-ray']).toBe(`${seen.rayId}-LHR`)
    expect(seen.ray).toBe(`${seen.rayId}-LHR`)
  })

  test('the cf- and test headers of the visitor do not reach the app, others do', async () => {
    const { body } = await get(`${await url}/`, { headers: { 'user-agent': BROWSER, ...HEADERS } })
    const seen = JSON.parse(body) as Seen
    expect(seen).toMatchObject({ ip: '127.0.0.1', kept: 'me' })
    expect(seen.country).toBeUndefined()
    expect(seen.override).toBeUndefined()
  })

  test('a blocked request never reaches the app, and its event is stored before the answer', async () => {
    const { status, headers, body } = await get(`${await url}/`, {
      headers: { 'user-agent': 'curl/8', accept: 'application/json' },
    })
    expect(status).toBe(403)
    expect(headers.server).toBe('cloudflare')
    const { ray_id: ray, error_code: code } = JSON.parse(body)
    expect(code).toBe(1020)
    expect(headers['cf-ray']).toBe(`${ray}-LHR`)
    const found = await edge.store.find(ray)
    expect(found).toMatchObject({
      found: true,
      events: [{ ray, rule: { name: 'no curl' }, action: 'block' }],
    })
  })

  test('HEAD is refused with the length and no body', async () => {
    const { status, headers, body } = await get(`${await url}/`, {
      method: 'HEAD',
      headers: { 'user-agent': 'curl/8' },
    })
    expect([status, headers['content-length'], body]).toEqual([403, '17', ''])
  })

  test('a body passes unchanged', async () => {
    const { body } = await get(`${await url}/`, {
      method: 'POST',
      headers: { 'user-agent': BROWSER, 'content-type': 'text/plain' },
      body: 'quiet',
    })
    expect(body).toBe('QUIET')
  })

  test('a blocked upload is refused', async () => {
    const { status } = await get(`${await url}/`, {
      method: 'POST',
      headers: { 'user-agent': 'curl/8', 'content-type': 'text/plain' },
      body: 'x'.repeat(200_000),
    })
    expect(status).toBe(403)
  })

  test('`skip` lets a request pass despite a later block rule', async () => {
    const { status, headers } = await get(`${await url}/healthz`, {
      headers: { 'user-agent': 'curl/8' },
    })
    expect(status).toBe(200)
    const found = await edge.store.find(String(headers['cf-ray']))
    expect(found).toMatchObject({ found: true, events: [{ action: 'skip', status: 0 }] })
  })

  test('`log` records a match and evaluation continues: one Ray ID finds both matches', async () => {
    const { status, headers } = await get(`${await url}/shop/1`, {
      headers: { 'user-agent': 'curl/8' },
    })
    expect(status).toBe(403)
    const found = await edge.store.find(String(headers['cf-ray']))
    expect(found).toMatchObject({
      found: true,
      events: [
        { action: 'block', matchIndex: 0 },
        { action: 'log', matchIndex: 1 },
      ],
    })
  })
})

describe('an edge without a server', () => {
  test('`judge` gives the verdict, the event and a Response', async () => {
    const edge = newEdge()
    const verdict = await edge.judge(
      new Request('https://shop.test/a?b=c', {
        headers: { 'user-agent': 'curl/8', accept: 'text/markdown' },
      }),
      { remoteAddress: '::ffff:192.0.2.7' }
    )
    expect(verdict).toMatchObject({
      action: 'block',
      ray: expect.stringMatching(RAY),
      rule: { name: 'no curl' },
      event: { ip: '192.0.2.7', host: 'shop.test', path: '/a', query: '?b=c', scheme: 'https' },
    })
    expect(verdict.response?.status).toBe(403)
    expect(await verdict.response?.text()).toContain('# Error 1020: Access denied')
    await edge.close()
  })

  test('a passing verdict has a Ray ID and no response', async () => {
    const edge = newEdge()
    const verdict = await edge.judge(new Request('https://shop.test/'), {
      remoteAddress: '192.0.2.7',
    })
    expect(verdict.action).toBe('pass')
    expect(verdict.response).toBeUndefined()
    expect(verdict.ray).toMatch(RAY)
  })

  test('the main entry mounts on any runtime, with a given connection', async () => {
    const edge = createWebEdge({ rules: RULES, colo: 'LHR' })
    const app = new Hono()
    app.use(webEdge1020(edge))
    app.get('/', (c) => c.text(`${c.get('rayId')} ${c.req.header('cf-ray')}`))
    app.get('/raw', () => new Response('raw'))
    const pass = await app.request('/', { headers: { 'user-agent': BROWSER, 'cf-ray': 'forged' } })
    const [rayId, header] = (await pass.text()).split(' ')
    expect(pass.headers.get('cf-ray')).toBe(`${rayId}-LHR`)
    expect(header).toBe(`${rayId}-LHR`)
    expect((await app.request('/raw')).headers.get('cf-ray')).toMatch(/^[0-9a-f]{16}-LHR$/)
    const blocked = await app.request('/', { headers: { 'user-agent': 'curl' } })
    expect(blocked.status).toBe(403)
  })

  test('supertest receives the same refusal', async () => {
    await request(expressApp(newEdge()))
      .get('/')
      .set('user-agent', 'curl/8')
      .expect(403)
      .expect('cf-ray', /^[0-9a-f]{16}-LHR$/)
  })

  test('a failed commit of an event is reported, and the visitor is still refused', async () => {
    const errors: unknown[] = []
    const store = { ...memoryStore(), append: () => Promise.reject(new Error('disk full')) }
    const edge = createEdge({ rules: RULES, store, onError: (error) => errors.push(error) })
    const verdict = await edge.judge(
      new Request('https://a.test/', { headers: { 'user-agent': 'curl' } })
    )
    expect(verdict.action).toBe('block')
    expect(errors).toHaveLength(1)
    expect(edge.stats).toMatchObject({ judged: 1, blocked: 1, lost: 1 })
  })
})

describe('with test overrides', () => {
  const rules = {
    rules: [
      { name: 'countries', when: { country: 'KP' }, action: 'block' },
      { name: 'networks', when: { asn: 24940 }, action: 'block' },
      { name: 'ja3', when: { ja3: 'e7d705a3286e19ea42f587b344ee6865' }, action: 'block' },
      { name: 'ja4', when: { ja4: 't13d1516h2_8daaf6152771_b186095e22b6' }, action: 'block' },
      { name: 'addresses', when: { ip: '192.0.2.0/24' }, action: 'block' },
      {
        name: 'score',
        expression: 'cf.bot_management.score lt 10 and cf.bot_management.score gt 0',
        action: 'block',
      },
    ],
  }
  const edge = createEdge({ rules, store: 'memory', overrides: true, bots: 'off' })
  const judge = (headers: Record<string, string>, remoteAddress = '127.0.0.1') =>
    edge.judge(new Request('http://a.test/', { headers }), { remoteAddress })

  test.each([
    ['x-edge-country', 'KP', 'countries'],
    ['x-edge-asn', '24940', 'networks'],
    ['x-edge-ja3', 'e7d705a3286e19ea42f587b344ee6865', 'ja3'],
    ['x-edge-ja4', 't13d1516h2_8daaf6152771_b186095e22b6', 'ja4'],
    ['x-edge-ip', '192.0.2.9', 'addresses'],
    ['x-edge-fields', '{"cf.bot_management.score":2}', 'score'],
  ])('%s: %s fires the rule "%s"', async (name, value, rule) => {
    expect((await judge({ [name]: value })).rule?.name).toBe(rule)
    expect((await judge({ [name]: value }, '198.51.100.1')).action).toBe('pass')
  })

  test('an address override is looked up like a real one', async () => {
    const verdict = await judge({ 'x-edge-ip': '175.45.176.1' })
    expect(verdict.rule?.name).toBe('countries')
    expect(verdict.event).toMatchObject({ ip: '175.45.176.1', country: 'KP' })
  })

  test('a country override has priority over the look-up', async () => {
    const verdict = await judge({ 'x-edge-ip': '175.45.176.1', 'x-edge-country': 'DE' })
    expect(verdict.action).toBe('pass')
  })

  test.each([
    ['x-edge-ip', 'foo'],
    ['x-edge-country', 'Germany'],
    ['x-edge-asn', '-1'],
    ['x-edge-fields', '{'],
    ['x-edge-fields', '{"no.such.field":1}'],
    ['x-edge-fields', '{"cf.bot_management.score":"high"}'],
  ])('%s: %s is answered with 400 and the expected form', async (name, value) => {
    const verdict = await judge({ [name]: value })
    expect(verdict.action).toBe('reject')
    expect(verdict.response?.status).toBe(400)
    expect(await verdict.response?.text()).toContain(name)
  })
})
