// Rules that read the body, on each mount: their verdict, and the complete body for the app or origin.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { serve } from '@hono/node-server'
import type { HonoMountOptions } from 'edge1020/node'
import { edge1020, nodeMiddleware } from 'edge1020/node'
import express from 'express'
import { Hono } from 'hono'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Mounted } from './bodies.ts'
import {
  answerHash,
  chunked,
  head,
  IGNORED,
  LIMIT,
  LONG,
  listener,
  options,
  REFUSAL,
  RULES,
  sha,
  wire,
  withLength,
} from './bodies.ts'
import { startServe } from './cli.ts'

const hono = (mountOptions: HonoMountOptions): Promise<Mounted> => {
  const app = new Hono()
  app.use(edge1020({ ...options(), ...mountOptions }))
  // An interrupted body is expected here.
  app.onError((_, c) => c.text('failed', 500))
  app.all('/ignore', (c) => c.text(IGNORED))
  app.all('/', async (c) => c.text(sha(new Uint8Array(await c.req.arrayBuffer()))))
  return new Promise((resolve) => {
    const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) =>
      resolve({ url: `http://127.0.0.1:${port}`, stop: () => server.close() })
    )
  })
}

const FETCH = "Hono on a Fetch Request, as other runtimes' are"

/** Each answers with the SHA-256 of the received body, and below `/ignore` without reading the body. */
const MOUNTS: [string, () => Promise<Mounted>][] = [
  [
    'node:http',
    () => {
      const edge = nodeMiddleware(options())
      return listener((request, response) =>
        edge(request, response, () => answerHash(request, response))
      )
    },
  ],
  [
    'Express, with its body parser behind',
    () => {
      const app = express()
      app.use(nodeMiddleware(options()))
      app.all('/ignore', (_, response) => void response.send(IGNORED))
      app.use(express.raw({ type: () => true, limit: '10mb' }))
      app.all('/', (request, response) => {
        response.send(sha(Buffer.isBuffer(request.body) ? request.body : ''))
      })
      return listener(app)
    },
  ],
  ['Hono on Node', () => hono({})],
  [FETCH, () => hono({ connection: () => ({}) })],
  [
    'serve',
    async () => {
      const origin = await listener(answerHash)
      const folder = mkdtempSync(join(tmpdir(), 'edge1020-body-'))
      const file = join(folder, 'rules.json')
      writeFileSync(file, JSON.stringify(RULES))
      const args = ['--upstream', origin.url, '--rules', file, '--store', 'memory']
      const running = await startServe(args)
      const stop = async () => {
        await running.stop()
        await origin.stop()
        rmSync(folder, { recursive: true })
      }
      return { url: running.url, stop }
    },
  ],
]

const ANY = 'application/octet-stream'
const FORM = 'application/x-www-form-urlencoded'
const MULTIPART = 'multipart/form-data; boundary=b'

const upload = (fileName: string) =>
  `--b\r\nContent-Disposition: form-data; name="f"; filename="${fileName}"\r\n\r\ntext\r\n--b--\r\n`

const post = (url: string, body: BodyInit, type = ANY) =>
  fetch(url, {
    method: 'POST',
    body,
    headers: { 'content-type': type, 'accept-encoding': 'identity' },
    duplex: 'half',
  } as RequestInit)

const CHUNKED = head('Transfer-Encoding: chunked\r\n')
const NEXT = withLength('the next one')

describe.each(MOUNTS)('%s', (name, mount) => {
  let mounted: Mounted
  beforeAll(async () => {
    mounted = await mount()
  })
  afterAll(async () => {
    await mounted.stop()
  })

  const BYTES = new Uint8Array(300_000).map((_, i) => i * 7)

  test.each<[string, () => BodyInit, string | Uint8Array, string?]>([
    ['a short body', () => 'hello', 'hello'],
    ['a body of one byte', () => 'x', 'x'],
    ['a body of any bytes', () => BYTES, BYTES],
    ['a chunked body', () => chunked('hello', 1), 'hello'],
    ['a body as long as the limit', () => 'x'.repeat(LIMIT), 'x'.repeat(LIMIT)],
    ['one byte more', () => 'x'.repeat(LIMIT + 1), 'x'.repeat(LIMIT + 1)],
    ['a long body', () => LONG, LONG],
    ['a long chunked body', () => chunked(LONG), LONG],
    ['what stands beyond the limit', () => `${LONG}evil`, `${LONG}evil`],
    ['a form', () => 'user=bob&role=admin', 'user=bob&role=admin', FORM],
    ['a form by another name', () => 'user=admin', 'user=admin', 'text/plain'],
    ['JSON', () => '{"kind":"good"}', '{"kind":"good"}', 'application/json'],
    ['broken JSON', () => '{"kind":"ba', '{"kind":"ba', 'application/json'],
    ['an upload', () => upload('holiday.txt'), upload('holiday.txt'), MULTIPART],
  ])('%s passes unchanged', async (_, body, bytes, type) => {
    const response = await post(mounted.url, body(), type)
    expect(response.status).toBe(200)
    expect(await response.text()).toBe(sha(bytes))
  })

  test.each<[string, () => BodyInit, string?]>([
    ['text in it', () => 'some evil thing'],
    ['text in chunks', () => chunked('some evil thing', 3)],
    ['text at the end of what is looked at', () => `${'x'.repeat(LIMIT - 4)}evil`],
    ['a form', () => 'a=b&user=admin', FORM],
    ['JSON', () => '{"kind":"bad"}', 'application/json'],
    ['an upload', () => upload('shell.php'), MULTIPART],
    ['its first bytes', () => new Uint8Array([137, 80, 78, 71, 13, 10, 26, 10, 0])],
  ])('a request is refused by %s', async (_, body, type) => {
    const response = await post(mounted.url, body(), type)
    expect(response.status).toBe(403)
    expect(await response.text()).toBe(REFUSAL)
  })

  test.each<[string, string[], string]>([
    ['a chunked body of nothing', [CHUNKED, '0\r\n\r\n', NEXT], sha('')],
    [
      'chunks with extensions and a trailer',
      [CHUNKED, '5;a=b\r\nhello\r\n0\r\nX: y\r\n\r\n', NEXT],
      sha('hello'),
    ],
    ['no body at all', [withLength(''), NEXT], sha('')],
    ['a refused long body', [withLength(`evil${LONG}`), NEXT], REFUSAL],
    ['a body that is refused for its size', [withLength(LONG.repeat(4)), NEXT], REFUSAL],
    ['a body that the app ignores', [withLength('hello', '/ignore'), NEXT], IGNORED],
    ['a long body that the app ignores', [withLength(LONG, '/ignore'), NEXT], IGNORED],
    [
      'GET with a long body that the app ignores',
      [withLength(LONG, '/ignore', 'GET'), NEXT],
      IGNORED,
    ],
  ])('the connection serves the next request after %s', async (_, parts, expected) => {
    const { seen, write } = wire(mounted.url)
    for (const part of parts) write(part)
    const isServed = () => seen.text.includes(sha('the next one'))
    // node-server ends the connection of a stream that is only partly read.
    const mayClose = name === FETCH
    await expect.poll(() => isServed() || (mayClose && seen.isClosed)).toBe(true)
    expect(seen.text).toContain(expected)
  })

  test('a request may arrive in several parts', async () => {
    const { seen, write } = wire(mounted.url)
    for (const part of [CHUNKED, '1\r', '\nh\r\n4', '\r\nel', 'lo', '\r\n0\r\n', '\r\n']) {
      write(part)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    await expect.poll(() => seen.text).toContain(sha('hello'))
  })

  test('an empty chunked body may end late', async () => {
    const { seen, write } = wire(mounted.url)
    write(CHUNKED)
    await new Promise((resolve) => setTimeout(resolve, 20))
    write('0\r\n\r\n')
    await expect.poll(() => seen.text).toContain(sha(''))
  })

  test.each([
    ['hello', sha('hello')],
    ['evil', REFUSAL],
  ])('`Expect: 100-continue` is answered before the body %s arrives', async (body, expected) => {
    const { seen, write } = wire(mounted.url)
    write(head(`Content-Length: ${body.length}\r\nExpect: 100-continue\r\n`))
    await expect.poll(() => seen.text).toContain('HTTP/1.1 100 Continue\r\n')
    write(body)
    await expect.poll(() => seen.text).toContain(expected)
    expect(seen.text.match(/100 Continue/g)).toHaveLength(1)
  })

  test('a visitor who leaves during the upload does not disturb others', async () => {
    const { socket, write } = wire(mounted.url)
    write(`${head('Content-Length: 100000\r\n')}hello`)
    await new Promise((resolve) => setTimeout(resolve, 20))
    socket.resetAndDestroy()
    expect(await (await post(mounted.url, 'hello')).text()).toBe(sha('hello'))
  })
})
