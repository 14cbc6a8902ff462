import { connect } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createEdge } from '../edge.ts'
import { memoryStore } from '../events/memory.ts'
import { httpOrigin } from '../proxy/sockets.fixture.ts'
import { rulesFromObjects } from '../rules/objects.ts'
import { serve } from './serve.ts'

/** An edge that blocks `/blocked`, and the paths that reached its origin. */
const start = async () => {
  const asked: string[] = []
  const { url, server } = await httpOrigin((request, response) => {
    asked.push(request.url!)
    request.on('error', () => {})
    request.resume().on('end', () => response.end('passed'))
  })
  server.on('upgrade', (request, socket) => {
    asked.push(request.url!)
    socket.end()
  })
  const expression = 'http.request.uri.path contains "/blocked"'
  const edge = createEdge({
    ruleset: rulesFromObjects([{ rules: [{ name: 'test', expression, action: 'block' }] }]),
    store: memoryStore(),
  })
  const served = await serve({ edge, upstream: url })
  onTestFinished(() => served.close())
  return { port: Number(new URL(served.url).port), asked, edge }
}

/** Sends each packet after the first answer to the previous one, and collects all bytes until the connection closes. */
const talk = (port: number, packets: readonly string[]) =>
  new Promise<string>((resolve) => {
    let text = ''
    const rest = [...packets]
    const sendNext = () => {
      const packet = rest.shift()
      if (packet !== undefined && socket.writable) socket.write(packet, 'latin1')
    }
    const socket = connect(port, '127.0.0.1', sendNext)
    socket.setEncoding('latin1').on('data', (piece) => {
      text += piece
      sendNext()
    })
    socket.on('error', () => {})
    socket.on('close', () => resolve(text))
  })

const statusesIn = (text: string) =>
  [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status))

const head = (line: string, more = '') => `${line}\r\nHost: a.test\r\n${more}\r\n`
const NEXT = head('GET /next HTTP/1.1', 'Connection: close\r\n')
const UPGRADE = 'Connection: Upgrade\r\nUpgrade: websocket\r\n'
const EXPECT = 'Expect: 100-continue\r\nContent-Length: 4\r\n'

const CLOSING: [name: string, bytes: string, status: number, line: string][] = [
  [
    'a body in another coding',
    `${head('POST /a HTTP/1.1', 'Transfer-Encoding: gzip, chunked\r\n')}0\r\n\r\n`,
    501,
    'Not Implemented',
  ],
  [
    'a refused request that expects to be told to go on',
    `${head('POST /blocked HTTP/1.1', EXPECT)}body`,
    403,
    'Forbidden',
  ],
  ['a blocked upgrade', head('GET /blocked HTTP/1.1', UPGRADE), 403, 'Forbidden'],
  ['a target with a fragment', head('GET /a#b HTTP/1.1'), 400, 'Bad Request'],
  [
    'two lengths',
    head('POST /a HTTP/1.1', 'Content-Length: 1\r\nContent-Length: 2\r\n'),
    400,
    'Bad Request',
  ],
  ['no Host', 'GET /a HTTP/1.1\r\n\r\n', 400, 'Bad Request'],
  ['another expectation', head('GET /a HTTP/1.1', 'Expect: cake\r\n'), 417, 'Expectation Failed'],
  ['a CONNECT', head('CONNECT a.test:443 HTTP/1.1'), 405, 'Method Not Allowed'],
  ['a TRACE', head('TRACE /a HTTP/1.1'), 405, 'Method Not Allowed'],
  [
    'too long a header',
    head('GET /a HTTP/1.1', `X: ${'x'.repeat(130 * 1024)}\r\n`),
    431,
    'Request Header Fields Too Large',
  ],
]

describe('an answer that closes the connection', () => {
  test.each(CLOSING)('to %s is the last answer in its packet', async (_, bytes, status, words) => {
    const { port, asked, edge } = await start()
    const text = await talk(port, [bytes + NEXT])
    expect(text).toContain(`HTTP/1.1 ${status} ${words}\r\n`)
    expect(statusesIn(text)).toEqual([status])
    expect(text).toMatch(/^connection: close\r$/im)
    expect(asked).toEqual([])
    const ray = /^cf-ray: (\S+)\r$/im.exec(text)![1]!
    if (status === 403) expect(await edge.store.find(ray)).toMatchObject({ found: true })
    else if (ray !== '-') expect(await edge.store.find(ray)).toMatchObject({ found: false })
  })

  test.each(CLOSING)(
    'to %s is the last answer, even for later packets',
    async (_, bytes, status) => {
      const { port, asked } = await start()
      expect(statusesIn(await talk(port, [bytes, NEXT]))).toEqual([status])
      expect(asked).toEqual([])
    }
  )

  test.each(CLOSING)('to %s follows the earlier answers', async (_, bytes, status) => {
    const { port, asked } = await start()
    const before = head('GET /before HTTP/1.1') + head('GET /blocked HTTP/1.1')
    expect(statusesIn(await talk(port, [before + bytes + NEXT]))).toEqual([200, 403, status])
    expect(asked).toEqual(['/before'])
  })

  test('to a body with endless chunk extensions is 413, and no later request is handled', async () => {
    const { port, asked } = await start()
    const body = `1;${'x'.repeat(20_000)}\r\nx\r\n0\r\n\r\n`
    const bytes = head('POST /a HTTP/1.1', 'Transfer-Encoding: chunked\r\n') + body
    const text = await talk(port, [bytes + NEXT])
    expect(text).toContain('HTTP/1.1 413 Payload Too Large\r\n')
    expect(statusesIn(text)).toEqual([413])
    expect(asked).not.toContain('/next')
  })
})

test.each([
  ['a blocked request', head('GET /blocked HTTP/1.1'), 403],
  [
    'a blocked request with a body',
    `${head('POST /blocked HTTP/1.1', 'Content-Length: 4\r\n')}body`,
    403,
  ],
  ['an accepted expectation', `${head('POST /a HTTP/1.1', EXPECT)}body`, 200],
  [
    'an upgrade that is ignored',
    head('GET /a HTTP/1.1', 'Connection: Upgrade\r\nUpgrade: h2c\r\n'),
    200,
  ],
])('the connection stays open after the answer to %s', async (_, bytes, status) => {
  const { port, asked } = await start()
  const text = await talk(port, [bytes + NEXT])
  expect(statusesIn(text).filter((one) => one !== 100)).toEqual([status, 200])
  expect(asked.at(-1)).toBe('/next')
})
