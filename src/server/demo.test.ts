import { describe, expect, onTestFinished, test } from 'vitest'
import { exchange, rawClient } from '../proxy/sockets.fixture.ts'
import { startDemoOrigin } from './demo.ts'

const start = async () => {
  const demo = await startDemoOrigin()
  onTestFinished(() => demo.close())
  return { ...demo, port: Number(new URL(demo.url).port) }
}

describe('demo origin', () => {
  test('shows the received request, escaped', async () => {
    const { url } = await start()
    const response = await fetch(url, {
      headers: {
        'CF-Ray': '8f3c2d1e0a9b7c65-AMS',
        'CF-IPCountry': 'NL',
        'X-Bad': '"><script>x</script>',
      },
    })
    const text = await response.text()
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(text).toContain('8f3c2d1e0a9b7c65-AMS')
    expect(text).toMatch(/<tr class="edge"><th scope="row">CF-IPCountry<\/th><td>NL</i)
    expect(text).toContain('&quot;&gt;&lt;script&gt;')
    expect(text).not.toContain('<script')
  })

  test('a Host cannot break out of the quotes in the example commands', async () => {
    const { port } = await start()
    const text = await exchange(
      port,
      "GET / HTTP/1.1\r\nHost: a'$(x)'\r\nConnection: close\r\n\r\n"
    )
    expect(text).toContain(
      'curl -A Mozilla &#39;http://a&#39;\\&#39;&#39;$(x)&#39;\\&#39;&#39;/headers&#39;'
    )
  })

  test('a missing page is a 404 with an explanation', async () => {
    const { url } = await start()
    const response = await fetch(`${url}/wp-login.php?a=<b>`)
    expect(response.status).toBe(404)
    expect(await response.text()).toContain('/wp-login.php?a=')
  })

  test('/headers returns method, path and headers', async () => {
    const { url } = await start()
    const response = await fetch(`${url}/headers?a=b`, { method: 'PUT', headers: { 'X-A': '1' } })
    expect(await response.json()).toMatchObject({
      method: 'PUT',
      path: '/headers?a=b',
      httpVersion: '1.1',
      headers: { 'x-a': '1' },
    })
  })

  test('/echo streams a body back, and never as HTML', async () => {
    const { port } = await start()
    const client = rawClient(port)
    client.send(
      'POST /echo HTTP/1.1\r\nHost: a\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n5\r\nfirst\r\n'
    )
    expect(await client.until('first')).toContain('Content-Type: application/octet-stream')
    client.send('4\r\nlast\r\n0\r\n\r\n')
    expect(await client.closed).toContain('last')
  })

  test('/stream arrives line by line', async () => {
    const { port } = await start()
    const client = rawClient(port)
    client.send('GET /stream HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
    expect(await client.until('line 1 of')).not.toContain('line 2 of')
    expect(await client.closed).toContain('line 5 of 5\n')
  })

  test('/healthz', async () => {
    const { url } = await start()
    expect(await (await fetch(`${url}/healthz`)).json()).toEqual({ ok: true })
  })
})
