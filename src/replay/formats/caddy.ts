import { holds } from '../holdings.ts'
import type { LogRecord } from '../record.ts'
import { readVersion } from '../request-line.ts'
import { anyTime, clfTimes } from '../times.ts'
import { tlsVersion, withoutPort } from './addresses.ts'
import type { LineResult, LogFormat, LogReader } from './format.ts'
import { COMMENT } from './format.ts'
import type { Json } from './json-line.ts'
import { mostAre, NOT_JSON, objectOf, parseJsonLine, sampleOf } from './json-line.ts'

/** The text that Caddy logs instead of credentials, by default. */
const REDACTED = 'REDACTED'
const CREDENTIALS = ['cookie', 'authorization', 'proxy-authorization', 'set-cookie']

const isAccess = ({ request }: Json): boolean => {
  const { method, uri } = objectOf(request)
  return typeof method === 'string' && typeof uri === 'string'
}

const headersOf = (json: Json): readonly (readonly [name: string, values: readonly unknown[]])[] =>
  Object.entries(objectOf(objectOf(json.request).headers)).map(([name, values]) => [
    name.toLowerCase(),
    Array.isArray(values) ? values : [values],
  ])

const open = (lines: readonly string[]): LogReader => {
  const clf = clfTimes()
  const shown = new Set(
    sampleOf(lines).flatMap(({ json }) =>
      headersOf(json).flatMap(([name, [value]]) => (value === REDACTED ? [] : name))
    )
  )
  return {
    format: 'caddy',
    holds: holds({
      parts: ['address', 'time', 'method', 'path', 'query', 'version', 'scheme', 'status'],
      headers: ['host'],
      hasAllHeaders: true,
      hidden: CREDENTIALS.filter((name) => !shown.has(name)),
      fields: ['cf.tls_version'],
    }),
    read: (line: string, record: LogRecord): LineResult => {
      const parsed = parseJsonLine(line)
      if (parsed === undefined) return NOT_JSON
      const { json, text } = parsed
      // Caddy writes its other messages to the same log.
      if (!isAccess(json)) return COMMENT
      const request = objectOf(json.request)
      record.timeMs = anyTime(clf, json.ts)
      if (Number.isNaN(record.timeMs)) return 'expected a time in "ts"'
      record.address =
        text(request.client_ip) || text(request.remote_ip) || withoutPort(text(request.remote_addr))
      record.method = text(request.method)
      record.target = text(request.uri) || '/'
      record.version = readVersion(text(request.proto)) ?? '1.1'
      record.status = typeof json.status === 'number' ? json.status : 0
      record.header('host', text(request.host))
      for (const [name, values] of headersOf(json)) {
        for (const value of values) if (value !== REDACTED) record.headers.push(name, text(value))
      }
      if (request.tls !== undefined && request.tls !== null) {
        record.isTls = true
        record.fields = { 'cf.tls_version': tlsVersion(objectOf(request.tls).version) }
      }
      return undefined
    },
  }
}

/** Source: https://caddyserver.com/docs/caddyfile/directives/log */
export const caddy: LogFormat = {
  name: 'caddy',
  title: 'Caddy’s JSON',
  fits: (lines) => mostAre(lines, isAccess),
  open,
}
