import { once } from 'node:events'
import { Agent, request, type Server } from 'node:http'
import { text } from 'node:stream/consumers'
import { serve } from '@hono/node-server'
import { createEdge, type Edge, edge1020, memoryStore } from 'edge1020/node'
import { Hono, type MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { describe, expect, onTestFinished, test } from 'vitest'
import { portOf } from './cli.ts'

const BODY_RULE = {
  rules: [
    { name: 'evil', expression: 'http.request.body.raw contains "evil"', action: 'block' },
    { name: 'form', expression: 'any(http.request.body.form["q"][*] eq "bad")', action: 'block' },
  ],
}
const NO_BODY_RULE = { rules: [{ name: 'no curl', when: { user_agent: 'curl' }, action: 'block' }] }

interface Sent {
  body: string
  type?: string
  chunked?: boolean
  /** Whether another request is sent on the connection. */
  goesOn?: boolean
}
interface Got {
  status: number
  body: string
}
type Send = (sent: Sent) => Promise<Got>

/** The app reports the state of the body when read through Hono. */
const appOf = (edge: Edge, before: MiddlewareHandler): Hono => {
  const app = new Hono()
  app.use(before)
  app.use(edge1020(edge))
  app.post('*', async (c) => {
    try {
      return c.text(await c.req.text())
    } catch {
      return c.text('unreadable')
    }
  })
  app.get('*', (c) => c.text('next'))
  return app
}

const onNodeServer = async (rules: object, before: MiddlewareHandler): Promise<Send> => {
  const edge = createEdge({ rules, store: memoryStore() })
  const { fetch } = appOf(edge, before)
  const server = serve({ fetch, port: 0, hostname: '127.0.0.1' }) as Server
  if (!server.listening) await once(server, 'listening')
  // One connection for all requests: unread bytes of one request would break the next.
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  onTestFinished(() => {
    agent.destroy()
    server.closeAllConnections()
    server.close()
  })
  const port = portOf(server.address())
  const ask = async (method: string, headers: Record<string, string>, body?: string) => {
    const outgoing = request({ port, host: '127.0.0.1', agent, method, headers })
    outgoing.end(body)
    const [response] = await once(outgoing, 'response')
    return { status: response.statusCode, body: await text(response) }
  }
  return async ({ body, type = 'text/plain', chunked = false, goesOn = true }) => {
    const headers: Record<string, string> = { 'content-type': type }
    if (chunked) headers['transfer-encoding'] = 'chunked'
    else headers['content-length'] = String(Buffer.byteLength(body))
    const got = await ask('POST', headers, body)
    if (goesOn) expect(await ask('GET', {})).toEqual({ status: 200, body: 'next' })
    return got
  }
}

const onFetch = async (rules: object, before: MiddlewareHandler): Promise<Send> => {
  const edge = createEdge({ rules, store: memoryStore() })
  const app = appOf(edge, before)
  return async ({ body, type = 'text/plain', chunked = false }) => {
    const stream = new Blob([body]).stream()
    const response = await app.request('http://shop.test/', {
      method: 'POST',
      headers: {
        'content-type': type,
        ...(chunked ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
      },
      body: chunked ? stream : body,
      ...(chunked ? { duplex: 'half' } : {}),
    } as RequestInit)
    return { status: response.status, body: await response.text() }
  }
}

const MOUNTS = [
  ['@hono/node-server', onNodeServer],
  ['a Fetch Request', onFetch],
] as const

/** Middlewares that leave the complete body readable. */
const KEEPING: readonly (readonly [string, MiddlewareHandler])[] = [
  ['nothing', (_, next) => next()],
  ['a header', (c, next) => (c.req.header('content-type') ? next() : next())],
  [
    'a clone',
    (c, next) => {
      c.req.raw.clone()
      return next()
    },
  ],
  [
    'a clone, a moment ago',
    async (c, next) => {
      c.req.raw.clone()
      await new Promise((done) => setTimeout(done, 5))
      await next()
    },
  ],
  [
    'all of a clone',
    async (c, next) => {
      await c.req.raw.clone().text()
      await next()
    },
  ],
  [
    'a new Request',
    (c, next) => {
      c.req.raw = new Request(c.req.raw)
      return next()
    },
  ],
  ['bodyLimit()', bodyLimit({ maxSize: 1_000_000 })],
  [
    'c.req.text()',
    async (c, next) => {
      await c.req.text()
      await next()
    },
  ],
  [
    'c.req.arrayBuffer()',
    async (c, next) => {
      await c.req.arrayBuffer()
      await next()
    },
  ],
  [
    'c.req.blob()',
    async (c, next) => {
      await c.req.blob()
      await next()
    },
  ],
]

/** Middlewares that consume the body. */
const CONSUMING: readonly (readonly [string, MiddlewareHandler])[] = [
  [
    'c.req.raw.text()',
    async (c, next) => {
      await c.req.raw.text()
      await next()
    },
  ],
  [
    'a lock on the stream',
    async (c, next) => {
      c.req.raw.body?.getReader()
      await next()
    },
  ],
  [
    'a lock, and a chunk',
    async (c, next) => {
      await c.req.raw.body?.getReader().read()
      await next()
    },
  ],
]

describe.each(MOUNTS)('a body rule on %s after a middleware that has read', (_, mount) => {
  describe.each(KEEPING)('%s', (read, before) => {
    test.each([false, true])('sees the body (chunked: %s)', async (chunked) => {
      const send = await mount(BODY_RULE, before)
      expect((await send({ body: 'so evil', chunked })).status).toBe(403)
      expect(await send({ body: 'so good', chunked })).toEqual({ status: 200, body: 'so good' })
    })

    test('leaves the whole of a large body to the app', async () => {
      const send = await mount(BODY_RULE, before)
      const body = 'x'.repeat(500_000)
      expect(await send({ body })).toEqual({ status: 200, body })
    })

    test('refuses a large upload', async () => {
      const send = await mount(BODY_RULE, before)
      // node-server closes the connection of a stream that a middleware reads only in part.
      const goesOn = read === 'nothing' || read === 'a header'
      expect((await send({ body: `evil${'x'.repeat(500_000)}`, goesOn })).status).toBe(403)
    })
  })

  test.each(CONSUMING)('%s: sees no body, and the request passes', async (_read, before) => {
    const send = await mount(BODY_RULE, before)
    expect(await send({ body: 'so evil' })).toEqual({ status: 200, body: 'unreadable' })
  })

  test('a form parsed by c.req.formData(): sees no body; the app has the form', async () => {
    const send = await mount(BODY_RULE, async (c, next) => {
      if (c.req.method === 'POST') await c.req.formData()
      await next()
    })
    const type = 'application/x-www-form-urlencoded'
    const { status, body } = await send({ body: 'q=bad', type })
    expect(status).toBe(200)
    expect(body).toContain('bad')
  })

  test.each(['text', 'parseBody'] as const)(
    'a form read by c.req.%s(): sees the form',
    async (method) => {
      const send = await mount(BODY_RULE, async (c, next) => {
        await c.req[method]()
        await next()
      })
      const type = 'application/x-www-form-urlencoded'
      expect((await send({ body: 'q=bad', type })).status).toBe(403)
      expect((await send({ body: 'q=good', type })).status).toBe(200)
    }
  )
})

describe.each(MOUNTS)('without a body rule, on %s', (_, mount) => {
  test.each(KEEPING)('the app has the body after %s', async (_read, before) => {
    const send = await mount(NO_BODY_RULE, before)
    expect(await send({ body: 'so evil' })).toEqual({ status: 200, body: 'so evil' })
  })

  test.each(CONSUMING)('the request passes after %s', async (_read, before) => {
    const send = await mount(NO_BODY_RULE, before)
    expect(await send({ body: 'so evil' })).toEqual({ status: 200, body: 'unreadable' })
  })
})

describe('an unusual status', () => {
  /** Runtimes return such a response; the constructor refuses the status. */
  const withStatus = (status: number) =>
    Object.defineProperty(new Response(null), 'status', { value: status })

  test.each([101, 0])('%i passes unchanged', async (status) => {
    const response = withStatus(status)
    const app = new Hono()
    app.use(edge1020(createEdge({ rules: NO_BODY_RULE, store: memoryStore() })))
    app.get('/', () => response)
    expect(await app.request('/')).toBe(response)
  })

  test.each([200, 204, 304])('%i carries CF-RAY', async (status) => {
    const app = new Hono()
    app.use(edge1020(createEdge({ rules: NO_BODY_RULE, store: memoryStore() })))
    app.get('/', () => new Response(null, { status }))
    const response = await app.request('/')
    expect(response.status).toBe(status)
    expect(response.headers.get('cf-ray')).toMatch(/^[0-9a-f]{16}-LOC$/)
  })
})
