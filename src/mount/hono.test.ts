import '../../test/whole.ts'
import { EventEmitter } from 'node:events'
import { Hono } from 'hono'
import { describe, expect, test, vi } from 'vitest'
import type { Edge } from '../edge.ts'
import { createEdge } from '../edge.ts'
import { memoryStore } from '../events/memory.ts'
import { rulesFromObjects } from '../rules/objects.ts'
import { mountHono } from './hono.ts'

const RULES = [
  { name: 'curl', when: { user_agent: 'curl' }, action: 'block' },
  { name: 'evil', expression: 'http.request.body.raw contains "evil"', action: 'block' },
]

/** An edge whose store commits when it is told to. */
const slowEdge = () => {
  let commit = () => {}
  const store = memoryStore()
  const append = vi.fn(async (events: Parameters<typeof store.append>[0]) => {
    await new Promise<void>((resolve) => {
      commit = resolve
    })
    await store.append(events)
  })
  const ruleset = rulesFromObjects([{ rules: RULES }])
  const edge = createEdge({ ruleset, store: { ...store, append } })
  return { edge, append, commit: () => commit() }
}

const newEdge = (): Edge =>
  createEdge({ ruleset: rulesFromObjects([{ rules: RULES }]), store: memoryStore() })

const appOf = (edge: Edge, options = {}) => {
  const handler = vi.fn()
  const app = new Hono()
  app.use(mountHono(edge, options))
  app.all('*', (c) => {
    handler(c.get('rayId'), c.req.header('cf-connecting-ip'))
    return c.text('app')
  })
  return { app, handler }
}

const nodeEnv = (headers: Record<string, string> = {}, given: object = {}) => {
  const incoming = Object.assign(new EventEmitter(), {
    method: 'GET',
    url: '/',
    httpVersion: '1.1',
    headers: { ...headers },
    rawHeaders: Object.entries(headers).flat(),
    socket: { remoteAddress: '192.0.2.7' },
    complete: true,
    readableLength: 0,
    ...given,
  })
  const outgoing = Object.assign(new EventEmitter(), { setHeader: vi.fn(), writeHead: vi.fn() })
  return { incoming, outgoing }
}

const isSettled = async (promise: unknown) => {
  const pending = Symbol('pending')
  await new Promise((done) => setTimeout(done, 5))
  return (await Promise.race([promise, pending])) !== pending
}

type Given = (headers: Record<string, string>) => [init: RequestInit, env?: object]

describe.each<[string, Given, string | undefined]>([
  ['a Fetch Request', (headers) => [{ headers }], undefined],
  ['a request of Node', (headers) => [{}, nodeEnv(headers)], '192.0.2.7'],
])('%s', (_, given, ip) => {
  test('that is refused is answered when its event is committed, and not before', async () => {
    const { edge, append, commit } = slowEdge()
    const { app, handler } = appOf(edge)
    const answer = app.request('/', ...given({ 'user-agent': 'curl' }))
    expect(await isSettled(answer)).toBe(false)
    expect(append).toHaveBeenCalledOnce()
    commit()
    const response = await answer
    expect(response.status).toBe(403)
    const ray = response.headers.get('cf-ray')!
    expect(await edge.store.find(ray)).toMatchObject({ found: true })
    expect(handler).not.toHaveBeenCalled()
  })

  test('that passes has its Ray ID on the context', async () => {
    const { app, handler } = appOf(newEdge())
    const response = await app.request('/', ...given({}))
    expect(await response.text()).toBe('app')
    expect(handler).toHaveBeenCalledExactlyOnceWith(expect.stringMatching(/^[0-9a-f]{16}$/), ip)
  })
})

describe('the peer', () => {
  test('is unknown on a Fetch Request unless the option tells it', async () => {
    const { app, handler } = appOf(newEdge(), {
      connection: () => ({ remoteAddress: '192.0.2.9' }),
    })
    await app.request('/')
    expect(handler.mock.calls[0]![1]).toBe('192.0.2.9')
  })

  test('that the option tells wins over Node’s', async () => {
    const { app, handler } = appOf(newEdge(), {
      connection: () => ({ remoteAddress: '192.0.2.9' }),
    })
    await app.request('/', {}, nodeEnv())
    expect(handler.mock.calls[0]![1]).toBe('192.0.2.9')
  })

  test('is asked for with the request’s context', async () => {
    const connection = vi.fn((c) => ({ remoteAddress: c.env.ip as string }))
    const { app, handler } = appOf(newEdge(), { connection })
    await app.request('/', {}, { ip: '192.0.2.3' })
    expect(handler.mock.calls[0]![1]).toBe('192.0.2.3')
  })

  test.each([
    [null],
    [{ incoming: null, outgoing: undefined }],
    [{ incoming: {} }],
    [{ outgoing: {} }],
    [{}],
  ])('an env that is not of Node (%o) is no trouble', async (env) => {
    const { app, handler } = appOf(newEdge())
    expect((await app.request('/', {}, env as object)).status).toBe(200)
    expect(handler).toHaveBeenCalledOnce()
  })
})

describe('CF-RAY', () => {
  test('is written with the head of Node’s response, not on Hono’s', async () => {
    const { app, handler } = appOf(newEdge())
    const env = nodeEnv()
    const response = await app.request('/', {}, env)
    expect(response.headers.has('cf-ray')).toBe(false)
    expect(env.outgoing.setHeader).toHaveBeenCalledExactlyOnceWith(
      'CF-RAY',
      `${handler.mock.calls[0]![0]}-LOC`
    )
  })

  test('is on the response of a Fetch Request, the app’s own of that name replaced', async () => {
    const app = new Hono()
    app.use(mountHono(newEdge()))
    app.get('/', (c) => c.text('app', 200, { 'CF-RAY': 'mine' }))
    const response = await app.request('/')
    expect(response.headers.get('cf-ray')).toMatch(/^[0-9a-f]{16}-LOC$/)
  })

  test('is on the answer to what the app has no route for, and to what it throws', async () => {
    const app = new Hono()
    app.use(mountHono(newEdge()))
    app.get('/throws', () => {
      throw new Error('of the app')
    })
    app.onError((_, c) => c.text('failed', 500))
    for (const [path, status] of [
      ['/nowhere', 404],
      ['/throws', 500],
    ] as const) {
      const response = await app.request(path)
      expect(response.status).toBe(status)
      expect(response.headers.get('cf-ray')).toMatch(/^[0-9a-f]{16}-LOC$/)
    }
  })
})

describe('a body on Node that a rule looks at', () => {
  const upload = (given: object) =>
    nodeEnv(
      { 'content-length': '9' },
      {
        method: 'POST',
        complete: false,
        destroyed: false,
        readableEnded: false,
        readableFlowing: null,
        readableEncoding: null,
        readableAborted: false,
        read: () => null,
        unshift: () => {},
        resume: vi.fn(),
        ...given,
      }
    )
  // What stands for node-server's own Request, which nobody has read of yet.
  const ask = (edge: Edge, env: ReturnType<typeof nodeEnv>) => {
    const { app, handler } = appOf(edge)
    const request = new Request('http://a.test/', { method: 'POST' })
    const unread = new Proxy(request, {
      ownKeys: () => [Symbol('incomingKey')],
      get: (target, key) => {
        const value = Reflect.get(target, key, target)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
    return { answer: app.fetch(unread, env), handler }
  }

  test('whose visitor leaves is not heard by the app', async () => {
    const env = upload({ readableAborted: true, destroyed: false })
    const { answer, handler } = ask(newEdge(), env)
    await isSettled(answer)
    env.incoming.emit('close')
    expect((await answer).status).toBe(499)
    expect(handler).not.toHaveBeenCalled()
  })

  test('is dropped when the response is out and nobody has read it', async () => {
    const env = upload({ destroyed: false })
    const { answer } = ask(newEdge(), env)
    await isSettled(answer)
    env.incoming.emit('close')
    expect((await answer).status).toBe(200)
    const { resume } = env.incoming as unknown as { resume: ReturnType<typeof vi.fn> }
    expect(resume).not.toHaveBeenCalled()
    env.outgoing.emit('finish')
    expect(resume).toHaveBeenCalledOnce()
  })
})

describe('an upgrade that is refused', () => {
  test('is over when its connection is: others would write to a socket that is still open', async () => {
    const socket = Object.assign(new EventEmitter(), {
      remoteAddress: '192.0.2.7',
      destroyed: false,
      write: vi.fn(),
      end: vi.fn(),
      resume: vi.fn(),
      destroy: vi.fn(),
    })
    const { app, handler } = appOf(newEdge())
    const { incoming } = nodeEnv({ 'user-agent': 'curl', upgrade: 'websocket' }, { socket })
    const answer = app.request('/', {}, { incoming, outgoing: undefined })
    expect(await isSettled(answer)).toBe(false)
    expect(socket.write).toHaveBeenCalledExactlyOnceWith(expect.stringMatching(/^HTTP\/1\.1 403 /))
    expect(socket.end).toHaveBeenCalledOnce()
    socket.emit('close')
    expect((await answer).status).toBe(403)
    expect(handler).not.toHaveBeenCalled()
  })
})
