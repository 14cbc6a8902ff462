import { expect, onTestFinished, test } from 'vitest'
import { optionsWith } from '../edge.fixture.ts'
import { createEdge } from '../edge.ts'
import { memoryStore } from '../events/memory.ts'
import { exchange, httpOrigin } from '../proxy/sockets.fixture.ts'
import { startAdmin } from './admin.ts'
import { TLS } from './serve.fixture.ts'
import { serve } from './serve.ts'

const health = () => ({ rules: { enabled: 0, total: 0 } })
const start = async (options: Partial<Parameters<typeof startAdmin>[0]> = {}) => {
  const admin = await startAdmin({ store: memoryStore(), health, ...options })
  onTestFinished(() => admin.close())
  return admin
}

test('it listens on loopback, without a token', async () => {
  const admin = await start()
  expect(admin.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
  expect(admin.generatedToken).toBeUndefined()
  expect((await fetch(`${admin.url}/api/events`)).status).toBe(200)
  const ask = (text: string) => exchange(admin.port, text)
  expect(
    await ask('GET /healthz HTTP/1.1\r\nHost: evil.test\r\nConnection: close\r\n\r\n')
  ).toMatch(/^HTTP\/1\.1 403 /)
  expect(await ask('GET /healthz HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1\.1 40[03] /)
})

test('beyond loopback, it generates and requires a token', async () => {
  const host = '0.0.0.0'
  const { url, generatedToken } = await start({ host })
  expect(generatedToken).toMatch(/^[\w-]{43}$/)
  expect((await fetch(`${url}/api/events`)).status).toBe(401)
  const headers = { authorization: `Bearer ${generatedToken}` }
  expect((await fetch(`${url}/api/events`, { headers })).status).toBe(200)
  expect((await start({ host })).generatedToken).not.toBe(generatedToken)
})

test('it uses a given token', async () => {
  const token = 'correct-horse-battery'
  const { url, generatedToken } = await start({ host: '0.0.0.0', token })
  expect(generatedToken).toBeUndefined()
  const headers = { authorization: `Bearer ${token}` }
  expect((await fetch(`${url}/api/events`, { headers })).status).toBe(200)
})

test('over TLS, the session cookie is Secure', async () => {
  const token = 'correct-horse-battery'
  const { port } = await start({ tls: TLS, token })
  const { request } = await import('node:https')
  const cookie = await new Promise<unknown>((resolve, reject) => {
    const headers = { 'content-type': 'application/json' }
    const asked = request(
      {
        port,
        host: '127.0.0.1',
        path: '/login',
        method: 'POST',
        headers,
        rejectUnauthorized: false,
      },
      (response) => {
        response.resume()
        resolve(response.headers['set-cookie']?.[0])
      }
    )
    asked.on('error', reject)
    asked.end(JSON.stringify({ token }))
  })
  expect(cookie).toMatch(/; Secure$/)
})

test('a long body is refused, and the port keeps working', async () => {
  const { url } = await start({ token: 'correct-horse-battery' })
  const body = `token=${'x'.repeat(70_000)}`
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const { status } = await fetch(`${url}/login`, { method: 'POST', body, headers })
  expect(status).toBe(413)
  expect((await fetch(`${url}/healthz`)).status).toBe(200)
})

test('the visitors’ port has none of its routes', async () => {
  const { url: upstream } = await httpOrigin((request, response) => {
    response.end(`origin: ${request.method} ${request.url}`)
  })
  const edge = createEdge(optionsWith([], { store: memoryStore() }))
  const served = await serve({ edge, upstream })
  onTestFinished(() => served.close())
  const index = await (await fetch(`${served.admin}/api`)).text()
  const routes = [...index.matchAll(/<li>(?:<a[^>]*>)?(POST )?(\/[\w/.{}-]+)/g)]
  expect(routes.length).toBeGreaterThan(7)
  for (const [, method = 'GET', path] of routes) {
    const asked = path!.replace(/\{\w+\}/, '8f3c2d1e0a9b7c65')
    const got = await fetch(`${served.url}${asked}`, { method: method.trim() })
    expect(await got.text()).toBe(`origin: ${method.trim()} ${asked}`)
    expect(got.headers.get('cf-ray')).toMatch(/^[0-9a-f]{16}-/)
  }
})
