// The proxy while bytes flow: what passes at once, what breaks off, how it closes.
import { once } from 'node:events'
import { describe, expect, test, vi } from 'vitest'
import { eventually } from '../eventually.fixture.ts'
import { CLOSE, get, statusOf } from './proxy.fixture.ts'
import {
  closedPort,
  edgeTo,
  exchange,
  httpOrigin,
  rawClient,
  rawOrigin,
} from './sockets.fixture.ts'

/** Waits until the number no longer grows. */
const steady = (read: () => number) => {
  let before = -1
  return eventually(
    () => {
      const wasBefore = before
      before = read()
      expect(before).toBe(wasBefore)
    },
    { intervalMs: 100 }
  )
}

describe('streaming', () => {
  test('the visitor has the first chunk before the origin sends the last', async () => {
    let finish = () => {}
    const { url } = await httpOrigin((_, response) => {
      response.write('first')
      finish = () => response.end('last')
    })
    const { port } = await edgeTo(url)
    const client = rawClient(port)
    client.send(get())
    expect(await client.until('first')).not.toContain('last')
    finish()
    expect(await client.closed).toContain('last')
  })

  test('the origin has the first chunk before the visitor sends the last', async () => {
    const { url } = await httpOrigin((request, response) => request.pipe(response))
    const { port } = await edgeTo(url)
    const client = rawClient(port)
    client.send(
      `POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n${CLOSE}5\r\nfirst\r\n`
    )
    await client.until('first')
    client.send('4\r\nlast\r\n0\r\n\r\n')
    expect(await client.closed).toContain('last')
  })

  test('a visitor that does not read holds the origin back', async () => {
    let sent = 0
    const { url } = await httpOrigin((_, response) => {
      const chunk = Buffer.alloc(64 * 1024)
      const write = () => {
        while (sent < 256 * 1024 * 1024 && !response.destroyed) {
          sent += chunk.length
          if (!response.write(chunk)) {
            response.once('drain', write)
            return
          }
        }
        response.end()
      }
      write()
    })
    const { port, pending } = await edgeTo(url)
    const client = rawClient(port)
    client.send(get())
    await once(client.socket, 'data')
    client.socket.pause()
    await steady(() => sent)
    expect(sent).toBeLessThan(64 * 1024 * 1024)
    client.socket.destroy()
    await eventually(() => expect(pending()).toBe(0))
  })

  test('an origin that does not read holds the visitor back', async () => {
    const { url } = await rawOrigin(
      () => {},
      (socket) => socket.pause()
    )
    const { port } = await edgeTo(url)
    const client = rawClient(port)
    const chunk = Buffer.alloc(64 * 1024)
    const limit = 256 * 1024 * 1024
    client.send(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${limit}\r\n\r\n`)
    let sent = 0
    const write = () => {
      while (sent < limit && !client.socket.destroyed) {
        sent += chunk.length
        if (!client.socket.write(chunk)) {
          client.socket.once('drain', write)
          return
        }
      }
    }
    write()
    await steady(() => sent)
    expect(sent).toBeLessThan(64 * 1024 * 1024)
  })

  test('an answer before the end of an upload reaches the visitor, and the connection stays usable', async () => {
    const { url } = await httpOrigin((request, response) => {
      response.end(`<${request.method}>`)
    })
    const { port, pending } = await edgeTo(url)
    const client = rawClient(port)
    client.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\nabc')
    await client.until('<POST>')
    client.send(Buffer.alloc(200_000 - 3))
    client.send(get())
    expect(await client.closed).toContain('<GET>')
    await eventually(() => expect(pending()).toBe(0))
  })
})

describe('breaking off', () => {
  test('an upload to an origin that is down is read and dropped, and the connection stays usable', async () => {
    const { port } = await edgeTo(`http://127.0.0.1:${await closedPort()}`)
    const client = rawClient(port)
    client.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n')
    client.send(Buffer.alloc(500_000))
    await client.until('error code: 521')
    client.send(Buffer.alloc(500_000))
    client.send(get())
    expect((await client.closed).match(/error code: 521/g)).toHaveLength(2)
  })

  test('a visitor who leaves cancels the request at the origin', async () => {
    const closed = vi.fn()
    const { url } = await httpOrigin((_, response) => {
      response.once('close', closed)
      response.write('first')
    })
    const { port, pending, failures } = await edgeTo(url)
    const client = rawClient(port)
    client.send(get())
    await client.until('first')
    client.socket.destroy()
    await eventually(() => expect(closed).toHaveBeenCalled())
    await eventually(() => expect(pending()).toBe(0))
    expect(failures).toEqual([])
  })

  test('a visitor who leaves in the middle of an upload does too, and is no fault of the origin', async () => {
    const aborted = vi.fn()
    const { url } = await httpOrigin((request) => {
      request.on('error', aborted)
      request.resume()
    })
    const { port, pending, failures } = await edgeTo(url)
    const client = rawClient(port)
    client.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nabc')
    await eventually(() => expect(pending()).toBe(1))
    client.socket.resetAndDestroy()
    await eventually(() => expect(pending()).toBe(0))
    await eventually(() => expect(aborted).toHaveBeenCalled())
    expect(failures).toEqual([])
  })

  test('pipelined requests of a visitor who leaves are cancelled, those in the queue too', async () => {
    const closed = vi.fn()
    const { url } = await httpOrigin((_, response) => {
      response.once('close', closed)
      response.write('x'.repeat(10))
    })
    const { port, pending } = await edgeTo(url)
    const client = rawClient(port)
    client.send('GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n')
    await client.until('xxx')
    await eventually(() => expect(pending()).toBe(2))
    client.socket.destroy()
    await eventually(() => expect(pending()).toBe(0))
    await eventually(() => expect(closed).toHaveBeenCalledTimes(2))
  })

  test.each([
    ['with a length', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc'],
    ['in chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n'],
  ])('an origin that breaks off a body %s does not look finished', async (_, text) => {
    const onError = vi.fn()
    const { url, sockets } = await rawOrigin((socket) => socket.write(text))
    const { port } = await edgeTo(url, { onError })
    const client = rawClient(port)
    client.send(get())
    await client.until('abc')
    for (const socket of sockets) socket.destroy()
    const answer = await client.closed
    expect(answer).not.toContain('0\r\n\r\n')
    expect(onError).toHaveBeenCalledWith(expect.objectContaining({ code: 'origin_broke_off' }))
  })

  test('an origin that falls silent within a body is given up', async () => {
    const { url } = await rawOrigin((socket) =>
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc')
    )
    const { port } = await edgeTo(url, { idleTimeoutMs: 50 })
    expect(await exchange(port, get())).toContain('abc')
  })
})

describe('close', () => {
  test('lets what is under way finish', async () => {
    let finish = () => {}
    const { url } = await httpOrigin((_, response) => {
      response.write('first')
      finish = () => response.end('last')
    })
    const { port, proxy } = await edgeTo(url)
    const client = rawClient(port)
    client.send(get())
    await client.until('first')
    const closed = proxy.close()
    finish()
    await closed
    expect(await client.closed).toContain('last')
  })

  test('breaks off what takes too long, and twice is fine', async () => {
    const { url } = await httpOrigin((_, response) => response.write('first'))
    const { port, proxy } = await edgeTo(url)
    const client = rawClient(port)
    client.send(get())
    await client.until('first')
    await Promise.all([proxy.close({ timeoutMs: 20 }), proxy.close()])
    expect(await client.closed).not.toContain('0\r\n\r\n')
  })

  test('a request after it gets an answer', async () => {
    const { url } = await httpOrigin((_, response) => response.end('hello'))
    const { port, proxy } = await edgeTo(url)
    await proxy.close()
    expect(statusOf(await exchange(port, get()))).toBe(520)
  })
})
