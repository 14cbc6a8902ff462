// Rules that read the body, on each mount: what they decide, and that the app or origin gets every byte all the same.
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { IncomingMessage, RequestListener } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { serve } from '@hono/node-server'
import { createEdge, edge1020, memoryStore, nodeMiddleware } from 'edge1020/node'
import express from 'express'
import { Hono } from 'hono'
import { describe, expect, onTestFinished, test } from 'vitest'
import { startServe } from './cli.ts'

const RULES = {
  rules: [
    { name: 'evil', expression: 'http.request.body.raw contains "evil"', action: 'block' },
    {
      name: 'admins',
      expression: 'any(http.request.body.form["user"][*] eq "admin")',
      action: 'block',
    },
    {
      name: 'json',
      expression: 'lookup_json_string(http.request.body.raw, "kind") eq "bad"',
      action: 'block',
    },
    { name: 'huge', expression: 'http.request.body.size gt 3000000', action: 'block' },
  ],
}
const LIMIT = 131_072

const sha = (bytes: string | Uint8Array) => createHash('sha256').update(bytes).digest('hex')

const hashOf = async (request: AsyncIterable<Uint8Array>) => {
  const hash = createHash('sha256')
  for await (const chunk of request) hash.update(chunk)
  return hash.digest('hex')
}

const listening = async (listener: RequestListener): Promise<string> => {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const options = () => ({ rules: RULES, store: memoryStore(), onWarning: () => {} })
const answerHash: RequestListener = (request: IncomingMessage, response) => {
  hashOf(request).then(
    (hash) => response.end(hash),
    // The visitor left in the middle.
    () => response.destroy()
  )
}

/** Each gives the URL of something that answers with the SHA-256 of the body it got. */
const MOUNTS: [string, () => Promise<string>][] = [
  [
    'node:http',
    () => {
      const edge = nodeMiddleware(options())
      return listening((request, response) =>
        edge(request, response, () => answerHash(request, response))
      )
    },
  ],
  [
    'Express, with its body parser behind',
    () => {
      const app = express()
      app.use(nodeMiddleware(options()))
      app.use(express.raw({ type: () => true, limit: '10mb' }))
      app.post('/', (request, response) => {
        response.send(sha(Buffer.isBuffer(request.body) ? request.body : ''))
      })
      return listening(app)
    },
  ],
  [
    'Hono',
    async () => {
      const app = new Hono()
      app.use(edge1020(options()))
      app.post('/', async (c) => c.text(sha(new Uint8Array(await c.req.arrayBuffer()))))
      return new Promise((resolve) => {
        const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) =>
          resolve(`http://127.0.0.1:${port}`)
        )
        onTestFinished(() => void server.close())
      })
    },
  ],
  [
    'serve',
    async () => {
      const origin = await listening(answerHash)
      const folder = mkdtempSync(join(tmpdir(), 'edge1020-body-'))
      const file = join(folder, 'rules.json')
      writeFileSync(file, JSON.stringify(RULES))
      const running = await startServe(['--upstream', origin, '--rules', file, '--store', 'memory'])
      onTestFinished(async () => {
        await running.stop()
        rmSync(folder, { recursive: true })
      })
      return running.url
    },
  ],
]

const chunked = (text: string, size = 10_000) =>
  new ReadableStream<Uint8Array>({
    start: (controller) => {
      const bytes = new TextEncoder().encode(text)
      for (let i = 0; i < bytes.length; i += size) controller.enqueue(bytes.subarray(i, i + size))
      controller.close()
    },
  })

const post = (url: string, body: BodyInit, type = 'application/octet-stream') =>
  fetch(url, {
    method: 'POST',
    body,
    headers: { 'content-type': type, 'accept-encoding': 'identity' },
    duplex: 'half',
  } as RequestInit)

describe.each(MOUNTS)('%s', (_, mount) => {
  const LONG = 'x'.repeat(1_000_000)

  test.each<[string, () => BodyInit, string]>([
    ['a short body', () => 'hello', 'hello'],
    ['a body of one byte', () => 'x', 'x'],
    ['a chunked body', () => chunked('hello'), 'hello'],
    ['a body as long as the limit', () => 'x'.repeat(LIMIT), 'x'.repeat(LIMIT)],
    ['one byte more', () => 'x'.repeat(LIMIT + 1), 'x'.repeat(LIMIT + 1)],
    ['a long body', () => LONG, LONG],
    ['a long chunked body', () => chunked(LONG), LONG],
    ['what stands beyond the limit', () => `${LONG}evil`, `${LONG}evil`],
  ])('%s passes whole', async (_, body, text) => {
    const response = await post(await mount(), body())
    expect(response.status).toBe(200)
    expect(await response.text()).toBe(sha(text))
  })

  test('a request without a body passes', async () => {
    const response = await fetch(await mount(), { method: 'POST' })
    expect(await response.text()).toBe(sha(''))
  })

  test.each<[string, () => BodyInit, string | undefined]>([
    ['text in it', () => 'some evil thing', undefined],
    ['text in chunks', () => chunked('some evil thing', 3), undefined],
    ['text in a long one', () => `evil${LONG}`, undefined],
    ['a form', () => 'a=b&user=admin', 'application/x-www-form-urlencoded'],
    ['JSON', () => '{"kind":"bad"}', 'application/json'],
    ['its size', () => 'x'.repeat(3_000_001), undefined],
  ])('a request is refused by %s', async (name, body, type) => {
    const response = await post(await mount(), body(), type).catch((error: Error) => error)
    // A client that is still sending when the refusal comes may see the connection end instead.
    if (response instanceof Error) {
      expect(['text in a long one', 'its size']).toContain(name)
      return
    }
    expect(response.status).toBe(403)
    expect(await response.text()).toBe('error code: 1020\n')
  })
})

describe('an upload that stalls', () => {
  const stalled = async (body: string, timeoutMs: number) => {
    const edge = createEdge({ ...options(), body: { timeoutMs } })
    const mounted = nodeMiddleware(edge)
    const url = await listening((request, response) =>
      mounted(request, response, () => answerHash(request, response))
    )
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    onTestFinished(() => void socket.destroy())
    let answer = ''
    socket.on('data', (chunk) => {
      answer += chunk
    })
    socket.write(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n${body}`)
    return { socket, edge, answer: () => answer }
  }

  test('is judged by what has come', async () => {
    const { answer } = await stalled('evil', 50)
    await expect.poll(answer).toContain('error code: 1020')
  })

  test('and passes goes on where it stopped', async () => {
    const { socket, answer, edge } = await stalled('good', 50)
    await new Promise((resolve) => setTimeout(resolve, 150))
    expect(edge.stats.judged).toBe(1)
    socket.write('x'.repeat(96))
    await expect.poll(answer).toContain(sha(`good${'x'.repeat(96)}`))
  })

  test('by a visitor who leaves harms nobody', async () => {
    const { socket, edge } = await stalled('good', 10_000)
    await expect.poll(() => edge.stats.judged).toBe(1)
    socket.resetAndDestroy()
    await edge.close()
  })
})

test('`Expect: 100-continue`: the visitor is told to go on, and the body is judged', async () => {
  const [, mount] = MOUNTS.find(([name]) => name === 'serve')!
  const socket = connect(Number(new URL(await mount()).port), '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  let answer = ''
  socket.on('data', (chunk) => {
    answer += chunk
  })
  socket.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n')
  await expect.poll(() => answer).toContain('100 Continue')
  socket.write('evil')
  await expect.poll(() => answer).toContain('error code: 1020')
})

describe('a Fetch Request', () => {
  const edge = createEdge(options())
  const request = (body: BodyInit) =>
    new Request('http://a.test/', { method: 'POST', body, duplex: 'half' } as RequestInit)

  test('is judged by its body, which can still be read', async () => {
    const passing = request('fine')
    expect((await edge.judge(passing)).action).toBe('pass')
    expect(await passing.text()).toBe('fine')
    expect((await edge.judge(request('evil'))).action).toBe('block')
  })

  test('with a long body keeps all of it', async () => {
    const passing = request(chunked('y'.repeat(500_000)))
    expect((await edge.judge(passing)).action).toBe('pass')
    expect(await passing.text()).toBe('y'.repeat(500_000))
  })

  test('whose body somebody has read is judged without', async () => {
    const read = request('evil')
    await read.text()
    expect((await edge.judge(read)).action).toBe('pass')
  })
})

test('without a rule that reads the body nothing waits for it', () => {
  const edge = createEdge({ ...options(), rules: { rules: [] } })
  const request = new Request('http://a.test/', { method: 'POST', body: 'evil' })
  expect(edge.decide(request)).not.toBeInstanceOf(Promise)
})
