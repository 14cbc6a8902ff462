import { describe, expect, test } from 'vitest'
import type { RawRequest } from './request.ts'
import { readRequest } from './request.ts'

const TIME_MS = 1_700_000_000_123

const read = (request: Partial<RawRequest>, isTls = false) =>
  readRequest(
    { method: 'GET', url: '/', rawHeaders: [], httpVersion: '1.1', ...request },
    isTls,
    TIME_MS
  )

describe('a request as Node has it', () => {
  test('is read in its parts', () => {
    const request = read({
      method: 'POST',
      url: '/%61//b?c=d',
      rawHeaders: ['Host', 'Shop.test:8443', 'USER-AGENT', 'curl/8', 'X-A', '1', 'x-a', '2'],
    })
    expect(request.method).toBe('POST')
    expect(request.path).toBe('/a/b')
    expect(request.target.path).toBe('/%61//b')
    expect(request.search).toBe('?c=d')
    expect(request.host).toBe('Shop.test:8443')
    expect(request.hostname).toBe('shop.test')
    expect(request.rawHostname).toBe('Shop.test')
    expect(request.scheme).toBe('http')
    expect(request.version).toBe('HTTP/1.1')
    expect(request.userAgent).toBe('curl/8')
    expect(request.timeMs).toBe(TIME_MS)
    expect(request.header('x-a')).toBe('1')
    expect(request.joined('x-a')).toBe('1, 2')
    expect(request.headers.get('x-a')).toEqual(['1', '2'])
  })

  test('keeps the very array of headers that Node made', () => {
    const rawHeaders = ['Host', 'a.test']
    expect(read({ rawHeaders }).rawHeaders).toBe(rawHeaders)
  })

  test('what is not there is empty or undefined', () => {
    const request = readRequest({ rawHeaders: [], httpVersion: '1.0' }, false, TIME_MS)
    expect(request.method).toBe('GET')
    expect(request.path).toBe('/')
    expect(request.search).toBe('')
    expect(request.host).toBe('')
    expect(request.hostname).toBe('')
    expect(request.userAgent).toBe('')
    expect(request.header('host')).toBeUndefined()
    expect(request.joined('host')).toBeUndefined()
    expect(request.headers.size).toBe(0)
  })

  test.each([
    ['1.0', 'HTTP/1.0'],
    ['1.1', 'HTTP/1.1'],
    ['2.0', 'HTTP/2'],
    ['3.0', 'HTTP/3'],
    ['2', 'HTTP/2'],
  ])('version %s is %s', (httpVersion, expected) => {
    expect(read({ httpVersion }).version).toBe(expected)
  })

  test('an absolute-form target names the host, but not the scheme', () => {
    const request = read({ url: 'https://b.test:1/x', rawHeaders: ['Host', 'a.test'] })
    expect(request.host).toBe('b.test:1')
    expect(request.hostname).toBe('b.test')
    expect(request.path).toBe('/x')
    expect(request.scheme).toBe('http')
    expect(read({ url: 'http://b.test/' }, true).scheme).toBe('https')
  })

  test('an absolute-form target without authority leaves the host to its header', () => {
    expect(read({ url: 'http:///x', rawHeaders: ['Host', 'a.test'] }).host).toBe('a.test')
  })

  test('CONNECT has its host as target', () => {
    expect(read({ method: 'CONNECT', url: 'a.test:443' })).toMatchObject({
      host: 'a.test:443',
      path: '/',
    })
  })

  test('below a mount point of Express the whole target counts', () => {
    expect(read({ url: '/users', originalUrl: '/admin/users' }).path).toBe('/admin/users')
  })

  test("HTTP/2's pseudo headers are no headers, and :authority is the host", () => {
    const request = read({
      httpVersion: '2.0',
      rawHeaders: [
        ':method',
        'GET',
        ':authority',
        'a.test',
        ':path',
        '/',
        ':scheme',
        'https',
        'x-a',
        '1',
      ],
    })
    expect(request.rawHeaders).toEqual(['host', 'a.test', 'x-a', '1'])
    expect(request.host).toBe('a.test')
    expect([...request.headers.keys()]).toEqual(['host', 'x-a'])
  })

  test('in HTTP/2 a host header wins over :authority', () => {
    const rawHeaders = [':authority', 'a.test', 'host', 'b.test']
    expect(read({ httpVersion: '2.0', rawHeaders }).rawHeaders).toEqual(['host', 'b.test'])
  })

  test('names of headers that look like members of objects are names', () => {
    const request = read({ rawHeaders: ['__proto__', 'a', 'constructor', 'b'] })
    expect(request.headers.get('__proto__')).toEqual(['a'])
    expect(request.headers.get('constructor')).toEqual(['b'])
    expect(request.headers.get('toString')).toBeUndefined()
  })

  test('10,000 headers are found again', () => {
    const rawHeaders = Array.from({ length: 10_000 }, (_, i) => [`X-${i}`, `${i}`]).flat()
    const request = read({ rawHeaders: [...rawHeaders, 'User-Agent', 'curl'] })
    expect(request.userAgent).toBe('curl')
    expect(request.headers.size).toBe(10_001)
    expect(request.headers.get('x-9999')).toEqual(['9999'])
    expect(request.header('x-10000')).toBeUndefined()
  })

  test('one header 10,000 times is one list', () => {
    const rawHeaders = Array.from({ length: 10_000 }, () => ['X-A', 'b']).flat()
    expect(read({ rawHeaders }).headers.get('x-a')).toHaveLength(10_000)
  })
})

test.each([
  ['user-agent', 'a'],
  ['referer', 'a'],
  ['authorization', 'a'],
  ['accept', 'a, b'],
  ['x-forwarded-for', 'a, b'],
])('a repeated %s is %j as one value', (name, expected) => {
  expect(read({ rawHeaders: [name, 'a', name, 'b'] }).joined(name)).toBe(expected)
})

describe('a Fetch Request', () => {
  const fetched = (url: string, init?: RequestInit, isTls = false) =>
    readRequest(new Request(url, init), isTls, TIME_MS)

  test('is read in its parts', () => {
    const request = fetched('https://shop.test:8443/a%62?c=d#e', {
      method: 'POST',
      headers: { 'User-Agent': 'curl/8', 'X-A': '1' },
    })
    expect(request.method).toBe('POST')
    expect(request.path).toBe('/ab')
    expect(request.search).toBe('?c=d')
    expect(request.host).toBe('shop.test:8443')
    expect(request.hostname).toBe('shop.test')
    expect(request.scheme).toBe('https')
    expect(request.version).toBe('HTTP/1.1')
    expect(request.userAgent).toBe('curl/8')
    expect(request.header('x-a')).toBe('1')
  })

  test('has the Host that the runtime left to the URL', () => {
    expect(fetched('http://shop.test:81/').header('host')).toBe('shop.test:81')
    expect(fetched('http://shop.test/').headers.get('host')).toEqual(['shop.test'])
  })

  test('is encrypted where its URL or the connection says so', () => {
    expect(fetched('http://shop.test/').scheme).toBe('http')
    expect(fetched('https://shop.test/').scheme).toBe('https')
    expect(fetched('http://shop.test/', {}, true).scheme).toBe('https')
  })

  test('has repeated headers as the runtime joined them', () => {
    const headers = new Headers([['x-a', '1']])
    headers.append('X-A', '2')
    expect(fetched('http://shop.test/', { headers }).joined('x-a')).toBe('1, 2')
  })
})

describe('pretend', () => {
  const CURL = ['user-agent', 'curl/8.18.0', 'accept', '*/*']
  const pretending = (rawHeaders: string[], identity: readonly string[] = CURL) => {
    const request = read({ rawHeaders })
    // Read before, so that nothing of it may be kept.
    expect(request.headers.size).toBeGreaterThanOrEqual(0)
    expect(request.userAgent).toBe(request.header('user-agent') ?? '')
    request.pretend(identity)
    return request
  }

  test('reads the request as if another client had sent it', () => {
    const request = pretending(['Host', 'a.test', 'User-Agent', 'node', 'Accept', 'text/html'])
    expect(request.rawHeaders).toEqual(['Host', 'a.test', ...CURL])
    expect(request.userAgent).toBe('curl/8.18.0')
    expect(request.joined('accept')).toBe('*/*')
    expect(request.headers.get('user-agent')).toEqual(['curl/8.18.0'])
    expect(request.host).toBe('a.test')
  })

  test.each([
    'User-Agent',
    'ACCEPT',
    'Accept-Encoding',
    'accept-language',
    'Accept-Anything',
    'Sec-CH-UA',
    'sec-ch-ua-platform-version',
    'Sec-Fetch-Mode',
    'Sec-GPC',
    'DNT',
    'TE',
    'From',
    'Priority',
    'Upgrade-Insecure-Requests',
    'Save-Data',
    'Device-Memory',
    'X-Edge-As',
    'x-edge-anything',
  ])('%s tells clients apart: it goes', (name) => {
    expect(pretending([name, 'x', 'Cookie', 'a=b']).rawHeaders).toEqual([...CURL, 'Cookie', 'a=b'])
  })

  test.each([
    'Connection',
    'Cookie',
    'Content-Type',
    'Content-Length',
    'Transfer-Encoding',
    'Authorization',
    'Origin',
    'Referer',
    'Cache-Control',
    'If-None-Match',
    'Range',
    'X-Forwarded-For',
    'CF-IPCountry',
    'Sec-WebSocket-Key',
    'Upgrade',
    'X-Requested-With',
    'Access-Control-Request-Method',
    'X-Accept',
    'Accepted',
    'security',
  ])('%s is about the request: it stays', (name) => {
    expect(pretending([name, 'x', name, 'y']).rawHeaders).toEqual([...CURL, name, 'x', name, 'y'])
  })

  test('what the pretended client sends takes the place of the same, whatever it is', () => {
    const request = pretending(
      ['Connection', 'close', 'Cookie', 'a=b', 'COOKIE', 'c=d', 'X-A', '1'],
      ['connection', 'keep-alive', 'cookie', 'e=f', 'x-b', '1', 'x-b', '2']
    )
    expect(request.rawHeaders).toEqual([
      'connection',
      'keep-alive',
      'cookie',
      'e=f',
      'x-b',
      '1',
      'x-b',
      '2',
      'X-A',
      '1',
    ])
  })

  test('without headers nothing changes', () => {
    const rawHeaders = ['User-Agent', 'node', 'X-Edge-As', 'office']
    expect(pretending(rawHeaders, []).rawHeaders).toBe(rawHeaders)
  })

  test("Node's own array of headers, which goes on to the app, is left alone", () => {
    const rawHeaders = ['User-Agent', 'node', 'Host', 'a.test']
    expect(pretending(rawHeaders).rawHeaders).toEqual(['Host', 'a.test', ...CURL])
    expect(rawHeaders).toEqual(['User-Agent', 'node', 'Host', 'a.test'])
  })

  test('works on a Fetch request', () => {
    const fetched = new Request('https://a.test/', {
      headers: { 'user-agent': 'x', cookie: 'a=b' },
    })
    const request = readRequest(fetched, false, TIME_MS)
    request.pretend(CURL)
    expect(request.rawHeaders).toEqual(['host', 'a.test', ...CURL, 'cookie', 'a=b'])
  })
})
