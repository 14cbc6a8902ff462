// Through each mount: no answer is compressed for a client that offers no coding, whatever client the overrides simulate.
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import { serve } from '@hono/node-server'
import { createEdge, edge1020, memoryStore, nodeMiddleware } from 'edge1020/node'
import { Hono } from 'hono'
import { afterAll, describe, expect, test } from 'vitest'
import { get, portOf, startServe } from './cli.ts'

const ACCEPTS = [
  'text/html',
  'application/json',
  'application/problem+json',
  'text/markdown',
  '*/*',
]
const PRETENDED: Record<string, string>[] = [{}, { 'x-edge-as': 'slackbot' }]
const NO_OFFERS: Record<string, string>[] = [{}, { 'Accept-Encoding': 'identity' }]
const RULES = { rules: [{ name: 'all', expression: 'true', action: 'block' }] }
const closers: (() => unknown)[] = []
afterAll(() => Promise.all(closers.map((close) => close())))

const newEdge = () =>
  createEdge({
    rules: RULES,
    store: memoryStore(),
    overrides: true,
    answers: { languages: true },
    onWarning: () => {},
  })

const honoApp = () => new Hono().use(edge1020(newEdge()))

const listen = async (listener: RequestListener): Promise<string> => {
  const server = createServer(listener)
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  closers.push(() => server.close())
  return `http://127.0.0.1:${portOf(server.address())}`
}

const MOUNTS: Record<string, () => Promise<string>> = {
  serve: async () => {
    const edge = await startServe(['--store', 'none', '--overrides', '--languages'])
    closers.push(() => edge.stop())
    return edge.url
  },
  node: () => {
    const middleware = nodeMiddleware(newEdge())
    return listen((request: IncomingMessage, response: ServerResponse) =>
      middleware(request, response, () => response.end())
    )
  },
  hono: () =>
    new Promise((done) => {
      const server = serve({ fetch: honoApp().fetch, port: 0, hostname: '127.0.0.1' }, (info) =>
        done(`http://127.0.0.1:${info.port}`)
      )
      closers.push(() => server.close())
    }),
}

describe.each(Object.keys(MOUNTS))('%s', (mount) => {
  let url: Promise<string> | undefined
  const ask = async (headers: Record<string, string>) => {
    url ??= MOUNTS[mount]!()
    return get(`${await url}/.env`, { headers })
  }

  test.each(ACCEPTS)(
    '%s is plain for a client that offers no coding, and compressed for others',
    async (accept) => {
      for (const pretended of PRETENDED) {
        for (const offer of NO_OFFERS) {
          const { status, headers, body } = await ask({ accept, ...pretended, ...offer })
          expect(status).toBe(403)
          expect(headers).not.toHaveProperty('content-encoding')
          expect(headers['content-length']).toBe(String(Buffer.byteLength(body)))
          expect(body).toContain('1020')
        }
        const { headers, body } = await ask({ accept, ...pretended, 'Accept-Encoding': 'gzip' })
        expect(headers['content-encoding']).toBe('gzip')
        expect(body).toContain('1020')
      }
    }
  )

  test('no header states a language: the page states its own', async () => {
    for (const accept of ACCEPTS) {
      const { headers, body } = await ask({
        accept,
        'Accept-Encoding': 'gzip',
        'Accept-Language': 'de',
      })
      expect(headers).not.toHaveProperty('content-language')
      if (String(headers['content-type']).startsWith('text/html')) {
        expect(body).toContain('<html lang="de"')
      }
    }
  })
})
