// edge1020/testing: what is behind the edge.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestEdgeOptions } from 'edge1020/testing'
import express from 'express'
import { Hono } from 'hono'
import { describe, expect, test } from 'vitest'
import { CLIENTS, failureOf, open } from './testing-edges.ts'

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

  test('a URL, also with a path; an unreachable origin is 521', async () => {
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

  test('an origin that throws is 500, and the test receives the error', async () => {
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

  test('redirects within the site are followed without a socket', async () => {
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

  test('an aborted request ends', async () => {
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
