import type { IncomingHttpHeaders } from 'node:http'
import { describe, expect, test } from 'vitest'
import { exchange } from '../proxy/sockets.fixture.ts'
import { mirror, site } from './serve.fixture.ts'

interface Mirrored {
  headers: IncomingHttpHeaders
  rawHeaders: string[]
}

/** Sends one plain HTTP request through the edge. Returns the request at the origin; `undefined` if it was blocked. */
const seen = async (
  headers: string,
  { block = 'false', trust = [] as string[], host = 'shop.test' } = {}
): Promise<Mirrored | undefined> => {
  const { port } = await site(mirror, { tls: undefined, block, trust })
  const answer = await exchange(
    port,
    `GET / HTTP/1.1\r\nHost: ${host}\r\n${headers}Connection: close\r\n\r\n`
  )
  if (answer.startsWith('HTTP/1.1 403 ')) return undefined
  expect(answer).toMatch(/^HTTP\/1\.1 200 /)
  return JSON.parse(/\{.*\}/s.exec(answer)![0])
}

/** Returns all values that a CGI application finds under one name. */
const cgi = ({ rawHeaders }: Mirrored, name: string) =>
  rawHeaders.filter(
    (_, i) => i % 2 === 1 && rawHeaders[i - 1]!.toLowerCase().replace(/[^a-z\d]/g, '-') === name
  )

describe('the origin sees the same request as the rules', () => {
  test('headers that the edge sets have no second value, in any spelling', async () => {
    const names = ['X_Forwarded_Proto', 'x-forwarded_for', 'CDN_Loop', 'CF_IPCountry', 'cf.ray']
    const mirrored = (await seen(names.map((name) => `${name}: forged\r\n`).join('')))!
    expect(cgi(mirrored, 'x-forwarded-proto')).toEqual(['http'])
    expect(cgi(mirrored, 'x-forwarded-for')).toEqual(['127.0.0.1'])
    expect(cgi(mirrored, 'cdn-loop')).toEqual(['cloudflare'])
    expect(cgi(mirrored, 'cf-ipcountry')).toEqual(['XX'])
    expect(mirrored.rawHeaders).not.toContain('forged')
  })

  test.each([
    ['User-Agent', 'http.user_agent'],
    ['Referer', 'http.referer'],
  ])('a second %s is neither judged nor forwarded', async (name, field) => {
    const twice = (one: string, other: string) => `${name}: ${one}\r\n${name}: ${other}\r\n`
    const options = { block: `${field} eq "bad"` }
    expect(await seen(twice('bad', 'good'), options)).toBeUndefined()
    expect(cgi((await seen(twice('good', 'bad'), options))!, name.toLowerCase())).toEqual(['good'])
  })

  test('a rule can still detect a repeated header', async () => {
    const block = 'len(http.request.headers["user-agent"]) > 1'
    expect(await seen('User-Agent: a\r\nUser-Agent: b\r\n', { block })).toBeUndefined()
    expect(await seen('User-Agent: a\r\n', { block })).toBeDefined()
  })

  test('joins Cookie headers to one line, as rules read them', async () => {
    const mirrored = await seen('Cookie: a=1\r\nCookie: b=2\r\n', {
      block: 'not http.cookie eq "a=1; b=2"',
    })
    expect(cgi(mirrored!, 'cookie')).toEqual(['a=1; b=2'])
  })

  test.each(['shop.test', 'SHOP.test', 'shop.test.', 'Shop.Test.:8020'])(
    'a rule on the host matches %s',
    async (host) => {
      expect(await seen('', { host, block: 'http.host eq "shop.test"' })).toBeUndefined()
      const mirrored = await seen('', { host })
      expect(mirrored!.headers.host).toBe(host)
    }
  )
})

describe('the scheme', () => {
  const block = 'not ssl or not http.request.full_uri eq "https://shop.test/"'

  test.each([
    'X-Forwarded-Proto: https\r\n',
    'Forwarded: for=192.0.2.1;proto=https\r\n',
    'CF-Visitor: {"scheme":"https"}\r\nCF-Connecting-IP: 192.0.2.1\r\n',
  ])('of a trusted peer’s %j applies to rules and reaches the origin', async (headers) => {
    const mirrored = await seen(headers, { block, trust: ['loopback'] })
    expect(mirrored?.headers['x-forwarded-proto']).toBe('https')
    expect(mirrored?.headers['cf-visitor']).toBe('{"scheme":"https"}')
  })

  test('of a peer that is not trusted is the connection’s', async () => {
    expect(await seen('X-Forwarded-Proto: https\r\n', { block })).toBeUndefined()
    const mirrored = await seen('X-Forwarded-Proto: https\r\n')
    expect(mirrored?.headers['x-forwarded-proto']).toBe('http')
  })
})
