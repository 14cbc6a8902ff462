import { customHeaders, holdsMembers, memberReader } from './cloudflare.ts'
import type { LineResult, LogFormat, LogReader } from './format.ts'
import type { Json } from './json-line.ts'
import { keysOf, mostAre, NOT_JSON, parseJsonLine, sampleOf } from './json-line.ts'

const isRequest = (json: Json) =>
  ('ClientRequestURI' in json || 'ClientRequestPath' in json) && !('Datetime' in json)

const open = (lines: readonly string[]): LogReader => {
  const sample = sampleOf(lines).map(({ json }) => json)
  const read = memberReader()
  return {
    format: 'cloudflare-http',
    holds: holdsMembers(keysOf(sample), customHeaders(sample)),
    read: (line, record): LineResult => {
      const parsed = parseJsonLine(line)
      return parsed === undefined ? NOT_JSON : read(parsed, record)
    },
  }
}

/** Source: https://developers.cloudflare.com/logs/logpush/logpush-job/datasets/zone/http_requests/ */
export const cloudflareHttp: LogFormat = {
  name: 'cloudflare-http',
  title: 'Cloudflare Logpush, http_requests',
  fits: (lines) => mostAre(lines, isRequest),
  open,
}
