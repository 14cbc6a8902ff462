import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BROWSER, get, type Running, raw, run, scratch, startBuiltServe } from './cli.ts'

const folder = scratch()
let edge: Running

beforeAll(async () => {
  edge = await startBuiltServe(['--rules', 'rules/starter.yaml', '--data', folder.dir])
})
afterAll(async () => {
  expect(await edge.stop()).toBe(0)
  folder.remove()
})

const KB = 1024
const headersOf = (count: number) =>
  Array.from({ length: count }, (_, i) => `x${i}: v`).join('\r\n')
const UA = `User-Agent: ${BROWSER}`

/** name, the bytes of the request, the status lines that are fine */
const REQUESTS: [string, string, RegExp][] = [
  ['HTTP/1.0 without Host', `GET / HTTP/1.0\r\n${UA}\r\n\r\n`, /^HTTP\/1\.1 200 /],
  [
    'HTTP/1.1 without Host',
    `GET / HTTP/1.1\r\n${UA}\r\nConnection: close\r\n\r\n`,
    /^HTTP\/1\.1 (200|400) /,
  ],
  [
    'no User-Agent',
    'GET / HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n',
    /^HTTP\/1\.1 403 /,
  ],
  [
    'a 64 KB header value',
    `GET / HTTP/1.1\r\nHost: a.test\r\n${UA}\r\nX-Big: ${'a'.repeat(64 * KB)}\r\nConnection: close\r\n\r\n`,
    /^HTTP\/1\.1 200 /,
  ],
  [
    'a 64 KB User-Agent',
    `GET / HTTP/1.1\r\nHost: a.test\r\nUser-Agent: ${'a'.repeat(64 * KB)}curl\r\nConnection: close\r\n\r\n`,
    /^HTTP\/1\.1 403 /,
  ],
  [
    '10,000 headers',
    `GET / HTTP/1.1\r\nHost: a.test\r\n${UA}\r\n${headersOf(10_000)}\r\nConnection: close\r\n\r\n`,
    /^HTTP\/1\.1 200 /,
  ],
  [
    'a User-Agent after 10,000 headers',
    `GET / HTTP/1.1\r\nHost: a.test\r\n${headersOf(10_000)}\r\nUser-Agent: curl/8\r\nConnection: close\r\n\r\n`,
    /^HTTP\/1\.1 403 /,
  ],
  [
    'more than 128 KB of headers',
    `GET / HTTP/1.1\r\nHost: a.test\r\n${UA}\r\nX-Big: ${'a'.repeat(200 * KB)}\r\nConnection: close\r\n\r\n`,
    /^HTTP\/1\.1 431 /,
  ],
  [
    'bytes that are not UTF-8',
    `GET /\xff\xfe?\x80 HTTP/1.1\r\nHost: a.test\r\n${UA} \xff\xc3\r\nConnection: close\r\n\r\n`,
    /^HTTP\/1\.1 (200|400|404) /,
  ],
  [
    'bytes that are not UTF-8 in a blocked request',
    'GET / HTTP/1.1\r\nHost: a\xff.test\r\nUser-Agent: curl \xff\xc3\r\nConnection: close\r\n\r\n',
    /^HTTP\/1\.1 (403|400) /,
  ],
  [
    'absolute form',
    `GET http://other.test/.env HTTP/1.1\r\nHost: a.test\r\n${UA}\r\nConnection: close\r\n\r\n`,
    /^HTTP\/1\.1 403 /,
  ],
  [
    'a malformed absolute form',
    `GET http://[::::/ HTTP/1.1\r\nHost: a.test\r\n${UA}\r\nConnection: close\r\n\r\n`,
    /^HTTP\/1\.1 [245]\d\d /,
  ],
  [
    '%00 in the path',
    `GET /%00/%2e%2e/%zz HTTP/1.1\r\nHost: a.test\r\n${UA}\r\nConnection: close\r\n\r\n`,
    /^HTTP\/1\.1 (200|400|404) /,
  ],
  [
    'OPTIONS *',
    `OPTIONS * HTTP/1.1\r\nHost: a.test\r\n${UA}\r\nConnection: close\r\n\r\n`,
    /^HTTP\/1\.1 [245]\d\d /,
  ],
  [
    'a method nobody knows',
    `BREW / HTTP/1.1\r\nHost: a.test\r\n${UA}\r\nConnection: close\r\n\r\n`,
    /^HTTP\/1\.1 400 /,
  ],
  ['not HTTP at all', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', /^HTTP\/1\.1 400 /],
  [
    'two lengths that disagree',
    `POST / HTTP/1.1\r\nHost: a.test\r\n${UA}\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab`,
    /^HTTP\/1\.1 400 /,
  ],
  [
    'a length beside chunks',
    `POST / HTTP/1.1\r\nHost: a.test\r\n${UA}\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    /^HTTP\/1\.1 400 /,
  ],
  [
    'an unfinished forwarded list of 60 KB',
    `GET / HTTP/1.1\r\nHost: a.test\r\n${UA}\r\nX-Forwarded-For: ${', ,;"'.repeat(12 * KB)}\r\nConnection: close\r\n\r\n`,
    /^HTTP\/1\.1 200 /,
  ],
]

describe('whatever a visitor sends', () => {
  test.each(REQUESTS)('%s gets an answer, and the edge goes on', async (_name, bytes, expected) => {
    const answer = await raw(edge.url, bytes)
    expect(answer).toMatch(expected)
    expect(answer).not.toMatch(/\bat .*\.(js|ts|mjs):\d+/)
    const after = await get(edge.url, { headers: { 'user-agent': BROWSER } })
    expect(after.status).toBe(200)
  })

  test.each(REQUESTS.filter(([, bytes]) => /^[A-Z]+ /.test(bytes)))(
    '%s: the answer has a Ray ID that can be looked up, or the dash of a request that no rule judged',
    async (_name, bytes) => {
      const answer = await raw(edge.url, bytes)
      const [, ray] = /\r\ncf-ray: ([0-9a-f]{16})-[A-Z]{3}\r\n/i.exec(answer) ?? []
      if (ray === undefined) {
        expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /)
        expect(answer).toMatch(/\r\ncf-ray: -\r\n/i)
        return
      }
      const found = await get(`${edge.admin}/api/events/${ray}`)
      expect(found.status).toBe(answer.startsWith('HTTP/1.1 403 ') ? 200 : 404)
      if (found.status === 404)
        expect(found.body).toContain('Requests that match no rule create no event')
    }
  )

  const MARKUP = '<script>alert(1)</script>"\'&amp;'

  test.each(['text/html', 'application/json', 'text/markdown'])(
    'markup in Host, path, query and User-Agent stays text in %s',
    async (accept) => {
      const answer = await raw(
        edge.url,
        `GET /.env/${encodeURI(MARKUP)}?q=${MARKUP.replaceAll(' ', '')} HTTP/1.1\r\nHost: ${MARKUP}\r\n` +
          `User-Agent: curl ${MARKUP}\r\nAccept: ${accept}\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n`
      )
      expect(answer).toMatch(/^HTTP\/1\.1 (403|400) /)
      expect(answer).not.toContain('<script>alert')
    }
  )

  test('control characters that a visitor sent do not reach the terminal', async () => {
    const { headers } = await get(edge.url, {
      headers: { 'user-agent': 'curl \x9b31mred\u202e' },
    }).catch(() => get(edge.url, { headers: { 'user-agent': 'curl \x9b31mred' } }))
    const { out } = await run(['events', String(headers['cf-ray']), '--data', folder.dir])
    expect(out).toContain('red')
    expect(out).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/)
  })
})
