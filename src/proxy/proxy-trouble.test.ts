// The proxy with an origin that answers wrong, late or not at all.
import { once } from 'node:events'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, connect } from 'node:net'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { eventually } from '../eventually.fixture.ts'
import { bodyOf, CLOSE, get, statusOf } from './proxy.fixture.ts'
import { closedPort, edgeTo, exchange, httpOrigin, rawOrigin } from './sockets.fixture.ts'
import { certificate, key } from './tls.fixture.ts'

describe('an origin in trouble', () => {
  const expectCode = async (edge: Awaited<ReturnType<typeof edgeTo>>, code: number) => {
    const answer = await exchange(edge.port, get())
    expect(edge.failures.map((failure) => failure.code)).toEqual([code])
    const status = code === 1016 ? 530 : code
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} <none>\r\n`))
    expect(bodyOf(answer)).toBe(`error code: ${code}\n`)
  }

  test('refused: 521', async () => {
    await expectCode(await edgeTo(`http://127.0.0.1:${await closedPort()}`), 521)
  })

  test('reset before the response: 521', async () => {
    const { url } = await rawOrigin((socket) => socket.resetAndDestroy())
    await expectCode(await edgeTo(url), 521)
  })

  test('closed without a byte: 520', async () => {
    const { url } = await rawOrigin((socket) => socket.end())
    await expectCode(await edgeTo(url), 520)
  })

  test('an address that does not answer: 522', async () => {
    // Silence in the handshake stands for silence before it, which no machine offers reliably.
    const { url } = await rawOrigin(() => {})
    await expectCode(await edgeTo(url.replace('http:', 'https:'), { connectTimeoutMs: 50 }), 522)
  })

  test('an unknown name: 1016', async () => {
    await expectCode(await edgeTo('http://origin.invalid'), 1016)
  })

  test('no response in time: 524', async () => {
    const { url } = await rawOrigin(() => {})
    await expectCode(await edgeTo(url, { responseTimeoutMs: 50 }), 524)
  })

  test.each([
    ['not HTTP', 'SSH-2.0-OpenSSH_9.6\r\n'],
    ['no status', 'HTTP/1.1\r\n\r\n'],
    ['a status of letters', 'HTTP/1.1 abc OK\r\n\r\n'],
    ['a status of 0', 'HTTP/1.1 000 OK\r\n\r\n'],
    ['a header without colon', 'HTTP/1.1 200 OK\r\nnonsense\r\n\r\n'],
    ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'],
    ['a NUL in a header', 'HTTP/1.1 200 OK\r\nA: \u0000\r\n\r\n'],
    ['an upgrade nobody asked for', 'HTTP/1.1 101 X\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n'],
    ['too many headers', `HTTP/1.1 200 OK\r\nA: ${'x'.repeat(140 * 1024)}\r\n\r\n`],
  ])('%s: 520', async (_, text) => {
    const { url } = await rawOrigin((socket) => socket.end(text))
    await expectCode(await edgeTo(url), 520)
  })

  const tlsOrigin = async () => {
    const server = createTlsServer({ cert: certificate, key }, (_, response) =>
      response.end('secret')
    )
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => {
      server.closeAllConnections()
      server.close()
    })
    return (server.address() as AddressInfo).port
  }

  test('no TLS where it is asked for: 525', async () => {
    const { url } = await httpOrigin((_, response) => response.end())
    await expectCode(await edgeTo(url.replace('http:', 'https:')), 525)
  })

  test('hanging up in the middle of the handshake: 525', async () => {
    const { url } = await rawOrigin((socket) => socket.end())
    await expectCode(await edgeTo(url.replace('http:', 'https:')), 525)
  })

  test.each([
    ['signed by nobody', {}],
    ['for another name', { ca: certificate, servername: 'other.test' }],
  ])('a certificate %s: 526', async (_, tls) => {
    await expectCode(await edgeTo(`https://127.0.0.1:${await tlsOrigin()}`, { tls }), 526)
  })

  test.each(['localhost', '127.0.0.1'])(
    'a certificate for %s is checked against the upstream, not the visitor’s Host',
    async (name) => {
      const { port } = await edgeTo(`https://${name}:${await tlsOrigin()}`, {
        tls: { ca: certificate },
      })
      expect(await exchange(port, get())).toContain('secret')
    }
  )

  test('an answer that cannot be made is a plain 500', async () => {
    const onError = vi.fn()
    const { port } = await edgeTo(
      `http://127.0.0.1:${await closedPort()}`,
      { onError },
      {
        onOriginError: () => {
          throw new Error('no page')
        },
      }
    )
    expect(statusOf(await exchange(port, get()))).toBe(500)
    expect(onError).toHaveBeenCalled()
  })

  test('an answer to HEAD has no body', async () => {
    const { port } = await edgeTo(`http://127.0.0.1:${await closedPort()}`)
    const answer = await exchange(port, get().replace('GET', 'HEAD'))
    expect(answer).toContain('Content-Length: 16')
    expect(bodyOf(answer)).toBe('')
  })
})

test('no answer of an origin, however cut up or broken, leaves a request hanging or ends the process', async () => {
  const texts = [
    'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX-T: 1\r\n\r\n',
    'HTTP/1.1 103 X\r\nLink: <a>\r\n\r\nHTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\nhello\r\n',
  ]
  const seed = [7]
  const random = (below: number) => {
    seed[0] = (seed[0]! * 1_103_515_245 + 12_345) % 2_147_483_648
    return Math.floor(seed[0] / 65_536) % below
  }
  const { url } = await rawOrigin((socket) => {
    let text = texts[random(texts.length)]!
    if (random(2) === 0) {
      const at = random(text.length)
      text = text.slice(0, at) + String.fromCharCode(random(256)) + text.slice(at + 1)
    }
    const end = random(3) === 0 ? random(text.length) : text.length
    const cut = random(end + 1)
    socket.write(Buffer.from(text.slice(0, cut), 'latin1'))
    setImmediate(() => {
      socket.write(Buffer.from(text.slice(cut, end), 'latin1'))
      if (random(3) === 0) socket.resetAndDestroy()
      else socket.end()
    })
  })
  const edge = await edgeTo(url, { responseTimeoutMs: 1_000, idleTimeoutMs: 1_000 })
  const visit = async (i: number) => {
    const body = i % 3 === 0 ? 'abc' : ''
    const method = body === '' ? 'GET' : 'POST'
    const head = `${method} / HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n${CLOSE}`
    if (i % 7 !== 0) return exchange(edge.port, head + body)
    const socket = connect({ port: edge.port, host: '127.0.0.1' })
    socket.on('error', () => {})
    socket.write(head)
    setTimeout(() => socket.resetAndDestroy(), random(10))
    return once(socket, 'close')
  }
  for (let round = 0; round < 10; round++) {
    await Promise.all(Array.from({ length: 30 }, (_, i) => visit(round * 30 + i)))
  }
  await eventually(() => expect(edge.pending()).toBe(0))
})
