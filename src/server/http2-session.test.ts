import { connect, createServer, type ServerHttp2Session } from 'node:http2'
import type { AddressInfo, Socket } from 'node:net'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { rawClient } from '../proxy/sockets.fixture.ts'
import { answerOn, FLAG, FRAME, frame } from './http2.fixture.ts'
import { type Supervised, supervise } from './http2-session.ts'

const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'
/** HPACK: `GET https /` of `a`. */
const GET = '\x82\x84\x87\x41\x01a'

/** An HTTP/2 server without TLS that answers when the test requests it. */
const start = async (idleMs: number, pingTimeoutMs?: number) => {
  const server = createServer()
  const sockets: Socket[] = []
  const sessions: Supervised[] = []
  const answers: (() => void)[] = []
  const serverSessions: ServerHttp2Session[] = []
  server.on('connection', (socket) => sockets.push(socket))
  server.prependListener('connection', (socket: Socket) => {
    server.once('session', (session: ServerHttp2Session) => {
      serverSessions.push(session)
      sessions.push(supervise(session, socket, { idleMs, pingTimeoutMs }))
    })
  })
  server.on('stream', (stream) => {
    stream.on('error', () => {})
    answers.push(() => {
      stream.respond({ ':status': 200 })
      stream.end('late')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return {
    port: (server.address() as AddressInfo).port,
    sockets,
    sessions,
    serverSessions,
    answers,
  }
}

describe('supervise', () => {
  test('a response may exceed the idle timeout if the visitor answers PINGs', async () => {
    const { port, answers, serverSessions } = await start(60_000, 60_000)
    const session = connect(`http://127.0.0.1:${port}`)
    onTestFinished(() => session.destroy())
    const pings = vi.fn()
    session.on('ping', pings)
    const answer = answerOn(session.request({}))
    await expect.poll(() => answers.length).toBe(1)
    const timeouts = vi.spyOn(serverSessions[0]!, 'setTimeout')
    const afterPong = () => timeouts.mock.calls.filter(([ms]) => ms === 60_000)
    for (let times = 1; times <= 3; times++) {
      // Set only now, so that on a slow machine the connection is not idle before its request.
      serverSessions[0]!.setTimeout(20)
      // The server restores its timeout when the answer to its PING arrives.
      await expect.poll(() => afterPong().length).toBe(times)
      expect(pings).toHaveBeenCalledTimes(times)
    }
    expect(session.closed).toBe(false)
    answers[0]!()
    expect(await answer).toMatchObject({ status: 200, body: 'late', reset: 0 })
    serverSessions[0]!.setTimeout(20)
    await expect.poll(() => session.closed).toBe(true)
  })

  test.each([
    ['is silent', ''],
    ['broke the protocol', frame(FRAME.data, 0, 1, 'x'.repeat(20_000))],
  ])('a connection with streams is closed if the visitor %s', async (_, last) => {
    const { port, sockets } = await start(30, 100)
    const { send, socket } = rawClient(port)
    send(PREFACE)
    send(frame(FRAME.settings, 0, 0))
    send(frame(FRAME.headers, FLAG.endHeaders, 1, GET))
    send(last)
    await expect.poll(() => sockets[0]?.destroyed).toBe(true)
    socket.destroy()
  })

  test('notices a visitor that breaks the protocol and leaves', async () => {
    const { port, sockets } = await start(30, 100)
    const { send, socket, until } = rawClient(port)
    send(PREFACE)
    send(frame(FRAME.settings, 0, 0))
    send(frame(FRAME.headers, FLAG.endHeaders, 1, GET))
    send(frame(FRAME.data, 0, 1, 'x'.repeat(20_000)))
    // The server's SETTINGS show that it is reading.
    await until(/./s)
    socket.destroy()
    await expect.poll(() => sockets[0]?.destroyed).toBe(true)
  })

  test('cuts off a visitor that sent too much, even after its GOAWAY on a half-open connection', async () => {
    const { port, sockets, sessions, answers, serverSessions } = await start(60_000)
    const { send, socket } = rawClient(port)
    socket.allowHalfOpen = true
    send(PREFACE)
    send(frame(FRAME.settings, 0, 0))
    send(frame(FRAME.headers, FLAG.endHeaders | FLAG.endStream, 1, GET))
    await expect.poll(() => answers.length).toBe(1)
    // Node then waits for the visitor's side to close.
    send(frame(FRAME.goaway, 0, 0, '\0'.repeat(8)))
    await expect.poll(() => serverSessions[0]!.closed).toBe(true)
    sessions[0]!.calmDown()
    await expect.poll(() => sockets[0]!.destroyed, { timeout: 10_000 }).toBe(true)
    socket.destroy()
  })

  test('leave() waits for streams, but not for the visitor to close', async () => {
    const { port, sockets, sessions, answers } = await start(60_000)
    const { send, socket, text } = rawClient(port)
    socket.allowHalfOpen = true
    send(PREFACE)
    send(frame(FRAME.settings, 0, 0))
    send(frame(FRAME.headers, FLAG.endHeaders | FLAG.endStream, 1, GET))
    await expect.poll(() => answers.length).toBe(1)
    const before = text().length
    sessions[0]!.leave()
    // Waits for the GOAWAY.
    await expect.poll(() => text().length).toBeGreaterThan(before)
    expect(sockets[0]!.destroyed).toBe(false)
    answers[0]!()
    await expect.poll(() => sockets[0]!.destroyed).toBe(true)
  })
})
