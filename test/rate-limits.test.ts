// What each mount tells an edge of its responses, so that rate limits count by them.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { RequestListener, Server } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { getRequestListener } from '@hono/node-server'
import express from 'express'
import { Hono } from 'hono'
import { afterEach, describe, expect, test } from 'vitest'
import { hasRedis, startRedis } from '../src/limits/node/redis.fixture.ts'
import type { Edge } from '../src/node.ts'
import { createEdge, edge1020, nodeMiddleware, serve } from '../src/node.ts'
import { ROOT } from './cli.ts'

const edgeOf = (counting_expression: string): Edge =>
  createEdge({
    store: 'none',
    bots: 'off',
    rules: {
      rate_limits: [
        {
          name: 'failures',
          expression: 'http.request.uri.path eq "/login"',
          counting_expression,
          characteristics: ['http.host'],
          requests_per_period: 1,
          period: 3600,
          mitigation_timeout: 3600,
          action: 'block',
        },
      ],
    },
  })

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

const listening = async (listener: RequestListener): Promise<string> => {
  const server: Server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  closing.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const APP_STATUS = 401
const APP_HEADERS = { 'X-Miss': '1', 'Content-Type': 'text/plain' }

const app: RequestListener = (_, response) => {
  response.writeHead(APP_STATUS, APP_HEADERS).end('wrong password')
}

const hono = (edge: Edge) =>
  new Hono().use(edge1020(edge)).all('*', (c) => c.text('wrong password', APP_STATUS, APP_HEADERS))

const MOUNTS: Readonly<
  Record<string, (edge: Edge) => Promise<(path: string) => Promise<Response>>>
> = {
  'node:http': async (edge) => {
    const middleware = nodeMiddleware(edge)
    const url = await listening((request, response) =>
      middleware(request, response, () => app(request, response))
    )
    return (path) => fetch(url + path)
  },
  Express: async (edge) => {
    const server = express().use(nodeMiddleware(edge))
    server.use((_, response) => {
      response.status(APP_STATUS).set(APP_HEADERS).send('wrong password')
    })
    const url = await listening(server as unknown as RequestListener)
    return (path) => fetch(url + path)
  },
  'Hono on Node': async (edge) => {
    const url = await listening(getRequestListener(hono(edge).fetch))
    return (path) => fetch(url + path)
  },
  'Hono on Fetch': async (edge) => {
    const mounted = hono(edge)
    return async (path) => mounted.request(`http://shop.test${path}`)
  },
  serve: async (edge) => {
    const upstream = await listening(app)
    const served = await serve({ edge, upstream })
    closing.push(served.close)
    return (path) => fetch(served.url + path)
  },
}

describe.each(Object.entries(MOUNTS))('%s tells the edge of its responses', (_, mount) => {
  test.each([
    ['their status', 'http.response.code eq 401', 429],
    ['their headers', 'any(http.response.headers["x-miss"][*] eq "1")', 429],
    ['their type', 'http.response.content_type.media_type eq "text/plain"', 429],
    ['and not of others', 'http.response.code eq 200', 401],
  ])('%s', async (_, counting, status) => {
    const ask = await mount(edgeOf(counting))
    for (let i = 0; i < 2; i++) expect((await ask('/login')).status).toBe(APP_STATUS)
    const third = await ask('/login')
    expect(third.status).toBe(status)
    expect(third.headers.get('retry-after')).toBe(status === 429 ? '3600' : null)
    expect((await ask('/other')).status).toBe(APP_STATUS)
  })
})

test("an origin that cannot be reached is the edge's own response, and counts as such", async () => {
  const gone = await listening(app)
  await closing.pop()!()
  const served = await serve({ edge: edgeOf('http.response.code eq 521'), upstream: gone })
  closing.push(served.close)
  const statuses: number[] = []
  for (let i = 0; i < 3; i++) statuses.push((await fetch(`${served.url}/login`)).status)
  expect(statuses).toEqual([521, 521, 429])
})

test('a body that streams is not held up', async () => {
  const upstream = await listening((_, response) => {
    // It never ends by itself.
    response.writeHead(APP_STATUS).write('first')
  })
  const served = await serve({ edge: edgeOf('http.response.code eq 401'), upstream })
  closing.push(served.close)
  for (let i = 0; i < 2; i++) {
    const controller = new AbortController()
    const response = await fetch(`${served.url}/login`, { signal: controller.signal })
    const { value } = await response.body!.getReader().read()
    expect(new TextDecoder().decode(value)).toBe('first')
    controller.abort()
  }
  expect((await fetch(`${served.url}/login`)).status).toBe(429)
})

test('rules/rate-limits.yaml limits wrong passwords, an API and scrapers', async () => {
  const edge = createEdge({ rules: join(ROOT, 'rules', 'rate-limits.yaml'), store: 'none' })
  closing.push(edge.close)
  const ask = (path: string, method = 'GET', headers = {}, ip = '2001:db8::1') =>
    edge.judge(new Request(`http://shop.test${path}`, { method, headers }), { remoteAddress: ip })
  const wrong = { status: 401, headers: [] }
  for (let i = 0; i < 11; i++) (await ask('/login', 'POST')).responseWatch!.tell(wrong)
  const stopped = await ask('/login', 'POST')
  expect([stopped.rule!.name, stopped.answer!.status]).toEqual(['guessing passwords', 429])
  expect((await ask('/login')).action).toBe('pass')

  const key = { 'x-api-key': 'K' }
  for (let i = 0; i < 60; i++) expect((await ask('/api/a', 'GET', key)).action).toBe('pass')
  const throttled = await ask('/api/b', 'GET', key)
  expect(throttled.answer).toMatchObject({ status: 429, body: '{"error":"too many requests"}' })
  expect((await ask('/api/a')).action).toBe('pass')

  for (let i = 0; i < 600; i++) await ask('/page', 'GET', {}, `2001:db8::${i.toString(16)}`)
  expect((await ask('/page', 'GET', {}, '2001:db8::ffff')).action).toBe('log')
  expect((await ask('/page', 'GET', {}, '2001:db8:0:1::1')).action).toBe('pass')
})

/** An edge in a process of its own, with a function that says whether a request of one visitor passes. */
const PROCESS = `
import { setTimeout } from 'node:timers/promises'
import { createEdge, redisCounters } from 'EDGE'
const edge = createEdge({ store: 'none', bots: 'off', counters: redisCounters('URL', { deadlineMs: DEADLINE, retryMs: 50 }), rules: { rate_limits: [
  { name: 'all', expression: 'http.host eq "shop.test"', requests_per_period: 40, period: 3600, mitigation_timeout: 3600, action: 'block' },
] } })
const request = new Request('http://shop.test/')
const ask = async () => (await edge.judge(request, { remoteAddress: '192.0.2.1' })).action === 'pass'
const ready = new Promise((resolve) => process.stdin.once('data', resolve))
console.log('ready')
await ready
let passed = 0
TASK
console.log(JSON.stringify({ passed, failedOpen: edge.stats.rateLimits.failedOpen }))
await edge.close()
process.exit(0)
`

const HUNDRED = 'for (let i = 0; i < 100; i++) if (await ask()) passed++'
/** Asks until it is refused again after an outage, and says when it is refused for the first time. */
const THROUGH_AN_OUTAGE = `
for (let refused = 0; refused < 50 || edge.stats.rateLimits.failedOpen === 0; await setTimeout(1)) {
  if (await ask()) { passed++; refused = 0 } else if (++refused === 20) console.log('limited')
}`

const twoProcesses = async (url: string, task: string, deadlineMs: number) => {
  const code = PROCESS.replace('EDGE', join(ROOT, 'dist', 'node.js'))
    .replace('URL', url)
    .replace('TASK', task)
    .replace('DEADLINE', String(deadlineMs))
  const children = [1, 2].map(() =>
    spawn(process.execPath, ['--input-type=module', '-e', code], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
  )
  closing.push(() => {
    for (const child of children) child.kill()
  })
  const lines = children.map((child) => createInterface(child.stdout)[Symbol.asyncIterator]())
  const next = () => Promise.all(lines.map(async (line) => (await line.next()).value as string))
  expect(await next()).toEqual(['ready', 'ready'])
  for (const { stdin } of children) stdin.write('go\n')
  /** Skips lines until the counts of both. */
  const counts = async () => {
    const said = await Promise.all(
      lines.map(async (line) => {
        for (;;) {
          const { value } = await line.next()
          if (value !== 'limited') return JSON.parse(value)
        }
      })
    )
    const sum = (name: 'passed' | 'failedOpen') => said.reduce((all, one) => all + one[name], 0)
    return { passed: sum('passed'), failedOpen: sum('failedOpen') }
  }
  return { next, counts }
}

describe.skipIf(!hasRedis())('two processes', () => {
  test('share one limit in Redis: nothing above it gets through', async () => {
    const redis = await startRedis()
    closing.push(redis.stop)
    const { counts } = await twoProcesses(redis.url, HUNDRED, 60_000)
    expect(await counts()).toEqual({ passed: 40, failedOpen: 0 })
  })

  test('share it again after Redis restarts: only requests of the outage are beyond it', async () => {
    const redis = await startRedis()
    closing.push(redis.stop)
    const { next, counts } = await twoProcesses(redis.url, THROUGH_AN_OUTAGE, 1_000)
    expect(await next()).toEqual(['limited', 'limited'])
    await redis.stop()
    await redis.start()
    const { passed, failedOpen } = await counts()
    expect(failedOpen).toBeGreaterThan(1)
    // Its counts are gone with the server, so the limit is there a second time.
    expect(passed).toBeGreaterThan(40 + failedOpen)
    expect(passed).toBeLessThanOrEqual(2 * 40 + failedOpen)
  })
})
