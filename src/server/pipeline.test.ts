import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { eventually } from '../eventually.fixture.ts'
import { createListener } from './listen.ts'

const SLOW_MS = 40

/** Sends the bytes in one packet. Returns all received bytes until the connection closes, and the requests that reached the handlers. */
const exchange = async (bytes: string) => {
  const handled: string[] = []
  const { port, close } = await createListener({
    handler: async (request, response) => {
      handled.push(request.url!)
      if (request.url === '/last') {
        response.shouldKeepAlive = false
        response.end()
        return
      }
      await new Promise((resolve) => setTimeout(resolve, SLOW_MS))
      response.end(request.url)
    },
    upgrade: (request, socket) => {
      handled.push(request.url!)
      socket.end('HTTP/1.1 101 Switching Protocols\r\n\r\n')
    },
  })
  onTestFinished(close)
  const text = await new Promise<string>((resolve) => {
    let got = ''
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes))
    socket.on('data', (chunk) => {
      got += chunk
    })
    socket.on('error', () => {})
    socket.on('close', () => resolve(got))
  })
  return { statuses: [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, s]) => Number(s)), handled }
}

const get = (path: string, more = '', version = '1.1') =>
  `GET ${path} HTTP/${version}\r\nHost: a\r\n${more}\r\n`
const SLOW = get('/slow')
const NEXT = get('/next', 'Connection: close\r\n')
const WEBSOCKET = get('/ws', 'Connection: Upgrade\r\nUpgrade: websocket\r\n')

test.each([
  ['a WebSocket', WEBSOCKET, 101, ['/slow', '/ws']],
  [
    'an ignored upgrade',
    get('/h2c', 'Connection: close\r\nUpgrade: h2c\r\n'),
    200,
    ['/slow', '/h2c'],
  ],
  ['a CONNECT', 'CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n', 405, ['/slow']],
  ['a bad Host', 'GET / HTTP/1.1\r\nHost: a/b\r\n\r\n', 400, ['/slow']],
  ['what is no request', 'no\r\n\r\n', 400, ['/slow']],
  [
    'a request with a broken body',
    `${get('/b', 'Transfer-Encoding: chunked\r\n')}x`,
    400,
    ['/slow'],
  ],
])('%s is answered after the previous request', async (_, bytes, status, handled) => {
  expect(await exchange(SLOW + bytes)).toEqual({ statuses: [200, status], handled })
})

test.each([
  ['a bad Host', 'GET / HTTP/1.1\r\nHost: a/b\r\n\r\n', 400],
  ['an unknown expectation', get('/', 'Expect: x\r\n'), 417],
  ['TRACE', 'TRACE / HTTP/1.1\r\nHost: a\r\n\r\n', 405],
  ['HTTP/2 without its preface', get('/', '', '2.0'), 505],
  ['HTTP/0.9 with headers', get('/', '', '0.9'), 400],
  [
    'a WebSocket by HTTP/2.0',
    get('/', 'Connection: Upgrade\r\nUpgrade: websocket\r\n', '2.0'),
    505,
  ],
])('no request after the refusal of %s is handled', async (_, bytes, status) => {
  expect(await exchange(bytes + NEXT)).toEqual({ statuses: [status], handled: [] })
})

test.each([
  ['a WebSocket', WEBSOCKET],
  ['an ignored upgrade', get('/h2c', 'Upgrade: h2c\r\nConnection: Upgrade\r\n')],
  ['a CONNECT', 'CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['a request', NEXT],
  ['what is no request', 'no\r\n\r\n'],
])('%s after a complete answer that closes the connection is not handled', async (_, bytes) => {
  const last =
    'POST /last HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n'
  expect(await exchange(last + bytes)).toEqual({ statuses: [200], handled: ['/last'] })
})

test('handles the requests of one packet one after another', async () => {
  const many = Array.from({ length: 40 }, (_, i) => get(`/${i}`)).join('')
  const { statuses, handled } = await exchange(many + NEXT)
  expect(statuses).toEqual(Array(41).fill(200))
  expect(handled).toEqual([...Array.from({ length: 40 }, (_, i) => `/${i}`), '/next'])
})

test('stops reading a connection while many requests wait, and continues when they are answered', async () => {
  const answers: (() => void)[] = []
  let read = () => 0
  const { port, close } = await createListener({
    handler: (request, response) => {
      read = () => request.socket.bytesRead
      answers.push(() => response.end())
    },
    drainTimeoutMs: 0,
  })
  onTestFinished(close)
  const bytes = Buffer.from(get('/', `X: ${'x'.repeat(4000)}\r\n`).repeat(2000) + NEXT)
  let count = 0
  const socket = connect(port, '127.0.0.1', () => socket.write(bytes))
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  socket.on('error', () => {})
  socket.setEncoding('latin1').on('data', (text) => {
    count += String(text).split('HTTP/1.1 200').length - 1
  })
  await eventually(() => expect(answers).toHaveLength(1))
  await sleep(300)
  expect(answers).toHaveLength(1)
  expect(read()).toBeLessThan(1_000_000)
  const answering = setInterval(() => {
    for (const answer of answers.splice(0)) answer()
  })
  onTestFinished(() => clearInterval(answering))
  await closed
  expect(count).toBe(2001)
})
