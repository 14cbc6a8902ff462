import { describe, expect, test } from 'vitest'
import { originHeaders } from './origin-headers.ts'
import { requestPass } from './request-pass.ts'
import { responsePass, trailerPass } from './response-pass.ts'

const facts = {
  ip: '203.0.113.7',
  country: 'NL',
  ray: '8f3c2d1e0a9b7c65',
  colo: 'AMS',
  scheme: 'https',
  peerAddress: '10.0.0.1',
}

describe('originHeaders', () => {
  test('says who asks, as Cloudflare does', () => {
    expect(Object.fromEntries(originHeaders(facts))).toEqual({
      'CF-Connecting-IP': '203.0.113.7',
      'CF-IPCountry': 'NL',
      'CF-Ray': '8f3c2d1e0a9b7c65-AMS',
      'CF-Visitor': '{"scheme":"https"}',
      'CDN-Loop': 'cloudflare',
      'X-Forwarded-For': '203.0.113.7',
      'X-Forwarded-Proto': 'https',
    })
  })

  test.each([
    [{ xForwardedFor: '198.51.100.1' }, '198.51.100.1, 10.0.0.1'],
    [{ xForwardedFor: '198.51.100.1', peerAddress: '::ffff:10.0.0.9' }, '198.51.100.1, 10.0.0.9'],
    [{ xForwardedFor: '198.51.100.1', peerAddress: undefined }, '198.51.100.1'],
    [{ xForwardedFor: '' }, '203.0.113.7'],
  ])('with %j the X-Forwarded-For is %j', (more, expected) => {
    expect(Object.fromEntries(originHeaders({ ...facts, ...more }))['X-Forwarded-For']).toBe(
      expected
    )
  })

  test('says nothing of an address that is not known', () => {
    const names = originHeaders({ ...facts, ip: '' }).map(([name]) => name)
    expect(names).not.toContain('CF-Connecting-IP')
    expect(names).not.toContain('X-Forwarded-For')
  })

  test('a CDN-Loop of CDNs before is kept', () => {
    expect(originHeaders({ ...facts, cdnLoop: 'other' })).toContainEqual([
      'CDN-Loop',
      'other, cloudflare',
    ])
  })
})

const pass = (raw: string[], { version = '1.1', set = [] as [string, string][] } = {}) =>
  requestPass(raw, version, set, {
    strip: (name) => name.startsWith('cf-'),
    isSingle: (name) => name === 'user-agent',
  })

describe('requestPass', () => {
  test('keeps order, spelling and repeats of what is the visitor’s own', () => {
    const raw = ['X-B', '1', 'x-a', '2', 'X-B', '3', 'api_key', 'k']
    expect(pass(['Host', 'shop.test', ...raw])).toMatchObject({ headers: raw, host: 'shop.test' })
  })

  test('cookies go in one line, where the first was', () => {
    const raw = ['Cookie', 'a=b', 'X-A', '1', 'cookie', 'c=d', 'COOKIE', 'e=f']
    expect(pass(raw)).toMatchObject({ headers: ['Cookie', 'a=b; c=d; e=f', 'X-A', '1'] })
  })

  test.each([
    ['a=b; own=x; c=d', ['Cookie', 'a=b; c=d']],
    ['own=x; a=b;', ['Cookie', 'a=b;']],
    ['a=own=x;  b="own=x"; own2=y; OWN=z', ['Cookie', 'a=own=x;  b="own=x"; own2=y; OWN=z']],
    ['own=x', []],
    ['own', []],
    ['', ['Cookie', '']],
  ])('of the cookies %j those to drop are dropped', (cookies, headers) => {
    const dropsCookie = (name: string) => name === 'own'
    expect(requestPass(['Cookie', cookies], '1.1', [], { dropsCookie })).toMatchObject({ headers })
  })

  test('of a header that rules read as one value the first is sent', () => {
    const raw = ['User-Agent', 'one', 'X-A', '1', 'USER-AGENT', 'two', 'X-A', '2']
    expect(pass(raw)).toMatchObject({ headers: ['User-Agent', 'one', 'X-A', '1', 'X-A', '2'] })
  })

  test.each([
    'X_Forwarded_Proto',
    'x-forwarded_proto',
    'X.Forwarded.Proto',
    'Transfer_Encoding',
    'Content_Length',
    'Keep_Alive',
    'Proxy_Authorization',
  ])('%s, which CGI reads as the header with hyphens, does not reach the origin', (name) => {
    expect(pass([name, 'x'], { set: [['X-Forwarded-Proto', 'http']] })).toMatchObject({
      headers: ['X-Forwarded-Proto', 'http'],
      body: { kind: 'none' },
    })
  })

  test.each([
    'Connection',
    'Keep-Alive',
    'Proxy-Connection',
    'Proxy-Authorization',
    'TE',
    'Trailer',
    'Upgrade',
    'HTTP2-Settings',
    'Expect',
    'CF-Connecting-IP',
    'cf-ray',
  ])('%s does not reach the origin', (name) => {
    expect(pass([name, 'x', 'Accept', '*/*'])).toMatchObject({ headers: ['Accept', '*/*'] })
  })

  test('headers named in any Connection header end here, ours do not', () => {
    const raw = [
      'X-One',
      '1',
      'Connection',
      'close, x-one',
      'connection',
      'X-Two,X-Set',
      'x-two',
      '2',
    ]
    expect(pass(raw, { set: [['X-Set', 'ours']] })).toMatchObject({ headers: ['X-Set', 'ours'] })
  })

  test('what is set replaces the visitor’s own, whatever its case and number', () => {
    const raw = ['x-forwarded-proto', 'https', 'X-FORWARDED-PROTO', 'gopher']
    expect(pass(raw, { set: [['X-Forwarded-Proto', 'http']] })).toMatchObject({
      headers: ['X-Forwarded-Proto', 'http'],
    })
  })

  test.each([
    [[], { kind: 'none' }],
    [['Content-Length', '0'], { kind: 'none' }],
    [['Content-Length', '12'], { kind: 'length', length: '12' }],
    [['Transfer-Encoding', 'chunked'], { kind: 'chunked' }],
    [['transfer-encoding', ' Chunked '], { kind: 'chunked' }],
  ])('%j means the body %j', (raw, body) => {
    expect(pass(raw)).toMatchObject({ body, headers: [] })
  })

  test.each([
    [['Content-Length', '5', 'Transfer-Encoding', 'chunked'], '1.1', 400],
    [['Content-Length', '5', 'content-length', '5'], '1.1', 400],
    [['Content-Length', '5, 5'], '1.1', 400],
    [['Content-Length', '+5'], '1.1', 400],
    [['Content-Length', ''], '1.1', 400],
    [['Host', 'a.test', 'host', 'b.test'], '1.1', 400],
    [['Transfer-Encoding', 'chunked'], '1.0', 400],
    [['Transfer-Encoding', 'gzip, chunked'], '1.1', 501],
    [['Transfer-Encoding', 'chunked', 'Transfer-Encoding', 'chunked'], '1.1', 501],
    [['Transfer-Encoding', 'identity'], '1.1', 501],
    [['Transfer-Encoding', 'xchunked'], '1.1', 501],
  ])('%j in HTTP/%s is refused with %d', (raw, version, status) => {
    expect(pass(raw, { version })).toMatchObject({ status })
  })
})

const buffers = (...texts: string[]) => texts.map((text) => Buffer.from(text, 'latin1'))

describe('responsePass', () => {
  test('keeps order, spelling, bytes and repeats', () => {
    const raw = [
      'Set-Cookie',
      'a=1',
      'X-\u00e4'.slice(0, 2),
      'caf\u00c3\u00a9',
      'set-cookie',
      'b=2',
    ]
    expect(responsePass(buffers(...raw), 200, [])).toEqual(raw)
  })

  test('drops hop-by-hop headers and those named in Connection', () => {
    const raw = buffers(
      'Connection',
      'x-hop',
      'X-Hop',
      '1',
      'Keep-Alive',
      'timeout=5',
      'Upgrade',
      'h2c',
      'A',
      '1'
    )
    expect(responsePass(raw, 200, [])).toEqual(['A', '1'])
  })

  test('ours replace the origin’s', () => {
    expect(
      responsePass(buffers('server', 'nginx', 'cf-ray', 'fake', 'A', '1'), 200, [
        ['Server', 'cloudflare'],
        ['CF-RAY', 'real'],
      ])
    ).toEqual(['A', '1', 'Server', 'cloudflare', 'CF-RAY', 'real'])
  })

  test.each([
    [200, ['Content-Length', '5'], ['Content-Length', '5']],
    [304, ['Content-Length', '5'], ['Content-Length', '5']],
    [204, ['Content-Length', '0'], []],
    [200, ['Content-Length', '5', 'Transfer-Encoding', 'chunked'], []],
    [200, ['Connection', 'content-length', 'Content-Length', '5'], ['Content-Length', '5']],
  ])('a %d with %j passes on %j', (status, raw, expected) => {
    expect(responsePass(buffers(...raw), status, [])).toEqual(expected)
  })
})

test('trailers carry no framing, no cookies and nothing that the edge has set', () => {
  const raw = ['X-Sum', 'abc', 'Content-Length', '1', 'Transfer-Encoding', 'x', 'Set-Cookie', 'a=b']
  expect(trailerPass(buffers(...raw, 'cf-ray', 'fake'), [['CF-RAY', 'real']])).toEqual([
    ['X-Sum', 'abc'],
  ])
})
