// Damaged logs: each line is read, skipped or reported as broken, and does not affect the lines after it.
import { describe, expect, test } from 'vitest'
import { rulesFromObjects } from '../../rules/objects.ts'
import { Judge } from '../judge.ts'
import { LogRecord } from '../record.ts'
import { COMMENT, NO_REQUEST } from './format.ts'
import {
  ALB,
  CADDY,
  CLOUDFRONT,
  CLOUDFRONT_FIELDS,
  HAR_ENTRY,
  LOGPUSH,
  TIME,
} from './formats.fixture.ts'
import { har } from './har.ts'
import { openReader } from './open.ts'

const NGINX = {
  time_iso8601: TIME,
  remote_addr: '192.0.2.7',
  request: 'GET /a?b=c HTTP/1.1',
  status: '200',
  http_user_agent: 'a',
  http_host: 'shop.test',
}
const TRAEFIK = {
  ClientHost: '192.0.2.7',
  DownstreamStatus: 200,
  RequestHost: 'shop.test',
  RequestMethod: 'GET',
  RequestPath: '/a?b=c',
  RequestProtocol: 'HTTP/1.1',
  RequestScheme: 'https',
  StartUTC: TIME,
  TLSVersion: '1.3',
  'request_User-Agent': 'a',
}
const EVENT = { ...LOGPUSH, Action: 'block', RayID: 'a', Source: 'waf', Datetime: TIME }
const MAIN = '192.0.2.7 - - [17/May/2026:10:05:03 +0000] "GET /a HTTP/1.1" 200 5 "-" "a"'

const OBJECTS: readonly (readonly [format: string, sample: object])[] = [
  ['nginx-json', NGINX],
  ['caddy', CADDY],
  ['traefik', TRAEFIK],
  ['cloudflare-http', LOGPUSH],
  ['cloudflare-events', EVENT],
  ['har', HAR_ENTRY],
  [
    'cloudfront',
    {
      date: '2026-05-17',
      time: '10:05:03',
      'c-ip': '192.0.2.7',
      'cs-method': 'GET',
      'cs-uri-stem': '/a',
    },
  ],
]
const TEXTS: readonly (readonly [format: string, sample: string])[] = [
  ...OBJECTS.map(([format, sample]) => [format, JSON.stringify(sample)] as const),
  ['alb', ALB],
  ['cloudfront', CLOUDFRONT.join('\t')],
  ['combined', MAIN],
  ['vhost_combined', `shop.test:443 ${MAIN}`],
  ['nginx-main', `${MAIN} "-"`],
]

const DEEP = JSON.parse(`${'['.repeat(5_000)}${']'.repeat(5_000)}`)
const ODD = [null, true, -1, 1e300, '', '\0\r\n"\ud800', [], [[null]], {}, { a: { b: 1 } }, DEEP]

/** Yields copies of the sample in which one member, at any depth, has another value. */
const changed = function* (value: unknown): Generator<unknown> {
  yield* ODD
  if (typeof value !== 'object' || value === null) return
  for (const key of Object.keys(value)) {
    const before = (value as Record<string, unknown>)[key]
    for (const other of changed(before)) {
      yield Array.isArray(value)
        ? value.map((one, i) => (String(i) === key ? other : one))
        : { ...value, [key]: other }
    }
    const { [key]: _, ...others } = value as Record<string, unknown>
    yield others
  }
}

const cut = function* (text: string): Generator<string> {
  const step = Math.max(1, text.length >> 6)
  for (let i = 0; i < text.length; i += step) {
    yield text.slice(0, i)
    yield text.slice(i)
    for (const odd of ['', '"', '\0', '\xff', '\\', '\t', ' ']) {
      yield text.slice(0, i) + odd + text.slice(i + 1)
    }
  }
  yield text.repeat(200)
}

const ruleset = rulesFromObjects([
  {
    rules: [
      'ip.src in {192.0.2.0/24} and ip.src.country eq "DE" and ip.src.asnum eq 1',
      'http.host eq "a" or http.request.uri contains "zz" or http.referer eq "b"',
      'any(http.request.headers.values[*] contains "zz") or http.user_agent contains "zz"',
      'cf.tls_version eq "x" or cf.bot_management.score lt 2 or cf.bot_management.ja4 eq "x"',
      'cf.waf.score lt 2 or cf.verified_bot_category eq "x" or http.request.version eq "x"',
    ].map((expression, i) => ({ name: `${i}`, expression, action: 'log' })),
  },
])

const resultsOf = (format: string, sample: string, damaged: Iterable<string>) => {
  const reader = openReader(
    format,
    format === 'cloudfront' && !sample.startsWith('{') ? [CLOUDFRONT_FIELDS, sample] : [sample]
  )
  const judge = new Judge({ ruleset, sources: {}, trust: [], held: reader.holds.fields })
  const counts = { read: 0, left: 0, broken: 0 }
  const read = (line: string) => {
    const record = new LogRecord()
    const result = reader.read(line, record)
    if (result === undefined) judge.judge(record)
    return result
  }
  for (const line of damaged) {
    const result = read(line)
    if (result === undefined) counts.read++
    else if (result === COMMENT || result === NO_REQUEST) counts.left++
    else {
      expect(result).toMatch(/^expected /)
      counts.broken++
    }
  }
  // A second event with the same Ray ID is not a second request.
  expect(read(sample.replace('"RayID":"a"', '"RayID":"b"'))).toBeUndefined()
  return counts
}

describe('no damaged line stops a replay', () => {
  test.each(TEXTS)('%s, cut off or with changed bytes: %s', (format, sample) => {
    expect(resultsOf(format, sample, cut(sample)).broken).toBeGreaterThan(0)
  })

  test.each(OBJECTS)('%s, with members of other types: %j', (format, sample) => {
    const texts = [...changed(sample)].map((value) => JSON.stringify(value))
    const { read, left, broken } = resultsOf(format, JSON.stringify(sample), texts)
    expect(read + left + broken).toBe(texts.length)
    expect(broken).toBeGreaterThan(0)
  })
})

test('a HAR that ends early gives its complete entries and reports the next one as broken', () => {
  const odd = { ...HAR_ENTRY, comment: 'a "quoted" } brace \\' }
  for (const spaces of [0, 2]) {
    const text = JSON.stringify({ log: { entries: [odd, HAR_ENTRY, HAR_ENTRY] } }, null, spaces)
    const last = text.lastIndexOf('startedDateTime')
    for (const end of [last + 60, last + 90, text.lastIndexOf('"status"')]) {
      const lines = har.entries!(text.slice(0, end))
      const reader = openReader('har', lines)
      const results = lines.map((line) => reader.read(line, new LogRecord()))
      expect(results).toEqual([undefined, undefined, 'expected a JSON object'])
      expect(lines.every((line) => !/[\r\n]/.test(line))).toBe(true)
    }
  }
  // Only the end of the document is missing.
  expect(har.entries!('{"log":{"entries":[{"a":1} ')).toHaveLength(1)
  expect(() => har.entries!('{"log":{"entries":[{"a":1')).toThrow('JSON')
})

test('an entry of a HAR that is not an object is reported with its number', () => {
  const text = JSON.stringify({ log: { entries: [HAR_ENTRY, null, 7, [], HAR_ENTRY] } })
  const lines = har.entries!(text)
  const reader = openReader('har', lines)
  const results = lines.map((line) => reader.read(line, new LogRecord()))
  const broken = 'expected a JSON object'
  expect(results).toEqual([undefined, broken, broken, broken, undefined])
})
