import { holds } from '../holdings.ts'
import type { LogRecord } from '../record.ts'
import { readVersion } from '../request-line.ts'
import { isoTime } from '../times.ts'
import { tlsVersion } from './addresses.ts'
import type { LineResult, LogFormat, LogReader } from './format.ts'
import { NO_REQUEST } from './format.ts'
import type { Json } from './json-line.ts'
import { keysOf, mostAre, NOT_JSON, parseJsonLine, sampleOf } from './json-line.ts'

const HEADER = 'request_'

const isAccess = (json: Json) => 'RequestMethod' in json && 'RequestPath' in json

const open = (lines: readonly string[]): LogReader => {
  const keys = keysOf(sampleOf(lines).map(({ json }) => json))
  const headers = [...keys].filter((key) => key.startsWith(HEADER))
  const names = headers.map((key) => key.slice(HEADER.length).toLowerCase())
  return {
    format: 'traefik',
    holds: holds({
      parts: [
        'method',
        'path',
        'query',
        ...(keys.has('ClientHost') ? (['address'] as const) : []),
        ...(keys.has('StartUTC') || keys.has('time') ? (['time'] as const) : []),
        ...(keys.has('RequestProtocol') ? (['version'] as const) : []),
        ...(keys.has('RequestScheme') ? (['scheme'] as const) : []),
        ...(keys.has('DownstreamStatus') ? (['status'] as const) : []),
      ],
      // Traefik keeps no headers unless it is told to.
      headers: [...names, ...(keys.has('RequestAddr') || keys.has('RequestHost') ? ['host'] : [])],
      fields: keys.has('TLSVersion') ? ['cf.tls_version'] : [],
    }),
    read: (line: string, record: LogRecord): LineResult => {
      const parsed = parseJsonLine(line)
      if (parsed === undefined) return NOT_JSON
      const { json, text } = parsed
      if (!isAccess(json)) return NO_REQUEST
      const timeMs = isoTime(text(json.StartUTC) || text(json.time))
      if (keys.has('StartUTC') && Number.isNaN(timeMs)) return 'expected a time in "StartUTC"'
      record.timeMs = timeMs
      record.address = text(json.ClientHost)
      record.method = text(json.RequestMethod)
      record.target = text(json.RequestPath) || '/'
      record.version = readVersion(text(json.RequestProtocol)) ?? '1.1'
      record.status = typeof json.DownstreamStatus === 'number' ? json.DownstreamStatus : 0
      record.header('host', text(json.RequestAddr) || text(json.RequestHost))
      headers.forEach((key, i) => {
        if (json[key] !== undefined && names[i] !== 'host') {
          record.header(names[i]!, text(json[key]))
        }
      })
      record.isTls = json.RequestScheme === 'https' || json.TLSVersion !== undefined
      if (json.TLSVersion !== undefined) {
        record.fields = { 'cf.tls_version': tlsVersion(json.TLSVersion) }
      }
      return undefined
    },
  }
}

/** Source: https://doc.traefik.io/traefik/observability/access-logs/ */
export const traefik: LogFormat = {
  name: 'traefik',
  title: 'Traefik’s JSON',
  fits: (lines) => mostAre(lines, isAccess),
  open,
}
