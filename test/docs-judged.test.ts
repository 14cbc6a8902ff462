// Every row of the tables in docs/how-a-request-is-judged.md, tried.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createEdge } from '../src/edge.ts'
import { memoryStore } from '../src/events/memory.ts'
import { exchange } from '../src/proxy/sockets.fixture.ts'
import { rulesFromObjects } from '../src/rules/objects.ts'
import { mirror, site } from '../src/server/serve.fixture.ts'
import { ROOT } from './cli.ts'

const page = readFileSync(join(ROOT, 'docs/how-a-request-is-judged.md'), 'utf8')

/** The rows of the table under a heading: the texts in code marks of each cell, joined as lines. */
const rows = (heading: string): string[][] => {
  const section = page.split(`\n## ${heading}\n`)[1]!.split('\n## ')[0]!
  const lines = section.split('\n').filter((line) => line.startsWith('|'))
  return lines.slice(2).map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, text]) => text!).join('\n'))
  )
}

const flat = (headers: string) =>
  headers.split('\n').flatMap((line) => {
    const colon = line.indexOf(': ')
    return [line.slice(0, colon), line.slice(colon + 2)]
  })

/** Whether an expression holds for a request. */
const holds = async (
  expression: string,
  { host = 'shop.test', url = '/', headers = 'Accept: */*', peer = '192.0.2.9' }
): Promise<boolean> => {
  const edge = createEdge({
    ruleset: rulesFromObjects([{ rules: [{ name: 'row', expression, action: 'block' }] }]),
    store: memoryStore(),
    trust: ['10.0.0.0/8'],
  })
  const rawHeaders = ['Host', host, ...flat(headers)]
  const request = { method: 'GET', url, rawHeaders, httpVersion: '1.1' }
  return (await edge.judge(request, { remoteAddress: peer })).action === 'block'
}

const quoted = (text: string) => JSON.stringify(text)

describe('Host', () => {
  test.each(rows('Host'))('%s is %s to rules', async (host, expected) => {
    expect(await holds(`http.host eq ${quoted(expected!)}`, { host })).toBe(true)
    const uri = quoted(`http://${expected}/`)
    expect(await holds(`http.request.full_uri eq ${uri}`, { host })).toBe(true)
    const raw = quoted(`http://${host!.replace(/:\d+$/, '')}/`)
    expect(await holds(`raw.http.request.full_uri eq ${raw}`, { host })).toBe(true)
  })
})

describe('URL', () => {
  test.each(rows('URL'))('%s is %s to rules', async (received, expected) => {
    const url = `${received}?b=%62&a=../`
    expect(await holds(`http.request.uri.path eq ${quoted(expected!)}`, { url })).toBe(true)
    expect(await holds(`raw.http.request.uri.path eq ${quoted(received!)}`, { url })).toBe(true)
    expect(await holds('http.request.uri.query eq "b=%62&a=../"', { url })).toBe(true)
  })
})

describe('Headers', () => {
  test.each(rows('Headers'))('%s: %s', async (headers, expression) => {
    expect(await holds(expression!, { headers })).toBe(true)
    expect(await holds(`not (${expression})`, { headers })).toBe(false)
  })
})

describe('Scheme', () => {
  test.each(rows('Scheme'))('of %s with %s: ssl is %s', async (peer, headers, expected) => {
    const isSecure = expected === 'true'
    expect(await holds('ssl', { headers, peer })).toBe(isSecure)
    const uri = `${isSecure ? 'https' : 'http'}://shop.test/`
    expect(await holds(`http.request.full_uri eq "${uri}"`, { headers, peer })).toBe(true)
  })
})

describe('To the origin', () => {
  /** What CGI calls a header. */
  const variable = (name: string) => name.toUpperCase().replace(/[^A-Z\d]/g, '_')

  const ask = async (request: string): Promise<{ rawHeaders: string[]; url: string }> => {
    const { port } = await site(mirror, { tls: undefined })
    return JSON.parse(/\{.*\}/s.exec(await exchange(port, request))![0])
  }

  test.each(rows('To the origin'))('%s reaches the origin as %j', async (headers, expected) => {
    const lines = headers!.replaceAll('\n', '\r\n')
    const { rawHeaders } = await ask(
      `GET / HTTP/1.1\r\nHost: shop.test\r\nConnection: close\r\n${lines}\r\n\r\n`
    )
    const name = variable(headers!.split(':')[0]!)
    const values = rawHeaders.filter((_, i) => i % 2 === 1 && variable(rawHeaders[i - 1]!) === name)
    expect(values).toEqual(expected === '' ? [] : [expected])
  })

  test('URL and Host are as received', async () => {
    const { url, rawHeaders } = await ask(
      'GET /a/../%62//c?d HTTP/1.1\r\nHost: SHOP.test.\r\nConnection: close\r\n\r\n'
    )
    expect(url).toBe('/a/../%62//c?d')
    expect(rawHeaders).toContain('SHOP.test.')
  })
})

test('no table is empty', () => {
  for (const heading of ['Host', 'URL', 'Headers', 'Scheme', 'To the origin']) {
    expect(rows(heading).length).toBeGreaterThan(5)
  }
})

describe('the trip', () => {
  test.each([
    ['no Host', ''],
    ['two Hosts', 'Host: a.test\r\nHost: b.test\r\n'],
    ['an odd Host', 'Host: a/b\r\n'],
    ['a malformed port', 'Host: a.test:x\r\n'],
    ['two dots at the end', 'Host: a.test..\r\n'],
    ['two lengths', 'Host: a.test\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n'],
  ])('with %s ends in a 400 before any rule', async (_, headers) => {
    const { port, edge } = await site(mirror, { tls: undefined, block: 'true' })
    const answer = await exchange(port, `GET / HTTP/1.1\r\n${headers}Connection: close\r\n\r\n`)
    expect(answer).toMatch(/^HTTP\/1\.1 400 /)
    expect(edge.stats.judged).toBe(0)
  })

  test('no rule sees an error page that is asked for', async () => {
    const { port, edge } = await site(mirror, { tls: undefined, block: 'true' })
    const get = (path: string) =>
      exchange(port, `GET ${path} HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n`)
    await get('/cdn-cgi/error/1006')
    expect(await edge.store.query({})).toEqual([])
    // The event of a refusal is there when the refusal is.
    expect(await get('/')).toMatch(/^HTTP\/1\.1 403 /)
    expect(await edge.store.query({})).toHaveLength(1)
  })

  test('rules go on after log, and end with skip and block', async () => {
    const of = async (...actions: ('log' | 'skip' | 'block')[]) => {
      const rules = actions.map((action, i) => ({ name: `rule ${i}`, expression: 'true', action }))
      const edge = createEdge({ ruleset: rulesFromObjects([{ rules }]), store: memoryStore() })
      const request = { method: 'GET', url: '/', rawHeaders: ['Host', 'a'], httpVersion: '1.1' }
      const { action, answer } = await edge.judge(request)
      return [action, answer?.status]
    }
    expect(await of('log', 'block')).toEqual(['block', 403])
    expect(await of('skip', 'block')).toEqual(['skip', undefined])
    expect(await of('log')).toEqual(['log', undefined])
  })
})
