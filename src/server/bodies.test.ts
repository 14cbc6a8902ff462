import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { createEdge } from '../edge.ts'
import { memoryStore } from '../events/memory.ts'
import { httpOrigin, rawClient } from '../proxy/sockets.fixture.ts'
import { rulesFromObjects } from '../rules/objects.ts'
import { serve } from './serve.ts'

const RULES = {
  rules: [{ name: 'evil', expression: 'http.request.body.raw contains "evil"', action: 'block' }],
}

/** An edge in front of an origin that answers with the SHA-256 of the body. */
const start = async ({ timeoutMs = 10_000, read = async () => {} } = {}) => {
  const asked = vi.fn()
  const origin = await httpOrigin(async (request, response) => {
    asked(request.method, request.headers['content-length'] ?? 'chunked')
    const hash = createHash('sha256')
    try {
      for await (const chunk of request) {
        hash.update(chunk)
        await read()
      }
      response.end(hash.digest('hex'))
    } catch {
      response.destroy()
    }
  })
  const edge = createEdge({
    ruleset: rulesFromObjects([RULES]),
    store: memoryStore(),
    body: { timeoutMs },
  })
  const errors = vi.fn()
  const served = await serve({ edge, upstream: origin.url, onError: errors })
  onTestFinished(() => served.close())
  const client = () => rawClient(Number(new URL(served.url).port))
  return { edge, asked, errors, client, served }
}

const sha = (text: string) => createHash('sha256').update(text).digest('hex')

const post = (header: string, body = '') =>
  `POST / HTTP/1.1\r\nHost: a\r\nAccept-Encoding: identity\r\n${header}\r\n\r\n${body}`

const LONG = 'x'.repeat(8_000_000)

describe('serve with a rule on bodies', () => {
  test('streams the rest of the body at the pace of the origin', async () => {
    const { client, asked } = await start({ read: () => sleep(1) })
    const { send, until } = client()
    send(post(`Content-Length: ${LONG.length}`, LONG))
    await until(sha(LONG))
    expect(asked.mock.calls).toEqual([['POST', String(LONG.length)]])
  })

  test('keeps a long chunked body chunked', async () => {
    const { client, asked } = await start()
    const { send, until } = client()
    const size = LONG.length.toString(16)
    send(post('Transfer-Encoding: chunked', `${size}\r\n${LONG}\r\n0\r\n\r\n`))
    await until(sha(LONG))
    expect(asked.mock.calls).toEqual([['POST', 'chunked']])
  })

  test('a refused request does not reach the origin', async () => {
    const { client, asked } = await start()
    const { send, until } = client()
    send(post('Content-Length: 4', 'evil'))
    await until('error code: 1020')
    send(post('Content-Length: 4', 'good'))
    await until(sha('good'))
    expect(asked).toHaveBeenCalledOnce()
  })

  test.each(['good', ''])(
    'a body that stalls after %j is forwarded as it arrives',
    async (text) => {
      const { client, asked } = await start({ timeoutMs: 20 })
      const { send, until } = client()
      send(post('Content-Length: 10', text))
      await sleep(60)
      const rest = 'x'.repeat(10 - text.length)
      send(rest)
      await until(sha(text + rest))
      expect(asked.mock.calls).toEqual([['POST', '10']])
    }
  )

  test('a body that stalls after a match is refused, and the connection stays usable', async () => {
    const { client, asked } = await start({ timeoutMs: 20 })
    const { send, until } = client()
    send(post('Content-Length: 10', 'evil'))
    await until('error code: 1020')
    send('x'.repeat(6) + post('Content-Length: 4', 'good'))
    await until(sha('good'))
    expect(asked).toHaveBeenCalledOnce()
  })

  test('a request does not reach the origin if the visitor leaves before its body is judged', async () => {
    const { client, asked, edge, errors } = await start()
    const { send, socket } = client()
    send(post('Content-Length: 10', 'evil'))
    await expect.poll(() => edge.stats.judged).toBe(1)
    await sleep(20)
    socket.resetAndDestroy()
    await expect.poll(() => edge.stats.blocked).toBe(1)
    expect(asked).not.toHaveBeenCalled()
    expect(errors).not.toHaveBeenCalled()
  })

  test('pipelined requests are each judged by their own body', async () => {
    const { client } = await start()
    const { send, until } = client()
    send(['good', 'evil', 'last'].map((text) => post('Content-Length: 4', text)).join(''))
    const text = await until(sha('last'))
    const [good, evil, last] = [sha('good'), 'error code: 1020', sha('last')].map((part) =>
      text.indexOf(part)
    )
    expect(good).toBeGreaterThan(0)
    expect(evil).toBeGreaterThan(good!)
    expect(last).toBeGreaterThan(evil!)
  })

  test('the edge does not wait for the body of a WebSocket request', async () => {
    const { client, asked } = await start()
    const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 10'
    const { send, until } = client()
    send(post(upgrade).replace('POST', 'GET'))
    await until('400 Bad Request')
    expect(asked).not.toHaveBeenCalled()
  })

  test('closing waits for a request whose body is being judged', async () => {
    const { client, served, edge } = await start()
    const { send, until } = client()
    send(post('Content-Length: 4', 'go'))
    await expect.poll(() => edge.stats.judged).toBe(1)
    const closed = served.close()
    send('od')
    await until(sha('good'))
    await closed
  })
})
