import { once } from 'node:events'
import { createServer, get, type Server } from 'node:http'
import { text } from 'node:stream/consumers'
import { serve } from '@hono/node-server'
import { createEdge, type Edge, edge1020, memoryStore, nodeMiddleware } from 'edge1020/node'
import express from 'express'
import { Hono } from 'hono'
import { describe, expect, onTestFinished, test } from 'vitest'
import { portOf } from './cli.ts'

/** The scheme as rules and the app see it. */
interface Told {
  /** Whether the rule on `ssl` fired. */
  ssl: boolean
  proto: string | undefined
  visitor: string | undefined
  forwardedFor: string | undefined
}
type Ask = (headers: Record<string, string>) => Promise<Told>

const newEdge = (trust: string[]) => {
  const store = memoryStore()
  const rules = { rules: [{ name: 'encrypted', expression: 'ssl', action: 'log' }] }
  return createEdge({ rules, store, trust })
}

const listening = async (server: Server, edge: Edge): Promise<Ask> => {
  if (!server.listening) await once(server, 'listening')
  onTestFinished(() => void server.close())
  const port = portOf(server.address())
  return async (headers) => {
    const [response] = await once(
      get({ port, host: '127.0.0.1', agent: false, headers }),
      'response'
    )
    const told = JSON.parse(await text(response))
    return { ...told, ssl: (await edge.store.find(String(response.headers['cf-ray']))).found }
  }
}

const told = (header: (name: string) => string | undefined): Omit<Told, 'ssl'> => ({
  proto: header('x-forwarded-proto'),
  visitor: header('cf-visitor'),
  forwardedFor: header('x-forwarded-for'),
})

const onHono = async (edge: Edge) => {
  const app = new Hono()
  app.use(edge1020(edge))
  app.get('*', (c) => c.json(told((name) => c.req.header(name))))
  return listening(serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }) as Server, edge)
}

const onExpress = async (edge: Edge) => {
  const app = express()
  app.set('trust proxy', true)
  app.use(nodeMiddleware(edge))
  // An Express app redirects by the scheme that Express reads from the header.
  app.get(
    '/',
    (req, res) => void res.json({ ...told((name) => req.get(name)), proto: req.protocol })
  )
  return listening(createServer(app as never).listen(0, '127.0.0.1'), edge)
}

const onNode = async (edge: Edge) => {
  const middleware = nodeMiddleware(edge)
  const server = createServer((req, res) =>
    middleware(req, res, () =>
      res.end(JSON.stringify(told((name) => req.headers[name] as string | undefined)))
    )
  )
  return listening(server.listen(0, '127.0.0.1'), edge)
}

const onFetch = async (edge: Edge): Promise<Ask> => {
  const app = new Hono()
  const judge = edge.judge.bind(edge)
  Object.assign(edge, {
    judge: (request: Request) => judge(request, { remoteAddress: '127.0.0.1' }),
  })
  app.use(edge1020(edge))
  app.get('*', (c) => c.json(told((name) => c.req.header(name))))
  return async (headers) => {
    const response = await app.request('http://shop.test/', { headers })
    const { found } = await edge.store.find(response.headers.get('cf-ray') ?? '')
    return { ...((await response.json()) as Told), ssl: found }
  }
}

describe.each([
  ['Hono on node-server', onHono],
  ['Express', onExpress],
  ['node:http', onNode],
  ['a Fetch Request', onFetch],
])('the scheme of a visitor through %s', (_, mount) => {
  const HTTP = {
    ssl: false,
    proto: 'http',
    visitor: '{"scheme":"http"}',
    forwardedFor: '127.0.0.1',
  }
  const HTTPS = {
    ssl: true,
    proto: 'https',
    visitor: '{"scheme":"https"}',
    forwardedFor: '127.0.0.1',
  }

  test.each([[{ 'x-forwarded-proto': 'https' }], [{ forwarded: 'proto=https' }]])(
    'is https from a trusted peer: %o',
    async (headers) => {
      expect(await (await mount(newEdge(['loopback'])))(headers)).toEqual(HTTPS)
    }
  )

  test.each([
    [{ 'x-forwarded-proto': 'https' }],
    [{ forwarded: 'proto=https' }],
    [{ 'x-forwarded-proto': 'https', 'x-forwarded-for': '6.6.6.6' }],
  ])('is that of the connection without a trusted peer: %o', async (headers) => {
    expect(await (await mount(newEdge([])))(headers)).toEqual(HTTP)
  })

  test('is http from a trusted peer', async () => {
    const ask = await mount(newEdge(['loopback']))
    expect(await ask({ 'x-forwarded-proto': 'http' })).toEqual(HTTP)
    expect(await ask({})).toEqual(HTTP)
  })

  test('has the same source as the addresses of the trusted proxies', async () => {
    const ask = await mount(newEdge(['loopback', '10.0.0.0/8']))
    const headers = {
      'x-forwarded-for': '6.6.6.6, 192.0.2.1, 10.0.0.2',
      'x-forwarded-proto': 'http, https, http',
    }
    expect(await ask(headers)).toEqual({ ...HTTPS, forwardedFor: '192.0.2.1, 10.0.0.2' })
  })
})
