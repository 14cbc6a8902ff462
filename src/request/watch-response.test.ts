import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import http2 from 'node:http2'
import type { AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import type { ResponseFacts } from './response-fields.ts'
import type { WatchedResponse } from './watch-response.ts'
import { createWatch } from './watch-response.ts'

type Handler = (request: IncomingMessage, response: ServerResponse) => void

/** What is told of a response that a handler sends, and what the visitor gets. */
const told = async (handler: Handler, facts: ResponseFacts[] = []) => {
  const server = createServer((request, response) => {
    createWatch((response) => facts.push(response)).watchNode(
      response as unknown as WatchedResponse
    )
    handler(request, response)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const response = await fetch(`http://127.0.0.1:${port}/`)
  await response.text()
  server.close()
  return { facts, response }
}

describe("a watch of Node's response", () => {
  test.each<[string, Handler, ResponseFacts]>([
    ['end alone', (_, response) => response.end(), { status: 200, headers: [] }],
    [
      'status and headers that are set',
      (_, response) => {
        response.statusCode = 404
        response.setHeader('X-A', '1')
        response.setHeader('Set-Cookie', ['a=1', 'b=2'])
        response.end('text')
      },
      { status: 404, headers: ['x-a', '1', 'set-cookie', 'a=1', 'set-cookie', 'b=2'] },
    ],
    [
      'writeHead with an object',
      (_, response) => response.writeHead(401, { 'X-A': 1, 'X-B': ['2', '3'] }).end(),
      { status: 401, headers: ['X-A', '1', 'X-B', '2', 'X-B', '3'] },
    ],
    [
      'writeHead with a reason and a list',
      (_, response) => response.writeHead(403, 'No', ['X-A', '1']).end(),
      { status: 403, headers: ['X-A', '1'] },
    ],
    [
      'headers that are given at last in place of those that were set',
      (_, response) => {
        response.setHeader('x-a', 'old')
        response.setHeader('x-b', 'kept')
        response.writeHead(200, { 'X-A': 'new' }).end()
      },
      { status: 200, headers: ['x-b', 'kept', 'X-A', 'new'] },
    ],
  ])('tells of %s, once', async (_, handler, expected) => {
    const { facts, response } = await told(handler)
    expect(response.status).toBe(expected.status)
    expect(facts).toHaveLength(1)
    expect(facts[0]!.status).toBe(expected.status)
    const own = facts[0]!.headers
    for (const part of expected.headers) expect(own).toContain(part)
    expect(own).not.toContain('old')
  })

  test('tells when the head is written, and waits for no body', async () => {
    const facts: ResponseFacts[] = []
    let atHead = 0
    await told((_, response) => {
      response.writeHead(200)
      response.write('first')
      atHead = facts.length
      response.end('last')
    }, facts)
    expect(atHead).toBe(1)
    expect(facts).toHaveLength(1)
  })

  test('tells of HTTP/2 too', async () => {
    const facts: ResponseFacts[] = []
    const server = http2.createServer((_, response) => {
      createWatch((one) => facts.push(one)).watchNode(response as unknown as WatchedResponse)
      response.statusCode = 418
      response.setHeader('x-a', '1')
      response.end('tea')
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const client = http2.connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    const request = client.request({ ':path': '/' })
    request.resume()
    await once(request, 'end')
    client.close()
    server.close()
    await once(server, 'close')
    expect(facts).toEqual([{ status: 418, headers: expect.arrayContaining(['x-a', '1']) }])
  })
})

test("a watch tells of the runtime's own response", () => {
  const facts: ResponseFacts[] = []
  const watch = createWatch((one) => facts.push(one))
  watch.tellFetch(new Response(null, { status: 204, headers: { 'X-A': '1' } }))
  watch.tell({ status: 500, headers: [] })
  expect(facts).toEqual([{ status: 204, headers: ['x-a', '1'] }])
})
