import { toText } from '../../language/bytes.ts'
import { LogRecord } from '../record.ts'
import { recognise } from './all.ts'
import type { LineResult, LogReader } from './format.ts'
import { openReader } from './open.ts'

export const json = (value: object) => JSON.stringify(value)

export const TIME = '2026-05-17T10:05:03.000Z'
export const AGENT = 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0'

export const CLOUDFRONT_FIELDS =
  '#Fields: date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) cs(User-Agent) cs-uri-query cs(Cookie) x-edge-result-type x-edge-request-id x-host-header cs-protocol cs-bytes time-taken x-forwarded-for ssl-protocol ssl-cipher x-edge-response-result-type cs-protocol-version'
export const CLOUDFRONT = [
  '2026-05-17',
  '10:05:03',
  'FRA2',
  '512',
  '192.0.2.7',
  'GET',
  'd111.cloudfront.net',
  '/a%2520b',
  '200',
  'https://shop.test/',
  'Mozilla/5.0%20(X11;%20Linux%20x86_64)%20Firefox/140.0',
  'q=1%2525',
  '-',
  'Hit',
  'abc==',
  'shop.test',
  'https',
  '61',
  '0.001',
  '-',
  'TLSv1.3',
  'TLS_AES_128_GCM_SHA256',
  'Hit',
  'HTTP/2.0',
]

export const ALB =
  'https 2026-05-17T10:05:03.000000Z app/lb/1 192.0.2.7:2817 10.0.0.1:80 0.086 0.048 0.037 200 200 0 57 "GET https://shop.test:443/a?b=c HTTP/1.1" "Firefox/140.0" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 arn:x "Root=1" "shop.test" "arn:y" 1 2026-05-17T10:05:02.900000Z "forward" "-" "-" "10.0.0.1:80" "200" "-" "-"'

export const CADDY = {
  level: 'info',
  ts: Date.parse(TIME) / 1000,
  logger: 'http.log.access',
  request: {
    remote_ip: '10.0.0.1',
    client_ip: '192.0.2.7',
    proto: 'HTTP/2.0',
    method: 'GET',
    host: 'shop.test',
    uri: '/a?b=c',
    headers: { 'User-Agent': [AGENT], Accept: ['a', 'b'], Cookie: ['REDACTED'] },
    tls: { version: 772, cipher_suite: 4865 },
  },
  status: 200,
}

export const LOGPUSH = {
  ClientIP: '192.0.2.7',
  ClientRequestHost: 'shop.test',
  ClientRequestMethod: 'GET',
  ClientRequestURI: '/a?b=c',
  ClientRequestUserAgent: AGENT,
  ClientRequestProtocol: 'HTTP/2',
  ClientRequestScheme: 'https',
  EdgeStartTimestamp: TIME,
  EdgeResponseStatus: 403,
  ClientCountry: 'de',
  ClientASN: 24940,
  BotScore: 12,
  VerifiedBotCategory: '',
  JA4: 't13d1516h2_8daaf6152771_02713d6af862',
  RequestHeaders: { 'x-api-key': 'k' },
}

export const HAR_ENTRY = {
  startedDateTime: TIME,
  request: {
    method: 'GET',
    url: 'https://shop.test/a?b=c#top',
    httpVersion: 'h2',
    headers: [
      { name: ':method', value: 'GET' },
      { name: 'User-Agent', value: AGENT },
      { name: 'accept', value: '*/*' },
    ],
  },
  response: { status: 200 },
}

export interface ReadLine {
  readonly result: LineResult
  readonly address: string
  readonly time: string | undefined
  readonly request: string
  readonly version: string
  readonly isTls: boolean
  readonly status: number
  readonly headers: Record<string, string>
  readonly fields: Record<string, unknown> | undefined
}

const binary = (text: string) => Buffer.from(text).toString('latin1')

const readWith = (reader: LogReader, line: string): ReadLine => {
  const record = new LogRecord()
  const result = reader.read(binary(line), record)
  const headers: Record<string, string> = {}
  for (let i = 0; i < record.headers.length; i += 2) {
    headers[record.headers[i]!.toLowerCase()] = toText(record.headers[i + 1]!)
  }
  return {
    result,
    address: record.address,
    time: Number.isNaN(record.timeMs) ? undefined : new Date(record.timeMs).toISOString(),
    request: `${record.method} ${toText(record.target)}`,
    version: record.version,
    isTls: record.isTls,
    status: record.status,
    headers,
    fields: record.fields,
  }
}

/** Recognises the format of these lines and reads the last one. */
export const readLast = (...lines: readonly string[]): ReadLine & { reader: LogReader } => {
  const sample = lines.map(binary)
  const reader = openReader(recognise('test.log', sample).name, sample)
  return { ...readWith(reader, lines.at(-1)!), reader }
}

/** Reads a line with a format, given by its name or as a pattern. */
export const readAs = (format: string, line: string): ReadLine & { reader: LogReader } => {
  const reader = openReader(format, [binary(line)])
  return { ...readWith(reader, line), reader }
}
