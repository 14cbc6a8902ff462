import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { createProxy } from '../proxy/proxy.ts'
import { exchange, httpOrigin, rawClient } from '../proxy/sockets.fixture.ts'
import { createListener } from './listen.ts'

/** The listener with the proxy, as in `edge1020 serve`. */
const start = async (upstream: string) => {
  const onOriginError = vi.fn((code: number) => ({
    status: code,
    headers: {},
    body: '',
  }))
  const extra = { requestHeaders: [], responseHeaders: [], onOriginError }
  const proxy = createProxy({ upstream })
  const listener = await createListener({
    handler: (request, response) => proxy.forward(request, response, extra),
    upgrade: (request, socket, head) => proxy.upgrade(request, socket, head, extra),
    drainTimeoutMs: 5_000,
  })
  onTestFinished(async () => {
    await listener.close()
    await proxy.close({ timeoutMs: 0 })
  })
  return { ...listener, proxy, onOriginError }
}

const post = (headers: string, body = '') => `POST / HTTP/1.1\r\nHost: a\r\n${headers}\r\n${body}`

describe('listener and proxy', () => {
  test.each([
    ['CL.TE', post('Content-Length: 6\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\nG')],
    [
      'TE.CL',
      post(
        'Transfer-Encoding: chunked\r\nContent-Length: 4\r\n',
        '5c\r\nGPOST / HTTP/1.1\r\n\r\n0\r\n\r\n'
      ),
    ],
    ['TE.TE', post('Transfer-Encoding: chunked\r\nTransfer-Encoding: cow\r\n', '0\r\n\r\n')],
    [
      'a coding before the chunks',
      post('Transfer-Encoding: gzip, chunked\r\nConnection: close\r\n', '0\r\n\r\n'),
    ],
    ['a tab in the coding', post('Transfer-Encoding:\tchunked\u000b\r\n', '0\r\n\r\n')],
    ['CL.CL', post('Content-Length: 5\r\nContent-Length: 0\r\n', 'hello')],
    ['CL, CL', post('Content-Length: 5, 5\r\n', 'hello')],
    ['a folded coding', post('Transfer-Encoding:\r\n chunked\r\n', '0\r\n\r\n')],
    ['a space before the colon', post('Transfer-Encoding : chunked\r\n', '0\r\n\r\n')],
    [
      'chunks in HTTP/1.0',
      post('Transfer-Encoding: chunked\r\n', '0\r\n\r\n').replace('1.1', '1.0'),
    ],
    [
      'a bare LF in the headers',
      post('X: a\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n', 'abc'),
    ],
  ])('%s is not forwarded', async (_, request) => {
    const forwarded = vi.fn()
    const { url } = await httpOrigin((_incoming, response) => {
      forwarded()
      response.end()
    })
    const { port } = await start(url)
    expect(await exchange(port, request)).toMatch(/^HTTP\/1\.1 (?:400|501) /)
    expect(forwarded).not.toHaveBeenCalled()
  })

  test('a chunk length that overflows is refused', async () => {
    const { url } = await httpOrigin((request, response) => {
      request.on('error', () => {})
      request.resume()
      request.on('end', () => response.end())
    })
    const { port, onOriginError } = await start(url)
    const answer = await exchange(
      port,
      post('Transfer-Encoding: chunked\r\n', `3\r\nabc\r\n${'f'.repeat(17)}\r\n`)
    )
    expect(answer).toMatch(/^HTTP\/1\.1 400 /)
    expect(onOriginError).not.toHaveBeenCalled()
  })

  test('100-continue is sent when the request goes to the origin, which gets no Expect', async () => {
    const { url } = await httpOrigin(async (request, response) => {
      let body = ''
      for await (const chunk of request) body += chunk
      response.end(`<${request.headers.expect} ${body}>`)
    })
    const { port } = await start(url)
    const client = rawClient(port)
    client.send(post('Expect: 100-continue\r\nContent-Length: 5\r\n'))
    await client.until('HTTP/1.1 100 Continue\r\n\r\n')
    client.send('hello')
    await client.until('<undefined hello>')
  })

  test('h2c is not tunnelled; the request is handled normally', async () => {
    const { url } = await httpOrigin((request, response) => {
      response.end(
        `<${request.url} ${request.headers.upgrade} ${request.headers['http2-settings']}>`
      )
    })
    const { port } = await start(url)
    const answer = await exchange(
      port,
      'GET /a HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: A\r\n\r\nGET /b HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'
    )
    expect(answer.match(/<.*?>/g)).toEqual(['</a undefined undefined>', '</b undefined undefined>'])
  })

  test('closing finishes a running answer', async () => {
    let finish = () => {}
    const { url } = await httpOrigin((_, response) => {
      response.write('first')
      finish = () => response.end('last')
    })
    const edge = await start(url)
    const client = rawClient(edge.port)
    client.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    await client.until('first')
    const closed = edge.close().then(() => edge.proxy.close())
    finish()
    await closed
    expect(await client.closed).toContain('last')
  })
})
