import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test, vi } from 'vitest'
import { eventually } from '../eventually.fixture.ts'
import { exchange, rawClient } from '../proxy/sockets.fixture.ts'
import { get, start, statusOf } from './listen.fixture.ts'

describe('close', () => {
  test('finishes running requests, refuses new connections, closes idle ones', async () => {
    let finish: (() => void) | undefined
    const listener = await start({
      drainTimeoutMs: 10_000,
      handler: (request, response) => {
        if (request.url === '/idle') response.end('idle')
        else finish = () => void response.end('finished')
      },
    })
    const keep = (path: string) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`
    const [idle, silent, busy] = [1, 2, 3].map(() => rawClient(listener.port))
    idle!.send(keep('/idle'))
    await idle!.until('idle')
    busy!.send(keep('/busy'))
    await eventually(() => expect(finish).toBeDefined())
    const closed = listener.close()
    await Promise.all([idle!.closed, silent!.closed])
    await expect(fetch(listener.url)).rejects.toThrow()
    expect(busy!.socket.destroyed).toBe(false)
    finish?.()
    expect(await busy!.closed).toMatch(/Connection: close.*finished/s)
    await closed
  })

  test('answers a waiting request with "Connection: close"', async () => {
    let finish: (() => void) | undefined
    const listener = await start({
      drainTimeoutMs: 10_000,
      handler: (request, response) => {
        if (request.url === '/next') response.end('next')
        else {
          response.write('begun')
          finish = () => void response.end()
        }
      },
    })
    const client = rawClient(listener.port)
    const keep = (path: string) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`
    client.send(keep('/first') + keep('/next'))
    await client.until('begun')
    const closed = listener.close()
    finish?.()
    expect(await client.closed).toMatch(
      /begun.*HTTP\/1\.1 200 OK\r\n.*Connection: close\r\n.*next$/s
    )
    await closed
  })

  test('cuts off requests that take too long, and may be called twice', async () => {
    const listener = await start({
      drainTimeoutMs: 30,
      handler: (_, response) => void response.write('x'),
    })
    const client = rawClient(listener.port)
    client.send(get())
    await client.until('x')
    await Promise.all([listener.close(), listener.close()])
    await client.closed
  })

  test('does not wait for tunnels', async () => {
    const listener = await start({
      drainTimeoutMs: 10_000,
      upgrade: (_, socket) => void socket.write('open'),
    })
    const client = rawClient(listener.port)
    client.send('GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
    await client.until('open')
    await listener.close()
    await client.closed
  })
})

test('no bytes from a visitor end the process or stop the service', async () => {
  const { port } = await start({ upgrade: (_, socket) => void socket.end() })
  const texts = [
    get(),
    'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n',
  ]
  let seed = 11
  const random = (below: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
    return Math.floor(seed / 65_536) % below
  }
  for (let round = 0; round < 10; round++) {
    await Promise.all(
      Array.from({ length: 20 }, () => {
        const text = Buffer.from(texts[random(texts.length)]!, 'latin1')
        for (let i = random(4); i > 0; i--) text[random(text.length)] = random(256)
        const client = rawClient(port)
        client.send(text)
        setTimeout(() => {
          if (random(2) === 0) client.socket.resetAndDestroy()
          else client.socket.end()
        }, random(10))
        return client.closed
      })
    )
  }
  expect(statusOf(await exchange(port, get()))).toBe(200)
})

describe('the send timeout', () => {
  const LONG = Buffer.alloc(50_000_000, 'x')

  test('closes the connection of a visitor that reads nothing', async () => {
    const closed = vi.fn()
    const { port } = await start({
      sendTimeoutMs: 100,
      handler: (_, response) => {
        response.once('close', closed)
        response.end(LONG)
      },
    })
    const { socket, send } = rawClient(port)
    socket.pause()
    send(get())
    await expect.poll(() => closed.mock.calls.length).toBe(1)
    socket.resume()
  })

  test('does not apply to a slow origin or a silent WebSocket', async () => {
    const { port } = await start({
      sendTimeoutMs: 400,
      handler: async (_, response) => {
        response.write('a')
        await sleep(900)
        response.end('b')
      },
      upgrade: async (_, socket) => {
        socket.write('HTTP/1.1 101 Switching Protocols\r\n\r\n')
        await sleep(900)
        socket.end('still here')
      },
    })
    const upgrade = 'GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'
    const [late, silent] = await Promise.all([exchange(port, get()), exchange(port, upgrade)])
    expect(late).toMatch(/a\r\n1\r\nb\r\n0\r\n\r\n$/)
    expect(silent).toMatch(/still here$/)
  })

  test('does not apply to an idle connection, which has its own timeout', async () => {
    const { port } = await start({ sendTimeoutMs: 60_000, keepAliveTimeoutMs: 50 })
    const { send, closed, until } = rawClient(port)
    send('GET / HTTP/1.1\r\nHost: a.test\r\n\r\n')
    await until('hello')
    await closed
  })
})
