// Rules that read the body in unusual cases: HTTP/2, a stalled upload, a body parser before the edge, a Fetch Request.
import type { RequestListener } from 'node:http'
import { connect as connectHttp2, createServer as createHttp2Server } from 'node:http2'
import { createEdge, nodeMiddleware } from 'edge1020/node'
import express from 'express'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import type { Mounted } from './bodies.ts'
import {
  answerHash,
  chunked,
  head,
  IGNORED,
  LIMIT,
  LONG,
  listener,
  listening,
  options,
  REFUSAL,
  RULES,
  sha,
  wire,
} from './bodies.ts'

describe('node:http2', () => {
  let mounted: Mounted
  beforeAll(async () => {
    const edge = nodeMiddleware(options())
    const server = createHttp2Server((request, response) => {
      const pair = [request, response] as unknown as Parameters<RequestListener>
      edge(...pair, () => answerHash(...pair))
    })
    mounted = await listening(server, () => server.close())
  })
  afterAll(() => mounted.stop())

  const ask = async (body: string | undefined, headers: Record<string, string>, path = '/') => {
    const session = connectHttp2(mounted.url)
    onTestFinished(() => session.destroy())
    const isEmpty = body === undefined
    const stream = session.request(
      { ':path': path, ':method': 'POST', ...headers },
      { endStream: isEmpty }
    )
    let answer = ''
    stream.setEncoding('latin1').on('data', (text) => {
      answer += text
    })
    const closed = new Promise((resolve) => stream.on('close', resolve))
    if (!isEmpty) stream.end(body)
    await closed
    return answer
  }

  test.each<[string, string | undefined, Record<string, string>, string]>([
    ['a body', 'hello', { 'content-length': '5' }, sha('hello')],
    ['a body without a length', 'hello', {}, sha('hello')],
    ['a long body without a length', LONG, {}, sha(LONG)],
    ['an empty body', '', {}, sha('')],
    ['no body', undefined, {}, sha('')],
    ['an evil body', 'evil', { 'content-length': '4' }, REFUSAL],
    ['an evil body without a length', 'evil', {}, REFUSAL],
    ['a long evil body', `evil${LONG}`, {}, REFUSAL],
  ])('%s', async (_, body, headers, expected) => {
    expect(await ask(body, headers)).toBe(expected)
  })

  test('a long body that the app does not read', async () => {
    expect(await ask(LONG, {}, '/ignore')).toBe(IGNORED)
  })
})

describe('an upload that stalls', () => {
  const stalled = async (body: string, timeoutMs: number) => {
    const edge = createEdge({ ...options(), body: { timeoutMs } })
    const mount = nodeMiddleware(edge)
    let passed = 0
    const { url, stop } = await listener((request, response) =>
      mount(request, response, () => {
        passed++
        answerHash(request, response)
      })
    )
    onTestFinished(() => void stop())
    const client = wire(url)
    client.write(`${head('Content-Length: 100\r\n')}${body}`)
    return { ...client, edge, passed: () => passed }
  }

  test('is judged by the bytes received', async () => {
    const { seen } = await stalled('evil', 50)
    await expect.poll(() => seen.text).toContain(REFUSAL)
  })

  test.each(['good', ''])('and passes with %j continues after the stall', async (body) => {
    const { passed, write, seen } = await stalled(body, 50)
    await expect.poll(passed).toBe(1)
    const rest = 'x'.repeat(100 - body.length)
    write(rest)
    await expect.poll(() => seen.text).toContain(sha(`${body}${rest}`))
  })

  test('does not reach the app if the visitor leaves', async () => {
    const { socket, edge, passed } = await stalled('evil', 20_000)
    await expect.poll(() => edge.stats.judged).toBe(1)
    await new Promise((resolve) => setTimeout(resolve, 20))
    socket.resetAndDestroy()
    await expect.poll(() => edge.stats.blocked).toBe(1)
    expect(passed()).toBe(0)
    await edge.close()
  })
})

describe('after a body parser', () => {
  const behind = async (parser: express.RequestHandler) => {
    const app = express()
    const name = { name: 'name', expression: 'http.user_agent eq "bad"', action: 'block' }
    app.use(parser)
    app.use(nodeMiddleware({ ...options(), rules: { rules: [...RULES.rules, name] } }))
    app.post('/', (request, response) => {
      response.send(request.body)
    })
    const { url, stop } = await listener(app)
    onTestFinished(() => void stop())
    return (body: string, userAgent = 'good') =>
      fetch(url, {
        method: 'POST',
        body,
        headers: { 'user-agent': userAgent, 'content-type': 'text/plain' },
      })
  }

  test('rules read the parsed body', async () => {
    const keep = (request: object, _: unknown, bytes: Uint8Array) => {
      Object.assign(request, { rawBody: bytes })
    }
    const ask = await behind(express.text({ verify: keep }))
    expect(await (await ask('good')).text()).toBe('good')
    expect((await ask('evil')).status).toBe(403)
  })

  test('rules on other fields still apply', async () => {
    const ask = await behind(express.text())
    expect(await (await ask('evil')).text()).toBe('evil')
    expect((await ask('evil', 'bad')).status).toBe(403)
  })
})

describe('a Fetch Request', () => {
  const edge = createEdge({ ...options(), body: { timeoutMs: 50 } })
  const request = (body: BodyInit) =>
    new Request('http://a.test/', { method: 'POST', body, duplex: 'half' } as RequestInit)

  test('is judged by its body, which stays readable', async () => {
    const passing = request('fine')
    expect((await edge.judge(passing)).action).toBe('pass')
    expect(await passing.text()).toBe('fine')
    expect((await edge.judge(request('evil'))).action).toBe('block')
  })

  test('with a long body keeps the whole body', async () => {
    const passing = request(chunked('y'.repeat(500_000)))
    expect((await edge.judge(passing)).action).toBe('pass')
    expect(await passing.text()).toBe('y'.repeat(500_000))
  })

  test('is read only up to the limit', async () => {
    let pulled = 0
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        pulled += 1_000
        controller.enqueue(new Uint8Array(1_000))
      },
    })
    expect((await edge.judge(request(endless))).action).toBe('pass')
    expect(pulled).toBeLessThan(LIMIT + 10_000)
  })

  test.each([
    ['evil', 'block'],
    ['fine', 'pass'],
  ])('that stalls after %j is judged by those bytes', async (text, action) => {
    const stalling = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new TextEncoder().encode(text)),
    })
    expect((await edge.judge(request(stalling))).action).toBe(action)
  })

  test('with an interrupted body is judged by the bytes received', async () => {
    let isFirst = true
    const broken = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        if (isFirst) controller.enqueue(new TextEncoder().encode('evil'))
        else controller.error(new Error('gone'))
        isFirst = false
      },
    })
    expect((await edge.judge(request(broken))).action).toBe('block')
  })

  test('with a body already read is judged without it', async () => {
    const read = request('evil')
    await read.text()
    expect((await edge.judge(read)).action).toBe('pass')
  })
})

test.each([
  ['no rule', []],
  ['only a disabled rule', [{ ...RULES.rules[0], enabled: false }]],
  [
    'only a rule about something else',
    [{ name: 'x', expression: 'ip.src.asnum eq 1', action: 'block' }],
  ],
])('if %s reads the body, the verdict is immediate', (_, rules) => {
  const edge = createEdge({ ...options(), rules: { rules } })
  const request = new Request('http://a.test/', { method: 'POST', body: 'evil' })
  expect(edge.decide(request)).not.toBeInstanceOf(Promise)
  expect(request.bodyUsed).toBe(false)
})

test('a request without a body is judged immediately, even with rules on bodies', () => {
  const edge = createEdge(options())
  expect(edge.decide(new Request('http://a.test/'))).not.toBeInstanceOf(Promise)
})

test('the limit is configurable', async () => {
  const edge = createEdge({ ...options(), body: { limitBytes: 6 } })
  const judged = (body: string) =>
    edge.judge(new Request('http://a.test/', { method: 'POST', body }))
  expect((await judged('--evil')).action).toBe('block')
  expect((await judged('---evil')).action).toBe('pass')
})
