import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { bodyLimits } from './body-limits.ts'
import { peekBody } from './read-body.ts'

const LIMITS = { limitBytes: 100, timeoutMs: 10_000 }

/** A request as Node's server gives it, with what sends more of it. */
const received = async (text: string) => {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  onTestFinished(() => {
    socket.destroy()
    server.close()
  })
  const requests = once(server, 'request')
  socket.write(text)
  const [request] = (await requests) as [IncomingMessage]
  return { request, socket }
}

const post = (header: string, body = '') => `POST / HTTP/1.1\r\nHost: a\r\n${header}\r\n\r\n${body}`

const rest = async (request: IncomingMessage) => {
  let text = ''
  for await (const chunk of request) text += chunk
  return text
}

const LONG = 'x'.repeat(1_000)

describe("Node's request", () => {
  test.each<[string, string, string, string, number, boolean]>([
    ['less than the limit', 'Content-Length: 5', 'hello', 'hello', 5, false],
    ['the limit', 'Content-Length: 100', LONG.slice(0, 100), LONG.slice(0, 100), 100, false],
    ['more', 'Content-Length: 1000', LONG, LONG.slice(0, 100), 1_000, true],
    ['chunks', 'Transfer-Encoding: chunked', '2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n', 'hello', 5, false],
    ['no chunk', 'Transfer-Encoding: chunked', '0\r\n\r\n', '', 0, false],
    [
      'a chunk longer than the limit',
      'Transfer-Encoding: chunked',
      `3e8\r\n${LONG}\r\n0\r\n\r\n`,
      LONG.slice(0, 100),
      1_000,
      true,
    ],
    ['bytes that are no text', 'Content-Length: 2', '\x00\x7f', '\x00\x7f', 2, false],
  ])('with %s', async (_, header, body, bytes, size, isTruncated) => {
    const { request } = await received(post(header, body))
    expect(await peekBody(request, LIMITS)).toEqual({ bytes, size, isTruncated })
    expect(await rest(request)).toHaveLength(size)
  })

  test('whose body comes later is waited for, no longer than for the limit', async () => {
    const { request, socket } = await received(post('Content-Length: 1000000', 'a'))
    const peeked = peekBody(request, LIMITS)
    socket.write('b'.repeat(200))
    expect(await peeked).toMatchObject({ bytes: `a${'b'.repeat(99)}`, size: 1_000_000 })
  })

  test('that stalls is given up on', async () => {
    const { request } = await received(post('Content-Length: 50', 'abc'))
    const body = await peekBody(request, { ...LIMITS, timeoutMs: 20 })
    expect(body).toEqual({ bytes: 'abc', size: 50, isTruncated: true })
  })

  test('looks untouched afterwards, until somebody reads', async () => {
    const { request } = await received(post('Content-Length: 5', 'hello'))
    await peekBody(request, LIMITS)
    expect(request).toMatchObject({ readableDidRead: false, readableFlowing: null })
    expect(request.listenerCount('readable') + request.listenerCount('close')).toBe(0)
    request.resume()
    await once(request, 'end')
    expect(request.readableDidRead).toBe(true)
  })

  test('of a visitor who goes away is judged by what has come', async () => {
    const { request, socket } = await received(post('Content-Length: 50', 'abc'))
    const peeked = peekBody(request, LIMITS)
    socket.resetAndDestroy()
    expect(await peeked).toEqual({ bytes: 'abc', size: 50, isTruncated: true })
  })

  test.each<[string, (request: IncomingMessage) => unknown]>([
    ['reads already', (request) => request.on('data', () => {})],
    ['wants text', (request) => request.setEncoding('utf8')],
  ])('that somebody else %s is left to them', async (_, use) => {
    const { request } = await received(post('Content-Length: 50', 'abc'))
    use(request)
    expect(peekBody(request, LIMITS)).toBeUndefined()
  })

  test('whose body others have read is judged by what they keep of it', async () => {
    const { request } = await received(post('Content-Length: 5', 'hello'))
    await rest(request)
    expect(peekBody(request, LIMITS)).toBeUndefined()
    const kept = Object.assign(request, { rawBody: Buffer.from(LONG) })
    expect(peekBody(kept, LIMITS)).toEqual({
      bytes: LONG.slice(0, 100),
      size: 1_000,
      isTruncated: true,
    })
  })

  test.each(['Content-Length: 0', 'X: y'])('with %s has no body', async (header) => {
    const { request } = await received(post(header))
    expect(peekBody(request, LIMITS)).toBeUndefined()
  })
})

describe('a Fetch Request', () => {
  test.each<[string, BodyInit, string, number, boolean]>([
    ['less than the limit', 'hello', 'hello', 5, false],
    ['more', LONG, LONG.slice(0, 100), 1_000, true],
    ['nothing', '', '', 0, false],
  ])('with %s', async (_, text, bytes, size, isTruncated) => {
    const request = new Request('http://a.test', { method: 'POST', body: text })
    expect(await peekBody(request, LIMITS)).toEqual({ bytes, size, isTruncated })
    expect(await request.text()).toBe(text)
  })

  test('says its size in Content-Length where it is longer than the limit', async () => {
    const init = { method: 'POST', body: LONG, headers: { 'Content-Length': '999999' } }
    expect(await peekBody(new Request('http://a.test', init), LIMITS)).toMatchObject({
      size: 999_999,
    })
  })

  test('without a body has none', () => {
    expect(peekBody(new Request('http://a.test'), LIMITS)).toBeUndefined()
  })
})

test('a request that is only told of has no body to read', () => {
  expect(
    peekBody({ method: 'POST', url: '/', rawHeaders: [], httpVersion: '1.1' }, LIMITS)
  ).toBeUndefined()
})

test.each([
  [{}, { limitBytes: 131_072, timeoutMs: 10_000 }],
  [{ limitBytes: 0 }, { limitBytes: 0, timeoutMs: 10_000 }],
  [{ timeoutMs: 0 }, { limitBytes: 131_072, timeoutMs: 0 }],
])('the limits of %j are %j', (given, expected) => expect(bodyLimits(given)).toEqual(expected))

test.each([
  [{ limitBytes: -1 }, 'body.limitBytes -1: expected a whole number from 0 to 9007199254740991'],
  [{ limitBytes: 1.5 }, 'body.limitBytes 1.5: expected a whole number from 0 to 9007199254740991'],
  [{ timeoutMs: Number.NaN }, 'body.timeoutMs NaN: expected a whole number from 0 to 2147483647'],
  [
    { timeoutMs: Number.POSITIVE_INFINITY },
    'body.timeoutMs Infinity: expected a whole number from 0 to 2147483647',
  ],
])('the limits %j are refused', (given, message) => {
  expect(() => bodyLimits(given)).toThrow(
    expect.objectContaining({ code: 'invalid_body_limit', message })
  )
})
