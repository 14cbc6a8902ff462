import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { exchange } from '../proxy/sockets.fixture.ts'
import { answerOn, FLAG, FRAME, frame, http2Client, POST, rawHttp2 } from './http2.fixture.ts'
import { createListener, type ListenerOptions } from './listen.ts'
import { site, TLS } from './serve.fixture.ts'

const exchangeOver = (port: number) =>
  exchange(port, 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n', {})

describe('connections of HTTP/2', () => {
  test('carry 100 requests at once', async () => {
    const { url } = await site(async (_, response) => {
      await sleep(20)
      response.end('ok')
    })
    const { ask, session } = http2Client(url)
    await new Promise((resolve) => session.once('remoteSettings', resolve))
    expect(session.remoteSettings).toMatchObject({
      maxConcurrentStreams: 100,
      maxHeaderListSize: 128 * 1024,
    })
    const answers = await Promise.all(Array.from({ length: 300 }, () => ask({})))
    expect(answers.every(({ body }) => body === 'ok')).toBe(true)
  })

  test('closing finishes a running response, and accepts no new request', async () => {
    let finish = () => {}
    const { url, close } = await site((_, response) => {
      response.write('first')
      finish = () => response.end('last')
    })
    const { open, session } = http2Client(url)
    const idle = http2Client(url)
    await idle.ask({ ':path': '/blocked' })
    const stream = open({}, { endStream: true })
    const answer = answerOn(stream)
    const goaway = vi.fn()
    session.once('goaway', goaway)
    await new Promise((resolve) => stream.once('data', resolve))
    const closed = close()
    await expect.poll(() => goaway.mock.calls.length).toBe(1)
    await expect.poll(() => idle.session.closed).toBe(true)
    finish()
    expect(await answer).toMatchObject({ status: 200, body: 'firstlast', reset: 0 })
    await closed
  })

  const listener = async (options: Partial<ListenerOptions>) => {
    const onError = vi.fn()
    const listening = await createListener({
      handler: (_, response) => void response.end('one'),
      http2: (_, response) => {
        response.writeHead(200, '', {})
        response.end('two')
      },
      tls: TLS,
      onError,
      ...options,
    })
    onTestFinished(async () => {
      await listening.close()
      expect(onError).not.toHaveBeenCalled()
    })
    return listening
  }

  test('that are idle are closed; closing does not wait for visitors that keep them half open', async () => {
    const { port, close } = await listener({ keepAliveTimeoutMs: 50, drainTimeoutMs: 60_000 })
    const { socket, received } = await rawHttp2(port, { allowHalfOpen: true })
    await new Promise((resolve) => socket.once('end', resolve))
    expect(received()).toContain(FRAME.goaway)
    await close()
  })

  test('whose requests take too long are closed', async () => {
    const { port, close } = await listener({ drainTimeoutMs: 50, http2: () => {} })
    const { closed, post, received } = await rawHttp2(port)
    post(1)
    await expect.poll(received).toContain(FRAME.settings)
    await close()
    await closed
  })

  test('a body that takes too long is reset', async () => {
    const { port } = await listener({
      requestTimeoutMs: 50,
      headersTimeoutMs: 50,
      http2: (request) => void request.resume(),
    })
    const { post, received } = await rawHttp2(port)
    post(1)
    await expect.poll(received).toContain(FRAME.reset)
    expect(received()).not.toContain(FRAME.goaway)
  })

  test.each([
    [
      'throws',
      () => {
        throw new Error('secret')
      },
    ],
    ['rejects', () => Promise.reject(new Error('secret'))],
  ])('a handler that %s: 500 without the reason, which goes to onError', async (_, http2) => {
    const onError = vi.fn()
    const { url } = await listener({ http2, onError })
    const { status, body } = await http2Client(url).ask({})
    expect(status).toBe(500)
    expect(body).toBe('500 Internal Server Error\n')
    expect(onError).toHaveBeenCalledWith(new Error('secret'))
    onError.mockReset()
  })

  test('no frames end the process or stop the service', async () => {
    const { port } = await listener({ drainTimeoutMs: 100 })
    let seed = 13
    const random = (below: number) => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
      return Math.floor(seed / 65_536) % below
    }
    const text = (length: number) =>
      String.fromCharCode(...Array.from({ length }, () => random(256)))
    for (let round = 0; round < 10; round++) {
      await Promise.all(
        Array.from({ length: 10 }, async () => {
          const { post, send, socket, closed } = await rawHttp2(port)
          for (let i = random(5); i >= 0; i--) {
            if (random(2) === 0) post(2 * i + 1)
            send(frame(random(11), random(64), random(8), text(random(40))))
          }
          setTimeout(() => socket.destroy(), random(10))
          await closed
        })
      )
    }
    expect((await exchangeOver(port)).slice(0, 12)).toBe('HTTP/1.1 200')
  })
})

describe('ambiguous requests', () => {
  const literal = (name: string, value: string) =>
    `\0${String.fromCharCode(name.length)}${name}${String.fromCharCode(value.length)}${value}`

  test.each([
    ['a header', [['x', 'y']], 'whole'],
    ['a length', [['content-length', '4']], 'whole'],
    ['chunks', [['transfer-encoding', 'chunked']], 'no'],
    ['a Connection', [['connection', 'close']], 'no'],
    ['an Upgrade', [['upgrade', 'websocket']], 'no'],
    ['a length that is not the body’s', [['content-length', '3']], 'no'],
    [
      'two lengths',
      [
        ['content-length', '4'],
        ['content-length', '5'],
      ],
      'no',
    ],
    ['a name in capitals', [['X-A', '1']], 'no'],
    // nghttp2 ignores these headers.
    ['a name with a line in it', [['x\r\ny', '1']], 'without'],
    ['a name with a space', [['content-length ', '3']], 'without'],
    ['a value with a line in it', [['x', '1\r\ntransfer-encoding: chunked']], 'without'],
    ['a value with a NUL', [['x', '\0']], 'without'],
    ['another Host', [['host', 'b']], 'no'],
    [
      'two Hosts',
      [
        ['host', 'a'],
        ['host', 'b'],
      ],
      'no',
    ],
    ['two authorities', [[':authority', 'b']], 'no'],
    [
      'a pseudo header behind others',
      [
        ['x', '1'],
        [':path', '/admin'],
      ],
      'no',
    ],
  ])('%s: forwarded or not', async (_, headers, forwarded) => {
    const seen: string[] = []
    const { port } = await site((request, response) => {
      for (let i = 0; i < request.rawHeaders.length; i += 2) {
        seen.push(request.rawHeaders.slice(i, i + 2).join('='))
      }
      request.on('data', (chunk) => seen.push(String(chunk)))
      request.on('end', () => response.end())
    })
    const { send, received } = await rawHttp2(port)
    const block = POST + headers.map(([name, value]) => literal(name!, value!)).join('')
    send(frame(FRAME.headers, FLAG.endHeaders, 1, block))
    send(frame(FRAME.data, FLAG.endStream, 1, 'body'))
    const ends: number[] = [FRAME.reset, FRAME.headers, FRAME.goaway]
    await expect.poll(() => received().some((type) => ends.includes(type))).toBe(true)
    await sleep(20)
    if (forwarded === 'no') expect(seen).toEqual([])
    else expect(seen).toEqual(expect.arrayContaining(['host=a', 'body']))
    const own = headers.map((pair) => pair.join('='))
    if (forwarded === 'whole') expect(seen.join('\n').toLowerCase()).toContain(own.join('\n'))
    else expect(seen.filter((one) => /^[xy]\b(?!-)|chunked|length ?=3/i.test(one))).toEqual([])
  })
})
