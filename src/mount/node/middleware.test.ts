import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, get } from 'node:http'
import { connect, createServer as createHttp2Server } from 'node:http2'
import type { AddressInfo, Server } from 'node:net'
import { PassThrough } from 'node:stream'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import type { Edge } from '../../edge.ts'
import { createEdge } from '../../edge.ts'
import { memoryStore } from '../../events/memory.ts'
import { eventually } from '../../eventually.fixture.ts'
import { rulesFromObjects } from '../../rules/objects.ts'
import { mountNode } from './middleware.ts'

const RAY = /^[0-9a-f]{16}-LOC$/

const mount = () => {
  const ruleset = rulesFromObjects([{ rules: [] }])
  return mountNode(createEdge({ ruleset, store: memoryStore() }))
}

const listening = async (server: Server): Promise<number> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void

/** The head of the answer, with every CF-RAY as it came. */
const answerOf = async (handler: Handler, before: Handler = () => {}) => {
  const edge = mount()
  const port = await listening(
    createServer((request, response) => {
      before(request, response)
      edge(request, response, () => handler(request, response))
    })
  )
  return new Promise<{ status: number; reason: string; rays: string[]; headers: string[] }>(
    (resolve, reject) => {
      get({ port, host: '127.0.0.1', agent: false }, (message) => {
        message.resume()
        const { rawHeaders } = message
        resolve({
          status: message.statusCode!,
          reason: message.statusMessage!,
          rays: rawHeaders.filter((_, i) => rawHeaders[i - 1]?.toLowerCase() === 'cf-ray'),
          headers: rawHeaders.filter((_, i) => i % 2 === 0).map((name) => name.toLowerCase()),
        })
      }).on('error', reject)
    }
  )
}

const SHARED = Object.freeze({ 'X-App': '1' })

describe('CF-RAY on the response of an app', () => {
  test.each<[string, Handler]>([
    ['that only ends it', (_, res) => res.end('x')],
    [
      'that streams',
      (_, res) => {
        res.write('x')
        res.end()
      },
    ],
    [
      'that flushes the head',
      (_, res) => {
        res.flushHeaders()
        res.end('x')
      },
    ],
    ['that sets headers', (_, res) => void res.setHeader('X-App', '1').end('x')],
    ['writeHead(status)', (_, res) => void res.writeHead(201).end()],
    ['writeHead(status, object)', (_, res) => void res.writeHead(201, SHARED).end()],
    [
      'writeHead(status, reason, object)',
      (_, res) => void res.writeHead(201, 'Made', SHARED).end(),
    ],
    ['writeHead(status, flat list)', (_, res) => void res.writeHead(201, ['X-App', '1']).end()],
    [
      'writeHead(status, pairs)',
      (_, res) => void res.writeHead(201, [['X-App', '1']] as unknown as string[]).end(),
    ],
    [
      'that sets headers and writes others',
      (_, res) => void res.setHeader('X-App', '1').writeHead(201, { 'X-B': '2' }).end(),
    ],
    ['that has its own CF-RAY', (_, res) => void res.writeHead(201, { 'cf-ray': 'mine' }).end()],
    ['that sets its own CF-RAY', (_, res) => void res.setHeader('cf-ray', 'mine').end()],
  ])('%s', async (_, handler) => {
    const { rays } = await answerOf(handler)
    expect(rays).toEqual([expect.stringMatching(RAY)])
  })

  test('leaves status, reason and the other headers as they are', async () => {
    const answer = await answerOf((_, res) => void res.writeHead(299, 'Mine', SHARED).end())
    expect(answer).toMatchObject({ status: 299, reason: 'Mine' })
    expect(answer.headers).toContain('x-app')
    expect(SHARED).toEqual({ 'X-App': '1' })
  })

  test('is there beside what another middleware does with writeHead', async () => {
    const { rays, headers } = await answerOf(
      (_, res) => void res.writeHead(200, { 'X-App': '1' }).end(),
      (_, res) => {
        const original = res.writeHead.bind(res)
        res.writeHead = ((status: number, given: object) =>
          original(status, { ...given, 'X-Other': '1' })) as typeof res.writeHead
      }
    )
    expect(rays).toEqual([expect.stringMatching(RAY)])
    expect(headers).toEqual(expect.arrayContaining(['x-app', 'x-other']))
  })

  test('is on HTTP/2 too', async () => {
    const edge = mount()
    const server = createHttp2Server((request, response) => {
      const pair = [request, response] as unknown as [IncomingMessage, ServerResponse]
      edge(...pair, () => void response.writeHead(201, { 'x-app': '1' }).end('x'))
    })
    const port = await listening(server)
    const session = connect(`http://127.0.0.1:${port}`)
    onTestFinished(() => session.destroy())
    const headers = await new Promise<Record<string, unknown>>((resolve, reject) => {
      session.on('error', reject)
      session.request({ ':path': '/' }).on('response', resolve).on('error', reject).end()
    })
    expect(headers).toMatchObject({ ':status': 201, 'x-app': '1' })
    expect(headers['cf-ray']).toMatch(RAY)
  })

  test('and the app reads it from its request', async () => {
    let seen: unknown[] = []
    const { rays } = await answerOf((req, res) => {
      seen = [req.rayId, req.headers['cf-ray'], req.headers['cf-connecting-ip'], req.rawHeaders]
      res.end()
    })
    expect(seen).toEqual([
      rays[0]!.slice(0, 16),
      rays[0],
      '127.0.0.1',
      expect.arrayContaining(['CF-Ray', rays[0], 'CF-Connecting-IP', '127.0.0.1']),
    ])
  })
})

describe('a request', () => {
  const RULES = [
    { name: 'curl', when: { user_agent: 'curl' }, action: 'block' },
    { name: 'evil', expression: 'http.request.body.raw contains "evil"', action: 'block' },
  ]
  const newEdge = (store = memoryStore()): Edge =>
    createEdge({ ruleset: rulesFromObjects([{ rules: RULES }]), store })

  /** A pair of Node, as far as the middleware reads it. */
  const pair = (headers: Record<string, string> = {}, body?: PassThrough) => {
    const request = Object.assign(body ?? new PassThrough(), {
      method: body === undefined ? 'GET' : 'POST',
      url: '/',
      httpVersion: '1.1',
      complete: body === undefined,
      headers: { ...headers },
      rawHeaders: Object.entries(headers).flat(),
      socket: { remoteAddress: '192.0.2.7' },
    }) as unknown as IncomingMessage
    const response = Object.assign(new PassThrough(), {
      headersSent: false,
      setHeader: vi.fn(),
      writeHead: vi.fn(),
      end: vi.fn(),
    })
    return { request, response, pair: [request, response as unknown as ServerResponse] as const }
  }

  test('that is refused is answered when its event is committed, and not before', async () => {
    const store = memoryStore()
    let commit = () => {}
    const append = vi.fn(async (events: Parameters<typeof store.append>[0]) => {
      await new Promise<void>((resolve) => {
        commit = resolve
      })
      return store.append(events)
    })
    const edge = newEdge({ ...store, append })
    const { pair: given, response } = pair({ 'user-agent': 'curl' })
    const next = vi.fn()
    mountNode(edge)(...given, next)
    await eventually(() => expect(append).toHaveBeenCalledOnce())
    expect(response.writeHead).not.toHaveBeenCalled()
    commit()
    await eventually(() => expect(response.end).toHaveBeenCalledOnce())
    const [status, , headers] = response.writeHead.mock.calls[0]!
    expect(status).toBe(403)
    expect(await store.find(headers['CF-RAY'])).toMatchObject({ found: true })
    expect(next).not.toHaveBeenCalled()
  })

  test('that cannot be judged is given to `next` with the error, once', () => {
    const failure = new Error('of the edge')
    const edge = {
      ...newEdge(),
      decide: () => {
        throw failure
      },
    }
    const next = vi.fn()
    mountNode(edge)(...pair().pair, next)
    expect(next).toHaveBeenCalledExactlyOnceWith(failure)
  })

  test('that the app throws on throws through the middleware, and the app is not asked again', () => {
    const failure = new Error('of the app')
    const next = vi.fn(() => {
      throw failure
    })
    expect(() => mountNode(newEdge())(...pair().pair, next)).toThrow(failure)
    expect(next).toHaveBeenCalledOnce()
  })

  describe('whose body a rule looks at', () => {
    const upload = (given: object = {}) => {
      const body = new PassThrough()
      const made = pair({ 'content-length': '9' }, body)
      Object.assign(made.response, given)
      const resume = vi.spyOn(body, 'resume')
      return { ...made, body, resume }
    }

    test('passes on with all of it, and the rest is dropped when the response is out', async () => {
      const { pair: given, body, response, resume } = upload()
      const next = vi.fn()
      mountNode(newEdge())(...given, next)
      body.write('very good')
      await eventually(() => expect(next).toHaveBeenCalledExactlyOnceWith())
      expect(resume).not.toHaveBeenCalled()
      response.emit('finish')
      expect(resume).toHaveBeenCalledOnce()
    })

    test('is refused for it', async () => {
      const { pair: given, body, response } = upload()
      const next = vi.fn()
      mountNode(newEdge())(...given, next)
      body.write('very evil')
      await eventually(() => expect(response.end).toHaveBeenCalledOnce())
      expect(next).not.toHaveBeenCalled()
    })

    test.each([
      ['somebody else has answered', { headersSent: true }, (_: PassThrough) => {}],
      [
        'the visitor has gone',
        {},
        (body: PassThrough) => Object.defineProperty(body, 'readableAborted', { value: true }),
      ],
    ])('goes nowhere where %s', async (_, state, leave) => {
      for (const text of ['very evil', 'very good']) {
        const { pair: given, body, response } = upload(state)
        const next = vi.fn()
        mountNode(newEdge())(...given, next)
        leave(body)
        body.write(text)
        await new Promise((done) => setTimeout(done, 20))
        expect(next).not.toHaveBeenCalled()
        expect(response.end).not.toHaveBeenCalled()
      }
    })

    test('that the app throws on is not given to the app again', async () => {
      const edge = newEdge()
      let passed: Promise<unknown> | undefined
      const decide: Edge['decide'] = (...given) => {
        const verdict = edge.decide(...given)
        // Keeps what follows on the verdict: the app's error ends there, as an unhandled rejection of the program.
        return Object.defineProperty(verdict, 'then', {
          value: (...handlers: Parameters<Promise<unknown>['then']>) => {
            passed = Promise.prototype.then.apply(verdict as Promise<unknown>, handlers)
            return passed
          },
        })
      }
      const failure = new Error('of the app')
      const next = vi.fn(() => {
        throw failure
      })
      const { pair: given, body } = upload()
      mountNode({ ...edge, decide })(...given, next)
      body.write('very good')
      await expect(passed).rejects.toBe(failure)
      expect(next).toHaveBeenCalledExactlyOnceWith()
    })

    test('goes to `next` with what failed', async () => {
      const failure = new Error('of the edge')
      const edge = { ...newEdge(), decide: () => Promise.reject(failure) }
      const next = vi.fn()
      mountNode(edge)(...pair().pair, next)
      await eventually(() => expect(next).toHaveBeenCalledExactlyOnceWith(failure))
    })
  })
})
