import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { writeAnswer } from '../answers/node/write-answer.ts'
import { eventually } from '../eventually.fixture.ts'
import { exchange, rawClient } from '../proxy/sockets.fixture.ts'
import { createListener, type ListenerOptions } from './listen.ts'

const CLOSE = 'Connection: close\r\n\r\n'
const get = (path = '/', more = '') => `GET ${path} HTTP/1.1\r\nHost: a.test\r\n${more}${CLOSE}`
const statusOf = (answer: string) => Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1])

const start = async (options: Partial<ListenerOptions> = {}) => {
  const listener = await createListener({
    handler: (_, response) => void response.end('hello'),
    drainTimeoutMs: 200,
    ...options,
  })
  onTestFinished(() => listener.close())
  return listener
}

describe('createListener', () => {
  test('listens on loopback and says where', async () => {
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

  test('a port in use is named', async () => {
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

describe('what reaches the handler', () => {
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

  test('10,000 headers, every one of them', async () => {
    const many = Array.from({ length: 10_000 }, (_, i) => `x${i}:\r\n`).join('')
    const { count, headers } = await seen(get('/', many))
    expect(count).toBe(10_002)
    expect(headers).toHaveProperty('x9999')
  })

  test('a value of 64 KB', async () => {
    const { headers } = await seen(get('/', `X-Long: ${'v'.repeat(64 * 1024)}\r\n`))
    expect(headers?.['x-long']).toHaveLength(64 * 1024)
  })

  test('HTTP/1.0 without a Host', async () => {
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

describe('what is refused before the handler', () => {
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
    // Time enough to begin, also on a busy machine: a connection that has not begun is closed without an answer.
    const { port } = await start({ headersTimeoutMs: 2_000, timeoutCheckIntervalMs: 20 })
    expect(statusOf(await exchange(port, 'GET / HTTP/1.1\r\n'))).toBe(408)
  })

  test('a slow header of a later request: 408', async () => {
    const { port } = await start({ headersTimeoutMs: 50, timeoutCheckIntervalMs: 20 })
    const client = rawClient(port)
    client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\n')
    expect((await client.closed).match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 408'])
  })

  test('a connection that never asked for anything is closed without an answer', async () => {
    const { port } = await start({ headersTimeoutMs: 50, timeoutCheckIntervalMs: 20 })
    expect(await rawClient(port).closed).toBe('')
  })

  test('a broken second request does not take the answer of the first', async () => {
    let finish: (() => void) | undefined
    const { port } = await start({
      handler: (_, response) => {
        finish = () => void response.end('first')
      },
    })
    const client = rawClient(port)
    client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\nnonsense\r\n\r\n')
    await eventually(() => expect(finish).toBeDefined())
    // What came behind it has been read by the time another connection is answered.
    expect(statusOf(await exchange(port, 'nonsense\r\n\r\n'))).toBe(400)
    expect(client.text()).toBe('')
    finish?.()
    const answer = await client.closed
    expect(answer.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 400'])
    expect(answer).toContain('first')
  })

  test('a chunk that is none, in a request that is being handled: 400', async () => {
    const { port } = await start({ handler: (request) => void request.resume() })
    const client = rawClient(port)
    client.send('POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n')
    client.send('ZZ\r\n')
    expect(statusOf(await client.closed)).toBe(400)
  })

  test('a chunk that is none, in a request whose answer has begun: the connection closes without another answer', async () => {
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
  ])('%s: 500 without the reason, which the owner is told', async (_, handler) => {
    const onError = vi.fn()
    const { port } = await start({ handler, onError })
    const answer = await exchange(port, get())
    expect(statusOf(answer)).toBe(500)
    expect(answer).toContain('Server: cloudflare')
    expect(answer).not.toContain('secret')
    expect(onError).toHaveBeenCalledWith(boom)
  })

  test('after its response began: the connection closes', async () => {
    const { port } = await start({
      handler: async (_, response) => {
        response.write('half')
        throw boom
      },
    })
    expect(await exchange(port, get())).not.toContain('0\r\n\r\n')
  })

  test('writing to a visitor who has left harms nobody', async () => {
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

describe('Expect: 100-continue', () => {
  const post = `POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n`

  test('a visitor is told to go on when the body is read', async () => {
    const { port } = await start({
      handler: async (request, response) => {
        let text = ''
        request.on('data', (chunk) => {
          text += chunk
        })
        request.on('end', () => response.end(`<${text}>`))
      },
    })
    const client = rawClient(port)
    client.send(`${post}\r\n`)
    await client.until('HTTP/1.1 100 Continue\r\n\r\n')
    client.send('hello')
    const answer = await client.until('<hello>')
    expect(answer).toContain('Connection: keep-alive')
  })

  test('a visitor who is refused is not, and the connection closes', async () => {
    const { port } = await start({
      handler: (_, response) =>
        writeAnswer(response, {
          status: 403,
          headers: { 'Content-Length': '2' },
          body: 'no',
        }),
    })
    const answer = await exchange(port, `${post}\r\n`)
    expect(answer).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n/)
    expect(answer).toContain('Connection: close')
    expect(answer).not.toContain('100 Continue')
  })
})

describe('Upgrade', () => {
  const ask = (protocol: string, method = 'GET', more = '') =>
    `${method} /p?q HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: ${protocol}\r\nHTTP2-Settings: AAMAAABk\r\n${more}\r\n`

  const echo: ListenerOptions['handler'] = (request, response) => {
    response.writeHead(200, {
      'X-Saw': `${request.method} ${request.url} ${request.headers.upgrade}`,
    })
    response.flushHeaders()
    request.pipe(response)
  }

  test('a WebSocket goes to the upgrade handler', async () => {
    const { port } = await start({ upgrade: (_, socket, head) => void socket.end(`taken ${head}`) })
    expect(await exchange(port, `${ask('WebSocket')}early`)).toBe('taken early')
  })

  test('any other protocol is ignored: the request is a normal one, body and followers included', async () => {
    const upgrade = vi.fn()
    const { port } = await start({ upgrade, handler: echo })
    const answer = await exchange(
      port,
      `${ask('h2c', 'POST', 'Content-Length: 5\r\n')}hello${get('/next')}`
    )
    expect(answer.match(/X-Saw: .*/g)).toEqual([
      'X-Saw: POST /p?q undefined',
      'X-Saw: GET /next undefined',
    ])
    expect(answer).toContain('hello')
    expect(upgrade).not.toHaveBeenCalled()
  })

  test('ignored behind a request that is still being answered: both are, in order', async () => {
    const answers: (() => void)[] = []
    const { port } = await start({
      upgrade: () => {},
      handler: (request, response) => {
        const answer = () => response.end(`saw ${request.url}`)
        if (request.url === '/slow') answers.push(answer)
        else answer()
      },
    })
    const client = rawClient(port)
    client.send(`GET /slow HTTP/1.1\r\nHost: a\r\n\r\n${ask('h2c')}`)
    await expect.poll(() => answers.length).toBe(1)
    answers[0]!()
    await client.until('saw /slow')
    await client.until('saw /p?q')
    client.send(get('/next'))
    await client.until('saw /next')
  })

  test('a body that comes later is read too', async () => {
    const { port } = await start({ upgrade: () => {}, handler: echo })
    const client = rawClient(port)
    client.send(ask('h2c', 'POST', 'Transfer-Encoding: chunked\r\n'))
    await client.until('X-Saw')
    client.send('5\r\nhello\r\n0\r\n\r\n')
    await client.until('hello')
  })

  test('without an upgrade handler a WebSocket request is a normal one', async () => {
    const { port } = await start({ handler: echo })
    const client = rawClient(port)
    client.send(ask('websocket'))
    await client.until('X-Saw: GET /p?q websocket')
  })

  test.each([
    [
      'throws',
      () => {
        throw new Error('x')
      },
    ],
    ['rejects', () => Promise.reject(new Error('x'))],
  ])('an upgrade handler that %s: 500', async (_, upgrade) => {
    const onError = vi.fn()
    const { port } = await start({ upgrade, onError })
    expect(statusOf(await exchange(port, ask('websocket')))).toBe(500)
    expect(onError).toHaveBeenCalled()
  })
})

describe('close', () => {
  test('what is under way finishes, new connections are refused, idle ones close', async () => {
    let finish: (() => void) | undefined
    const listener = await start({
      drainTimeoutMs: 10_000,
      handler: (request, response) => {
        if (request.url === '/idle') response.end('idle')
        else finish = () => void response.end('finished')
      },
    })
    const keep = (path: string) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`
    const [idle, silent, busy] = [1, 2, 3].map(() => rawClient(listener.port))
    idle!.send(keep('/idle'))
    await idle!.until('idle')
    busy!.send(keep('/busy'))
    await eventually(() => expect(finish).toBeDefined())
    const closed = listener.close()
    await Promise.all([idle!.closed, silent!.closed])
    await expect(fetch(listener.url)).rejects.toThrow()
    expect(busy!.socket.destroyed).toBe(false)
    finish?.()
    expect(await busy!.closed).toMatch(/Connection: close.*finished/s)
    await closed
  })

  test('a request that waits behind a begun answer is told that the connection closes', async () => {
    let finish: (() => void) | undefined
    const listener = await start({
      drainTimeoutMs: 10_000,
      handler: (request, response) => {
        if (request.url === '/next') response.end('next')
        else {
          response.write('begun')
          finish = () => void response.end()
        }
      },
    })
    const client = rawClient(listener.port)
    const keep = (path: string) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`
    client.send(keep('/first') + keep('/next'))
    await client.until('begun')
    const closed = listener.close()
    finish?.()
    expect(await client.closed).toMatch(
      /begun.*HTTP\/1\.1 200 OK\r\n.*Connection: close\r\n.*next$/s
    )
    await closed
  })

  test('what takes too long is cut off, and twice is fine', async () => {
    const listener = await start({
      drainTimeoutMs: 30,
      handler: (_, response) => void response.write('x'),
    })
    const client = rawClient(listener.port)
    client.send(get())
    await client.until('x')
    await Promise.all([listener.close(), listener.close()])
    await client.closed
  })

  test('does not wait for tunnels', async () => {
    const listener = await start({
      drainTimeoutMs: 10_000,
      upgrade: (_, socket) => void socket.write('open'),
    })
    const client = rawClient(listener.port)
    client.send('GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
    await client.until('open')
    await listener.close()
    await client.closed
  })
})

test('no bytes a visitor sends end the process or stop the service', async () => {
  const { port } = await start({ upgrade: (_, socket) => void socket.end() })
  const texts = [
    get(),
    'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n',
  ]
  let seed = 11
  const random = (below: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
    return Math.floor(seed / 65_536) % below
  }
  for (let round = 0; round < 10; round++) {
    await Promise.all(
      Array.from({ length: 20 }, () => {
        const text = Buffer.from(texts[random(texts.length)]!, 'latin1')
        for (let i = random(4); i > 0; i--) text[random(text.length)] = random(256)
        const client = rawClient(port)
        client.send(text)
        setTimeout(() => {
          if (random(2) === 0) client.socket.resetAndDestroy()
          else client.socket.end()
        }, random(10))
        return client.closed
      })
    )
  }
  expect(statusOf(await exchange(port, get()))).toBe(200)
})

describe('a visitor that takes nothing of its response', () => {
  const LONG = Buffer.alloc(50_000_000, 'x')

  test('loses its connection', async () => {
    const closed = vi.fn()
    const { port } = await start({
      sendTimeoutMs: 100,
      handler: (_, response) => {
        response.once('close', closed)
        response.end(LONG)
      },
    })
    const { socket, send } = rawClient(port)
    socket.pause()
    send(get())
    await expect.poll(() => closed.mock.calls.length).toBe(1)
    socket.resume()
  })

  test('is not who waits for its origin, or is silent on a WebSocket', async () => {
    const { port } = await start({
      sendTimeoutMs: 50,
      handler: async (_, response) => {
        response.write('a')
        await sleep(200)
        response.end('b')
      },
      upgrade: async (_, socket) => {
        socket.write('HTTP/1.1 101 Switching Protocols\r\n\r\n')
        await sleep(200)
        socket.end('still here')
      },
    })
    const upgrade = 'GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'
    const [late, silent] = await Promise.all([exchange(port, get()), exchange(port, upgrade)])
    expect(late).toMatch(/a\r\n1\r\nb\r\n0\r\n\r\n$/)
    expect(silent).toMatch(/still here$/)
  })

  test('is none that has nothing to take: an idle connection closes in its own time', async () => {
    const { port } = await start({ sendTimeoutMs: 60_000, keepAliveTimeoutMs: 50 })
    const { send, closed, until } = rawClient(port)
    send('GET / HTTP/1.1\r\nHost: a.test\r\n\r\n')
    await until('hello')
    await closed
  })
})
