import type { Socket } from 'node:net'
import { describe, expect, test, vi } from 'vitest'
import { eventually } from '../eventually.fixture.ts'
import { edgeTo, exchange, httpOrigin, rawClient, rawOrigin } from './sockets.fixture.ts'

const get = (more = '', version = '1.1', method = 'GET') =>
  `${method} / HTTP/${version}\r\nHost: a\r\n${more}\r\n`

describe('a response', () => {
  test('has its head sent before there is a body', async () => {
    let finish = () => {}
    const { url } = await httpOrigin((_, response) => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' }).flushHeaders()
      finish = () => response.end('data: 1\n\n')
    })
    const { port } = await edgeTo(url)
    const client = rawClient(port)
    client.send(get('Connection: close\r\n'))
    const head = await client.until('\r\n\r\n')
    expect(head).toContain('Content-Type: text/event-stream')
    expect(head).toMatch(/\r\n\r\n$/)
    finish()
    expect(await client.closed).toContain('data: 1')
  })

  test('that comes whole is sent in one piece', async () => {
    const { url } = await rawOrigin((socket) =>
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
    )
    const { port } = await edgeTo(url)
    const client = rawClient(port)
    const pieces = vi.fn()
    client.socket.on('data', pieces)
    client.send(get())
    await client.until('ok')
    expect(pieces).toHaveBeenCalledTimes(1)
  })

  test.each([
    ['with a Content-Length', get(), 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n', 'ok'],
    ['without content', get(), 'HTTP/1.1 204 No Content\r\n', ''],
    ['that is not modified', get(), 'HTTP/1.1 304 Not Modified\r\n', ''],
    ['to HEAD', get('', '1.1', 'HEAD'), 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n', ''],
    [
      'to HTTP/1.0',
      get('', '1.0'),
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n',
      '0\r\n\r\n',
    ],
    ['that ends with the connection', get(), 'HTTP/1.1 200 OK\r\nConnection: close\r\n', 'ok'],
  ])('%s loses its Trailer header', async (_, request, head, body) => {
    const { url } = await rawOrigin((socket) => {
      socket.write(`${head}Trailer: X-Sum\r\nX-A: 1\r\n\r\n${body}`)
      if (head.includes('close')) socket.end()
    })
    const { port, failures } = await edgeTo(url)
    const client = rawClient(port)
    client.send(request)
    const answer = await client.until('\r\n\r\n')
    expect(failures).toEqual([])
    expect(answer).toMatch(/^HTTP\/1\.1 (?:200|204|304) /)
    expect(answer).toContain('X-A: 1')
    expect(answer).not.toMatch(/^trailer:/im)
  })

  test('in chunks keeps its Trailer header', async () => {
    const { url } = await httpOrigin((_, response) => {
      response.writeHead(200, { Trailer: 'X-Sum' })
      response.addTrailers({ 'X-Sum': '1' })
      response.end('body')
    })
    const { port } = await edgeTo(url)
    const answer = await exchange(port, get('Connection: close\r\n'))
    expect(answer).toMatch(/^Trailer: X-Sum\r\n/m)
    expect(answer).toContain('\r\nX-Sum: 1\r\n')
  })

  test.each([
    'Content-Length: 2\r\n\r\nok',
    'Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n',
  ])('of 205 has no content, whatever the origin sends: %j', async (rest) => {
    const { url } = await rawOrigin((socket) =>
      socket.write(`HTTP/1.1 205 Reset Content\r\n${rest}`)
    )
    const { port } = await edgeTo(url)
    const client = rawClient(port)
    client.send(get())
    const answer = await client.until('\r\n\r\n')
    expect(answer).toMatch(/^HTTP\/1\.1 205 .*^Content-Length: 0\r\n/ms)
    client.send(get('Connection: close\r\n'))
    expect((await client.closed).split('HTTP/1.1 205 ')).toHaveLength(3)
    expect(client.text()).not.toContain('ok')
  })
})

describe('an upload', () => {
  const chunkedHead = 'POST /up HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n'
  const lengthHead = (length: number) =>
    `POST /up HTTP/1.1\r\nHost: a\r\nContent-Length: ${length}\r\n\r\n`

  /** An origin that gathers what it gets, and answers when told to. */
  const listening = async () => {
    let text = ''
    let socket: Socket | undefined
    const { url } = await rawOrigin((from, chunk) => {
      text += chunk
      socket = from
    })
    const { port, failures } = await edgeTo(url)
    return {
      port,
      failures,
      text: () => text,
      answer: () => socket!.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'),
    }
  }

  test.each([
    [
      'in chunks',
      chunkedHead,
      '5\r\nhello\r\n',
      '3\r\nyou\r\n0\r\n\r\n',
      '5\r\nhello\r\n3\r\nyou\r\n0\r\n\r\n',
    ],
    ['in chunks that is empty', chunkedHead, '', '0\r\n\r\n', '0\r\n\r\n'],
    ['with a length', lengthHead(8), 'hello', 'you', 'helloyou'],
  ])('%s has its head sent before there is a body', async (_, head, one, two, body) => {
    const origin = await listening()
    const client = rawClient(origin.port)
    client.send(head)
    await eventually(() =>
      expect(origin.text()).toMatch(/^POST \/up HTTP\/1\.1\r\n[\s\S]*\r\n\r\n$/)
    )
    client.send(one)
    await eventually(() => expect(origin.text()).toContain(one.trimEnd()))
    client.send(two)
    await eventually(() => expect(origin.text()).toMatch(/\r\n\r\n[\s\S]*\r\n\r\n$|helloyou$/))
    const [, received] = /^[\s\S]*?\r\n\r\n([\s\S]*)$/.exec(origin.text())!
    expect(received).toBe(body)
    origin.answer()
    await client.until('HTTP/1.1 200 OK')
    // The connection is as usable as before.
    client.send(`${lengthHead(2)}ok`)
    await eventually(() => expect(origin.text()).toMatch(/\r\n\r\nok$/))
    expect(origin.failures).toEqual([])
  })

  test('that comes with its head is sent in one piece', async () => {
    const pieces: string[] = []
    const { url } = await rawOrigin((socket, chunk) => {
      pieces.push(chunk)
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
    })
    const { port } = await edgeTo(url)
    const client = rawClient(port)
    client.send(`${lengthHead(5)}hello`)
    await client.until('200 OK')
    expect(pieces).toHaveLength(1)
    expect(pieces[0]).toMatch(/\r\n\r\nhello$/)
  })
})
