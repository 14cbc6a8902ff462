import type { Holdings, Part } from '../holdings.ts'
import { holds } from '../holdings.ts'
import type { LogRecord } from '../record.ts'
import { readVersion } from '../request-line.ts'
import { anyTime, clfTimes } from '../times.ts'
import type { Json, JsonLine } from './json-line.ts'
import { objectOf } from './json-line.ts'

type Fields = Record<string, unknown>
type ReadField = (value: unknown, fields: Fields) => void

const asText =
  (field: string): ReadField =>
  (value, fields) => {
    if (typeof value === 'string') fields[field] = value
  }
const asInt =
  (field: string): ReadField =>
  (value, fields) => {
    if (Number.isSafeInteger(value)) fields[field] = value
  }

/** The members of both datasets that contain field values, with their fields. */
const FIELDS: Readonly<Record<string, readonly [fields: readonly string[], read: ReadField]>> = {
  ClientASN: [['ip.src.asnum'], asInt('ip.src.asnum')],
  ClientCountry: [
    ['ip.src.country'],
    (value, fields) => {
      if (typeof value === 'string') fields['ip.src.country'] = value.toUpperCase() || 'XX'
    },
  ],
  ClientCity: [['ip.src.city'], asText('ip.src.city')],
  ClientRegionCode: [['ip.src.region_code'], asText('ip.src.region_code')],
  ClientSSLProtocol: [
    ['cf.tls_version'],
    (value, fields) => {
      if (typeof value === 'string') fields['cf.tls_version'] = value === 'none' ? '' : value
    },
  ],
  ClientSSLCipher: [['cf.tls_cipher'], asText('cf.tls_cipher')],
  JA3Hash: [['cf.bot_management.ja3_hash'], asText('cf.bot_management.ja3_hash')],
  JA4: [['cf.bot_management.ja4'], asText('cf.bot_management.ja4')],
  BotScore: [['cf.bot_management.score'], asInt('cf.bot_management.score')],
  VerifiedBotCategory: [
    ['cf.verified_bot_category', 'cf.client.bot', 'cf.bot_management.verified_bot'],
    (value, fields) => {
      if (typeof value !== 'string') return
      fields['cf.verified_bot_category'] = value
      fields['cf.client.bot'] = value !== ''
      fields['cf.bot_management.verified_bot'] = value !== ''
    },
  ],
  WAFAttackScore: [['cf.waf.score'], asInt('cf.waf.score')],
  WAFSQLiAttackScore: [['cf.waf.score.sqli'], asInt('cf.waf.score.sqli')],
  WAFXSSAttackScore: [['cf.waf.score.xss'], asInt('cf.waf.score.xss')],
  WAFRCEAttackScore: [['cf.waf.score.rce'], asInt('cf.waf.score.rce')],
  ClientTCPRTTMs: [['cf.timings.client_tcp_rtt_msec'], asInt('cf.timings.client_tcp_rtt_msec')],
  RayID: [['cf.ray_id'], asText('cf.ray_id')],
  ZoneName: [['cf.zone.name'], asText('cf.zone.name')],
}

/** The members that contain parts of a request. */
const PARTS: readonly (readonly [key: string, part: Part])[] = [
  ['ClientIP', 'address'],
  ['ClientRequestMethod', 'method'],
  ['ClientRequestProtocol', 'version'],
  ['ClientRequestScheme', 'scheme'],
  ['EdgeResponseStatus', 'status'],
  ['EdgeStartTimestamp', 'time'],
  ['Datetime', 'time'],
]

const HEADERS: Readonly<Record<string, string>> = {
  ClientRequestHost: 'host',
  ClientRequestUserAgent: 'user-agent',
  ClientRequestReferer: 'referer',
  ClientXRequestedWith: 'x-requested-with',
}

/** Returns the data that a log with these members has. The owner of a Logpush job chooses its members. */
export const holdsMembers = (keys: ReadonlySet<string>, headers: readonly string[]): Holdings =>
  holds({
    parts: [
      ...PARTS.filter(([key]) => keys.has(key)).map(([, part]) => part),
      ...(keys.has('ClientRequestURI') || keys.has('ClientRequestPath') ? (['path'] as const) : []),
      ...(keys.has('ClientRequestURI') || keys.has('ClientRequestQuery')
        ? (['query'] as const)
        : []),
    ],
    headers: [
      ...Object.entries(HEADERS).flatMap(([key, name]) => (keys.has(key) ? name : [])),
      ...headers,
    ],
    fields: Object.entries(FIELDS).flatMap(([key, [fields]]) => (keys.has(key) ? fields : [])),
  })

/** Returns the names of the headers in `RequestHeaders` of the first lines. */
export const customHeaders = (objects: readonly Json[]): string[] => [
  ...new Set(
    objects.flatMap(({ RequestHeaders }) =>
      Object.keys(objectOf(RequestHeaders)).map((name) => name.toLowerCase())
    )
  ),
]

/** Fills a record with the data that both datasets have. */
export const memberReader = () => {
  const clf = clfTimes()
  return ({ json, text }: JsonLine, record: LogRecord): string | undefined => {
    const time = json.EdgeStartTimestamp ?? json.Datetime
    if (time !== undefined) {
      record.timeMs = anyTime(clf, time)
      if (Number.isNaN(record.timeMs)) return 'expected a time'
    }
    record.address = text(json.ClientIP)
    record.method = text(json.ClientRequestMethod) || 'GET'
    const query = text(json.ClientRequestQuery)
    const mark = query === '' || query.startsWith('?') ? '' : '?'
    record.target =
      text(json.ClientRequestURI) || `${text(json.ClientRequestPath) || '/'}${mark}${query}`
    record.version = readVersion(text(json.ClientRequestProtocol)) ?? '1.1'
    record.isTls = json.ClientRequestScheme === 'https'
    record.status = typeof json.EdgeResponseStatus === 'number' ? json.EdgeResponseStatus : 0
    for (const key of Object.keys(HEADERS)) record.header(HEADERS[key]!, text(json[key]))
    for (const [name, value] of Object.entries(objectOf(json.RequestHeaders))) {
      record.header(name.toLowerCase(), text(value))
    }
    const fields: Fields = {}
    for (const key of Object.keys(json))
      if (Object.hasOwn(FIELDS, key)) FIELDS[key]![1](json[key], fields)
    record.fields = fields
    return undefined
  }
}
