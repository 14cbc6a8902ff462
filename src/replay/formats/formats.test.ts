import { describe, expect, test } from 'vitest'
import { LogRecord } from '../record.ts'
import { LOG_FORMATS, recognise } from './all.ts'
import { COMMENT, NO_REQUEST } from './format.ts'
import {
  AGENT,
  ALB,
  CADDY,
  CLOUDFRONT,
  CLOUDFRONT_FIELDS,
  HAR_ENTRY,
  json,
  LOGPUSH,
  readAs,
  readLast,
  TIME,
} from './formats.fixture.ts'
import { har } from './har.ts'

describe('a line of', () => {
  test.each<[format: string, lines: string[], read: object]>([
    [
      'nginx-json',
      [
        json({
          time_iso8601: '2026-05-17T12:05:03+02:00',
          remote_addr: '192.0.2.7',
          request: 'GET /a?b=c HTTP/2.0',
          status: '403',
          http_referer: '',
          http_user_agent: AGENT,
          http_host: 'shop.test',
          http_x_api_key: 'k',
          ssl_protocol: 'TLSv1.3',
        }),
      ],
      {
        version: '2.0',
        isTls: true,
        status: 403,
        headers: { host: 'shop.test', 'user-agent': AGENT, 'x-api-key': 'k' },
        fields: { 'cf.tls_version': 'TLSv1.3' },
      },
    ],
    [
      'nginx-json',
      [
        json({
          '@timestamp': Date.parse(TIME) / 1000,
          client_ip: '192.0.2.7',
          method: 'GET',
          uri: '/a',
          args: 'b=c',
          status: 200,
          user_agent: AGENT,
        }),
      ],
      { status: 200, headers: { 'user-agent': AGENT } },
    ],
    [
      'caddy',
      [json(CADDY)],
      {
        version: '2.0',
        isTls: true,
        status: 200,
        headers: { host: 'shop.test', 'user-agent': AGENT, accept: 'b' },
        fields: { 'cf.tls_version': 'TLSv1.3' },
      },
    ],
    [
      'traefik',
      [
        json({
          ClientHost: '192.0.2.7',
          RequestAddr: 'shop.test',
          RequestMethod: 'GET',
          RequestPath: '/a?b=c',
          RequestProtocol: 'HTTP/1.1',
          RequestScheme: 'http',
          DownstreamStatus: 502,
          StartUTC: '2026-05-17T10:05:03.000Z',
          'request_User-Agent': AGENT,
        }),
      ],
      {
        version: '1.1',
        isTls: false,
        status: 502,
        headers: { host: 'shop.test', 'user-agent': AGENT },
        fields: undefined,
      },
    ],
    [
      'alb',
      [ALB],
      {
        isTls: true,
        status: 200,
        headers: { host: 'shop.test:443', 'user-agent': 'Firefox/140.0' },
        fields: { 'cf.tls_version': 'TLSv1.2' },
      },
    ],
    [
      'cloudflare-http',
      [json(LOGPUSH)],
      {
        version: '2.0',
        isTls: true,
        status: 403,
        headers: { host: 'shop.test', 'user-agent': AGENT, 'x-api-key': 'k' },
        fields: {
          'ip.src.country': 'DE',
          'ip.src.asnum': 24940,
          'cf.bot_management.score': 12,
          'cf.bot_management.ja4': LOGPUSH.JA4,
          'cf.client.bot': false,
          'cf.bot_management.verified_bot': false,
          'cf.verified_bot_category': '',
        },
      },
    ],
    [
      'cloudflare-events',
      [
        json({
          Action: 'block',
          Datetime: TIME,
          ClientIP: '192.0.2.7',
          ClientRequestHost: 'shop.test',
          ClientRequestMethod: 'GET',
          ClientRequestPath: '/a',
          ClientRequestQuery: '?b=c',
          ClientRequestProtocol: 'HTTP/1.1',
          ClientRequestUserAgent: AGENT,
          EdgeResponseStatus: 403,
          RayID: '7c',
        }),
      ],
      {
        status: 403,
        headers: { host: 'shop.test', 'user-agent': AGENT },
        fields: { 'cf.ray_id': '7c' },
      },
    ],
    [
      'har',
      [json(HAR_ENTRY)],
      {
        address: '',
        version: '2.0',
        isTls: true,
        headers: { host: 'shop.test', 'user-agent': AGENT, accept: '*/*' },
      },
    ],
  ])('%s', (format, lines, read) => {
    const last = readLast(...lines)
    expect(last).toMatchObject({
      result: undefined,
      address: '192.0.2.7',
      time: TIME,
      request: 'GET /a?b=c',
      reader: { format },
      ...read,
    })
    expect(last.headers).toEqual((read as { headers: object }).headers)
  })

  test('CloudFront is decoded', () => {
    expect(readLast('#Version: 1.0', CLOUDFRONT_FIELDS, CLOUDFRONT.join('\t'))).toMatchObject({
      reader: { format: 'cloudfront' },
      result: undefined,
      address: '192.0.2.7',
      time: TIME,
      request: 'GET /a%20b?q=1%25',
      version: '2.0',
      isTls: true,
      status: 200,
      headers: { host: 'shop.test', 'user-agent': AGENT, referer: 'https://shop.test/' },
      fields: { 'cf.tls_version': 'TLSv1.3' },
    })
  })

  test('CloudFront is decoded twice if its user agent is encoded twice', () => {
    const twice = CLOUDFRONT.map((value) =>
      value.startsWith('Mozilla') ? value.replaceAll('%', '%25') : value
    )
    expect(readLast(CLOUDFRONT_FIELDS, twice.join('\t')).headers['user-agent']).toBe(AGENT)
  })

  test('CloudFront in JSON', () => {
    const names = CLOUDFRONT_FIELDS.split(' ').slice(1)
    const line = json(Object.fromEntries(names.map((name, i) => [name, CLOUDFRONT[i]])))
    expect(readLast(line)).toMatchObject({
      reader: { format: 'cloudfront' },
      request: 'GET /a%20b?q=1%25',
      headers: { host: 'shop.test' },
    })
  })
})

describe('the first lines show which data a log has', () => {
  const held = (...lines: string[]) => readLast(...lines).reader.holds

  test('Caddy has all headers except credentials', () => {
    const holds = held(json(CADDY))
    expect(holds.hasAllHeaders).toBe(true)
    expect(holds.hidden.has('cookie')).toBe(true)
    const open = { ...CADDY, request: { ...CADDY.request, headers: { Cookie: ['a=b'] } } }
    expect(held(json(open)).hidden.has('cookie')).toBe(false)
  })

  test('CloudFront has cookies if it logs them', () => {
    expect(held(CLOUDFRONT_FIELDS, CLOUDFRONT.join('\t')).headers.has('cookie')).toBe(false)
    const withCookies = CLOUDFRONT.with(12, 'a=b')
    expect(held(CLOUDFRONT_FIELDS, withCookies.join('\t')).headers.has('cookie')).toBe(true)
  })

  test('a Logpush log has the members that its owner chose', () => {
    const all = held(json(LOGPUSH))
    expect(all.headers).toEqual(new Set(['host', 'user-agent', 'x-api-key']))
    expect(all.parts).toEqual(
      new Set(['address', 'method', 'version', 'scheme', 'status', 'time', 'path', 'query'])
    )
    expect(all.fields.has('cf.waf.score')).toBe(false)
    const few = held(json({ ClientRequestPath: '/', EdgeResponseStatus: 200 }))
    expect(few.parts).toEqual(new Set(['status', 'path']))
    expect(few.fields.size).toBe(0)
  })

  test('a HAR has no address, and cookies only if the browser recorded them', () => {
    const holds = held(json(HAR_ENTRY))
    expect(holds.parts.has('address')).toBe(false)
    expect(holds.hidden.has('cookie')).toBe(true)
  })
})

describe('lines that are broken or not requests', () => {
  test.each<[format: string, line: string, expected: unknown]>([
    ['caddy', json({ level: 'info', msg: 'started' }), COMMENT],
    ['caddy', json({ ...CADDY, ts: 'soon' }), 'expected a time in "ts"'],
    ['caddy', '{', 'expected a JSON object'],
    ['caddy', '[1]', 'expected a JSON object'],
    ['traefik', json({ level: 'error', msg: 'x' }), NO_REQUEST],
    ['cloudfront', '#Version: 1.0', COMMENT],
    ['cloudfront', 'a\tb', 'expected 27 values with tabs between, found 2'],
    ['alb', 'x', 'expected a line of an Application Load Balancer'],
    [
      'alb',
      ALB.replace('GET https://shop.test:443/a?b=c HTTP/1.1', '- http://shop.test:80- -'),
      NO_REQUEST,
    ],
    ['har', json({ request: { url: 'data:text/plain,x' } }), NO_REQUEST],
    ['har', json({ request: {} }), NO_REQUEST],
    ['cloudflare-http', json({ ...LOGPUSH, EdgeStartTimestamp: 'x' }), 'expected a time'],
    ['cloudflare-events', json({ Action: 'log', ClientRequestPath: '/', MatchIndex: 1 }), COMMENT],
    ['nginx-json', 'null', 'expected a JSON object'],
  ])('%s: %s', (format, line, expected) => {
    expect(readAs(format, line).result).toBe(expected)
  })

  test('of consecutive events of one request only the first is read', () => {
    const event = (RayID: string) => json({ Action: 'log', ClientRequestPath: '/', RayID })
    const { reader } = readAs('cloudflare-events', event('z'))
    const results = ['a', 'a', 'b', 'a'].map((ray) => reader.read(event(ray), new LogRecord()))
    expect(results).toEqual([undefined, COMMENT, undefined, undefined])
    expect(reader.note).toContain('only requests that a rule matched')
  })
})

describe('JSON', () => {
  test.each([
    ['escapes of JSON', String.raw`{"request_uri":"/\u00e4\"","status":200}`, '/ä"'],
    ['bytes as they are', '{"request_uri":"/ä","status":200}', '/ä'],
    [
      'escapes of nginx, which are no JSON',
      String.raw`{"request_uri":"/\xC3\xA4\x22","status":200}`,
      '/ä"',
    ],
    ['both', String.raw`{"request_uri":"/ä\u00e4","status":200}`, '/ää'],
  ])('%s', (_, line, target) => {
    expect(readAs('nginx-json', line).request).toBe(`GET ${target}`)
  })

  test('a member named __proto__ is an ordinary member', () => {
    expect(
      readAs('nginx-json', '{"__proto__":{"a":1},"uri":"/","status":200}').result
    ).toBeUndefined()
  })
})

describe('a HAR', () => {
  test('gives one line for each entry', () => {
    const text = json({
      log: { version: '1.2', entries: [HAR_ENTRY, { ...HAR_ENTRY, response: {} }] },
    })
    expect(har.fits([text])).toBe(true)
    expect(har.fits(JSON.stringify(JSON.parse(text), null, 2).split('\n'))).toBe(true)
    const lines = har.entries!(text)
    expect(lines).toHaveLength(2)
    expect(readLast(...lines)).toMatchObject({ request: 'GET /a?b=c', status: 0 })
  })

  test.each([
    ['{"log":{}}', 'expected "entries"'],
    ['{"log":{', 'JSON'],
  ])('cannot be %s', (text, words) => {
    expect(() => har.entries!(text)).toThrow(words)
  })
})

describe('formats', () => {
  test('have different names', () => {
    const names = LOG_FORMATS.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
  })

  test.each(['', 'hello', '{"a":1}', '<html>', '%PDF-1.7', '192.0.2.1 GET / 200'])(
    '%s is of none',
    (line) => {
      expect(() => recognise('x.log', [line])).toThrow(
        expect.objectContaining({ code: 'log_format', message: expect.stringContaining('x.log') })
      )
    }
  )

  test('a message about a log contains no control characters', () => {
    expect(() => recognise('x.log', ['\x1b[2Jhello\u009b'])).toThrow('begins with ".[2Jhello."')
  })
})
