import { describe, expect, test, vi } from 'vitest'
import { eventually } from '../eventually.fixture.ts'
import type { Mirrored } from './proxy.fixture.ts'
import { bodyOf, CLOSE, get, mirror, mirrored, readAll, statusOf } from './proxy.fixture.ts'
import { createProxy } from './proxy.ts'
import { edgeTo, exchange, httpOrigin, rawClient, rawOrigin } from './sockets.fixture.ts'

describe('upstream', () => {
  test.each([
    'localhost:3000',
    '',
    'ftp://origin.test',
    'http://',
    '/path',
    'http://user:secret@origin.test',
    'http://origin.test/?a=b',
    'http://origin.test/#a',
    'unix:/run/app.sock',
  ])('%j is refused', (upstream) => {
    expect(() => createProxy({ upstream })).toThrow(
      expect.objectContaining({ name: 'EdgeError', code: 'invalid_upstream' })
    )
  })

  test('a password in it is not repeated', () => {
    expect(() => createProxy({ upstream: 'http://user:secret@origin.test' })).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining('secret') })
    )
  })
})

describe('request', () => {
  test('reaches the origin with its method, path, Host, headers and body', async () => {
    const { url } = await mirror()
    const { port } = await edgeTo(url, {}, { requestHeaders: [['CF-Ray', 'ours']] })
    const seen = await mirrored(
      port,
      'PURGE /a/../b?c=%20 HTTP/1.1\r\nHost: shop.test:8080\r\nX-A: 1\r\nx-a: 2\r\nCF-Ray: forged\r\n' +
        `Content-Length: 5\r\n${CLOSE}hello`
    )
    expect(seen).toMatchObject({
      method: 'PURGE',
      url: '/a/../b?c=%20',
      body: 'hello',
      headers: { host: 'shop.test:8080', 'x-a': '1, 2', 'cf-ray': 'ours', 'content-length': '5' },
    })
    expect(seen.rawHeaders.filter((text) => text.toLowerCase() === 'host')).toHaveLength(1)
  })

  test.each([
    ['received', 'shop.test'],
    ['upstream', /^127\.0\.0\.1:\d+$/],
    ['other.test', 'other.test'],
  ])('with hostHeader %j the origin sees %s', async (hostHeader, expected) => {
    const { url } = await mirror()
    const { port } = await edgeTo(url, { hostHeader })
    const { headers } = await mirrored(port, get())
    expect(headers.host).toMatch(expected)
  })

  test('a chunked body arrives chunked, its trailers do not', async () => {
    const { url, server } = await mirror()
    const requests = vi.fn()
    server.on('request', requests)
    const { port } = await edgeTo(url)
    const client = rawClient(port)
    client.send(
      `POST / HTTP/1.1\r\nHost: a\r\nTrailer: x-t\r\nTransfer-Encoding: chunked\r\n${CLOSE}3\r\nabc\r\n`
    )
    await eventually(() => expect(requests).toHaveBeenCalled())
    client.send('2\r\nde\r\n0\r\nx-t: 1\r\n\r\n')
    const seen: Mirrored = JSON.parse(/\{.*\}/s.exec(await client.closed)![0])
    expect(seen).toMatchObject({ body: 'abcde', headers: { 'transfer-encoding': 'chunked' } })
    expect(seen.headers).not.toHaveProperty('trailer')
  })

  test.each(['GET', 'DELETE', 'OPTIONS', 'HEAD'])(
    'a body of %s does not get lost',
    async (method) => {
      const bodies: string[] = []
      const { url } = await httpOrigin(async (request, response) => {
        bodies.push(await readAll(request))
        response.end()
      })
      const { port } = await edgeTo(url)
      await exchange(port, `${method} / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n${CLOSE}abc`)
      expect(bodies).toEqual(['abc'])
    }
  )

  test('an empty POST stays one with Content-Length 0', async () => {
    const { url } = await mirror()
    const { port } = await edgeTo(url)
    const seen = await mirrored(port, `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n${CLOSE}`)
    expect(seen.headers['content-length']).toBe('0')
  })

  test('the path of the upstream is put before, and cannot be left', async () => {
    const { url } = await mirror()
    const { port } = await edgeTo(`${url}/app/`)
    expect((await mirrored(port, get('/a?b'))).url).toBe('/app/a?b')
    expect(statusOf(await exchange(port, get('/%2e%2e/admin')))).toBe(400)
  })

  test('absolute-form becomes origin-form', async () => {
    const { url } = await mirror()
    const { port } = await edgeTo(url)
    expect((await mirrored(port, get('http://shop.test/a?b'))).url).toBe('/a?b')
  })

  test.each(['http://other.test/', '*', '/a#b'])(
    '%j is answered 400 with our headers',
    async (target) => {
      const seen = vi.fn()
      const { url } = await httpOrigin(seen)
      const { port } = await edgeTo(url)
      const answer = await exchange(
        port,
        `OPTIONS ${target} HTTP/1.1\r\nHost: shop.test\r\nConnection: keep-alive\r\n\r\n`
      )
      expect(statusOf(answer)).toBe(400)
      expect(answer).toContain('CF-RAY: 8f3c2d1e0a9b7c65-AMS')
      expect(seen).not.toHaveBeenCalled()
    }
  )

  test('HTTP/1.0 without a Host is forwarded', async () => {
    const { url } = await mirror()
    const { port } = await edgeTo(url)
    const seen = await mirrored(port, 'GET /old HTTP/1.0\r\n\r\n')
    expect(seen).toMatchObject({ url: '/old', headers: { host: expect.stringMatching(/^127/) } })
  })

  test('10,000 headers and a value of 64 KB arrive whole', async () => {
    const { url } = await mirror()
    const { port } = await edgeTo(url)
    const many = Array.from({ length: 10_000 }, (_, i) => `x${i}:\r\n`).join('')
    expect((await mirrored(port, get('/', many))).headers).toHaveProperty('x9999')
    const long = 'v'.repeat(64 * 1024)
    expect((await mirrored(port, get('/', `X-Long: ${long}\r\n`))).headers['x-long']).toBe(long)
  })

  test('pipelined requests are answered in order', async () => {
    const waiting = new Map<string, () => void>()
    const { url } = await httpOrigin((request, response) => {
      waiting.set(request.url!, () => response.end(`<${request.url}>`))
    })
    const { port } = await edgeTo(url)
    const keep = (path: string) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`
    const client = rawClient(port)
    client.send(keep('/1') + keep('/2') + get('/3'))
    await eventually(() => expect([...waiting.keys()]).toHaveLength(3))
    for (const path of ['/3', '/2', '/1']) waiting.get(path)!()
    const answer = await client.closed
    expect(answer.match(/<\/\d>/g)).toEqual(['</1>', '</2>', '</3>'])
  })
})

describe('response', () => {
  test('status, reason, headers, repeats and bytes come through, hop-by-hop does not', async () => {
    const { url } = await rawOrigin((socket) =>
      socket.end(
        Buffer.from(
          'HTTP/1.1 299 Fine By Me\r\nSet-Cookie: a=1\r\nX-Name: caf\u00c3\u00a9\r\nset-cookie: b=2\r\nCF-RAY: forged\r\n' +
            'Connection: x-hop, close\r\nX-Hop: 1\r\nKeep-Alive: timeout=1\r\nContent-Length: 2\r\n\r\nok',
          'latin1'
        )
      )
    )
    const { port } = await edgeTo(url)
    const answer = await exchange(port, get())
    expect(answer).toMatch(/^HTTP\/1\.1 299 Fine By Me\r\n/)
    expect(answer).toContain('Set-Cookie: a=1\r\nX-Name: caf\u00c3\u00a9\r\nset-cookie: b=2\r\n')
    expect(answer.match(/cf-ray.*/gi)).toEqual(['CF-RAY: 8f3c2d1e0a9b7c65-AMS'])
    expect(answer).not.toMatch(/x-hop|timeout=1/i)
    expect(bodyOf(answer)).toBe('ok')
  })

  test.each([
    ['HEAD', 200, 'Content-Length: 100\r\n', 'Content-Length: 100'],
    ['HEAD', 200, 'Transfer-Encoding: chunked\r\n', 'HTTP/1.1 200'],
    ['GET', 204, '', 'HTTP/1.1 204'],
    ['GET', 304, 'Content-Length: 100\r\nETag: "a"\r\n', 'ETag: "a"'],
  ])('%s answered %d with %j has no body', async (method, status, headers, expected) => {
    const { url } = await rawOrigin((socket) =>
      socket.write(`HTTP/1.1 ${status} X\r\n${headers}\r\n`)
    )
    const { port } = await edgeTo(url)
    const answer = await exchange(port, get().replace('GET', method))
    expect(answer).toContain(expected)
    expect(bodyOf(answer)).toBe('')
  })

  test('a body that ends with the connection is chunked for HTTP/1.1 and not for HTTP/1.0', async () => {
    const { url } = await rawOrigin((socket) => socket.end('HTTP/1.1 200 OK\r\n\r\nabc'))
    const { port } = await edgeTo(url)
    expect(bodyOf(await exchange(port, get()))).toBe('3\r\nabc\r\n0\r\n\r\n')
    expect(bodyOf(await exchange(port, 'GET / HTTP/1.0\r\n\r\n'))).toBe('abc')
  })

  test('trailers come through', async () => {
    const { url } = await httpOrigin((_, response) => {
      response.writeHead(200, { Trailer: 'X-Sum' })
      response.write('abc')
      response.addTrailers({ 'X-Sum': '900150983cd2' })
      response.end()
    })
    const { port } = await edgeTo(url)
    expect(await exchange(port, get())).toMatch(/3\r\nabc\r\n0\r\nX-Sum: 900150983cd2\r\n\r\n$/)
  })

  test('1xx ends here', async () => {
    const { url } = await rawOrigin((socket) =>
      socket.end(
        'HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'
      )
    )
    const { port } = await edgeTo(url)
    const answer = await exchange(port, get())
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK/)
    expect(answer).not.toMatch(/103|102|Link/)
  })
})
