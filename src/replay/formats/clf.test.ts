import { describe, expect, test } from 'vitest'
import { clfTimes } from '../times.ts'
import { NO_REQUEST } from './format.ts'
import { readAs, readLast } from './formats.fixture.ts'

const START = '192.0.2.7 - - [17/May/2015:10:05:03 +0200]'
const combinedLine = (request: string, agent = 'Mozilla/5.0', referer = '-') =>
  `${START} "${request}" 200 512 "${referer}" "${agent}"`

describe('a line of', () => {
  test('combined', () => {
    expect(
      readLast(combinedLine('GET /a?b=c HTTP/1.1', 'Firefox/140.0', 'https://shop.test/'))
    ).toMatchObject({
      result: undefined,
      address: '192.0.2.7',
      time: '2015-05-17T08:05:03.000Z',
      request: 'GET /a?b=c',
      version: '1.1',
      isTls: false,
      status: 200,
      headers: { referer: 'https://shop.test/', 'user-agent': 'Firefox/140.0' },
      reader: { format: 'combined' },
    })
  })

  test('common has no headers', () => {
    const read = readLast(`${START} "POST /login HTTP/1.0" 403 -`)
    expect(read).toMatchObject({ request: 'POST /login', version: '1.0', status: 403, headers: {} })
    expect(read.reader).toMatchObject({ format: 'common' })
    expect([...read.reader.holds.headers]).toEqual([])
  })

  test('vhost_combined has the Host header with its port', () => {
    const read = readLast(`shop.test:443 ${combinedLine('GET / HTTP/2.0')}`)
    expect(read).toMatchObject({ address: '192.0.2.7', version: '2.0' })
    expect(read.headers.host).toBe('shop.test:443')
    expect(read.reader.format).toBe('vhost_combined')
  })

  test.each([
    ['"203.0.113.9, 10.0.0.1"', '203.0.113.9, 10.0.0.1'],
    ['"-"', undefined],
  ])('nginx’s main has X-Forwarded-For: %s', (behind, forwarded) => {
    const read = readLast(`${combinedLine('GET / HTTP/1.1')} ${behind}`)
    expect(read.reader.format).toBe('nginx-main')
    expect(read.headers['x-forwarded-for']).toBe(forwarded)
  })

  test('Traefik’s default is combined with more columns', () => {
    const read = readLast(`${combinedLine('GET / HTTP/2.0')} 12 "web@docker" "http://10.0.0.2" 3ms`)
    expect(read.reader.format).toBe('combined')
    expect(read.status).toBe(200)
  })

  test('an IPv6 address at the start is not a host', () => {
    const line = combinedLine('GET / HTTP/1.1').replace('192.0.2.7', '2001:db8::80')
    expect(readLast(line)).toMatchObject({
      address: '2001:db8::80',
      reader: { format: 'combined' },
    })
  })
})

describe('escapes of', () => {
  test.each([
    ['nginx', String.raw`a\x22b\x5Cc`, 'a"b\\c'],
    ['Apache', String.raw`a\"b\\c\td`, 'a"b\\c\td'],
    ['Apache, a backslash before the quote at the end', String.raw`a\\`, 'a\\'],
    ['nobody', String.raw`a\qb`, String.raw`a\qb`],
    ['UTF-8 as Apache writes it', String.raw`\xc3\xa4`, 'ä'],
    ['UTF-8 as it is', 'ä', 'ä'],
  ])('%s: %s', (_, written, agent) => {
    expect(readLast(combinedLine('GET / HTTP/1.1', written)).headers['user-agent']).toBe(agent)
  })

  test('a quote in the request does not end it', () => {
    expect(readLast(combinedLine(String.raw`GET /?q=\"x\" HTTP/1.1`)).request).toBe('GET /?q="x"')
  })
})

test.each([String.raw`a [b] \"c\"`, 'John Doe', String.raw`[x] \x22`])(
  'a user may be named %s',
  (user) => {
    const line = combinedLine('GET / HTTP/1.1').replace('- -', () => `- ${user}`)
    expect(readAs('combined', line)).toMatchObject({ result: undefined, status: 200 })
  }
)

test('a dash means that the header is absent', () => {
  expect(readLast(combinedLine('GET / HTTP/1.1', '-')).headers).toEqual({})
  expect(readLast(combinedLine('GET / HTTP/1.1', '')).headers).toEqual({})
})

describe('a line without a request', () => {
  test.each([
    ['-'],
    [''],
    [String.raw`\x16\x03\x01\x02\x00\x01\x00`],
    ['GET'],
    ['hello world again'],
    ['GET / has spaces'],
  ])('%s', (request) => {
    expect(readAs('combined', combinedLine(request)).result).toBe(NO_REQUEST)
  })

  test.each([
    ['GET /', 'GET /', '0.9'],
    ['OPTIONS * HTTP/1.1', 'OPTIONS *', '1.1'],
    ['GET http://shop.test/a HTTP/1.1', 'GET http://shop.test/a', '1.1'],
    ['M-SEARCH /a b HTTP/1.1', 'M-SEARCH /a b', '1.1'],
    ['PRI * HTTP/2', 'PRI *', '2.0'],
    ['GET / HTTP/3', 'GET /', '3.0'],
  ])('%s is a request', (request, read, version) => {
    expect(readAs('combined', combinedLine(request))).toMatchObject({
      result: undefined,
      request: read,
      version,
    })
  })
})

describe('the error for a broken line says what was expected', () => {
  test.each([
    ['', 'comment'],
    ['x', 'an address'],
    ['192.0.2.7 - - nothing', 'a time in brackets'],
    [combinedLine('GET / HTTP/1.1').replace('May', 'Mai'), 'a time such as'],
    [`${START} "GET / HTTP/1.1`, 'a quote at the end of the request'],
    [`${START} "GET / HTTP/1.1" abc 5 "-" "x"`, 'a status'],
    [`${START} "GET / HTTP/1.1" 200 5`, 'a quoted referer'],
    [`${START} "GET / HTTP/1.1" 200 5 "-" "Mozilla/5.0`, 'a quoted user agent'],
  ])('%s', (line, words) => {
    expect(String(readAs('combined', line).result?.toString())).toContain(words)
  })
})

describe('times', () => {
  test.each(['17/May/2015:10:05:0x +0000', '17/Mai/2015:10:05:03 +0000', '', 'x'.repeat(26)])(
    '%s is none',
    (text) => {
      const timeOf = clfTimes()
      timeOf('17/May/2015:10:05:03 +0000')
      expect(timeOf(text)).toBeNaN()
    }
  )

  test.each([
    ['17/May/2015:10:05:03 +0000', '2015-05-17T10:05:03.000Z'],
    ['17/May/2015:10:05:59 +0000', '2015-05-17T10:05:59.000Z'],
    ['17/May/2015:10:05:59 -0730', '2015-05-17T17:35:59.000Z'],
    ['01/Jan/2016:00:00:00 +0100', '2015-12-31T23:00:00.000Z'],
    ['29/Feb/2024:23:59:60 +0000', '2024-03-01T00:00:00.000Z'],
  ])('%s is read after any other time', (text, iso) => {
    const timeOf = clfTimes()
    for (const before of ['17/May/2015:10:05:03 +0000', text, '17/May/2015:10:05:03 -0730']) {
      timeOf(before)
      expect(new Date(timeOf(text)).toISOString()).toBe(iso)
    }
  })
})
