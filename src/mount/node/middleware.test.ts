import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, get } from 'node:http'
import { connect, createServer as createHttp2Server } from 'node:http2'
import type { AddressInfo, Server } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createEdge } from '../../edge.ts'
import { memoryStore } from '../../events/memory.ts'
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
