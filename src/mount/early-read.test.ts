import type { Context } from 'hono'
import { Hono } from 'hono'
import { describe, expect, test } from 'vitest'
import { createEdge } from '../edge.ts'
import { noStore } from '../events/none.ts'
import { readBody } from '../request/read-body.ts'
import { readRequest } from '../request/request.ts'
import { rulesFromObjects } from '../rules/objects.ts'
import type { Verdict } from '../verdict.ts'
import { earlyRead, judgedFetch, judgedNode, replaceHeaders } from './early-read.ts'

const LIMITS = { limitBytes: 1_000, timeoutMs: 1_000 }
const edge = createEdge({ ruleset: rulesFromObjects([{ rules: [] }]), store: noStore() })
const verdict = edge.decide(new Request('http://a.test/'), {
  remoteAddress: '192.0.2.7',
}) as Verdict

/** Hono's context of a request, after something was done to it. */
const contextOf = async (
  request: Request,
  before: (c: Context) => unknown = () => {}
): Promise<Context> => {
  let context: Context | undefined
  const app = new Hono()
  app.all('*', async (c) => {
    context = c
    await before(c)
    return c.body(null)
  })
  await app.request(request)
  return context!
}

const post = (body = 'evil', headers: Record<string, string> = {}) =>
  new Request('http://a.test/path?q=1', { method: 'POST', body, headers })

describe('how much was read', () => {
  const ofServer = (...slots: string[]): Request =>
    Object.fromEntries(slots.map((slot) => [Symbol(slot), 1])) as unknown as Request
  const UNREAD = ['incomingKey', 'methodKey', 'urlKey']

  test.each([
    ['nothing', ofServer(...UNREAD)],
    ['nothing', ofServer('incomingKey', 'urlKey')],
    ['headers', ofServer(...UNREAD, 'headersKey')],
    ['all', ofServer(...UNREAD, 'requestCache')],
    ['all', ofServer(...UNREAD, 'headersKey', 'bodyConsumedDirectly')],
    ['all', ofServer(...UNREAD, 'a slot of another version')],
    ['all', ofServer(...UNREAD, '')],
    ['all', new Request('http://a.test/')],
  ] as const)('is "%s" of %o', (read, request) => {
    expect(earlyRead(request)).toBe(read)
  })
})

describe('replaceHeaders', () => {
  test('leaves the caller’s own Request as it was', async () => {
    const request = post('evil', { 'cf-ray': 'forged', 'x-edge-ip': '6.6.6.6' })
    const c = await contextOf(request)
    replaceHeaders(c, verdict)
    expect(Object.fromEntries(request.headers)).toMatchObject({
      'cf-ray': 'forged',
      'x-edge-ip': '6.6.6.6',
    })
    expect(c.req.header('cf-ray')).toBe(verdict.rayHeader)
    expect(c.req.header('x-edge-ip')).toBeUndefined()
    expect(await c.req.text()).toBe('evil')
  })

  test('keeps what else the request is', async () => {
    const c = await contextOf(post('evil', { 'x-keep': 'me' }))
    replaceHeaders(c, verdict, { 'user-agent': 'first' })
    const { url, method, headers } = c.req.raw
    expect({ url, method }).toEqual({ url: 'http://a.test/path?q=1', method: 'POST' })
    expect(headers.get('x-keep')).toBe('me')
    expect(headers.get('user-agent')).toBe('first')
  })

  test('does nothing where nothing was read', async () => {
    const c = await contextOf(post())
    const { raw } = c.req
    replaceHeaders(c, verdict, {}, 'nothing')
    expect(c.req.raw).toBe(raw)
    expect(raw.headers.has('cf-ray')).toBe(false)
  })

  test('changes the headers in place where only they were read', async () => {
    const c = await contextOf(post('evil', { 'cf-ray': 'forged' }))
    const { raw } = c.req
    replaceHeaders(c, verdict, { 'user-agent': 'first' }, 'headers')
    expect(c.req.raw).toBe(raw)
    expect(raw.headers.get('cf-ray')).toBe(verdict.rayHeader)
    expect(raw.headers.get('user-agent')).toBe('first')
  })

  test.each([
    ['read', (c: Context) => c.req.raw.text()],
    ['locked', (c: Context) => void c.req.raw.body!.getReader()],
  ])('a body that is %s stays unreadable', async (_, before) => {
    const controller = new AbortController()
    const request = new Request(post('evil', { 'x-keep': 'me' }), { signal: controller.signal })
    const c = await contextOf(request, before)
    replaceHeaders(c, verdict)
    const { raw } = c.req
    expect(raw.url).toBe('http://a.test/path?q=1')
    expect(raw.method).toBe('POST')
    expect(raw.headers.get('x-keep')).toBe('me')
    expect(raw.headers.get('cf-ray')).toBe(verdict.rayHeader)
    expect(raw.bodyUsed).toBe(true)
    await expect(raw.text()).rejects.toThrow(TypeError)
    controller.abort()
    expect(raw.signal.aborted).toBe(true)
  })
})

describe('the body that rules see', () => {
  const NODE = {
    method: 'POST',
    url: '/',
    httpVersion: '1.1',
    rawHeaders: ['Host', 'a.test', 'Content-Length', '4'],
  }
  const asFetch = (c: Context) => judgedFetch(c)
  const asNode = (c: Context) => judgedNode(NODE, c, 'all')

  const bodyOf = async (request: ReturnType<typeof asFetch>) => {
    const reader = readRequest(request, false, 0)
    await readBody(reader, LIMITS)
    return reader.body
  }

  describe.each([
    ['Fetch', asFetch],
    ['Node', asNode],
  ])('of a request of %s', (_, judged) => {
    test.each<[string, (c: Context) => unknown]>([
      ['nothing', () => {}],
      ['a clone', (c) => c.req.raw.clone()],
      ['text()', (c) => c.req.text()],
      ['json()', (c) => c.req.json()],
      ['arrayBuffer()', (c) => c.req.arrayBuffer()],
      ['blob()', (c) => c.req.blob()],
      ['text() and formData()', (c) => c.req.text().then(() => c.req.formData().catch(() => {}))],
    ])('is whole behind %s', async (_read, before) => {
      const c = await contextOf(post('{"a":1}'), before)
      const request = judged(c)
      expect(await bodyOf(request)).toMatchObject({ bytes: '{"a":1}', isTruncated: false })
      expect(await c.req.text()).toBe('{"a":1}')
    })

    test('is read when it is asked for, and again for another question', async () => {
      const c = await contextOf(post(), (before) => before.req.text())
      const request = judged(c)
      expect((await bodyOf(request)).bytes).toBe('evil')
      expect((await bodyOf(request)).bytes).toBe('evil')
    })

    test('is empty where it was', async () => {
      const c = await contextOf(post(''), (before) => before.req.text())
      expect(await bodyOf(judged(c))).toEqual({ bytes: '', size: 0, isTruncated: false })
    })

    test.each<[string, (c: Context) => unknown]>([
      ['read', (c) => c.req.raw.text()],
      ['locked', (c) => c.req.raw.body!.getReader()],
    ])('is none where the stream was %s', async (_read, before) => {
      const c = await contextOf(post(), before)
      expect(await bodyOf(judged(c))).toEqual({ bytes: '', size: 0, isTruncated: false })
    })

    test('is none where a form was taken apart: its bytes are gone', async () => {
      const type = { 'content-type': 'application/x-www-form-urlencoded' }
      const c = await contextOf(post('q=bad', type), (before) => before.req.formData())
      expect((await bodyOf(judged(c))).bytes).toBe('')
      expect((await c.req.formData()).get('q')).toBe('bad')
    })
  })

  test('of Node’s own request is its own where only headers were read', async () => {
    const c = await contextOf(post())
    expect(judgedNode(NODE, c, 'headers')).toBe(NODE)
    expect(judgedNode(NODE, c, 'nothing')).toBe(NODE)
  })

  test('comes with the head as Node received it', async () => {
    const c = await contextOf(post())
    expect(judgedNode(NODE, c, 'all')).toMatchObject(NODE)
  })

  test('comes with the head that Fetch has', async () => {
    const c = await contextOf(post('x', { 'x-a': '1' }), (before) => before.req.text())
    const reader = readRequest(judgedFetch(c), false, 0)
    expect(reader.method).toBe('POST')
    expect(reader.url).toBe('http://a.test/path?q=1')
    expect(reader.header('x-a')).toBe('1')
  })
})
