import { once } from 'node:events'
import type { Server } from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { serve, upgradeWebSocket as upgradeOnServer } from '@hono/node-server'
import { createNodeWebSocket } from '@hono/node-ws'
import { createEdge, type Edge, edge1020, memoryStore } from 'edge1020/node'
import { Hono } from 'hono'
import type { UpgradeWebSocket } from 'hono/ws'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { eventually } from '../src/eventually.fixture.ts'
import { portOf } from './cli.ts'

const RULES = {
  rules: [{ name: 'no curl', when: { user_agent: { contains: 'curl' } }, action: 'block' }],
}

/** An app whose `/ws` first sends the received headers, then echoes each message. */
const appOf = (edge: Edge, upgradeWebSocket: UpgradeWebSocket, app = new Hono()) => {
  const opened = vi.fn()
  app.use(edge1020(edge))
  app.get(
    '/ws',
    upgradeWebSocket((c) => {
      opened()
      const seen = {
        rayId: c.get('rayId'),
        ray: c.req.header('cf-ray'),
        ip: c.req.raw.headers.get('cf-connecting-ip'),
        trueClientIp: c.req.header('true-client-ip'),
      }
      return {
        onOpen: (_, ws) => ws.send(JSON.stringify(seen)),
        onMessage: ({ data }, ws) => ws.send(`echo ${data}`),
      }
    })
  )
  app.get('/page', (c) => c.text('no socket here'))
  return { app, opened }
}

const listening = async (server: Server): Promise<number> => {
  if (!server.listening) await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return portOf(server.address())
}

const onNodeServer = async (edge: Edge) => {
  const { app, opened } = appOf(edge, upgradeOnServer)
  const server = serve({
    fetch: app.fetch,
    port: 0,
    hostname: '127.0.0.1',
    websocket: { server: new WebSocketServer({ noServer: true }) },
  }) as Server
  return { port: await listening(server), opened }
}

const onNodeWs = async (edge: Edge) => {
  const empty = new Hono()
  const { injectWebSocket, upgradeWebSocket } = createNodeWebSocket({ app: empty })
  const { app, opened } = appOf(edge, upgradeWebSocket, empty)
  const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }) as Server
  injectWebSocket(server)
  return { port: await listening(server), opened }
}

const newEdge = (options = {}): Edge =>
  createEdge({ rules: RULES, store: memoryStore(), colo: 'LHR', ...options })

/** The complete answer to an opening handshake, to the end of the connection. */
const handshake = async (port: number, path: string, headers: readonly string[]) => {
  const socket = connect(port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  socket.write(
    [
      `GET ${path} HTTP/1.1`,
      'Host: shop.test',
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      ...headers,
      '',
      '',
    ].join('\r\n')
  )
  const all = await text(socket)
  const [head = '', ...rest] = all.split('\r\n\r\n')
  return { head, body: rest.join('\r\n\r\n') }
}

describe.each([
  ['@hono/node-server', onNodeServer],
  ['@hono/node-ws', onNodeWs],
])('a WebSocket of an app with the edge mounted, by %s', (name, mount) => {
  test('opens and echoes a frame', async () => {
    const edge = newEdge()
    const { port } = await mount(edge)
    const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`, {
      headers: { 'cf-ray': 'mine', 'cf-connecting-ip': '6.6.6.6', 'true-client-ip': '6.6.6.6' },
    })
    onTestFinished(() => socket.terminate())
    const upgraded = once(socket, 'upgrade')
    const messages: string[] = []
    socket.on('message', (data) => messages.push(String(data)))
    await once(socket, 'open')
    socket.send('hello')
    await eventually(() => expect(messages).toHaveLength(2))
    const seen = JSON.parse(messages[0]!)
    expect(seen).toEqual({
      rayId: expect.stringMatching(/^[0-9a-f]{16}$/),
      ray: `${seen.rayId}-LHR`,
      ip: '127.0.0.1',
    })
    expect(messages[1]).toBe('echo hello')
    const [{ headers }] = await upgraded
    // node-ws writes the answer itself and takes no extra headers.
    expect(headers['cf-ray']).toBe(name === '@hono/node-ws' ? undefined : seen.ray)
  })

  test('is refused with 1020 by a block rule, and the app sees no handshake', async () => {
    const edge = newEdge()
    const { port, opened } = await mount(edge)
    const { head, body } = await handshake(port, '/ws', [
      'User-Agent: curl/8',
      'Accept: application/json',
    ])
    expect(head).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n/)
    expect(head).toMatch(/^connection: close$/im)
    expect(head.match(/^HTTP\//gm)).toHaveLength(1)
    const ray = /^cf-ray: ([0-9a-f]{16})-LHR$/im.exec(head)![1]!
    expect(Number(/^content-length: (\d+)$/im.exec(head)![1])).toBe(Buffer.byteLength(body))
    expect(JSON.parse(body)).toMatchObject({ error_code: 1020, ray_id: ray })
    expect(await edge.store.find(ray)).toMatchObject({
      found: true,
      events: [{ action: 'block', status: 403, path: '/ws' }],
    })
    expect(opened).not.toHaveBeenCalled()
  })

  test('a client of `ws` receives the refusal as a response', async () => {
    const { port } = await mount(newEdge())
    const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`, {
      headers: { 'user-agent': 'curl/8' },
    })
    const [, response] = await once(socket, 'unexpected-response')
    expect(response.statusCode).toBe(403)
    expect(await text(response)).toBe('error code: 1020\n')
  })

  test('an invalid test override is answered with 400', async () => {
    const { port, opened } = await mount(newEdge({ overrides: true }))
    const { head, body } = await handshake(port, '/ws', ['x-edge-ip: foo'])
    expect(head).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/)
    expect(body).toContain('x-edge-ip')
    expect(opened).not.toHaveBeenCalled()
  })

  test('an ordinary request gets the same answer as without the edge', async () => {
    const { port } = await mount(newEdge())
    const { head } = await handshake(port, '/page', ['User-Agent: Mozilla/5.0'])
    expect(head).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
  })
})

test('a handshake is judged by the peer address from the app', async () => {
  const app = new Hono()
  app.use(
    edge1020({
      rules: RULES,
      store: memoryStore(),
      connection: () => ({ remoteAddress: '192.0.2.9' }),
    })
  )
  app.get('/ip', (c) => c.text(c.req.header('cf-connecting-ip') ?? ''))
  const incoming = { socket: {}, headers: {}, rawHeaders: [], httpVersion: '1.1', url: '/ip' }
  const response = await app.request('/ip', {}, { incoming, outgoing: undefined })
  expect(await response.text()).toBe('192.0.2.9')
})
