// What HTTP clients hand out: real ones where they are there, else objects of their exact shape.
import { createServer, get, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { PassThrough, Readable } from 'node:stream'
import request from 'supertest'
import { request as undiciRequest } from 'undici'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { identify } from './identify.ts'

const RAY = '9f2c4d1e0a9b7c65'
const PAGE = `<h1><span class="cf-error-code">1020</span></h1> Ray ID: ${RAY}`
const MEMBERS = { error_code: 1020, cloudflare_error: true, retryable: false, ray_id: RAY }
const headers = { server: 'cloudflare', 'cf-ray': `${RAY}-LHR`, 'content-type': 'text/html' }
const FOUND = { kind: 'block', code: 1020, rayId: RAY }

const server = createServer((incoming, outgoing) => {
  if (incoming.url === '/json') {
    outgoing.writeHead(403, { ...headers, 'content-type': 'application/json' })
    outgoing.end(JSON.stringify(MEMBERS))
  } else {
    outgoing.writeHead(403, headers)
    outgoing.end(PAGE)
  }
})
beforeAll(() => new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve)))
afterAll(() => void server.close())

/** node-fetch 2 and 3: `clone()` tees a Node stream, and each copy waits for the other. */
const nodeFetchResponse = (body: string | null) => {
  const stream = body === null ? null : Readable.from([Buffer.from(body)])
  const response = {
    status: 403,
    ok: false,
    url: 'https://shop.test/',
    bodyUsed: false,
    headers: new Headers(headers),
    body: stream as Readable | null,
    clone() {
      if (stream === null) return { ...response }
      const [one, two] = [new PassThrough(), new PassThrough()]
      stream.pipe(one)
      stream.pipe(two)
      response.body = one
      return { ...response, body: two }
    },
  }
  return response
}

/** undici's body can be read once, by its owner. */
const undiciResponse = (body: unknown) => ({
  statusCode: 403,
  statusText: 'Forbidden',
  headers,
  trailers: {},
  opaque: null,
  context: {},
  body,
})

const axiosResponse = (data: unknown) => ({
  status: 403,
  statusText: 'Forbidden',
  headers: Object.assign(
    Object.create({ [Symbol.iterator]: () => Object.entries(headers).values() }),
    headers
  ),
  config: {},
  request: {},
  data,
})

const gotResponse = (body: unknown) =>
  Object.assign(Readable.from([]), { statusCode: 403, headers, body, rawBody: Buffer.from(PAGE) })

const page = (body: unknown) => ({
  status: () => 403,
  headers: () => headers,
  text: () => Promise.resolve(body),
})

const xhr = (members: object) => ({
  status: 403,
  responseType: '',
  getAllResponseHeaders: () => `server: cloudflare\r\ncf-ray: ${RAY}-LHR\r\n`,
  ...members,
})

describe('is read', () => {
  test.each<[string, object]>([
    ['axios: text', axiosResponse(PAGE)],
    ['axios: parsed JSON', axiosResponse(MEMBERS)],
    ['axios: an ArrayBuffer', axiosResponse(new TextEncoder().encode(PAGE).buffer)],
    [
      'axios: the error',
      Object.assign(new Error('403'), { status: 403, response: axiosResponse(PAGE) }),
    ],
    ['got: text', gotResponse(PAGE)],
    ['got: parsed JSON', gotResponse(MEMBERS)],
    ['got: bytes', gotResponse(Buffer.from(PAGE))],
    [
      'superagent: text beside an empty parsed body',
      { status: 403, headers, text: PAGE, body: {} },
    ],
    ['fastify’s inject', { statusCode: 403, headers, payload: PAGE, body: PAGE }],
    ['Playwright', page(PAGE)],
    ['XMLHttpRequest', xhr({ responseText: PAGE, response: PAGE })],
    ['XMLHttpRequest: parsed', xhr({ responseType: 'json', response: MEMBERS })],
    ['node-fetch', nodeFetchResponse(PAGE)],
    [
      'a polyfill without streams',
      { status: 403, headers, clone: () => ({ text: async () => PAGE }) },
    ],
    ['ofetch, which read it', { ...nodeFetchResponse(null), bodyUsed: true, _data: MEMBERS }],
    ['Node’s rawHeaders', { status: 403, headers: Object.entries(headers).flat(), body: PAGE }],
    [
      'a DataView',
      { status: 403, headers, body: new DataView(new TextEncoder().encode(PAGE).buffer) },
    ],
    ['undici, with the body read', undiciResponse(PAGE)],
    ['the status as text', { status: '403', headers, body: PAGE }],
  ])('%s', async (_name, response) => {
    expect(await identify(response)).toMatchObject(FOUND)
  })

  test.each(['/', '/json'])('supertest %s', async (path) => {
    expect(await identify(await request(server).get(path))).toMatchObject(FOUND)
  })

  test('the Ray ID of XMLHttpRequest’s lines', async () => {
    expect(await identify(xhr({ responseText: 'error code: 1020' }))).toMatchObject(FOUND)
  })

  test('node-fetch: the body stays for its owner, also a long one', async () => {
    const response = nodeFetchResponse(PAGE + ' '.repeat(300_000))
    expect(await identify(response)).toMatchObject(FOUND)
    const chunks = await (response.body as Readable).toArray()
    expect(Buffer.concat(chunks).length).toBe(PAGE.length + 300_000)
  })
})

describe('has nothing to show', () => {
  test.each<[string, object]>([
    ['null for body and headers', { status: 403, headers: null, body: null }],
    ['null for a header', { status: 403, headers: { server: null }, body: 'Forbidden' }],
    ['a JSON body of the site', { status: 403, headers, body: { error: 'no', error_code: 1020 } }],
    ['a JSON list', { status: 403, headers, body: [1, 'x', null] }],
    ['a circular body', { status: 403, headers, body: Object.assign([], { self: {} }) }],
    ['node-fetch without a body', nodeFetchResponse(null)],
    ['a success of Playwright', { ...page(PAGE), status: () => 200 }],
  ])('%s', async (_name, response) => {
    expect(await identify(response)).toBeNull()
  })
})

describe('is refused, with a sentence', () => {
  const unread = undiciResponse(Object.assign(Readable.from([PAGE]), { text: async () => PAGE }))
  test.each<[string, unknown, string]>([
    ['undici.request, not read', unread, 'read it first'],
    ['undici.request of a success', { ...unread, statusCode: 200 }, 'read it first'],
    ['axios with responseType stream', axiosResponse(Readable.from([PAGE])), 'read it first'],
    ['a Blob', { status: 403, headers, body: new Blob([PAGE]) }, 'read it first'],
    ['a web stream', { status: 403, headers, body: new Blob([PAGE]).stream() }, 'read it first'],
    ['a promise', Promise.resolve({}), 'await it'],
    ['null', null, 'pass a response'],
    ['undefined', undefined, 'pass a response'],
    ['text', PAGE, 'pass a response'],
    ['some object', { url: 'https://shop.test/' }, 'without status'],
    ['an error without response', new Error('ECONNRESET'), 'without status'],
  ])('%s', (_name, response, sentence) => {
    expect(() => identify(response as object)).toThrow(TypeError)
    expect(() => identify(response as object)).toThrow(sentence)
  })

  test('Node’s IncomingMessage', async () => {
    const { port } = server.address() as AddressInfo
    const incoming = await new Promise<IncomingMessage>((resolve, reject) =>
      get({ port, agent: false }, resolve).on('error', reject)
    )
    expect(() => identify(incoming)).toThrow('read it first')
    const body = Buffer.concat(await incoming.toArray())
    expect(
      identify({ status: incoming.statusCode, headers: incoming.headers, body })
    ).toMatchObject(FOUND)
  })

  test('undici.request', async () => {
    const { port } = server.address() as AddressInfo
    const response = await undiciRequest(`http://127.0.0.1:${port}/`)
    expect(() => identify(response)).toThrow('read it first')
    const { statusCode, headers } = response
    const body = await response.body.text()
    expect(identify({ statusCode, headers, body })).toMatchObject(FOUND)
  })

  test('a Response that was read already, and one that is being read', async () => {
    const used = new Response(PAGE, { status: 403, headers })
    await used.text()
    await expect(identify(used)).rejects.toThrow('read already')
    const locked = new Response(PAGE, { status: 403, headers })
    locked.body!.getReader()
    await expect(identify(locked)).rejects.toThrow('read already')
  })
})
