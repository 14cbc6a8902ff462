import { describe, expect, test } from 'vitest'
import { NO_REQUEST } from './format.ts'
import { readAs } from './formats.fixture.ts'

const TIME = '17/May/2015:10:05:03 +0000'
const ISO = '2015-05-17T10:05:03.000Z'

describe('a pattern of', () => {
  test.each<[name: string, pattern: string, line: string, read: object]>([
    [
      'nginx',
      '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_user_agent" $request_time',
      `192.0.2.7 - - [${TIME}] "GET /a?b=c HTTP/1.1" 404 5 "Fire \\x22fox\\x22" 0.003`,
      { status: 404, version: '1.1', headers: { 'user-agent': 'Fire "fox"' } },
    ],
    [
      'nginx, in its own order, with braces',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: nginx’s own syntax
      '${host} ${status} $request_method $uri$is_args$args $msec $remote_addr',
      'shop.test 200 GET /a?b=c 1431857103.000 192.0.2.7',
      { status: 200, headers: { host: 'shop.test' } },
    ],
    [
      'nginx, a URL of several variables',
      '$remote_addr [$time_iso8601] $request_method $scheme://$host$request_uri',
      '192.0.2.7 [2015-05-17T10:05:03+00:00] GET https://shop.test/a?b=c',
      { isTls: true, headers: { host: 'shop.test' } },
    ],
    [
      'nginx, as its configuration has it',
      `log_format custom escape=default '$remote_addr [$time_local] '\n    '"$request" $status';`,
      `192.0.2.7 [${TIME}] "GET /a?b=c HTTP/2.0" 200`,
      { status: 200, version: '2.0' },
    ],
    [
      'nginx, of JSON',
      '{"a":"$remote_addr","t":"$time_iso8601","r":"$request","u":"$http_user_agent"}',
      '{"a":"192.0.2.7","t":"2015-05-17T10:05:03Z","r":"GET /a?b=c HTTP/1.1","u":"x \\"y\\""}',
      { headers: { 'user-agent': 'x "y"' } },
    ],
    [
      'Apache',
      '%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i"',
      `192.0.2.7 - - [${TIME}] "GET /a?b=c HTTP/1.1" 200 5 "-" "Fire \\"fox\\""`,
      { status: 200, headers: { 'user-agent': 'Fire "fox"' } },
    ],
    [
      'Apache, as its configuration has it',
      'LogFormat "%v:%p %a %t \\"%m %U%q %H\\" %>s \\"%{User-Agent}i\\" %{SSL_PROTOCOL}x %D" timed',
      `shop.test:443 192.0.2.7 [${TIME}] "GET /a?b=c HTTP/1.1" 200 "x" TLSv1.3 120`,
      {
        status: 200,
        isTls: true,
        headers: { host: 'shop.test', 'user-agent': 'x' },
        fields: { 'cf.tls_version': 'TLSv1.3' },
      },
    ],
    [
      'Apache, with a host header and a percent sign',
      '%a 100%% %{Host}i %{%Y-%m-%dT%H:%M:%S%z}t %m %U%q',
      '192.0.2.7 100% shop.test 2015-05-17T10:05:03+00:00 GET /a?b=c',
      { headers: { host: 'shop.test' } },
    ],
  ])('%s', (_, pattern, line, read) => {
    expect(readAs(pattern, line)).toMatchObject({
      result: undefined,
      address: '192.0.2.7',
      time: ISO,
      request: 'GET /a?b=c',
      ...read,
    })
  })

  test('shows which data its lines have', () => {
    const { holds } = readAs('$remote_addr $uri $status', '192.0.2.7 / 200').reader
    expect(holds.parts).toEqual(new Set(['address', 'path', 'status']))
    expect(holds.headers.size).toBe(0)
  })
})

describe('a line that does not match its pattern', () => {
  const PATTERN = '$remote_addr [$time_local] "$request" $status'
  test.each([
    ['192.0.2.7', 'expected " [" behind $remote_addr'],
    [`192.0.2.7 [${TIME}] GET`, 'expected "] "" behind $time_local'],
    [`192.0.2.7 [${TIME}] "GET / HTTP/1.1`, 'expected "" " behind $request'],
    [`192.0.2.7 [${TIME}] "GET / HTTP/1.1" abc`, 'expected a status'],
    ['192.0.2.7 [soon] "GET / HTTP/1.1" 200', 'expected a time'],
  ])('%s', (line, reason) => {
    expect(readAs(PATTERN, line).result).toBe(reason)
  })

  test('a dash as the request or the method means that there is no request', () => {
    expect(readAs(PATTERN, `192.0.2.7 [${TIME}] "-" 408`).result).toBe(NO_REQUEST)
    expect(readAs('$remote_addr $request_method $uri', '192.0.2.7 - /').result).toBe(NO_REQUEST)
  })
})

describe('a pattern that cannot be read', () => {
  test.each([
    ['$remote_addr $status', 'expected what was asked for'],
    ['%h %>s', 'expected what was asked for'],
    ['$remote_addr$status "$request"', 'expected text between $remote_addr and $status'],
    ['%h%l "%r"', 'expected text between %h and %l'],
  ])('%s', (pattern, words) => {
    expect(() => readAs(pattern, '')).toThrow(
      expect.objectContaining({ code: 'log_format', message: expect.stringContaining(words) })
    )
  })
})
