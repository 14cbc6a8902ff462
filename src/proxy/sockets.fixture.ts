import { createServer, type RequestListener, type Server } from 'node:http'
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from 'node:net'
import { type ConnectionOptions, connect as connectTls } from 'node:tls'
import { onTestFinished } from 'vitest'
import type { ForwardExtra } from './exchange.ts'
import type { OriginErrorCode } from './origin-error.ts'
import { createProxy, type OriginProxy, type ProxyOptions } from './proxy.ts'
import { certificate } from './tls.fixture.ts'

const portOf = (server: { address(): unknown }) => (server.address() as AddressInfo).port

/** An HTTP origin that lives for one test. */
export const httpOrigin = async (
  listener: RequestListener
): Promise<{ url: string; server: Server }> => {
  const server = createServer({ maxHeaderSize: 1024 * 1024 }, listener)
  server.maxHeadersCount = 0
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${portOf(server)}`, server }
}

/** An origin that answers each connection's first bytes with `onData`, well-formed or not. */
export const rawOrigin = async (
  onData: (socket: Socket, chunk: string) => void,
  onConnection: (socket: Socket) => void = () => {}
): Promise<{ url: string; sockets: Set<Socket> }> => {
  const sockets = new Set<Socket>()
  const server = createTcpServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => {})
    socket.on('data', (chunk) => onData(socket, chunk.toString('latin1')))
    onConnection(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return { url: `http://127.0.0.1:${portOf(server)}`, sockets }
}

/** A port without a listener. */
export const closedPort = async (): Promise<number> => {
  const server = createTcpServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const port = portOf(server)
  await new Promise((resolve) => server.close(resolve))
  return port
}

export interface Edge {
  port: number
  url: string
  proxy: OriginProxy
  /** Codes and causes that `onOriginError` got. */
  failures: { code: OriginErrorCode; cause: unknown }[]
  /** The number of `forward` or `upgrade` calls that are not settled. */
  pending: () => number
}

/** A plain server in front of a proxy, without the listener's hardening. */
export const edgeTo = async (
  upstream: string,
  options: Omit<ProxyOptions, 'upstream'> = {},
  extra: Partial<ForwardExtra> = {}
): Promise<Edge> => {
  const failures: Edge['failures'] = []
  const proxy = createProxy({ upstream, ...options })
  const full: ForwardExtra = {
    requestHeaders: [],
    responseHeaders: [['CF-RAY', '8f3c2d1e0a9b7c65-AMS']],
    onOriginError: (code, cause) => {
      failures.push({ code, cause })
      const body = `error code: ${code}\n`
      const status = code === 1016 ? 530 : code
      return { status, headers: { 'Content-Length': String(body.length) }, body }
    },
    ...extra,
  }
  let pending = 0
  const track = async (work: Promise<void>) => {
    pending++
    await work
    pending--
  }
  const server = createServer({ requireHostHeader: false, maxHeaderSize: 128 * 1024 })
  server.maxHeadersCount = 0
  server.on('request', (request, response) => track(proxy.forward(request, response, full)))
  server.on('upgrade', (request, socket, head) => track(proxy.upgrade(request, socket, head, full)))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    server.closeAllConnections()
    server.close()
    await proxy.close({ timeoutMs: 0 })
  })
  const port = portOf(server)
  return { port, url: `http://127.0.0.1:${port}`, proxy, failures, pending: () => pending }
}

export interface RawClient {
  socket: Socket
  /** Everything received so far. */
  text: () => string
  send: (text: string | Buffer) => void
  /** Resolves with everything received, as soon as that matches. */
  until: (pattern: RegExp | string) => Promise<string>
  /** Resolves with everything received when the connection closes. */
  closed: Promise<string>
}

/** A client that sends exactly the given bytes, over TLS if `tls` is given. */
export const rawClient = (port: number, tls?: ConnectionOptions): RawClient => {
  const to = { port, host: '127.0.0.1' }
  const socket = tls === undefined ? connect(to) : connectTls({ ca: certificate, ...to, ...tls })
  let received = ''
  const waiting = new Set<() => void>()
  socket.on('data', (chunk) => {
    received += chunk.toString('latin1')
    for (const check of waiting) check()
  })
  socket.on('error', () => {})
  const closed = new Promise<string>((resolve) => socket.once('close', () => resolve(received)))
  onTestFinished(() => {
    socket.destroy()
  })
  return {
    socket,
    text: () => received,
    send: (text) => void socket.write(text),
    until: (pattern) =>
      new Promise((resolve, reject) => {
        const fits = () =>
          typeof pattern === 'string' ? received.includes(pattern) : pattern.test(received)
        const check = () => {
          if (!fits()) return
          waiting.delete(check)
          resolve(received)
        }
        waiting.add(check)
        socket.once('close', () =>
          reject(new Error(`closed before ${pattern}: ${JSON.stringify(received.slice(0, 500))}`))
        )
        check()
      }),
    closed,
  }
}

/** One request on a connection of its own; returns the raw answer. */
export const exchange = (
  port: number,
  request: string | Buffer,
  tls?: ConnectionOptions
): Promise<string> => {
  const client = rawClient(port, tls)
  client.send(request)
  return client.closed
}
