import { describe, expect, test, vi } from 'vitest'
import { writeAnswer } from '../answers/node/write-answer.ts'
import { exchange, rawClient } from '../proxy/sockets.fixture.ts'
import { get, start, statusOf } from './listen.fixture.ts'
import type { ListenerOptions } from './listen.ts'

describe('Expect: 100-continue', () => {
  const post = `POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n`

  test('a visitor gets the 100 when the body is read', async () => {
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

  test('a refused visitor gets no 100, and the connection closes', async () => {
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

  test('any other protocol is ignored: the request, its body and later requests are handled normally', async () => {
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

  test('an ignored upgrade after a running request: both are answered, in order', async () => {
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

  test('a body that arrives later is read too', async () => {
    const { port } = await start({ upgrade: () => {}, handler: echo })
    const client = rawClient(port)
    client.send(ask('h2c', 'POST', 'Transfer-Encoding: chunked\r\n'))
    await client.until('X-Saw')
    client.send('5\r\nhello\r\n0\r\n\r\n')
    await client.until('hello')
  })

  test('without an upgrade handler, a WebSocket request is handled like any other', async () => {
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
