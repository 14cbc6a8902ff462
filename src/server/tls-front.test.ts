import { type AddressInfo, connect as connectTcp, createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ConnectionOptions, TLSSocket } from 'node:tls'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { exchange, rawClient } from '../proxy/sockets.fixture.ts'
import type { Connection } from '../visitor/visitor.ts'
import { inRecords, makeMessage } from './hello/hello.fixture.ts'
import hellos from './hello/hellos.json' with { type: 'json' }
import { createListener, type ListenerOptions } from './listen.ts'
import { TLS } from './serve.fixture.ts'

const GET = 'GET / HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n'
const V1 = 'PROXY TCP4 198.51.100.7 192.0.2.1 56324 443\r\n'
const V2 = Buffer.from('0d0a0d0a000d0a515549540a2111000cc6336407c0000201dc0401bb', 'hex')
const HELLO = Buffer.from(hellos.captured[0]!.hex, 'hex')

const statusOf = (answer: string) => Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1])

/** A listener that answers with the peer's address. */
const start = async (options: Partial<ListenerOptions> = {}) => {
  const seen: Connection[] = []
  const onError = vi.fn()
  const listener = await createListener({
    handler: (_, response, connection) => {
      seen.push(connection)
      response.end(`<${connection.remoteAddress}>`)
    },
    drainTimeoutMs: 200,
    onError,
    ...options,
  })
  onTestFinished(async () => {
    await listener.close()
    expect(onError).not.toHaveBeenCalled()
  })
  return { ...listener, seen }
}

const ask = (port: number, tls: ConnectionOptions = {}) => exchange(port, GET, tls)

/** A proxy that first writes `head`, then forwards the client's bytes in pieces of the given size. */
const relay = async (
  port: number,
  { head = '', bytes = 65_536 }: { head?: string | Buffer; bytes?: number } = {}
): Promise<number> => {
  const server = createServer((client) => {
    const upstream = connectTcp({ port, host: '127.0.0.1', noDelay: true })
    const pieces: Buffer[] = []
    const add = (data: Buffer) => {
      for (let at = 0; at < data.length; at += bytes) pieces.push(data.subarray(at, at + bytes))
    }
    const step = () => {
      const piece = pieces.shift()
      if (piece !== undefined) upstream.write(piece)
      if (!upstream.destroyed) setImmediate(step)
    }
    add(Buffer.from(head))
    step()
    client.on('data', add)
    upstream.pipe(client)
    for (const socket of [client, upstream]) {
      socket.on('error', () => {})
      socket.on('close', () => (socket === client ? upstream : client).destroy())
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}

describe('a TLS listener', () => {
  test('has an https URL, and knows the peer and its hello', async () => {
    const { url, port, seen } = await start({ tls: TLS })
    expect(url).toBe(`https://127.0.0.1:${port}`)
    expect(await ask(port)).toContain('<127.0.0.1>')
    expect(seen[0]).toMatchObject({ encrypted: true, remoteAddress: '127.0.0.1' })
    expect(seen[0]!.fields).toMatchObject({
      'cf.tls_version': 'TLSv1.3',
      'cf.tls_cipher': expect.stringMatching(/^AEAD-/),
      'cf.bot_management.ja4': expect.stringMatching(/^t13i/),
      'cf.bot_management.ja3_hash': expect.stringMatching(/^[0-9a-f]{32}$/),
    })
    expect(seen[0]!.fields).toBe(seen[0]!.fields)
  })

  test.each([
    [{ ciphers: 'TLS_AES_128_GCM_SHA256' }, 'TLSv1.3', 'AEAD-AES128-GCM-SHA256'],
    [{ ciphers: 'TLS_AES_256_GCM_SHA384' }, 'TLSv1.3', 'AEAD-AES256-GCM-SHA384'],
    [{ ciphers: 'TLS_CHACHA20_POLY1305_SHA256' }, 'TLSv1.3', 'AEAD-CHACHA20-POLY1305-SHA256'],
    [
      { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256' },
      'TLSv1.2',
      'ECDHE-ECDSA-AES128-GCM-SHA256',
    ],
  ] as const)('with %j has %s and %s', async (options, version, cipher) => {
    const { port, seen } = await start({ tls: TLS })
    expect(statusOf(await ask(port, options))).toBe(200)
    expect(seen[0]!.fields).toMatchObject({ 'cf.tls_version': version, 'cf.tls_cipher': cipher })
  })

  test.each([
    [
      'a name and protocols',
      { servername: 'localhost', ALPNProtocols: ['http/1.1'] },
      /^t13d.{4}h1/,
    ],
    ['neither', {}, /^t13i.{4}00/],
    ['TLS 1.2', { maxVersion: 'TLSv1.2' }, /^t12i/],
  ] as const)('a client with %s has another JA4', async (_, options, expected) => {
    const { port, seen } = await start({ tls: TLS })
    await ask(port, options as ConnectionOptions)
    expect(seen[0]!.fields?.['cf.bot_management.ja4']).toMatch(expected)
  })

  test('does not offer HTTP/2 without a handler for it', async () => {
    const { port, seen } = await start({ tls: TLS })
    expect(statusOf(await ask(port, { ALPNProtocols: ['h2', 'http/1.1'] }))).toBe(200)
    expect(seen).toHaveLength(1)
    expect(await ask(port, { ALPNProtocols: ['h2'] })).toBe('')
  })

  test.each([1, 3, 100])('accepts a hello in pieces of %d bytes', async (bytes) => {
    const { port } = await start({ tls: TLS })
    expect(await ask(await relay(port, { bytes }))).toContain('<127.0.0.1>')
  })

  test('accepts a request in the same packet as the end of the handshake, also on a resumed session', async () => {
    const { port, seen } = await start({ tls: TLS, tlsResumption: true })
    const first = rawClient(port, {})
    const session = new Promise<Buffer>((resolve) => first.socket.once('session', resolve))
    first.send(GET)
    await first.closed
    const second = rawClient(port, { session: await session })
    const isReused = new Promise<boolean>((resolve) => {
      const socket = second.socket as TLSSocket
      socket.once('secureConnect', () => resolve(socket.isSessionReused()))
    })
    second.send(GET)
    expect(statusOf(await second.closed)).toBe(200)
    expect(await isReused).toBe(true)
    const [full, resumed] = seen.map(
      ({ fields }) => fields!['cf.tls_client_hello_length'] as number
    )
    expect(resumed).toBeGreaterThan(full!)
  })

  test.each([
    ['a request', GET],
    ['a line', 'hello\r\n'],
    ['one byte', 'x'],
    ['zeros', '\0\0\0\0'],
    ['a PROXY header of a peer that is not trusted', V1 + GET],
  ])('answers %s in plain text with 400', async (_, text) => {
    const { port } = await start({ tls: TLS })
    const answer = await exchange(port, text)
    expect(statusOf(answer)).toBe(400)
    expect(answer).toContain('The plain HTTP request was sent to HTTPS port')
    expect(answer).toContain('Server: cloudflare\r\nCF-RAY: -\r\n')
  })

  test('answers a megabyte of plain text with 400', async () => {
    const { port } = await start({ tls: TLS })
    expect(statusOf(await exchange(port, 'x'.repeat(1_000_000)))).toBe(400)
  })

  const garbage = Buffer.alloc(1_000_000, 0xa5)
  test.each([
    ['a megabyte of something', garbage],
    [
      'a megabyte in one TLS record after the other',
      Buffer.concat([HELLO.subarray(0, 5), garbage]),
    ],
    ['a record longer than any', Buffer.from('160301ffff01', 'hex')],
    ['an alert', Buffer.from('15030100020200', 'hex')],
    ['a hello of SSL 2', Buffer.from('802e0100020015000000100100800300800700c0', 'hex')],
    ['an empty record', Buffer.from('1603010000', 'hex')],
    ['a hello that has nothing in common', inRecords(makeMessage({ ciphers: [0xc02b] }))],
  ])('closes the connection at %s', async (_, bytes) => {
    const { port, seen } = await start({ tls: TLS })
    const answer = await exchange(port, Buffer.from(bytes))
    expect(answer).not.toContain('200 OK')
    expect(seen).toEqual([])
    expect(statusOf(await ask(port))).toBe(200)
  })

  test.each([
    ['nothing', ''],
    ['half a hello', HELLO.subarray(0, 200)],
    ['the beginning of a hello that is longer than any', Buffer.from('16030140000100ffff', 'hex')],
    ['a hello', HELLO],
  ])('closes a connection that sends %s and then is silent', async (_, bytes) => {
    const { port, seen } = await start({ tls: TLS, openingTimeoutMs: 100 })
    const { send, closed } = rawClient(port)
    send(bytes as Buffer)
    await closed
    expect(seen).toEqual([])
  })

  test('closes a connection that sends a hello byte by byte for too long', async () => {
    const { port } = await start({ tls: TLS, openingTimeoutMs: 100 })
    const { socket, closed } = rawClient(port)
    let at = 0
    const timer = setInterval(() => socket.write(HELLO.subarray(at, ++at)), 20)
    onTestFinished(() => clearInterval(timer))
    expect(await closed).toBe('')
    expect(at).toBeLessThan(HELLO.length)
  })

  test.each(['end', 'resetAndDestroy'] as const)(
    'survives a client that leaves during its hello by %s',
    async (how) => {
      const { port } = await start({ tls: TLS })
      for (const length of [0, 1, 5, 200, HELLO.length]) {
        const { socket, send } = rawClient(port)
        await new Promise((resolve) => socket.once('connect', resolve))
        send(HELLO.subarray(0, length))
        await sleep(5)
        socket[how]()
      }
      expect(statusOf(await ask(port))).toBe(200)
    }
  )

  test('closes a connection without a request, without an answer', async () => {
    const { port } = await start({ tls: TLS, headersTimeoutMs: 50, timeoutCheckIntervalMs: 20 })
    expect(await rawClient(port, {}).closed).toBe('')
  })

  test.each([
    ['nonsense\r\n\r\n', 400],
    [`GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(130 * 1024)}\r\n\r\n`, 431],
    ['GET / HTTP/1.1\r\n', 408],
  ])('answers invalid requests inside TLS as without it (%#)', async (text, status) => {
    // Long enough to send the first byte on a busy machine.
    const { port } = await start({ tls: TLS, headersTimeoutMs: 2_000, timeoutCheckIntervalMs: 20 })
    expect(statusOf(await exchange(port, text, {}))).toBe(status)
  })

  test('answers 100 requests at once during 900 unfinished handshakes', async () => {
    const { port, seen } = await start({ tls: TLS })
    const greeting = Array.from({ length: 900 }, (_, i) => {
      const client = rawClient(port)
      client.send(HELLO.subarray(0, i))
      return client
    })
    await Promise.all(
      greeting.map(({ socket }) => new Promise((resolve) => socket.once('connect', resolve)))
    )
    const answers = await Promise.all(Array.from({ length: 100 }, () => ask(port)))
    expect(answers.map(statusOf).filter((status) => status !== 200)).toEqual([])
    expect(seen.every(({ fields }) => fields?.['cf.bot_management.ja4'] !== undefined)).toBe(true)
    expect(greeting.every(({ socket }) => !socket.destroyed)).toBe(true)
  })

  test('closing does not wait for unfinished handshakes', async () => {
    const { port, close } = await start({ tls: TLS, drainTimeoutMs: 60_000 })
    const silent = rawClient(port)
    const half = rawClient(port)
    half.send(HELLO.subarray(0, 200))
    const whole = rawClient(port)
    whole.send(HELLO)
    await whole.until(/./s)
    const idle = rawClient(port, {})
    await new Promise((resolve) => idle.socket.once('secureConnect', resolve))
    await sleep(20)
    await close()
    await Promise.all([silent, half, whole, idle].map(({ closed }) => closed))
  })
})

describe.each([
  ['HTTP', undefined],
  ['HTTPS', TLS],
] as const)('PROXY headers on %s', (_, tls) => {
  const trusted = { tls, proxyProtocol: () => true }
  const through = (port: number) => exchange(port, GET, tls && {})

  test.each([
    ['version 1', V1, '198.51.100.7'],
    ['version 2', V2, '198.51.100.7'],
    ['no address', 'PROXY UNKNOWN\r\n', '127.0.0.1'],
    ['a health check', Buffer.from('0d0a0d0a000d0a515549540a20000000', 'hex'), '127.0.0.1'],
    ['IPv6', 'PROXY TCP6 2001:DB8::1 ::1 1 2\r\n', '2001:db8::1'],
  ])('of %s supply the visitor’s address', async (_name, head, address) => {
    const { port } = await start(trusted)
    for (const bytes of [1, 7, 65_536]) {
      expect(await through(await relay(port, { head, bytes }))).toContain(`<${address}>`)
    }
  })

  test.each([
    ['broken', 'PROXY TCP4 a b c d\r\n'],
    ['endless', `PROXY ${'x'.repeat(200)}`],
    ['of version 3', Buffer.from('0d0a0d0a000d0a515549540a31000000', 'hex')],
    ['missing', GET],
    ['there twice', V1 + V1],
  ])('that are %s get a 400', async (_name, head) => {
    const { port, seen } = await start(trusted)
    expect(statusOf(await exchange(port, head))).toBe(400)
    expect(seen).toEqual([])
  })

  test('that are missing before a hello close the connection', async () => {
    const { port } = await start(trusted)
    expect(await exchange(port, HELLO)).toBe('')
  })

  test('that never arrive close the connection', async () => {
    const { port } = await start({ ...trusted, openingTimeoutMs: 50 })
    const { send, closed } = rawClient(port)
    send('PROXY TCP4 198.')
    expect(await closed).toBe('')
  })

  test.each([V1, V2])('of a peer that is not trusted get a 400 (%#)', async (head) => {
    const asked = vi.fn(() => false)
    const { port, seen } = await start({ tls, proxyProtocol: asked })
    expect(
      statusOf(await exchange(port, Buffer.concat([Buffer.from(head), Buffer.from(GET)])))
    ).toBe(400)
    expect(asked).toHaveBeenCalledWith('127.0.0.1')
    expect(seen).toEqual([])
  })

  test('are not required from a peer that is not trusted', async () => {
    const { port } = await start({ tls, proxyProtocol: () => false })
    expect(await through(port)).toContain('<127.0.0.1>')
  })

  test('apply to all requests on the connection, and to its upgrades', async () => {
    const { port } = await start({
      ...trusted,
      upgrade: (_request, socket, _head, { remoteAddress }) =>
        void socket.end(`{${remoteAddress}}`),
    })
    const client = rawClient(await relay(port, { head: V1 }), tls && {})
    const upgrade = (protocol: string) =>
      `GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: ${protocol}\r\n\r\n`
    client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    await client.until('<198.51.100.7>')
    client.send(upgrade('h2c'))
    await client.until(/(<198.51.100.7>.*){2}/s)
    client.send(upgrade('websocket'))
    await client.until('{198.51.100.7}')
  })
})

test('the connection of a client that leaves during its handshake closes at once', async () => {
  const { port } = await start({ tls: TLS, openingTimeoutMs: 20_000 })
  const socket = connectTcp({ port, host: '127.0.0.1', allowHalfOpen: true })
  onTestFinished(() => void socket.destroy())
  const closed = new Promise((resolve) => socket.once('close', resolve))
  // Only a socket that is read notices the end of the other side.
  socket.on('error', () => {}).resume()
  socket.end(HELLO)
  expect(await Promise.race([closed, sleep(10_000, 'open')])).not.toBe('open')
})
