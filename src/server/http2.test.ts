import { once } from 'node:events'
import { constants } from 'node:http2'
import { describe, expect, test, vi } from 'vitest'
import { rawOrigin } from '../proxy/sockets.fixture.ts'
import { answerOn, http2Client } from './http2.fixture.ts'
import { plainHeaders } from './http2.ts'
import { mirror, site } from './serve.fixture.ts'

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

describe('a request over HTTP/2', () => {
  test('reaches the origin as HTTP/1.1, with https in every forwarded header', async () => {
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

  test('is refused as on HTTP/1.1, with lower-case header names', async () => {
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
    ['an authority with a malformed port', { ':authority': 'a.test:80:80' }, 400],
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

  test('keeps all of 3,000 headers', async () => {
    const { url } = await site(mirror, { block: 'len(http.request.headers["x2999"]) eq 1' })
    const headers = Object.fromEntries(Array.from({ length: 3_000 }, (_, i) => [`x${i}`, '1']))
    expect(await http2Client(url).ask(headers)).toMatchObject({ status: 403 })
  })

  test('keeps a value of 64 KB', async () => {
    const { url } = await site(mirror, { block: 'len(http.request.headers["x"][0]) eq 65500' })
    const { ask } = http2Client(url, { maxSendHeaderBlockLength: 200_000 })
    expect(await ask({ x: 'v'.repeat(65_500) })).toMatchObject({ status: 403 })
  })

  test('with too many bytes of headers is reset', async () => {
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

  test('joins a repeated header to a list', async () => {
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

  test('keeps 100 KB of headers', async () => {
    const { url } = await site((_, response) => {
      for (let i = 0; i < 10; i++) response.setHeader(`x${i}`, 'v'.repeat(10_000))
      response.end('ok')
    })
    const settings = { maxHeaderListSize: 200_000 }
    const { status, headers } = await http2Client(url, { settings }).ask({})
    expect(status).toBe(200)
    expect(headers.x9).toHaveLength(10_000)
  })

  test('with a status that HTTP/2 does not allow becomes the edge’s own', async () => {
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
    const origin = await rawOrigin((socket) => socket.write(text))
    const { url, errors } = await site(mirror, { upstream: origin.url })
    const stream = http2Client(url).open({}, { endStream: true })
    const answer = answerOn(stream)
    await once(stream, 'data')
    for (const socket of origin.sockets) socket.destroy()
    expect(await answer).toMatchObject({
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
