import type { IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createEdge } from '../edge.ts'
import { memoryStore } from '../events/memory.ts'
import { httpOrigin } from '../proxy/sockets.fixture.ts'
import { rulesFromObjects } from '../rules/objects.ts'
import { serve } from './serve.ts'

const SLOW_MS = 3
const MAX_RUNS = 150
/** Time limit; within it, the test runs as many cases as a busy machine allows. */
const MAX_MS = 20_000

/** One request on the wire, and its expected answer. */
interface Case {
  bytes: string
  /** Status of the final answer; an interim 100 may precede it. */
  status: number
  /** The body of the answer, if the test knows it. */
  body?: string
  /** Whether the connection ends with the answer. */
  closes?: boolean
  /** Method and path that the origin receives; absent if it receives nothing. */
  origin?: string
  /** The path in the event of a blocked request. */
  blocked?: string
}

const head = (line: string, more = '') => `${line}\r\nHost: a.test\r\n${more}\r\n`
const chunked = (body: string) => `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`
const EXPECT = 'Expect: 100-continue\r\n'
const UPGRADE = 'Connection: Upgrade\r\nUpgrade: websocket\r\n'

/** The kinds of requests, each with its own path. */
const KINDS: Record<string, (path: string) => Case> = {
  get: (path) => ({
    bytes: head(`GET ${path} HTTP/1.1`),
    status: 200,
    body: `GET ${path} `,
    origin: `GET ${path}`,
  }),
  slow: (path) => ({
    bytes: head(`GET ${path}/slow HTTP/1.1`),
    status: 200,
    body: `GET ${path}/slow `,
    origin: `GET ${path}/slow`,
  }),
  post: (path) => ({
    bytes: `${head(`POST ${path} HTTP/1.1`, 'Content-Length: 7\r\n')}GET / x`,
    status: 200,
    body: `POST ${path} GET / x`,
    origin: `POST ${path}`,
  }),
  chunks: (path) => ({
    bytes: head(`POST ${path} HTTP/1.1`, 'Transfer-Encoding: chunked\r\n') + chunked('body'),
    status: 200,
    body: `POST ${path} body`,
    origin: `POST ${path}`,
  }),
  head: (path) => ({
    bytes: head(`HEAD ${path} HTTP/1.1`),
    status: 200,
    body: '',
    origin: `HEAD ${path}`,
  }),
  expect: (path) => ({
    bytes: `${head(`POST ${path} HTTP/1.1`, `${EXPECT}Content-Length: 4\r\n`)}body`,
    status: 200,
    body: `POST ${path} body`,
    origin: `POST ${path}`,
  }),
  h2c: (path) => ({
    bytes: head(`GET ${path} HTTP/1.1`, 'Connection: Upgrade\r\nUpgrade: h2c\r\n'),
    status: 200,
    body: `GET ${path} `,
    origin: `GET ${path}`,
  }),
  blocked: (path) => ({
    bytes: head(`GET ${path}/blocked HTTP/1.1`),
    status: 403,
    blocked: `${path}/blocked`,
  }),
  blockedPost: (path) => ({
    bytes: `${head(`POST ${path}/blocked HTTP/1.1`, 'Content-Length: 4\r\n')}body`,
    status: 403,
    blocked: `${path}/blocked`,
  }),
  close: (path) => ({
    bytes: head(`GET ${path} HTTP/1.1`, 'Connection: close\r\n'),
    status: 200,
    body: `GET ${path} `,
    origin: `GET ${path}`,
    closes: true,
  }),
  old: (path) => ({
    bytes: head(`GET ${path} HTTP/1.0`),
    status: 200,
    body: `GET ${path} `,
    origin: `GET ${path}`,
    closes: true,
  }),
  blockedExpect: (path) => ({
    bytes: `${head(`POST ${path}/blocked HTTP/1.1`, `${EXPECT}Content-Length: 4\r\n`)}body`,
    status: 403,
    blocked: `${path}/blocked`,
    closes: true,
  }),
  blockedUpgrade: (path) => ({
    bytes: head(`GET ${path}/blocked HTTP/1.1`, UPGRADE),
    status: 403,
    blocked: `${path}/blocked`,
    closes: true,
  }),
  websocket: (path) => ({
    bytes: head(`GET ${path} HTTP/1.1`, UPGRADE),
    status: 101,
    origin: `WS ${path}`,
    closes: true,
  }),
  connect: () => ({ bytes: head('CONNECT a.test:443 HTTP/1.1'), status: 405, closes: true }),
  trace: (path) => ({ bytes: head(`TRACE ${path} HTTP/1.1`), status: 405, closes: true }),
  noRequest: () => ({ bytes: 'no request\r\n\r\n', status: 400, closes: true }),
  badHost: (path) => ({
    bytes: `GET ${path} HTTP/1.1\r\nHost: a/b\r\n\r\n`,
    status: 400,
    closes: true,
  }),
  badLength: (path) => ({
    bytes: head(`POST ${path} HTTP/1.1`, 'Content-Length: 4, 5\r\n'),
    status: 400,
    closes: true,
  }),
  coding: (path) => ({
    bytes: head(`POST ${path} HTTP/1.1`, 'Transfer-Encoding: gzip, chunked\r\n') + chunked('x'),
    status: 501,
    closes: true,
  }),
  expectation: (path) => ({
    bytes: head(`GET ${path} HTTP/1.1`, 'Expect: cake\r\n'),
    status: 417,
    closes: true,
  }),
  version: (path) => ({ bytes: head(`GET ${path} HTTP/2.0`), status: 505, closes: true }),
}

interface Got {
  status: number
  ray: string | undefined
  body: string
}

/** Returns the answers in the bytes of one connection. Throws if bytes belong to no answer. */
const answersIn = (text: string, sent: readonly Case[]): Got[] => {
  const answers: Got[] = []
  let at = 0
  while (at < text.length) {
    const end = text.indexOf('\r\n\r\n', at)
    const lines = end < 0 ? [] : text.slice(at, end).split('\r\n')
    const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(lines[0] ?? '')?.[1])
    if (Number.isNaN(status))
      throw new Error(`no answer at ${at}: ${JSON.stringify(text.slice(at, at + 80))}`)
    at = end + 4
    if (status === 100) continue
    const value = (name: string) =>
      lines.find((line) => line.toLowerCase().startsWith(`${name}: `))?.slice(name.length + 2)
    let body = ''
    const isBodiless = status === 101 || sent[answers.length]?.bytes.startsWith('HEAD ')
    if (value('transfer-encoding') === 'chunked' && !isBodiless) {
      for (;;) {
        const line = text.indexOf('\r\n', at)
        const size = Number.parseInt(text.slice(at, line), 16)
        body += text.slice(line + 2, line + 2 + size)
        at = line + 4 + size
        if (size === 0) break
      }
    } else if (!isBodiless) {
      const size = Number(value('content-length') ?? text.length - at)
      body = text.slice(at, at + size)
      at += size
    }
    answers.push({ status, ray: value('cf-ray'), body })
  }
  return answers
}

/** Sends the bytes in pieces, split at the given offsets, and collects all received bytes until the connection closes. */
const talk = (port: number, bytes: string, cuts: readonly number[]) =>
  new Promise<string>((resolve) => {
    let text = ''
    const socket = connect(port, '127.0.0.1', async () => {
      socket.setNoDelay()
      let from = 0
      for (const to of [...new Set(cuts.map((cut) => cut % bytes.length))].sort((a, b) => a - b)) {
        if (to > from && socket.writable) socket.write(bytes.slice(from, to), 'latin1')
        from = to
        await turn()
      }
      if (socket.writable) socket.write(bytes.slice(from), 'latin1')
    })
    socket.setEncoding('latin1').on('data', (piece) => {
      text += piece
    })
    socket.on('error', () => {})
    socket.on('close', () => resolve(text))
  })

test('requests of one connection get one answer each, in order, and nothing after the last one', async () => {
  const seen = new Map<string, string[]>()
  const rays = new Map<string, string>()
  const note = ({ url = '', headers }: IncomingMessage, method: string) => {
    const run = url.split('/')[1]!
    seen.set(run, [...(seen.get(run) ?? []), `${method} ${url}`])
    rays.set(String(headers['cf-ray']), url)
  }
  const { url, server } = await httpOrigin(async (request, response) => {
    note(request, request.method!)
    let body = ''
    for await (const chunk of request) body += chunk
    if (request.url!.endsWith('/slow')) await sleep(SLOW_MS)
    response.end(`${request.method} ${request.url} ${body}`)
  })
  server.on('upgrade', (request, socket) => {
    note(request, 'WS')
    socket.on('error', () => {})
    socket.end(
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'
    )
  })
  const expression = 'http.request.uri.path contains "/blocked"'
  const edge = createEdge({
    ruleset: rulesFromObjects([{ rules: [{ name: 'test', expression, action: 'block' }] }]),
    store: memoryStore(),
  })
  const { url: address, close } = await serve({ edge, upstream: url })
  const port = Number(new URL(address).port)

  let run = 0
  const property = fc.asyncProperty(
    fc.array(fc.constantFrom(...Object.keys(KINDS)), { maxLength: 8 }),
    fc.array(fc.nat({ max: 5_000 }), { maxLength: 6 }),
    async (kinds, cuts) => {
      run++
      const sent = [...kinds, 'close'].map((kind, i) => KINDS[kind]!(`/${run}/${i}`))
      const last = sent.findIndex(({ closes }) => closes === true)
      const due = sent.slice(0, last + 1)
      const text = await talk(port, sent.map(({ bytes }) => bytes).join(''), cuts)
      const answers = answersIn(text, sent)
      expect(answers.map(({ status }) => status)).toEqual(due.map(({ status }) => status))
      expect(seen.get(String(run)) ?? []).toEqual(due.flatMap(({ origin = [] }) => origin))
      for (const [i, { body, blocked, origin }] of due.entries()) {
        const answer = answers[i]!
        if (body !== undefined) expect(answer.body).toBe(body)
        if (blocked !== undefined) {
          const found = await edge.store.find(answer.ray!)
          expect(found).toMatchObject({ events: [{ path: blocked }] })
        } else if (origin !== undefined || answer.status === 501) {
          // No rule matched this request: the lookup reports that, and the origin has the ID.
          const { message } = (await edge.store.find(answer.ray!)) as { message?: string }
          expect(message).toContain('Requests that match no rule create no event')
          expect(rays.get(answer.ray!)).toBe(origin?.split(' ')[1])
        } else expect(answer.ray).toBe('-')
      }
    }
  )
  try {
    await fc.assert(property, { numRuns: MAX_RUNS, interruptAfterTimeLimit: MAX_MS })
    expect(run).toBeGreaterThan(10)
  } finally {
    await close()
  }
})
