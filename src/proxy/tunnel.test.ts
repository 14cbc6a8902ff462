import { createHash } from 'node:crypto'
import { describe, expect, test, vi } from 'vitest'
import { eventually } from '../eventually.fixture.ts'
import {
  closedPort,
  edgeTo,
  exchange,
  httpOrigin,
  rawClient,
  rawOrigin,
} from './sockets.fixture.ts'

const KEY = 'dGhlIHNhbXBsZSBub25jZQ=='
const upgrade = (more = '', protocol = 'websocket', method = 'GET') =>
  `${method} /socket?a=b HTTP/1.1\r\nHost: shop.test\r\nConnection: keep-alive, Upgrade\r\nUpgrade: ${protocol}\r\n` +
  `Sec-WebSocket-Key: ${KEY}\r\nSec-WebSocket-Version: 13\r\n${more}\r\n`

/** Accepts WebSockets and echoes bytes; frames are of no interest to a tunnel. */
const echoOrigin = async () => {
  const heads: string[] = []
  const { url, server } = await httpOrigin((_, response) => response.end('no upgrade'))
  server.on('upgrade', (request, socket, head) => {
    heads.push(`${request.url} ${JSON.stringify(request.headers)}`)
    const accept = createHash('sha1')
      .update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
      .digest('base64')
    socket.write(
      `HTTP/1.1 101 Sure\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: ${accept}\r\nSet-Cookie: a=1\r\n\r\n`
    )
    socket.on('error', () => {})
    if (head.length > 0) socket.write(head)
    socket.pipe(socket)
  })
  return { url, heads }
}

describe('upgrade', () => {
  test('a WebSocket is tunnelled both ways', async () => {
    const { url, heads } = await echoOrigin()
    const { port, pending } = await edgeTo(url, {}, { requestHeaders: [['CF-Ray', 'ours']] })
    const client = rawClient(port)
    client.send(upgrade())
    const head = await client.until('\r\n\r\n')
    expect(head).toMatch(/^HTTP\/1\.1 101 Switching Protocols\r\n/)
    expect(head).toMatch(/^Connection: Upgrade\r\nUpgrade: websocket\r\n/m)
    expect(head).toContain('Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=')
    expect(head).toContain('CF-RAY: 8f3c2d1e0a9b7c65-AMS')
    expect(head).toContain('Set-Cookie: a=1')
    expect(head.match(/^upgrade:/gim)).toHaveLength(1)
    expect(heads[0]).toMatch(/^\/socket\?a=b .*"host":"shop.test".*"cf-ray":"ours"/)
    await eventually(() => expect(pending()).toBe(0))
    client.send('ping')
    await client.until('ping')
    client.send('pong')
    await client.until('pong')
    client.socket.end()
    expect(await client.closed).toMatch(/pingpong$/)
  })

  test('what follows the request at once is not lost', async () => {
    const { url } = await echoOrigin()
    const { port } = await edgeTo(url)
    const client = rawClient(port)
    client.send(`${upgrade()}early`)
    await client.until(/\r\n\r\nearly$/)
  })

  test('a megabyte comes back whole', async () => {
    const { url } = await echoOrigin()
    const { port } = await edgeTo(url)
    const client = rawClient(port)
    client.send(upgrade())
    const head = await client.until('\r\n\r\n')
    client.send('x'.repeat(1_000_000))
    await eventually(() => expect(client.text().length).toBe(head.length + 1_000_000))
  })

  test.each([
    ['visitor', 'origin'],
    ['origin', 'visitor'],
  ])('when the %s breaks off, the %s hears of it', async (who) => {
    const switched = 'HTTP/1.1 101 X\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'
    const { url, sockets } = await rawOrigin((socket) => socket.write(switched))
    const { port } = await edgeTo(url)
    const client = rawClient(port)
    client.send(upgrade())
    await client.until('\r\n\r\n')
    expect(sockets.size).toBe(1)
    if (who === 'visitor') client.socket.resetAndDestroy()
    else for (const socket of sockets) socket.resetAndDestroy()
    await client.closed
    await eventually(() => expect(sockets.size).toBe(0))
  })

  test('an origin that does not upgrade answers as usual', async () => {
    const { url } = await httpOrigin((_, response) => {
      response.writeHead(426, { 'X-Why': 'no sockets' })
      response.end('x'.repeat(300_000))
    })
    const { port, pending } = await edgeTo(url)
    const answer = await exchange(port, upgrade())
    expect(answer).toMatch(/^HTTP\/1\.1 426 /)
    expect(answer).toContain('X-Why: no sockets')
    expect(answer).toContain('Connection: close')
    expect(answer.match(/x/g)!.length).toBeGreaterThanOrEqual(300_000)
    expect(pending()).toBe(0)
  })

  test.each([
    ['', 'h2c', 'GET'],
    ['', 'websocket, h2c', 'GET'],
    ['', 'websocket', 'POST'],
    ['Content-Length: 5\r\n', 'websocket', 'GET'],
    ['Transfer-Encoding: chunked\r\nContent-Length: 5\r\n', 'websocket', 'GET'],
    ['Transfer-Encoding: chunked\r\n', 'websocket', 'GET'],
  ])('with %j, %s and %s nothing is tunnelled', async (more, protocol, method) => {
    const { url, heads } = await echoOrigin()
    const { port } = await edgeTo(url)
    const answer = await exchange(port, upgrade(more, protocol, method))
    expect(answer).toMatch(/^HTTP\/1\.1 400 /)
    expect(heads).toEqual([])
  })

  test('an origin that is down: 521', async () => {
    const edge = await edgeTo(`http://127.0.0.1:${await closedPort()}`)
    expect(await exchange(edge.port, upgrade())).toMatch(/^HTTP\/1\.1 521 .*error code: 521\n$/s)
    expect(edge.failures.map(({ code }) => code)).toEqual([521])
  })

  test('a visitor who leaves while the origin thinks cancels it', async () => {
    const asked = vi.fn()
    const cancelled = vi.fn()
    const { url } = await rawOrigin(asked, (socket) => socket.once('close', cancelled))
    const { port, pending, failures } = await edgeTo(url)
    const client = rawClient(port)
    client.send(upgrade())
    await eventually(() => expect(asked).toHaveBeenCalled())
    client.socket.destroy()
    await eventually(() => expect(pending()).toBe(0))
    await eventually(() => expect(cancelled).toHaveBeenCalled())
    expect(failures).toEqual([])
  })

  test('closing the proxy ends tunnels', async () => {
    const { url } = await echoOrigin()
    const { port, proxy } = await edgeTo(url)
    const client = rawClient(port)
    client.send(upgrade())
    await client.until('\r\n\r\n')
    await proxy.close()
    expect(await client.closed).toMatch(/^HTTP\/1\.1 101/)
  })
})
