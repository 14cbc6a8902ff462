import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import { serve } from '@hono/node-server'
import { createEdge, type Edge, edge1020, memoryStore, nodeMiddleware } from 'edge1020/node'
import express from 'express'
import { type Context, Hono, type MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { describe, expect, onTestFinished, test } from 'vitest'
import { portOf, raw } from './cli.ts'

const RULES = { rules: [{ name: 'no curl', when: { user_agent: 'curl' }, action: 'block' }] }

const newEdge = (options = {}): Edge =>
  createEdge({ rules: RULES, store: memoryStore(), colo: 'LHR', ...options })

/** Headers from the visitor that the edge must not trust. */
const FORGED: readonly (readonly [name: string, value: string])[] = [
  ['CF-Connecting-IP', '6.6.6.6'],
  ['CF-Ray', 'forged'],
  ['CF-IPCountry', 'KP'],
  ['CF-Visitor', '{"scheme":"https"}'],
  ['CF-Worker', 'forged'],
  ['True-Client-IP', '6.6.6.6'],
  ['X-Forwarded-For', '6.6.6.6'],
  ['X-Forwarded-Proto', 'https'],
  ['X-Edge-IP', '6.6.6.6'],
  ['X_Forwarded_For', '6.6.6.6'],
  ['X_Forwarded_Proto', 'https'],
  ['CDN_Loop', 'forged'],
  ['CF_Connecting_IP', '6.6.6.6'],
  ['True_Client.IP', '6.6.6.6'],
]

/** The headers that the app must see instead, with the rest of the request. */
const seenOf = (ray: string) => ({
  'cf-ray': ray,
  'cf-connecting-ip': '127.0.0.1',
  'cf-visitor': '{"scheme":"http"}',
  'x-forwarded-for': '127.0.0.1',
  'x-forwarded-proto': 'http',
  'user-agent': 'Mozilla/5.0',
  'content-type': 'text/plain',
  'x-keep': 'me',
})

const SENT = [
  ...FORGED,
  ['User-Agent', 'Mozilla/5.0'],
  ['Content-Type', 'text/plain'],
  ['X-Keep', 'me'],
] as const

const listening = async (server: Server): Promise<string> => {
  if (!server.listening) await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${portOf(server.address())}`
}

interface Seen {
  ray: string
  headers: Record<string, string>
  body: string
}

type Send = (headers: readonly (readonly [string, string])[], body?: string) => Promise<Seen>

const readSeen = (response: string): Seen => {
  const [head = '', body = ''] = response.split('\r\n\r\n')
  return { ...JSON.parse(body), ray: /^cf-ray: (.+)$/im.exec(head)?.[1] ?? '' }
}

/** Sends over a plain socket: HTTP clients refuse such names and duplicate headers. */
const sendTo =
  (url: string): Send =>
  async (headers, body) => {
    const lines = headers.map(([name, value]) => `${name}: ${value}`)
    const [method, length] =
      body === undefined ? ['GET', []] : ['POST', [`Content-Length: ${body.length}`]]
    const head = [
      `${method} / HTTP/1.1`,
      'Host: shop.test',
      'Connection: close',
      ...lines,
      ...length,
    ]
    return readSeen(await raw(url, `${head.join('\r\n')}\r\n\r\n${body ?? ''}`))
  }

/** Answers with the received headers, without those of every connection. */
const answer = (seen: Iterable<readonly [string, string]>, body: string) => {
  const headers = Object.fromEntries(seen)
  for (const name of ['host', 'connection', 'content-length']) delete headers[name]
  return { headers, body }
}

const honoApp = (edge: Edge, before: MiddlewareHandler): Hono => {
  const app = new Hono()
  app.use(before)
  app.use(edge1020(edge))
  app.all('*', async (c) => c.json(answer(c.req.raw.headers, await c.req.text())))
  return app
}

const onNodeServer = async (edge: Edge, before: MiddlewareHandler): Promise<Send> =>
  sendTo(
    await listening(
      serve({ fetch: honoApp(edge, before).fetch, port: 0, hostname: '127.0.0.1' }) as Server
    )
  )

const onFetch = async (edge: Edge, before: MiddlewareHandler): Promise<Send> => {
  const app = new Hono()
  app.use(before)
  app.use(edge1020(edge))
  app.all('*', async (c) => c.json(answer(c.req.raw.headers, await c.req.text())))
  const judge = edge.judge.bind(edge)
  // A plain Fetch Request has no peer: the test passes one as `connection` would.
  Object.assign(edge, {
    judge: (request: Request) => judge(request, { remoteAddress: '127.0.0.1' }),
  })
  return async (headers, body) => {
    const response = await app.request('http://shop.test/', {
      headers: headers as [string, string][],
      ...(body === undefined ? {} : { method: 'POST', body }),
    })
    return { ...((await response.json()) as Seen), ray: response.headers.get('cf-ray') ?? '' }
  }
}

const EARLY: readonly [string, MiddlewareHandler][] = [
  ['nothing', (_, next) => next()],
  [
    'c.req.header()',
    (c, next) => {
      c.req.header('cf-connecting-ip')
      c.req.header()
      return next()
    },
  ],
  [
    'c.req.raw.headers.get()',
    (c, next) => {
      c.req.raw.headers.get('user-agent')
      return next()
    },
  ],
  [
    'c.req.raw.clone()',
    (c, next) => {
      c.req.raw.clone()
      return next()
    },
  ],
  [
    'a new Request',
    (c, next) => {
      c.req.raw = new Request(c.req.raw)
      return next()
    },
  ],
  [
    'a new Request with another header',
    (c: Context, next) => {
      c.req.raw = new Request(c.req.raw, { headers: c.req.raw.headers })
      return next()
    },
  ],
  ['c.req.raw.signal', (c, next) => (c.req.raw.signal.aborted ? undefined! : next())],
  ['bodyLimit()', bodyLimit({ maxSize: 1_000 })],
  [
    'c.req.text()',
    async (c, next) => {
      await c.req.text()
      await next()
    },
  ],
]

describe.each([
  ['@hono/node-server', onNodeServer],
  ['a Fetch Request', onFetch],
])('the edge behind a middleware of Hono on %s that has read', (_, mount) => {
  test.each(EARLY)('%s: the app sees only the headers of the edge', async (_read, before) => {
    const send = await mount(newEdge(), before)
    for (const body of [undefined, 'a body']) {
      const { ray, headers, body: echoed } = await send(SENT, body)
      expect(ray).toMatch(/^[0-9a-f]{16}-LHR$/)
      expect(headers).toEqual(seenOf(ray))
      expect(echoed).toBe(body ?? '')
    }
  })
})

const onNode =
  (listener: (edge: Edge) => RequestListener) =>
  async (edge: Edge): Promise<Send> =>
    sendTo(await listening(createServer(listener(edge)).listen(0, '127.0.0.1')))

const pairs = (flat: readonly string[]): [string, string][] =>
  flat.flatMap((name, i) =>
    i % 2 === 0 ? [[name.toLowerCase(), flat[i + 1]!] as [string, string]] : []
  )

const VIEWS = ['headers', 'rawHeaders', 'headersDistinct'] as const

const nodeView = (request: Parameters<RequestListener>[0], view: (typeof VIEWS)[number]) =>
  view === 'rawHeaders'
    ? pairs(request.rawHeaders)
    : Object.entries(request[view]).map(([name, value]) => [name, String(value)] as const)

describe.each(VIEWS)('request.%s', (view) => {
  test('of node:http holds only the headers of the edge, even if read before', async () => {
    const send = await onNode((edge) => {
      const middleware = nodeMiddleware(edge)
      return (request, response) => {
        nodeView(request, view)
        middleware(request, response, () =>
          response.end(JSON.stringify(answer(nodeView(request, view), '')))
        )
      }
    })(newEdge())
    const { ray, headers } = await send(SENT)
    expect(headers).toEqual(seenOf(ray))
  })

  test('of Express holds only the headers of the edge', async () => {
    const send = await onNode((edge) => {
      const app = express()
      app.use((request, _, next) => {
        nodeView(request, view)
        next()
      })
      app.use(nodeMiddleware(edge))
      app.use((request, response) => void response.json(answer(nodeView(request, view), '')))
      return app as unknown as RequestListener
    })(newEdge())
    const { ray, headers } = await send(SENT)
    expect(headers).toEqual(seenOf(ray))
  })
})

describe('a duplicate single-valued header', () => {
  const rules = {
    rules: [{ name: 'first', expression: 'http.user_agent ne "first"', action: 'block' }],
  }
  const TWICE = [
    ['User-Agent', 'first'],
    ['user-agent', 'second'],
    ['Referer', 'http://first.test/'],
    ['Referer', 'http://second.test/'],
    ['If-Range', '"first"'],
    ['If-Range', '"second"'],
    ['X-Many', '1'],
    ['X-Many', '2'],
    ['hook', 'same letter and length as Host'],
  ] as const
  const ONE_VIEW = {
    'user-agent': 'first',
    referer: 'http://first.test/',
    'if-range': '"first"',
    'x-many': '1, 2',
    hook: 'same letter and length as Host',
  }

  test.each(EARLY)(
    'has one value for rules and for Hono on node-server that has read %s',
    async (_, before) => {
      const send = await onNodeServer(newEdge({ rules }), before)
      expect((await send(TWICE)).headers).toMatchObject(ONE_VIEW)
    }
  )

  test.each([{}, { joinDuplicateHeaders: true }])(
    'has one value for node:http with %o',
    async (options) => {
      const middleware = nodeMiddleware(newEdge({ rules }))
      const server = createServer(options, (request, response) =>
        middleware(request, response, () =>
          response.end(JSON.stringify(answer(nodeView(request, 'headers'), '')))
        )
      ).listen(0, '127.0.0.1')
      expect((await sendTo(await listening(server))(TWICE)).headers).toMatchObject(ONE_VIEW)
    }
  )
})
