import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { eventually } from '../eventually.fixture.ts'
import { exchange, rawClient } from '../proxy/sockets.fixture.ts'
import { CLOSE, get, start, statusOf } from './listen.fixture.ts'

describe('createListener', () => {
  test('listens on loopback and returns its URL', async () => {
    const { url, port } = await start()
    expect(url).toBe(`http://127.0.0.1:${port}`)
    expect(await (await fetch(url)).text()).toBe('hello')
  })

  test.each([
    ['0.0.0.0', /^http:\/\/127\.0\.0\.1:\d+$/],
    ['localhost', /^http:\/\/(?:127\.0\.0\.1|\[::1\]):\d+$/],
  ])('on host %s the URL can be opened', async (host, expected) => {
    const { url } = await start({ host })
    expect(url).toMatch(expected)
    expect((await fetch(url)).status).toBe(200)
  })

  test('the error for a port in use names the port', async () => {
    const taken = createServer()
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void taken.close())
    const { port } = taken.address() as AddressInfo
    await expect(start({ port })).rejects.toMatchObject({
      name: 'EdgeError',
      code: 'port_in_use',
      message: expect.stringContaining(`port ${port} on 127.0.0.1`),
    })
  })

  test.each([
    [{ port: 65_536 }, 'invalid_port', '65536'],
    [{ port: -1 }, 'invalid_port', '-1'],
    [{ port: 80.5 }, 'invalid_port', '80.5'],
    [{ port: Number.NaN }, 'invalid_port', 'NaN'],
    [{ host: '203.0.113.254' }, 'invalid_host', '203.0.113.254'],
    [{ host: 'not a host' }, 'invalid_host', 'not a host'],
  ])('%j is refused as %s', async (options, code, text) => {
    await expect(start(options)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(text),
    })
  })
})

describe('requests that reach the handler', () => {
  const seen = async (request: string) => {
    let result: { count: number; headers: NodeJS.Dict<string | string[]> } | undefined
    const { port } = await start({
      handler: (incoming, response) => {
        result = { count: incoming.rawHeaders.length / 2, headers: incoming.headers }
        response.end()
      },
    })
    const answer = await exchange(port, request)
    return { answer, ...result }
  }

  test('with all of 10,000 headers', async () => {
    const many = Array.from({ length: 10_000 }, (_, i) => `x${i}:\r\n`).join('')
    const { count, headers } = await seen(get('/', many))
    expect(count).toBe(10_002)
    expect(headers).toHaveProperty('x9999')
  })

  test('with a value of 64 KB', async () => {
    const { headers } = await seen(get('/', `X-Long: ${'v'.repeat(64 * 1024)}\r\n`))
    expect(headers?.['x-long']).toHaveLength(64 * 1024)
  })

  test('with HTTP/1.0 and without a Host', async () => {
    const { answer, headers } = await seen('GET / HTTP/1.0\r\n\r\n')
    expect(statusOf(answer)).toBe(200)
    expect(headers).not.toHaveProperty('host')
  })

  test.each(['a.test', 'a.test:8080', '[2001:db8::1]:80', '', 'xn--bcher-kva.test', 'a_b.test'])(
    'Host %j',
    async (host) => {
      const { answer } = await seen(`GET / HTTP/1.1\r\nHost: ${host}\r\n${CLOSE}`)
      expect(statusOf(answer)).toBe(200)
    }
  )
})

describe('requests that are refused before the handler', () => {
  const body = 'Content-Length: 5\r\n'
  test.each([
    ['no Host', `GET / HTTP/1.1\r\n${CLOSE}`, 400],
    ['two Hosts', `GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n${CLOSE}`, 400],
    ['two Hosts in HTTP/1.0', 'GET / HTTP/1.0\r\nHost: a\r\nhost: a\r\n\r\n', 400],
    ['a Host with a path', `GET / HTTP/1.1\r\nHost: a/b\r\n${CLOSE}`, 400],
    ['a Host with a user', `GET / HTTP/1.1\r\nHost: u@a\r\n${CLOSE}`, 400],
    ['a Host with a malformed port', `GET / HTTP/1.1\r\nHost: a:80a\r\n${CLOSE}`, 400],
    ['a Host with two dots at its end', `GET / HTTP/1.1\r\nHost: a..\r\n${CLOSE}`, 400],
    ['two hosts in one', `GET / HTTP/1.1\r\nHost: a b\r\n${CLOSE}`, 400],
    [
      'length and chunks',
      `POST / HTTP/1.1\r\nHost: a\r\n${body}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      400,
    ],
    [
      'chunks and length',
      `POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n${body}\r\n0\r\n\r\n`,
      400,
    ],
    ['two lengths', `POST / HTTP/1.1\r\nHost: a\r\n${body}Content-Length: 6\r\n\r\nhello!`, 400],
    ['the same length twice', `POST / HTTP/1.1\r\nHost: a\r\n${body}${body}\r\nhello`, 400],
    ['a length with a sign', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\nhello', 400],
    [
      'a space before the colon',
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length : 5\r\n\r\nhello',
      400,
    ],
    [
      'chunks last of all but not',
      'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, gzip\r\n\r\n',
      400,
    ],
    ['a folded header', `GET / HTTP/1.1\r\nHost: a\r\nX-A: b\r\n c\r\n${CLOSE}`, 400],
    ['a folded first header', `GET / HTTP/1.1\r\n X: b\r\nHost: a\r\n${CLOSE}`, 400],
    ['a NUL in a header', `GET / HTTP/1.1\r\nHost: a\r\nX: \u0000\r\n${CLOSE}`, 400],
    ['a bare CR in a header', `GET / HTTP/1.1\r\nHost: a\r\nX: a\rY: b\r\n${CLOSE}`, 400],
    ['no HTTP', '\u0016\u0003\u0001\u0002\u0000', 400],
    ['an HTTP of the future', 'GET / HTTP/9.9\r\nHost: a\r\n\r\n', 505],
    ['CONNECT', 'CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n', 405],
    ['an unknown expectation', `GET / HTTP/1.1\r\nHost: a\r\nExpect: cake\r\n${CLOSE}`, 417],
    ['too much header', get('/', `X: ${'x'.repeat(130 * 1024)}\r\n`), 431],
    ['too long a URL', get(`/${'x'.repeat(130 * 1024)}`), 431],
  ])('%s', async (_, request, status) => {
    const handler = vi.fn((_request, response) => void response.end())
    const { port } = await start({ handler })
    const answer = await exchange(port, Buffer.from(request, 'latin1'))
    expect(statusOf(answer)).toBe(status)
    expect(answer).toContain('Server: cloudflare\r\n')
    expect(answer).toContain('CF-RAY: -\r\n')
    expect(answer).toContain('Connection: close\r\n')
    expect(answer).not.toMatch(/at .*\.[jt]s|HPE_|Error:/)
    expect(handler).not.toHaveBeenCalled()
  })

  test('a slow header: 408', async () => {
    // Long enough to send the first byte on a busy machine: a connection without any byte is closed without an answer.
    const { port } = await start({ headersTimeoutMs: 2_000, timeoutCheckIntervalMs: 20 })
    expect(statusOf(await exchange(port, 'GET / HTTP/1.1\r\n'))).toBe(408)
  })

  test('a slow header of a later request: 408', async () => {
    const { port } = await start({ headersTimeoutMs: 50, timeoutCheckIntervalMs: 20 })
    const client = rawClient(port)
    client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\n')
    expect((await client.closed).match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 408'])
  })

  test('a connection without a request is closed without an answer', async () => {
    const { port } = await start({ headersTimeoutMs: 50, timeoutCheckIntervalMs: 20 })
    expect(await rawClient(port).closed).toBe('')
  })

  test('a broken second request does not affect the answer to the first', async () => {
    let finish: (() => void) | undefined
    const { port } = await start({
      handler: (_, response) => {
        finish = () => void response.end('first')
      },
    })
    const client = rawClient(port)
    client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\nnonsense\r\n\r\n')
    await eventually(() => expect(finish).toBeDefined())
    // By the time another connection is answered, the server has read the later bytes.
    expect(statusOf(await exchange(port, 'nonsense\r\n\r\n'))).toBe(400)
    expect(client.text()).toBe('')
    finish?.()
    const answer = await client.closed
    expect(answer.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 400'])
    expect(answer).toContain('first')
  })

  test('an invalid chunk in a running request: 400', async () => {
    const { port } = await start({ handler: (request) => void request.resume() })
    const client = rawClient(port)
    client.send('POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n')
    client.send('ZZ\r\n')
    expect(statusOf(await client.closed)).toBe(400)
  })

  test('an invalid chunk after the start of the answer: the connection closes without another answer', async () => {
    const { port } = await start({
      handler: (request, response) => {
        request.on('error', () => {}).resume()
        response.write('begun')
      },
    })
    const client = rawClient(port)
    client.send('POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n')
    await client.until('begun')
    client.send('ZZ\r\n')
    expect((await client.closed).match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200'])
  })
})

describe('a handler that fails', () => {
  const boom = new Error('secret detail')
  test.each([
    [
      'throws',
      () => {
        throw boom
      },
    ],
    ['rejects', () => Promise.reject(boom)],
  ])('%s: 500 without the reason, which goes to onError', async (_, handler) => {
    const onError = vi.fn()
    const { port } = await start({ handler, onError })
    const answer = await exchange(port, get())
    expect(statusOf(answer)).toBe(500)
    expect(answer).toContain('Server: cloudflare')
    expect(answer).not.toContain('secret')
    expect(onError).toHaveBeenCalledWith(boom)
  })

  test('after the start of its response: the connection closes', async () => {
    const { port } = await start({
      handler: async (_, response) => {
        response.write('half')
        throw boom
      },
    })
    expect(await exchange(port, get())).not.toContain('0\r\n\r\n')
  })

  test('writing to a visitor that has left affects no other request', async () => {
    let late = () => {}
    const arrived = vi.fn()
    const { port } = await start({
      handler: (request, response) => {
        arrived()
        request.socket.once('close', () => {
          response.write('x')
          response.end('y')
          late()
        })
      },
    })
    const left = new Promise<void>((resolve) => {
      late = resolve
    })
    const client = rawClient(port)
    client.send(get())
    await eventually(() => expect(arrived).toHaveBeenCalled())
    client.socket.resetAndDestroy()
    await left
    expect(statusOf(await exchange(port, 'broken\r\n\r\n'))).toBe(400)
  })
})
