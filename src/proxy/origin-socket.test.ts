import { Socket } from 'node:net'
import { Pool } from 'undici'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { eventually } from '../eventually.fixture.ts'
import { guardOriginSocket, isClosedAfterReuse } from './origin-socket.ts'
import { edgeTo, exchange, rawClient, rawOrigin } from './sockets.fixture.ts'
import { originConnector, parseUpstream } from './upstream.ts'

const GET = 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'
const PARALLEL = 20
const MANY = 30
/** One read of undici's, so that the last bytes and the end come together. */
const BODY = 'x'.repeat(64 * 1024)

const FRAMINGS: [string, string][] = [
  [
    'with a length',
    `HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: ${BODY.length}\r\n\r\n${BODY}`,
  ],
  ['without a length', `HTTP/1.1 200 OK\r\n\r\n${BODY}`],
  [
    'in chunks',
    `HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n${BODY.length.toString(16)}\r\n${BODY}\r\n0\r\n\r\n`,
  ],
]

describe('an origin that closes while the parser is paused', () => {
  /** A request whose first data pauses the parser until `resume` is called. */
  const pausedAt = async (respond: (socket: Socket) => void) => {
    const { url, sockets } = await rawOrigin(respond)
    const pool = new Pool(url, { connect: originConnector(parseUpstream(url), 1_000, {}) })
    onTestFinished(() => pool.destroy())
    let resume = () => {}
    let abort = () => {}
    const onData = vi.fn((_: Buffer) => true).mockReturnValueOnce(false)
    const onComplete = vi.fn()
    const onError = vi.fn()
    pool.dispatch(
      { path: '/', method: 'GET' },
      {
        onConnect: (cancel) => {
          abort = cancel
        },
        onHeaders: (_status, _headers, go) => {
          resume = go
          return true
        },
        onData,
        onComplete,
        onError,
      }
    )
    await eventually(() => expect(onData).toHaveBeenCalled())
    return { sockets, resume: () => resume(), abort: () => abort(), onData, onComplete, onError }
  }

  /** Long enough for a FIN or RST to arrive. */
  const moment = () => new Promise((resolve) => setTimeout(resolve, 50))

  test.each([
    ['with a length', 'Content-Length: 4\r\n\r\nbody'],
    ['without a length', '\r\nbody'],
    ['in chunks', 'Transfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n'],
  ])('%s: the response completes when it goes on', async (_, rest) => {
    const { resume, onData, onComplete, onError } = await pausedAt((socket) => {
      socket.end(`HTTP/1.1 200 OK\r\nConnection: close\r\n${rest}`)
    })
    await moment()
    expect(onComplete).not.toHaveBeenCalled()
    resume()
    await eventually(() => expect(onComplete).toHaveBeenCalled())
    expect(Buffer.concat(onData.mock.calls.flat()).toString()).toBe('body')
    expect(onError).not.toHaveBeenCalled()
  })

  test('with less than its length: it fails when it goes on', async () => {
    const { resume, onComplete, onError } = await pausedAt((socket) => {
      socket.end('HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 9\r\n\r\nbody')
    })
    await moment()
    resume()
    await eventually(() => expect(onError).toHaveBeenCalled())
    expect(onComplete).not.toHaveBeenCalled()
  })

  test('by a reset: it fails', async () => {
    const { sockets, onComplete, onError } = await pausedAt((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 9\r\n\r\nbody')
    })
    for (const socket of sockets) socket.resetAndDestroy()
    await eventually(() => expect(onError).toHaveBeenCalled())
    expect(onError).toHaveBeenCalledWith(expect.objectContaining({ code: 'ORIGIN_RESET' }))
    expect(onComplete).not.toHaveBeenCalled()
  })

  test('and then is cancelled: it fails, and nothing comes after', async () => {
    const { abort, resume, onComplete, onError } = await pausedAt((socket) => {
      socket.end('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nbody')
    })
    await moment()
    abort()
    resume()
    await moment()
    expect(onError).toHaveBeenCalledOnce()
    expect(onComplete).not.toHaveBeenCalled()
  })
})

describe('an origin that closes after a body', () => {
  test.each(FRAMINGS)('%s: all of it arrives', async (_, text) => {
    const { url } = await rawOrigin((socket) => socket.end(text))
    const { port, failures } = await edgeTo(url)
    const answers = await Promise.all(Array.from({ length: PARALLEL }, () => exchange(port, GET)))
    for (const answer of answers) expect(answer.match(/x/g)).toHaveLength(BODY.length)
    expect(failures).toEqual([])
  })

  test.each([
    ['with a length', `Content-Length: ${BODY.length * MANY}\r\n`],
    ['without a length', ''],
  ])('%s: all of it arrives at a visitor who takes his time', async (_, header) => {
    const onRequest = vi.fn()
    const { url } = await rawOrigin((socket) => {
      onRequest()
      socket.end(`HTTP/1.1 200 OK\r\nConnection: close\r\n${header}\r\n${BODY.repeat(MANY)}`)
    })
    const { port } = await edgeTo(url)
    const client = rawClient(port)
    client.socket.pause()
    client.send(GET)
    await eventually(() => expect(onRequest).toHaveBeenCalled())
    await new Promise((resolve) => setTimeout(resolve, 50))
    client.socket.resume()
    expect((await client.closed).match(/x/g)).toHaveLength(BODY.length * MANY)
  })

  test.each(FRAMINGS)('%s: a visitor who leaves meanwhile harms nobody', async (_, text) => {
    const { url } = await rawOrigin((socket) => socket.end(text))
    const { port, pending } = await edgeTo(url)
    const leaving = Array.from({ length: PARALLEL }, async (_, i) => {
      const client = rawClient(port)
      client.socket.pause()
      client.send(GET)
      setTimeout(() => client.socket.resetAndDestroy(), i)
      await client.closed
    })
    await Promise.all(leaving)
    await eventually(() => expect(pending()).toBe(0))
  })
})

test('a body without a length that ends in a reset does not look whole', async () => {
  const onError = vi.fn()
  const { url, sockets } = await rawOrigin((socket) => socket.write('HTTP/1.1 200 OK\r\n\r\nhalf'))
  const { port } = await edgeTo(url, { onError })
  const client = rawClient(port)
  client.send(GET)
  // A reset takes with it what has not been read.
  await client.until('half')
  for (const socket of sockets) socket.resetAndDestroy()
  const answer = await client.closed
  expect(answer).not.toContain('0\r\n\r\n')
  expect(onError).toHaveBeenCalledWith(expect.objectContaining({ code: 'origin_broke_off' }))
})

describe('a connection that stood before', () => {
  test.each([
    ['ECONNRESET', 7, true],
    ['EPIPE', 7, true],
    ['ECONNRESET', 0, false],
    ['EPIPE', 0, false],
    ['ETIMEDOUT', 7, false],
  ])(
    'with %s after %i bytes: closed by the origin while idle is %s',
    (code, bytesRead, expected) => {
      const socket = new Socket()
      onTestFinished(() => void socket.destroy())
      Object.defineProperty(socket, 'bytesRead', { value: bytesRead })
      guardOriginSocket(socket)
      const onError = vi.fn()
      socket.on('error', onError)
      socket.emit('error', Object.assign(new Error(code), { code }))
      expect(isClosedAfterReuse(onError.mock.calls[0]![0])).toBe(expected)
    }
  )

  test.each([undefined, null, 'text', new Error('x')])('%s is no such error', (cause) => {
    expect(isClosedAfterReuse(cause)).toBe(false)
  })
})
