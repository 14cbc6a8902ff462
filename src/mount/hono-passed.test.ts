import '../../test/whole.ts'
import { EventEmitter } from 'node:events'
import { Hono } from 'hono'
import { describe, expect, test, vi } from 'vitest'
import { createEdge } from '../edge.ts'
import { memoryStore } from '../events/memory.ts'
import { rulesFromObjects } from '../rules/objects.ts'
import { mountHono } from './hono.ts'

/** An edge whose rate limit blocks the second request if the response to the first one had status 401. */
const edgeThatCounts401 = () =>
  createEdge({
    ruleset: rulesFromObjects([
      {
        rate_limits: [
          {
            name: 'wrong passwords',
            expression: 'true',
            characteristics: ['ip.src', 'cf.colo.id'],
            period: 60,
            requests_per_period: 1,
            counting_expression: 'http.response.code eq 401',
            mitigation_timeout: 60,
            action: 'block',
          },
        ],
      },
    ]),
    store: memoryStore(),
  })

const appWith = (status: 200 | 401) => {
  const app = new Hono()
  app.use(mountHono(edgeThatCounts401(), { connection: () => ({ remoteAddress: '192.0.2.7' }) }))
  app.all('/login', (c) => c.text('app', status))
  return app
}

describe('a passed upgrade', () => {
  const upgrade = () => ({
    incoming: Object.assign(new EventEmitter(), {
      method: 'GET',
      url: '/login',
      httpVersion: '1.1',
      headers: { upgrade: 'websocket' },
      rawHeaders: ['Upgrade', 'websocket'],
      complete: true,
      readableLength: 0,
      socket: Object.assign(new EventEmitter(), {
        remoteAddress: '192.0.2.7',
        destroyed: false,
        write: vi.fn(),
        end: (...given: unknown[]) => void given,
        resume: vi.fn(),
        destroy: vi.fn(),
      }),
    }),
    outgoing: undefined,
  })

  test.each([
    [401, 429],
    [200, 200],
  ] as const)('counts its response: after %i and again, the next gets %i', async (status, next) => {
    const app = appWith(status)
    const ask = () => {
      const env = upgrade()
      const answer = app.request('/login', {}, env)
      // A refusal waits for the end of the connection.
      setTimeout(() => env.incoming.socket.emit('close'), 5)
      return answer
    }
    for (let i = 0; i < 2; i++) expect((await ask()).status).toBe(status)
    expect((await ask()).status).toBe(next)
  })

  test('has CF-RAY on the response, and its Ray ID on the context', async () => {
    const app = new Hono<{ Variables: { rayId: string } }>()
    app.use(mountHono(edgeThatCounts401()))
    app.all('/login', (c) => c.text(`${c.get('rayId')} ${c.req.header('cf-connecting-ip')}`))
    const response = await app.request('/login', {}, upgrade())
    const ray = response.headers.get('cf-ray')!
    expect(ray).toMatch(/^[0-9a-f]{16}-LOC$/)
    expect(await response.text()).toBe(`${ray.slice(0, 16)} 192.0.2.7`)
  })
})

describe('a passed request', () => {
  test.each([
    [401, 429],
    [200, 200],
  ] as const)(
    'on Fetch counts its response: after %i and again, the next gets %i',
    async (status, next) => {
      const app = appWith(status)
      for (let i = 0; i < 2; i++) expect((await app.request('/login')).status).toBe(status)
      expect((await app.request('/login')).status).toBe(next)
    }
  )

  test('on Node has its response watched', async () => {
    const app = new Hono()
    app.use(mountHono(edgeThatCounts401()))
    app.all('/login', (c) => c.text('app'))
    const ask = () => {
      const outgoing = Object.assign(new EventEmitter(), {
        setHeader: vi.fn(),
        writeHead: vi.fn(),
        getHeaders: () => ({}),
        statusCode: 401,
      })
      const incoming = Object.assign(new EventEmitter(), {
        method: 'GET',
        url: '/login',
        httpVersion: '1.1',
        headers: {},
        rawHeaders: [],
        complete: true,
        readableLength: 0,
        socket: { remoteAddress: '192.0.2.7' },
      })
      const answer = app.request('/login', {}, { incoming, outgoing })
      return { answer, outgoing }
    }
    for (let i = 0; i < 2; i++) {
      const { answer, outgoing } = ask()
      expect((await answer).status).toBe(200)
      // `@hono/node-server` writes the response; its status counts.
      outgoing.emit('finish')
    }
    expect((await ask().answer).status).toBe(429)
  })
})
