import '../../test/whole.ts'
import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { describe, expect, test, vi } from 'vitest'
import { createEdge } from '../edge.ts'
import { noStore } from '../events/none.ts'
import { rulesFromObjects } from '../rules/objects.ts'
import type { Verdict } from '../verdict.ts'
import { overrideHeaderNames } from '../visitor/stripped-headers.ts'
import type { Connection, GeoSource } from '../visitor/visitor.ts'
import { passHeaders, passNodeHeaders } from './request-headers.ts'

const geo: GeoSource = { name: 'one country', date: '', lookup: vi.fn(() => ({ country: 'PT' })) }

const judge = (
  rawHeaders: readonly string[],
  {
    when = 'http.user_agent eq "never"',
    connection = { remoteAddress: '192.0.2.7' },
  }: { when?: string; connection?: Connection } = {}
): Verdict => {
  const rules = [{ name: 'rule', expression: when, action: 'log' }]
  const ruleset = rulesFromObjects([{ rules }])
  const edge = createEdge({ ruleset, store: noStore(), geo, colo: 'LHR', trust: ['10.0.0.0/8'] })
  const request = { method: 'GET', url: '/', httpVersion: '1.1', rawHeaders }
  return edge.decide(request, connection) as Verdict
}

/** A request of Node's own, as its parser leaves it. */
const incoming = (flat: readonly string[]): IncomingMessage => {
  const message = new IncomingMessage(new Socket())
  const parser = message as unknown as { _addHeaderLines(flat: string[], count: number): void }
  parser._addHeaderLines([...flat], flat.length)
  return message
}

const fetchView = (flat: readonly string[], verdict: Verdict) => {
  const headers = new Headers()
  for (let i = 0; i < flat.length; i += 2) headers.append(flat[i]!, flat[i + 1]!)
  passHeaders(verdict, headers)
  return Object.fromEntries(headers)
}

const nodeViews = (flat: readonly string[], verdict: Verdict) => {
  const message = incoming(flat)
  passNodeHeaders(verdict, message as never)
  const { headers, rawHeaders, headersDistinct } = message
  const raw: Record<string, string> = {}
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!.toLowerCase()
    raw[name] = name in raw ? `${raw[name]}, ${rawHeaders[i + 1]}` : rawHeaders[i + 1]!
  }
  const distinct = Object.entries(headersDistinct).map(([name, all]) => [name, all?.join(', ')])
  return [{ ...headers }, raw, Object.fromEntries(distinct)]
}

/** What the app sees in each of the four views. */
const views = (flat: readonly string[], options: Parameters<typeof judge>[1] = {}) => {
  const verdict = judge(flat, options)
  return [fetchView(flat, verdict), ...nodeViews(flat, verdict)]
}

const own = (given: object = {}) => ({
  'cf-ray': expect.stringMatching(/^[0-9a-f]{16}-LHR$/),
  'cf-connecting-ip': '192.0.2.7',
  'cf-visitor': '{"scheme":"http"}',
  'x-forwarded-for': '192.0.2.7',
  'x-forwarded-proto': 'http',
  ...given,
})

const allEqual = (seen: readonly object[], expected: object) => {
  for (const view of seen) expect(view).toEqual(expected)
}

describe('what is the edge’s to say', () => {
  test.each([
    'CF-Ray',
    'cf-connecting-ip',
    'CF-IPCountry',
    'CF-Visitor',
    'CF-EW-Via',
    'CF-',
    'True-Client-IP',
    'TRUE-CLIENT-IP',
    'true_client_ip',
    'X-Forwarded-For',
    'X-Forwarded-Proto',
    'X_Forwarded_For',
    'x-forwarded_proto',
    'X.Forwarded.Host',
    'CDN_Loop',
    'User_Agent',
    'Accept_Language',
    'Content_Type',
    'Content_Length',
    'Transfer_Encoding',
    'X_Real_IP',
    'CF_RAY',
    'Cf.Ray',
    ...overrideHeaderNames,
  ])('%s of the visitor is dropped', (name) => {
    allEqual(views([name, 'forged', 'X-Keep', 'me']), own({ 'x-keep': 'me' }))
  })

  test.each([
    'Forwarded',
    'CDN-Loop',
    'User-Agent',
    'Accept-Language',
    'Content-Type',
    'Transfer-Encoding',
    'X-Real-IP',
    'X-Forwarded-Host',
    'Cookie',
    'Cache-Control',
    'CF',
    'CFRay',
    'X-CF-Ray',
    'X_Requested_With',
    'api_key',
    'x-a-header-with-a-name-that-is-longer-than-any-of-the-edge',
  ])('%s of the visitor passes', (name) => {
    allEqual(views([name, 'value']), own({ [name.toLowerCase()]: 'value' }))
  })

  test('many of them at once leave the others in their order', () => {
    const flat = ['A', '1', 'CF-Ray', 'x', 'B', '2', 'CF_Ray', 'x', 'True-Client-IP', 'x', 'C', '3']
    const message = incoming(flat)
    passNodeHeaders(judge(flat), message as never)
    expect(message.rawHeaders.slice(0, 6)).toEqual(['A', '1', 'B', '2', 'C', '3'])
    expect(message.rawHeaders.slice(6).filter((_, i) => i % 2 === 0)).toEqual([
      'CF-Ray',
      'CF-Connecting-IP',
      'CF-Visitor',
      'X-Forwarded-For',
      'X-Forwarded-Proto',
    ])
  })

  test('the country is said where a rule reads it, and nowhere else looked up', () => {
    const ip = '175.45.176.1'
    const connection = { remoteAddress: ip }
    const told = { 'cf-connecting-ip': ip, 'x-forwarded-for': ip }
    allEqual(views(['CF-IPCountry', 'KP'], { connection }), own(told))
    expect(geo.lookup).not.toHaveBeenCalled()
    for (const when of [
      'ip.src.country eq "AQ"',
      'ip.geoip.country eq "AQ"',
      'ip.src.continent eq "AN"',
      'not ip.src.is_in_european_union',
    ]) {
      allEqual(
        views(['CF-IPCountry', 'KP'], { when, connection }),
        own({ ...told, 'cf-ipcountry': 'PT' })
      )
    }
  })

  test('nothing is said of an address that nobody knows', () => {
    const { 'cf-connecting-ip': _ip, 'x-forwarded-for': _for, ...rest } = own()
    const flat = ['X-Forwarded-For', '6.6.6.6', 'CF-Connecting-IP', '6.6.6.6']
    allEqual(views(flat, { connection: {} }), rest)
  })

  test('https of the connection', () => {
    const https = { 'cf-visitor': '{"scheme":"https"}', 'x-forwarded-proto': 'https' }
    const connection = { remoteAddress: '192.0.2.7', encrypted: true }
    allEqual(views(['X-Forwarded-Proto', 'http'], { connection }), own(https))
  })

  test.each([
    ['192.0.2.1', '192.0.2.1', '192.0.2.1'],
    ['6.6.6.6, 192.0.2.1', '192.0.2.1', '192.0.2.1'],
    ['192.0.2.1, 6.6.6.6, 192.0.2.1, 10.0.0.2', '192.0.2.1', '192.0.2.1, 10.0.0.2'],
    ['192.0.2.1:8080, unix:', '192.0.2.1', '192.0.2.1:8080, unix:'],
    ['unknown', '10.0.0.1', '10.0.0.1'],
  ])('X-Forwarded-For %s of a trusted peer', (sent, ip, forwardedFor) => {
    const connection = { remoteAddress: '10.0.0.1' }
    allEqual(
      views(['X-Forwarded-For', sent], { connection }),
      own({ 'cf-connecting-ip': ip, 'x-forwarded-for': forwardedFor })
    )
  })

  test.each(['6.6.6.6', '192.0.2.7, 6.6.6.6', '6.6.6.6, 192.0.2.7, 10.0.0.1'])(
    'X-Forwarded-For %s of a peer that is not trusted is the peer alone',
    (sent) => allEqual(views(['X-Forwarded-For', sent]), own())
  )

  test('a visitor that the peer names elsewhere is alone in X-Forwarded-For', () => {
    const flat = ['CF-Connecting-IP', '192.0.2.1', 'X-Forwarded-For', '6.6.6.6']
    allEqual(
      views(flat, { connection: { remoteAddress: '10.0.0.1' } }),
      own({ 'cf-connecting-ip': '192.0.2.1', 'x-forwarded-for': '192.0.2.1' })
    )
  })
})

describe('a header that comes twice', () => {
  test.each([
    'Authorization',
    'Content-Type',
    'From',
    'Host',
    'If-Modified-Since',
    'If-Range',
    'If-Unmodified-Since',
    'Max-Forwards',
    'Proxy-Authorization',
    'Referer',
    'User-Agent',
  ])('%s has its first value', (name) => {
    const flat = [name, 'first', 'X-Keep', 'me', name.toUpperCase(), 'second', name, 'third']
    const message = incoming(flat)
    const lower = name.toLowerCase()
    expect(passNodeHeaders(judge(flat), message as never)).toEqual({ [lower]: 'first' })
    expect(message.headers[lower]).toBe('first')
    expect(message.headersDistinct[lower]).toEqual(['first'])
    expect(message.rawHeaders.slice(0, 5)).toEqual([name, 'first', 'X-Keep', 'me', 'CF-Ray'])
  })

  test.each(['Accept', 'Cookie', 'X-Many', 'Via'])('%s keeps all', (name) => {
    const flat = [name, 'first', name, 'second']
    const message = incoming(flat)
    expect(passNodeHeaders(judge(flat), message as never)).toEqual({})
    expect(message.rawHeaders.slice(0, 4)).toEqual(flat)
  })

  test('names of the same length and first letter are told apart', () => {
    const flat = ['Hook', '1', 'Host', 'a.test', 'Hook', '2', 'Ubiquitous', '3', 'User-Agent', 'b']
    const message = incoming(flat)
    expect(passNodeHeaders(judge(flat), message as never)).toEqual({})
    expect(message.rawHeaders.slice(0, 10)).toEqual(flat)
  })
})

test('headersDistinct is right where Node keeps its length elsewhere', async () => {
  vi.resetModules()
  const { passNodeHeaders: pass } = await import('./request-headers.ts')
  const flat = ['CF-Ray', 'forged', 'Accept', 'a', 'accept', 'b']
  const request = {
    headers: { 'cf-ray': 'forged', accept: 'a, b' } as Record<string, string>,
    rawHeaders: [...flat],
    headersDistinct: { 'cf-ray': ['forged'] } as unknown,
  }
  pass(judge(flat), request)
  expect(request.headersDistinct).toEqual({
    accept: ['a', 'b'],
    ...Object.fromEntries(Object.entries(own()).map(([name, value]) => [name, [value]])),
  })
})

test('a request without that view gets none', () => {
  const request = { headers: {}, rawHeaders: [] }
  passNodeHeaders(judge([]), request)
  expect(request).not.toHaveProperty('headersDistinct')
})
