import { constants } from 'node:http2'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import type { VisitorRequest, VisitorResponse } from '../proxy/visitor.ts'
import { answerOn, FLAG, FRAME, frame, http2Client, rawHttp2 } from './http2.fixture.ts'
import { createListener, type RequestHandler } from './listen.ts'
import { TLS } from './serve.fixture.ts'

type Handler = RequestHandler<VisitorRequest, VisitorResponse>

/** More bytes than the window of one stream, and fewer than the connection window of `http2Client`. */
const LONG = Buffer.alloc(300_000, 'x')

const start = async (http2: Handler, sendTimeoutMs: number) => {
  const onError = vi.fn()
  const listener = await createListener({
    handler: (_, response) => void response.end(),
    http2,
    tls: TLS,
    sendTimeoutMs,
    drainTimeoutMs: 100,
    onError,
  })
  onTestFinished(async () => {
    await listener.close()
    expect(onError).not.toHaveBeenCalled()
  })
  return listener
}

/** Milliseconds between reads, far enough below the timeout for a busy machine. */
const READ_MS = 110

/** Writes all chunks, and waits for `drain` when `write` returns false. */
const stream = async (response: VisitorResponse, chunks: number): Promise<void> => {
  let goOn = () => {}
  response.once('close', () => goOn())
  response.writeHead(200, '', [])
  for (let i = 0; i < chunks && !response.destroyed; i++) {
    if (response.write(LONG.subarray(0, 16_000))) continue
    await new Promise<void>((resolve) => {
      goOn = resolve
      response.once('drain', resolve)
    })
  }
  response.end()
}

/** A client with a connection window for all bytes of a test, but small stream windows. */
const client = (url: string) => {
  const made = http2Client(url, { settings: { initialWindowSize: 20_000 } })
  made.session.once('connect', () => made.session.setLocalWindowSize(4_000_000))
  return made
}

describe('an HTTP/2 visitor that reads nothing', () => {
  test.each<[string, Handler]>([
    [
      'of a whole answer',
      (_, response) => {
        response.writeHead(200, '', {})
        response.end(LONG)
      },
    ],
    ['of one that is streamed', (_, response) => stream(response, 100)],
    [
      'of one whose origin waits',
      (_, response) => {
        response.writeHead(200, '', [])
        response.write(LONG)
      },
    ],
  ])('%s loses only its own stream', async (_name, handler) => {
    const closed = vi.fn()
    const { url } = await start((request, response, connection) => {
      if (request.url !== '/long') return void response.end('short')
      const startMs = performance.now()
      response.once('close', () => closed(performance.now() - startMs))
      return handler(request, response, connection)
    }, 100)
    const { open, ask } = client(url)
    const long = open({ ':path': '/long' }, { endStream: true })
    long.on('error', () => {})
    // Without a reader, a stream accepts only the bytes of its window.
    await expect.poll(() => closed.mock.calls.length).toBe(1)
    // Timers can be late, but never early.
    expect(closed.mock.calls[0]![0]).toBeGreaterThan(90)
    expect(await ask({})).toMatchObject({ status: 200, body: 'short', reset: 0 })
    await expect.poll(() => long.rstCode).toBe(constants.NGHTTP2_CANCEL)
  })

  test('not even from the socket, loses its connection', async () => {
    const closed = vi.fn()
    const { port } = await start((_, response) => {
      response.once('close', closed)
      return stream(response, 100_000)
    }, 100)
    const { send, socket } = await rawHttp2(port)
    // With windows of 2 GB for streams and connection, only TCP limits the flow.
    send(frame(FRAME.settings, 0, 0, '\0\x04\x7f\xff\xff\xff'))
    send(frame(8, 0, 0, '\x7f\0\0\0'))
    socket.pause()
    send(frame(FRAME.headers, FLAG.endHeaders | FLAG.endStream, 1, '\x82\x84\x87\x41\x01a'))
    await expect.poll(() => closed.mock.calls.length).toBe(1)
  })
})

describe('a slow HTTP/2 connection', () => {
  test('a visitor that reads slowly gets everything', async () => {
    const { url } = await start((_, response) => stream(response, 30), 3_000)
    const long = client(url).open({}, { endStream: true })
    let length = 0
    let reads = 0
    long.on('data', async (chunk) => {
      length += chunk.length
      reads++
      long.pause()
      await sleep(READ_MS)
      long.resume()
    })
    await new Promise((resolve) => long.once('close', resolve))
    expect([length, long.rstCode]).toEqual([480_000, 0])
    // The whole transfer takes longer than the send timeout.
    expect(reads * READ_MS).toBeGreaterThan(3_000)
  })

  test('stays open while the origin sends nothing for longer than the timeout', async () => {
    const { url } = await start(async (_, response) => {
      response.writeHead(200, '', [])
      response.write(Buffer.from('a'))
      await sleep(200)
      response.write(Buffer.from('b'))
      await sleep(200)
      response.end()
    }, 50)
    const { open } = client(url)
    expect(await answerOn(open({}, { endStream: true }))).toMatchObject({ body: 'ab', reset: 0 })
  })
})
