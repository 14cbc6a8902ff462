import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { constants } from 'node:http2'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { exchange, rawOrigin } from '../proxy/sockets.fixture.ts'
import { answerOn, FRAME, frame, http2Client, rawHttp2 } from './http2.fixture.ts'
import { plainHeaders } from './http2.ts'
import { createListener, type ListenerOptions } from './listen.ts'
import { site, TLS } from './serve.fixture.ts'

describe('plainHeaders', () => {
  test.each([
    [
      'pseudo headers go, the authority is the Host',
      [':method', 'GET', ':authority', 'a.test:8443', ':path', '/', 'accept', '*'],
      ['host', 'a.test:8443', 'accept', '*'],
    ],
    ['the same Host is not doubled', [':authority', 'a', 'host', 'a'], ['host', 'a']],
    ['another one is', [':authority', 'a', 'host', 'b'], ['host', 'a', 'host', 'b']],
    ['a Host alone stays', [':method', 'GET', 'x', '1', 'host', 'b'], ['x', '1', 'host', 'b']],
    [
      'crumbs of a cookie are put together where the first was',
      [':authority', 'a', 'cookie', 'a=1', 'x', '1', 'cookie', 'b=2', 'cookie', 'c=3'],
      ['host', 'a', 'cookie', 'a=1; b=2; c=3', 'x', '1'],
    ],
    ['nothing', [], []],
  ])('%s', (_, raw, expected) => {
    expect(plainHeaders(raw)).toEqual(expected)
  })
})

const mirror = async (request: IncomingMessage, response: ServerResponse) => {
  let body = ''
  for await (const chunk of request) body += chunk
  const { method, url, headers, rawHeaders } = request
  response.setHeader('Set-Cookie', ['a=1', 'b=2'])
  response.end(JSON.stringify({ method, url, headers, rawHeaders, body }))
}

describe('a request over HTTP/2', () => {
  test('reaches the origin as one of HTTP/1.1, with https in everything that is told', async () => {
    const { url } = await site(mirror)
    const { ask } = http2Client(url)
    const { status, headers, body } = await ask(
      {
        ':method': 'POST',
        ':path': '/a/../b?c=%20',
        'X-A': '1',
        'cf-ray': 'forged',
        te: 'trailers',
      },
      'hello'
    )
    const seen = JSON.parse(body)
    expect(status).toBe(200)
    expect(seen).toMatchObject({
      method: 'POST',
      url: '/a/../b?c=%20',
      body: 'hello',
      headers: {
        host: new URL(url).host,
        'x-a': '1',
        'x-forwarded-proto': 'https',
        'cf-visitor': '{"scheme":"https"}',
        'cf-connecting-ip': '127.0.0.1',
      },
    })
    expect(seen.headers['cf-ray']).toBe(headers['cf-ray'])
    expect(seen.headers).not.toHaveProperty('te')
    expect(seen.rawHeaders.filter((text: string) => text.startsWith(':'))).toEqual([])
    expect(headers['set-cookie']).toEqual(['a=1', 'b=2'])
    expect(headers).not.toHaveProperty('connection')
    expect(headers).not.toHaveProperty('transfer-encoding')
    expect(headers).not.toHaveProperty('keep-alive')
  })

  test.each([
    ['GET', undefined, { 'transfer-encoding': undefined, 'content-length': undefined }],
    ['POST', undefined, { 'transfer-encoding': undefined, 'content-length': '0' }],
    ['PUT', 'five!', { 'transfer-encoding': undefined, 'content-length': '5' }],
  ])('%s with a body of %j keeps its length', async (method, body, expected) => {
    const { url } = await site(mirror)
    const length = body === undefined ? {} : { 'content-length': body.length }
    const answer = await http2Client(url).ask({ ':method': method, ...length }, body)
    const seen = JSON.parse(answer.body)
    for (const [name, value] of Object.entries(expected)) expect(seen.headers[name]).toBe(value)
    expect(seen.body).toBe(body ?? '')
  })

  test('is refused as on HTTP/1.1, in lower case', async () => {
    const { url, edge } = await site(mirror)
    const { status, headers, body } = await http2Client(url).ask({
      ':path': '/blocked?x',
      'user-agent': 'test',
    })
    expect(status).toBe(403)
    expect(body).toBe('error code: 1020\n')
    expect(headers).toMatchObject({ server: 'cloudflare', 'content-length': '17' })
    const [event] = await edge.store.query({})
    expect(event).toMatchObject({
      protocol: 'HTTP/2',
      scheme: 'https',
      path: '/blocked',
      query: '?x',
    })
    expect(headers['cf-ray']).toContain(event!.ray)
  })

  test.each([
    ['http.request.version eq "HTTP/2"', 403],
    ['ssl', 403],
    ['http.host eq "shop.test"', 403],
    ['http.request.headers.names[0] eq "host"', 403],
    ['any(http.request.headers.names[*] contains ":")', 200],
    ['http.request.cookies["b"][0] eq "2"', 403],
    ['len(http.request.headers["cookie"]) eq 1', 403],
    ['http.request.full_uri eq "https://shop.test/x?y"', 403],
    ['http.request.version eq "HTTP/1.1"', 200],
  ])('%s: %d', async (block, expected) => {
    const { url } = await site(mirror, { block })
    const { ask } = http2Client(url)
    const { status } = await ask({
      ':authority': 'shop.test:8443',
      ':path': '/x?y',
      cookie: ['a=1', 'b=2'],
    })
    expect(status).toBe(expected)
  })

  test.each([
    ['a Host that is not the authority', { ':authority': 'a.test', host: 'b.test' }, 400],
    ['a Host that is', { ':authority': 'a.test', host: 'a.test' }, 200],
    ['an authority with a path', { ':authority': 'a/b' }, 400],
    ['an unknown expectation', { expect: 'cake' }, 417],
    ['a fragment', { ':path': '/a#b' }, 400],
  ])('%s: %d', async (_, headers, expected) => {
    const asked = vi.fn((_request, response) => response.end())
    const { url } = await site(asked)
    const answer = await http2Client(url).ask(headers)
    // nghttp2 resets some of them itself.
    if (answer.status === 0) expect(answer.reset).toBe(constants.NGHTTP2_PROTOCOL_ERROR)
    else expect(answer.status).toBe(expected)
    expect(asked).toHaveBeenCalledTimes(expected === 200 ? 1 : 0)
  })

  test('CONNECT: 405', async () => {
    const { url } = await site(mirror)
    const { ask } = http2Client(url)
    expect(await ask({ ':method': 'CONNECT', ':authority': 'a:443' })).toMatchObject({
      status: 405,
    })
  })

  test('of 3,000 headers has every one of them', async () => {
    const { url } = await site(mirror, { block: 'len(http.request.headers["x2999"]) eq 1' })
    const headers = Object.fromEntries(Array.from({ length: 3_000 }, (_, i) => [`x${i}`, '1']))
    expect(await http2Client(url).ask(headers)).toMatchObject({ status: 403 })
  })

  test('with too much of them is reset', async () => {
    const asked = vi.fn()
    const { url } = await site(asked)
    const long = Array.from({ length: 5 }, (_, i) => [`x${i}`, 'v'.repeat(30_000)])
    const { status, reset } = await http2Client(url).ask(Object.fromEntries(long))
    expect(status).toBe(0)
    expect(reset).not.toBe(0)
    expect(asked).not.toHaveBeenCalled()
  })
})

describe('a response over HTTP/2', () => {
  test('has the trailers of the origin', async () => {
    const { url } = await site((_, response) => {
      response.writeHead(200, { Trailer: 'x-sum' })
      response.write('a')
      response.addTrailers({ 'X-Sum': '1', 'Set-Cookie': 'a=1' })
      response.end()
    })
    const { body, trailers } = await http2Client(url).ask({})
    expect(body).toBe('a')
    expect(trailers).toEqual({ 'x-sum': '1' })
  })

  test.each([
    ['HEAD', 200],
    ['GET', 204],
    ['GET', 304],
  ])('to %s with %d has no body, but its headers', async (method, status) => {
    const { url } = await site((_, response) => {
      response.writeHead(status, {
        ETag: '"a"',
        ...(status === 204 ? {} : { 'Content-Length': 5 }),
      })
      response.end(status === 200 ? 'hello' : undefined)
    })
    const answer = await http2Client(url).ask({ ':method': method })
    expect(answer).toMatchObject({ status, body: '', reset: 0, headers: { etag: '"a"' } })
    if (status !== 204) expect(answer.headers['content-length']).toBe('5')
  })

  test('to a refused HEAD has no body either', async () => {
    const { url } = await site(mirror)
    const answer = await http2Client(url).ask({ ':method': 'HEAD', ':path': '/blocked' })
    expect(answer).toMatchObject({ status: 403, body: '', reset: 0 })
    const bad = await http2Client(url).ask({ ':method': 'HEAD', ':authority': 'a', host: 'b' })
    expect(bad).toMatchObject({ status: 400, body: '', reset: 0 })
  })

  test('that repeats a header has it as a list', async () => {
    const { url } = await site((_, response) => {
      response.writeHead(200, [
        ['Vary', 'a'],
        ['vary', 'b'],
        ['Content-Type', 'text/a'],
        ['Content-Type', 'text/b'],
      ] as never)
      response.end()
    })
    const { headers, status } = await http2Client(url).ask({})
    expect(status).toBe(200)
    expect(headers).toMatchObject({ vary: 'a, b', 'content-type': 'text/a, text/b' })
  })

  test('with a status that HTTP/2 does not have is the edge’s own', async () => {
    const { url } = await site((_, response) => {
      response.writeHead(700)
      response.end('x')
    })
    expect(await http2Client(url).ask({})).toMatchObject({ status: 520 })
  })

  test.each([
    ['with a length', 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf'],
    ['in chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n'],
  ])('that the origin breaks off %s is reset with an error', async (_, text) => {
    const origin = await rawOrigin((socket) => {
      socket.write(text)
      setTimeout(() => socket.destroy(), 20)
    })
    const { url, errors } = await site(mirror, { upstream: origin.url })
    const answer = await http2Client(url).ask({})
    expect(answer).toMatchObject({
      status: 200,
      body: 'half',
      reset: constants.NGHTTP2_INTERNAL_ERROR,
    })
    expect(errors).toHaveBeenCalledWith(expect.objectContaining({ code: 'origin_broke_off' }))
  })

  test('of an origin that is down is the edge’s page', async () => {
    const { url } = await site(mirror, { upstream: 'http://127.0.0.1:1' })
    expect(await http2Client(url).ask({})).toMatchObject({ status: 521 })
  })

  test('is not read faster from the origin than the visitor reads it', async () => {
    let written = 0
    const chunk = Buffer.alloc(64 * 1024)
    const { url } = await site((_, response) => {
      const write = () => {
        while (written < 64_000_000) {
          written += chunk.length
          if (!response.write(chunk)) {
            response.once('drain', write)
            return
          }
        }
        response.end()
      }
      write()
    })
    const { open } = http2Client(url)
    const stream = open({}, { endStream: true })
    stream.on('error', () => {})
    await new Promise((resolve) => stream.once('response', resolve))
    let before = -1
    await expect
      .poll(
        () => {
          const isSettled = written === before
          before = written
          return isSettled
        },
        { interval: 100 }
      )
      .toBe(true)
    expect(written).toBeLessThan(32_000_000)
    stream.resume()
    await new Promise((resolve) => stream.once('end', resolve))
    expect(written).toBeGreaterThanOrEqual(64_000_000)
  })
})

describe('a body over HTTP/2', () => {
  const LONG = Buffer.alloc(8_000_000, 'x')
  const hashing =
    (read = async () => {}) =>
    async (request: IncomingMessage, response: ServerResponse) => {
      const hash = createHash('sha256')
      try {
        for await (const chunk of request) {
          hash.update(chunk)
          await read()
        }
        response.end(hash.digest('hex'))
      } catch {
        response.destroy()
      }
    }

  test('is streamed at the pace of the origin', async () => {
    const { url } = await site(hashing(() => sleep(1)))
    const { body } = await http2Client(url).ask({ ':method': 'POST' }, LONG)
    expect(body).toBe(createHash('sha256').update(LONG).digest('hex'))
  })

  test('that a rule looks at is passed on whole', async () => {
    const { url } = await site(hashing(), { block: 'http.request.body.raw contains "evil"' })
    const { ask } = http2Client(url)
    const [good, evil, again] = await Promise.all([
      ask({ ':method': 'POST' }, LONG),
      ask({ ':method': 'POST' }, 'evil'),
      ask({ ':method': 'POST' }, 'good'),
    ])
    expect(good.body).toBe(createHash('sha256').update(LONG).digest('hex'))
    expect(evil).toMatchObject({ status: 403 })
    expect(again.body).toBe(createHash('sha256').update('good').digest('hex'))
  })

  test('that nobody wants is refused before it is there', async () => {
    const { url } = await site(hashing())
    const { open } = http2Client(url)
    const stream = open({ ':method': 'POST', ':path': '/blocked' })
    const answer = answerOn(stream)
    stream.write(LONG)
    expect(await answer).toMatchObject({ status: 403, body: 'error code: 1020\n' })
  })

  test.each([
    ['a reset', 0, frame(FRAME.reset, 0, 1, '\0\0\0\x08')],
    ['a reset that calls itself no error', 0, frame(FRAME.reset, 0, 1, '\0\0\0\0')],
    ['the end of the connection', 0, undefined],
    ['a reset, as a rule looked at it', 1, frame(FRAME.reset, 0, 1, '\0\0\0\x08')],
  ])('that is broken off by %s does not look whole to the origin', async (_, looked, last) => {
    const outcomes: string[] = []
    const began = vi.fn()
    const { port, errors } = await site(
      async (request, response) => {
        try {
          for await (const _ of request) began()
          outcomes.push('whole')
        } catch {
          outcomes.push('broken')
        }
        response.end()
      },
      looked ? { block: 'http.request.body.raw contains "evil"' } : {}
    )
    const { post, send, socket } = await rawHttp2(port)
    post(1)
    for (let i = 0; i < 3; i++) send(frame(FRAME.data, 0, 1, 'x'.repeat(15_000)))
    if (looked) await sleep(100)
    else await expect.poll(() => began.mock.calls.length).toBeGreaterThan(0)
    if (last === undefined) socket.destroy()
    else send(last)
    await sleep(100)
    expect(outcomes).toEqual(looked ? [] : ['broken'])
    expect(errors).not.toHaveBeenCalled()
  })

  test.each(['visitor resets', 'connection breaks'])(
    'the origin is let go when the %s',
    async (how) => {
      const left = vi.fn()
      const asked = vi.fn()
      const { url } = await site((request) => {
        asked()
        request.socket.once('close', left)
      })
      const { open, session } = http2Client(url)
      const stream = open({}, { endStream: true })
      stream.on('error', () => {})
      await expect.poll(() => asked.mock.calls.length).toBe(1)
      if (how === 'visitor resets') stream.close(constants.NGHTTP2_CANCEL)
      else session.destroy()
      await expect.poll(() => left.mock.calls.length).toBe(1)
    }
  )

  test('100-continue is said when the origin is asked', async () => {
    const { url } = await site(mirror)
    const { open } = http2Client(url)
    const stream = open({ ':method': 'POST', expect: '100-continue' })
    const answer = answerOn(stream)
    await new Promise<void>((resolve) => stream.once('continue', resolve))
    stream.end('hello')
    expect(JSON.parse((await answer).body)).toMatchObject({ body: 'hello' })
  })

  test('100-continue is not said to who is refused', async () => {
    const { url } = await site(mirror)
    const { open } = http2Client(url)
    const stream = open({ ':method': 'POST', ':path': '/blocked', expect: '100-continue' })
    const continued = vi.fn()
    stream.once('continue', continued)
    expect(await answerOn(stream)).toMatchObject({ status: 403 })
    expect(continued).not.toHaveBeenCalled()
  })
})

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

  test('closing lets a response under way finish, and takes no new request', async () => {
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

  test('that are idle are closed, and closing waits for no visitor who keeps them half open', async () => {
    const { port, close } = await listener({ keepAliveTimeoutMs: 50, drainTimeoutMs: 60_000 })
    const { socket, received } = await rawHttp2(port, { allowHalfOpen: true })
    await new Promise((resolve) => socket.once('end', resolve))
    expect(received()).toContain(FRAME.goaway)
    await close()
  })

  test('whose requests take too long are closed with them', async () => {
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
  ])('a handler that %s: 500 without the reason, which the owner is told', async (_, http2) => {
    const onError = vi.fn()
    const { url } = await listener({ http2, onError })
    const { status, body } = await http2Client(url).ask({})
    expect(status).toBe(500)
    expect(body).toBe('500 Internal Server Error\n')
    expect(onError).toHaveBeenCalledWith(new Error('secret'))
    onError.mockReset()
  })

  test('are cut off where streams are opened and reset all the time', async () => {
    const served = vi.fn()
    const { port } = await listener({ http2: served })
    const { post, send, closed, received } = await rawHttp2(port)
    for (let stream = 1; stream < 10_000; stream += 2) {
      post(stream)
      send(frame(FRAME.reset, 0, stream, '\0\0\0\x08'))
    }
    await Promise.race([closed, expect.poll(received, { timeout: 5_000 }).toContain(FRAME.goaway)])
    expect(served.mock.calls.length).toBeLessThan(5_000)
    expect((await exchangeOver(port)).slice(0, 12)).toBe('HTTP/1.1 200')
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
