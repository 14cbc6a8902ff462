import { once } from 'node:events'
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, connect } from 'node:net'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { eventually } from '../eventually.fixture.ts'
import { createProxy } from './proxy.ts'
import {
  closedPort,
  edgeTo,
  exchange,
  httpOrigin,
  rawClient,
  rawOrigin,
} from './sockets.fixture.ts'
import { certificate, key } from './tls.fixture.ts'

const CLOSE = 'Connection: close\r\n\r\n'
const get = (path = '/', more = '') => `GET ${path} HTTP/1.1\r\nHost: shop.test\r\n${more}${CLOSE}`

const bodyOf = (answer: string) => answer.slice(answer.indexOf('\r\n\r\n') + 4)
const statusOf = (answer: string) => Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1])

const readAll = async (message: IncomingMessage) => {
  let text = ''
  for await (const chunk of message) text += chunk
  return text
}

/** An origin that says what reached it. */
const mirror = () =>
  httpOrigin(async (request, response) => {
    const { method, url, rawHeaders, headers } = request
    const body = await readAll(request)
    response.end(JSON.stringify({ method, url, rawHeaders, headers, body }))
  })

interface Mirrored {
  method: string
  url: string
  rawHeaders: string[]
  headers: IncomingHttpHeaders
  body: string
}

const mirrored = async (port: number, request: string): Promise<Mirrored> => {
  const answer = await exchange(port, request)
  return JSON.parse(/\{.*\}/s.exec(answer)?.[0] ?? `"${answer}"`)
}

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

describe('streaming', () => {
  test('the visitor has the first chunk before the origin sends the last', async () => {
    let finish = () => {}
    const { url } = await httpOrigin((_, response) => {
      response.write('first')
      finish = () => response.end('last')
    })
    const { port } = await edgeTo(url)
    const client = rawClient(port)
    client.send(get())
    expect(await client.until('first')).not.toContain('last')
    finish()
    expect(await client.closed).toContain('last')
  })

  test('the origin has the first chunk before the visitor sends the last', async () => {
    const { url } = await httpOrigin((request, response) => request.pipe(response))
    const { port } = await edgeTo(url)
    const client = rawClient(port)
    client.send(
      `POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n${CLOSE}5\r\nfirst\r\n`
    )
    await client.until('first')
    client.send('4\r\nlast\r\n0\r\n\r\n')
    expect(await client.closed).toContain('last')
  })

  test('a visitor that does not read holds the origin back', async () => {
    let sent = 0
    const { url } = await httpOrigin((_, response) => {
      const chunk = Buffer.alloc(64 * 1024)
      const write = () => {
        while (sent < 256 * 1024 * 1024 && !response.destroyed) {
          sent += chunk.length
          if (!response.write(chunk)) {
            response.once('drain', write)
            return
          }
        }
        response.end()
      }
      write()
    })
    const { port, pending } = await edgeTo(url)
    const client = rawClient(port)
    client.send(get())
    await once(client.socket, 'data')
    client.socket.pause()
    let before = -1
    await eventually(
      () => {
        const steady = sent === before
        before = sent
        expect(steady).toBe(true)
      },
      { intervalMs: 100 }
    )
    expect(sent).toBeLessThan(64 * 1024 * 1024)
    client.socket.destroy()
    await eventually(() => expect(pending()).toBe(0))
  })

  test('an origin that does not read holds the visitor back', async () => {
    const { url } = await rawOrigin(
      () => {},
      (socket) => socket.pause()
    )
    const { port } = await edgeTo(url)
    const client = rawClient(port)
    const chunk = Buffer.alloc(64 * 1024)
    const limit = 256 * 1024 * 1024
    client.send(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${limit}\r\n\r\n`)
    let sent = 0
    const write = () => {
      while (sent < limit && !client.socket.destroyed) {
        sent += chunk.length
        if (!client.socket.write(chunk)) {
          client.socket.once('drain', write)
          return
        }
      }
    }
    write()
    let before = -1
    await eventually(
      () => {
        const steady = sent === before
        before = sent
        expect(steady).toBe(true)
      },
      { intervalMs: 100 }
    )
    expect(sent).toBeLessThan(64 * 1024 * 1024)
  })

  test('an answer before the end of an upload reaches the visitor, and the connection stays usable', async () => {
    const { url } = await httpOrigin((request, response) => {
      response.end(`<${request.method}>`)
    })
    const { port, pending } = await edgeTo(url)
    const client = rawClient(port)
    client.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\nabc')
    await client.until('<POST>')
    client.send(Buffer.alloc(200_000 - 3))
    client.send(get())
    expect(await client.closed).toContain('<GET>')
    await eventually(() => expect(pending()).toBe(0))
  })
})

describe('breaking off', () => {
  test('an upload to an origin that is down is read and dropped, and the connection stays usable', async () => {
    const { port } = await edgeTo(`http://127.0.0.1:${await closedPort()}`)
    const client = rawClient(port)
    client.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n')
    client.send(Buffer.alloc(500_000))
    await client.until('error code: 521')
    client.send(Buffer.alloc(500_000))
    client.send(get())
    expect((await client.closed).match(/error code: 521/g)).toHaveLength(2)
  })

  test('a visitor who leaves cancels the request at the origin', async () => {
    const closed = vi.fn()
    const { url } = await httpOrigin((_, response) => {
      response.once('close', closed)
      response.write('first')
    })
    const { port, pending, failures } = await edgeTo(url)
    const client = rawClient(port)
    client.send(get())
    await client.until('first')
    client.socket.destroy()
    await eventually(() => expect(closed).toHaveBeenCalled())
    await eventually(() => expect(pending()).toBe(0))
    expect(failures).toEqual([])
  })

  test('a visitor who leaves in the middle of an upload does too, and is no fault of the origin', async () => {
    const aborted = vi.fn()
    const { url } = await httpOrigin((request) => {
      request.on('error', aborted)
      request.resume()
    })
    const { port, pending, failures } = await edgeTo(url)
    const client = rawClient(port)
    client.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nabc')
    await eventually(() => expect(pending()).toBe(1))
    client.socket.resetAndDestroy()
    await eventually(() => expect(pending()).toBe(0))
    await eventually(() => expect(aborted).toHaveBeenCalled())
    expect(failures).toEqual([])
  })

  test('pipelined requests of a visitor who leaves are cancelled, those in the queue too', async () => {
    const closed = vi.fn()
    const { url } = await httpOrigin((_, response) => {
      response.once('close', closed)
      response.write('x'.repeat(10))
    })
    const { port, pending } = await edgeTo(url)
    const client = rawClient(port)
    client.send('GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n')
    await client.until('xxx')
    await eventually(() => expect(pending()).toBe(2))
    client.socket.destroy()
    await eventually(() => expect(pending()).toBe(0))
    await eventually(() => expect(closed).toHaveBeenCalledTimes(2))
  })

  test.each([
    ['with a length', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc'],
    ['in chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n'],
  ])('an origin that breaks off a body %s does not look finished', async (_, text) => {
    const onError = vi.fn()
    const { url, sockets } = await rawOrigin((socket) => socket.write(text))
    const { port } = await edgeTo(url, { onError })
    const client = rawClient(port)
    client.send(get())
    await client.until('abc')
    for (const socket of sockets) socket.destroy()
    const answer = await client.closed
    expect(answer).not.toContain('0\r\n\r\n')
    expect(onError).toHaveBeenCalledWith(expect.objectContaining({ code: 'origin_broke_off' }))
  })

  test('an origin that falls silent within a body is given up', async () => {
    const { url } = await rawOrigin((socket) =>
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc')
    )
    const { port } = await edgeTo(url, { idleTimeoutMs: 50 })
    expect(await exchange(port, get())).toContain('abc')
  })
})

describe('an origin in trouble', () => {
  const expectCode = async (edge: Awaited<ReturnType<typeof edgeTo>>, code: number) => {
    const answer = await exchange(edge.port, get())
    expect(edge.failures.map((failure) => failure.code)).toEqual([code])
    const status = code === 1016 ? 530 : code
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} <none>\r\n`))
    expect(bodyOf(answer)).toBe(`error code: ${code}\n`)
  }

  test('refused: 521', async () => {
    await expectCode(await edgeTo(`http://127.0.0.1:${await closedPort()}`), 521)
  })

  test('reset before the response: 521', async () => {
    const { url } = await rawOrigin((socket) => socket.resetAndDestroy())
    await expectCode(await edgeTo(url), 521)
  })

  test('closed without a byte: 520', async () => {
    const { url } = await rawOrigin((socket) => socket.end())
    await expectCode(await edgeTo(url), 520)
  })

  test('an address that does not answer: 522', async () => {
    // Silence in the handshake stands for silence before it, which no machine offers reliably.
    const { url } = await rawOrigin(() => {})
    await expectCode(await edgeTo(url.replace('http:', 'https:'), { connectTimeoutMs: 50 }), 522)
  })

  test('an unknown name: 1016', async () => {
    await expectCode(await edgeTo('http://origin.invalid'), 1016)
  })

  test('no response in time: 524', async () => {
    const { url } = await rawOrigin(() => {})
    await expectCode(await edgeTo(url, { responseTimeoutMs: 50 }), 524)
  })

  test.each([
    ['not HTTP', 'SSH-2.0-OpenSSH_9.6\r\n'],
    ['no status', 'HTTP/1.1\r\n\r\n'],
    ['a status of letters', 'HTTP/1.1 abc OK\r\n\r\n'],
    ['a status of 0', 'HTTP/1.1 000 OK\r\n\r\n'],
    ['a header without colon', 'HTTP/1.1 200 OK\r\nnonsense\r\n\r\n'],
    ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'],
    ['a NUL in a header', 'HTTP/1.1 200 OK\r\nA: \u0000\r\n\r\n'],
    ['an upgrade nobody asked for', 'HTTP/1.1 101 X\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n'],
    ['too many headers', `HTTP/1.1 200 OK\r\nA: ${'x'.repeat(140 * 1024)}\r\n\r\n`],
  ])('%s: 520', async (_, text) => {
    const { url } = await rawOrigin((socket) => socket.end(text))
    await expectCode(await edgeTo(url), 520)
  })

  const tlsOrigin = async () => {
    const server = createTlsServer({ cert: certificate, key }, (_, response) =>
      response.end('secret')
    )
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => {
      server.closeAllConnections()
      server.close()
    })
    return (server.address() as AddressInfo).port
  }

  test('no TLS where it is asked for: 525', async () => {
    const { url } = await httpOrigin((_, response) => response.end())
    await expectCode(await edgeTo(url.replace('http:', 'https:')), 525)
  })

  test('hanging up in the middle of the handshake: 525', async () => {
    const { url } = await rawOrigin((socket) => socket.end())
    await expectCode(await edgeTo(url.replace('http:', 'https:')), 525)
  })

  test.each([
    ['signed by nobody', {}],
    ['for another name', { ca: certificate, servername: 'other.test' }],
  ])('a certificate %s: 526', async (_, tls) => {
    await expectCode(await edgeTo(`https://127.0.0.1:${await tlsOrigin()}`, { tls }), 526)
  })

  test.each(['localhost', '127.0.0.1'])(
    'a certificate for %s is checked against the upstream, not the visitor’s Host',
    async (name) => {
      const { port } = await edgeTo(`https://${name}:${await tlsOrigin()}`, {
        tls: { ca: certificate },
      })
      expect(await exchange(port, get())).toContain('secret')
    }
  )

  test('an answer that cannot be made is a plain 500', async () => {
    const onError = vi.fn()
    const { port } = await edgeTo(
      `http://127.0.0.1:${await closedPort()}`,
      { onError },
      {
        onOriginError: () => {
          throw new Error('no page')
        },
      }
    )
    expect(statusOf(await exchange(port, get()))).toBe(500)
    expect(onError).toHaveBeenCalled()
  })

  test('an answer to HEAD has no body', async () => {
    const { port } = await edgeTo(`http://127.0.0.1:${await closedPort()}`)
    const answer = await exchange(port, get().replace('GET', 'HEAD'))
    expect(answer).toContain('Content-Length: 16')
    expect(bodyOf(answer)).toBe('')
  })
})

describe('close', () => {
  test('lets what is under way finish', async () => {
    let finish = () => {}
    const { url } = await httpOrigin((_, response) => {
      response.write('first')
      finish = () => response.end('last')
    })
    const { port, proxy } = await edgeTo(url)
    const client = rawClient(port)
    client.send(get())
    await client.until('first')
    const closed = proxy.close()
    finish()
    await closed
    expect(await client.closed).toContain('last')
  })

  test('breaks off what takes too long, and twice is fine', async () => {
    const { url } = await httpOrigin((_, response) => response.write('first'))
    const { port, proxy } = await edgeTo(url)
    const client = rawClient(port)
    client.send(get())
    await client.until('first')
    await Promise.all([proxy.close({ timeoutMs: 20 }), proxy.close()])
    expect(await client.closed).not.toContain('0\r\n\r\n')
  })

  test('a request after it gets an answer', async () => {
    const { url } = await httpOrigin((_, response) => response.end('hello'))
    const { port, proxy } = await edgeTo(url)
    await proxy.close()
    expect(statusOf(await exchange(port, get()))).toBe(520)
  })
})

test('no answer of an origin, however cut up or broken, leaves a request hanging or ends the process', async () => {
  const texts = [
    'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX-T: 1\r\n\r\n',
    'HTTP/1.1 103 X\r\nLink: <a>\r\n\r\nHTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\nhello\r\n',
  ]
  const seed = [7]
  const random = (below: number) => {
    seed[0] = (seed[0]! * 1_103_515_245 + 12_345) % 2_147_483_648
    return Math.floor(seed[0] / 65_536) % below
  }
  const { url } = await rawOrigin((socket) => {
    let text = texts[random(texts.length)]!
    if (random(2) === 0) {
      const at = random(text.length)
      text = text.slice(0, at) + String.fromCharCode(random(256)) + text.slice(at + 1)
    }
    const end = random(3) === 0 ? random(text.length) : text.length
    const cut = random(end + 1)
    socket.write(Buffer.from(text.slice(0, cut), 'latin1'))
    setImmediate(() => {
      socket.write(Buffer.from(text.slice(cut, end), 'latin1'))
      if (random(3) === 0) socket.resetAndDestroy()
      else socket.end()
    })
  })
  const edge = await edgeTo(url, { responseTimeoutMs: 1_000, idleTimeoutMs: 1_000 })
  const visit = async (i: number) => {
    const body = i % 3 === 0 ? 'abc' : ''
    const method = body === '' ? 'GET' : 'POST'
    const head = `${method} / HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n${CLOSE}`
    if (i % 7 !== 0) return exchange(edge.port, head + body)
    const socket = connect({ port: edge.port, host: '127.0.0.1' })
    socket.on('error', () => {})
    socket.write(head)
    setTimeout(() => socket.resetAndDestroy(), random(10))
    return once(socket, 'close')
  }
  for (let round = 0; round < 10; round++) {
    await Promise.all(Array.from({ length: 30 }, (_, i) => visit(round * 30 + i)))
  }
  await eventually(() => expect(edge.pending()).toBe(0))
})
