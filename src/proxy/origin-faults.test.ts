import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { eventually } from '../eventually.fixture.ts'
import { edgeTo, exchange, rawClient, rawOrigin } from './sockets.fixture.ts'

const get = (more = 'Connection: close\r\n', method = 'GET') =>
  `${method} / HTTP/1.1\r\nHost: a\r\n${more}\r\n`
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'

describe('an interim response', () => {
  test.each([
    'HTTP/1.1 100 Continue\r\n\r\n',
    'HTTP/1.1 100 Continue\r\nX-A: 1\r\n\r\n',
    'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n',
    'HTTP/1.1 102 Processing\r\n\r\n',
    'HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n',
  ])('that nobody asked for is passed over: %j', async (interim) => {
    const { url, sockets } = await rawOrigin((socket) => socket.write(interim + OK))
    const { port, failures } = await edgeTo(url)
    const client = rawClient(port)
    client.send(get(''))
    expect(await client.until('ok')).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
    client.send(get())
    expect((await client.closed).match(/HTTP\/1\.1/g)).toHaveLength(2)
    expect(failures).toEqual([])
    expect(sockets.size).toBe(1)
  })
})

describe('a transfer coding that is not only chunked: 520', () => {
  test.each(['gzip', 'gzip, chunked', 'deflate', 'identity', 'chunked, gzip'])(
    '%s',
    async (coding) => {
      const { url } = await rawOrigin((socket) => {
        socket.write(`HTTP/1.1 200 OK\r\nTransfer-Encoding: ${coding}\r\n\r\n2\r\nok\r\n0\r\n\r\n`)
      })
      const { port } = await edgeTo(url)
      expect(await exchange(port, get())).toMatch(/^HTTP\/1\.1 520 /)
    }
  )

  test.each(['chunked', 'Chunked'])('but %s passes', async (coding) => {
    const { url } = await rawOrigin((socket) =>
      socket.write(`HTTP/1.1 200 OK\r\nTransfer-Encoding: ${coding}\r\n\r\n2\r\nok\r\n0\r\n\r\n`)
    )
    const { port } = await edgeTo(url)
    expect(await exchange(port, get())).toMatch(/^HTTP\/1\.1 200 /)
  })
})

test.each(['ZZ\r\nok\r\n0\r\n\r\n', '\r\n', '-1\r\nok'])(
  'a first chunk that is none: 520 (%j)',
  async (chunk) => {
    const { url } = await rawOrigin((socket) =>
      socket.write(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${chunk}`)
    )
    const { port, failures } = await edgeTo(url)
    expect(await exchange(port, get())).toMatch(/^HTTP\/1\.1 520 .*error code: 520\n$/s)
    expect(failures.map(({ code }) => code)).toEqual([520])
  }
)

describe('a reused connection that the origin closes', () => {
  /** Answers the first request of a connection; closes or resets instead of answering the second. */
  const closing = (how: 'end' | 'reset', isEvery = false) => {
    const requests: string[] = []
    const answered = new WeakSet<object>()
    const origin = rawOrigin((socket, chunk) => {
      requests.push(chunk)
      if (answered.has(socket) || (isEvery && requests.length > 1)) {
        if (how === 'end') socket.end()
        else socket.resetAndDestroy()
        return
      }
      answered.add(socket)
      socket.write(OK)
    })
    return { origin, requests }
  }

  test.each([
    ['GET', 'end'],
    ['GET', 'reset'],
    ['OPTIONS', 'end'],
    ['DELETE', 'reset'],
  ] as const)('has a %s sent once more (%s)', async (method, how) => {
    const { origin, requests } = closing(how)
    const { port, failures } = await edgeTo((await origin).url)
    const client = rawClient(port)
    for (let i = 1; i <= 4; i++) {
      client.send(get('', method))
      await eventually(() => expect(client.text().split('ok')).toHaveLength(i + 1))
    }
    expect(client.text().match(/HTTP\/1\.1 \d+/g)).toEqual(Array(4).fill('HTTP/1.1 200'))
    expect(failures).toEqual([])
    expect(requests.length).toBeGreaterThan(4)
  })

  test('twice gets an error of the origin, without a third attempt', async () => {
    const { origin, requests } = closing('end', true)
    const { port, failures } = await edgeTo((await origin).url)
    const client = rawClient(port)
    client.send(get(''))
    await client.until('ok')
    client.send(get())
    expect(await client.closed).toContain('HTTP/1.1 520 ')
    expect(failures.map(({ code }) => code)).toEqual([520])
    expect(requests).toHaveLength(3)
  })

  test('is sent no third time where the new connection breaks off within a head', async () => {
    const asked = vi.fn()
    const { url } = await rawOrigin((socket) => {
      asked()
      if (asked.mock.calls.length === 1) socket.write(OK)
      else socket.end(asked.mock.calls.length > 2 ? 'HTTP/1.1 200 OK\r\nX-A' : '')
    })
    const { port, failures } = await edgeTo(url)
    const client = rawClient(port)
    client.send(get(''))
    await client.until('ok')
    client.send(get())
    expect(await client.closed).toContain('HTTP/1.1 520 ')
    expect(failures).toHaveLength(1)
    expect(asked).toHaveBeenCalledTimes(3)
  })

  test.each([
    ['a POST without a body', get('Content-Length: 0\r\nConnection: close\r\n', 'POST')],
    ['a PUT with a body', `${get('Content-Length: 2\r\nConnection: close\r\n', 'PUT')}ab`],
  ])('%s is not sent again', async (_, request) => {
    const { origin, requests } = closing('end')
    const { port, failures } = await edgeTo((await origin).url)
    const client = rawClient(port)
    client.send(get(''))
    await client.until('ok')
    client.send(request)
    expect(await client.closed).toContain('HTTP/1.1 520 ')
    expect(failures).toHaveLength(1)
    expect(requests.filter((text) => /^P(?:OST|UT)/.test(text))).toHaveLength(1)
  })

  test('a new connection that is closed is not tried again', async () => {
    const asked = vi.fn()
    const { url } = await rawOrigin((socket) => {
      asked()
      socket.end()
    })
    const { port } = await edgeTo(url)
    expect(await exchange(port, get())).toMatch(/^HTTP\/1\.1 520 /)
    expect(asked).toHaveBeenCalledTimes(1)
  })

  test('a response that broke off after it began is not asked for again', async () => {
    let count = 0
    const { url, sockets } = await rawOrigin((socket) => {
      socket.write(++count === 1 ? OK : 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf')
    })
    const { port } = await edgeTo(url)
    const client = rawClient(port)
    client.send(get(''))
    await client.until('ok')
    client.send(get())
    await client.until('half')
    for (const socket of sockets) socket.destroy()
    expect(await client.closed).toMatch(/half$/)
    expect(count).toBe(2)
  })
})

test.each(['timeout=1', 'timeout=3'])(
  'an idle connection is closed before the origin’s %s',
  async (value) => {
    const closed = vi.fn()
    // The clock of timers stands, but for what the test lets pass.
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const { url } = await rawOrigin(
      (socket) =>
        socket.write(`HTTP/1.1 200 OK\r\nKeep-Alive: ${value}\r\nContent-Length: 2\r\n\r\nok`),
      (socket) => socket.once('end', closed)
    )
    const { port } = await edgeTo(url)
    await exchange(port, get())
    vi.advanceTimersByTime(Number(value.slice(-1)) * 1_000 - 1)
    vi.useRealTimers()
    await eventually(() => expect(closed).toHaveBeenCalled())
  }
)
