import { percentDecode } from '../escapes.ts'
import type { Holdings } from '../holdings.ts'
import { holds } from '../holdings.ts'
import type { LogRecord } from '../record.ts'
import { isMethod, readVersion } from '../request-line.ts'
import { isoTime } from '../times.ts'
import { tlsVersion } from './addresses.ts'
import type { LineResult, LogFormat, LogReader } from './format.ts'
import { COMMENT, NO_REQUEST } from './format.ts'
import { keysOf, mostAre, NOT_JSON, parseJsonLine, sampleOf } from './json-line.ts'

const FIELDS = /^#Fields:\s+(.*)$/
/** The columns of standard logs without a `#Fields` line. */
const USUAL =
  'date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) cs(User-Agent) cs-uri-query cs(Cookie) x-edge-result-type x-edge-request-id x-host-header cs-protocol cs-bytes time-taken x-forwarded-for ssl-protocol ssl-cipher x-edge-response-result-type cs-protocol-version fle-status fle-encrypted-fields c-port'

const namesOf = (lines: readonly string[]): readonly string[] => {
  for (const line of lines) {
    const [, names] = FIELDS.exec(line) ?? []
    if (names !== undefined) return names.trim().split(/\s+/)
  }
  return USUAL.split(' ')
}

/** Cookies are present only if the distribution logs them. */
const holdsOf = (names: ReadonlySet<string>, hasCookies: boolean): Holdings =>
  holds({
    parts: [
      'method',
      'path',
      'query',
      ...(names.has('c-ip') ? (['address'] as const) : []),
      ...(names.has('time') ? (['time'] as const) : []),
      ...(names.has('cs-protocol-version') ? (['version'] as const) : []),
      ...(names.has('cs-protocol') ? (['scheme'] as const) : []),
      ...(names.has('sc-status') ? (['status'] as const) : []),
    ],
    headers: [
      ...(names.has('x-host-header') || names.has('cs(Host)') ? ['host'] : []),
      ...(names.has('cs(Referer)') ? ['referer'] : []),
      ...(names.has('cs(User-Agent)') ? ['user-agent'] : []),
      ...(names.has('x-forwarded-for') ? ['x-forwarded-for'] : []),
      ...(hasCookies ? ['cookie'] : []),
    ],
    fields: [
      ...(names.has('ssl-protocol') ? ['cf.tls_version'] : []),
      ...(names.has('c-country') ? ['ip.src.country'] : []),
      ...(names.has('asn') ? ['ip.src.asnum'] : []),
    ],
  })

const HIDDEN_SPACE = /%20/

/** Decodes a value. CloudFront encodes values, and in older logs it encodes user agents twice. */
const decodeAgent = (text: string): string => {
  const once = percentDecode(text)
  return HIDDEN_SPACE.test(once) && !once.includes(' ') ? percentDecode(once) : once
}

type Get = (name: string) => string

const readValues = (get: Get, record: LogRecord): LineResult => {
  const timeMs = isoTime(`${get('date')}T${get('time')}Z`)
  if (get('time') !== '' && Number.isNaN(timeMs)) return 'expected a date and a time'
  record.timeMs = timeMs
  const status = Number(get('sc-status'))
  record.status = status >= 100 && status <= 999 ? status : 0
  record.address = get('c-ip')
  const [method, stem, query] = [get('cs-method'), get('cs-uri-stem'), get('cs-uri-query')]
  if (stem === '' || stem === '-' || !isMethod(method) || method === '-') return NO_REQUEST
  record.method = method
  const hasQuery = query !== '' && query !== '-'
  record.target = percentDecode(stem) + (hasQuery ? `?${percentDecode(query)}` : '')
  record.version = readVersion(get('cs-protocol-version')) ?? '1.1'
  record.isTls = get('cs-protocol') === 'https' || get('cs-protocol') === 'wss'
  record.header('host', get('x-host-header') || get('cs(Host)'))
  record.header('referer', percentDecode(get('cs(Referer)')))
  record.header('user-agent', decodeAgent(get('cs(User-Agent)')))
  record.header('x-forwarded-for', percentDecode(get('x-forwarded-for')))
  record.header('cookie', percentDecode(get('cs(Cookie)')))
  record.fields = {
    'cf.tls_version': tlsVersion(get('ssl-protocol')) ?? '',
    ...(get('c-country') === '' ? {} : { 'ip.src.country': get('c-country') }),
    ...(/^\d+$/.test(get('asn')) ? { 'ip.src.asnum': Number(get('asn')) } : {}),
  }
  return undefined
}

const COOKIE = 'cs(Cookie)'
const isSet = (value: unknown) => typeof value === 'string' && value !== '-' && value !== ''

const openText = (lines: readonly string[]): LogReader => {
  const names = namesOf(lines)
  const places = new Map(names.map((name, i) => [name, i]))
  const hasCookies = lines.some(
    (line) => !line.startsWith('#') && isSet(line.split('\t')[places.get(COOKIE) ?? -1])
  )
  return {
    format: 'cloudfront',
    holds: holdsOf(new Set(names), hasCookies),
    read: (line, record) => {
      if (line.startsWith('#')) return COMMENT
      const values = line.split('\t')
      if (values.length < names.length) {
        return `expected ${names.length} values with tabs between, found ${values.length}`
      }
      return readValues((name) => values[places.get(name) ?? -1] ?? '', record)
    },
  }
}

const openJson = (lines: readonly string[]): LogReader => {
  const sample = sampleOf(lines).map(({ json }) => json)
  return {
    format: 'cloudfront',
    holds: holdsOf(
      keysOf(sample),
      sample.some((json) => isSet(json[COOKIE]))
    ),
    read: (line, record) => {
      const parsed = parseJsonLine(line)
      if (parsed === undefined) return NOT_JSON
      return readValues((name) => parsed.text(parsed.json[name]), record)
    },
  }
}

const isJson = (lines: readonly string[]) => mostAre(lines, (json) => 'cs-method' in json)

/** Source: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logs-reference.html */
export const cloudfront: LogFormat = {
  name: 'cloudfront',
  title: 'AWS CloudFront standard logs, text or JSON',
  fits: (lines) =>
    lines.some((line) => FIELDS.test(line) && line.includes('cs-method')) || isJson(lines),
  open: (lines) => (isJson(lines) ? openJson(lines) : openText(lines)),
}
