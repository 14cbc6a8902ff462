import { holdsMembers, memberReader } from './cloudflare.ts'
import type { LineResult, LogFormat, LogReader } from './format.ts'
import { COMMENT } from './format.ts'
import type { Json } from './json-line.ts'
import { keysOf, mostAre, NOT_JSON, parseJsonLine, sampleOf } from './json-line.ts'

const isEvent = (json: Json) => 'Action' in json && 'ClientRequestPath' in json

const open = (lines: readonly string[]): LogReader => {
  const keys = keysOf(sampleOf(lines).map(({ json }) => json))
  const read = memberReader()
  let lastRay = ''
  return {
    format: 'cloudflare-events',
    note: 'it has only requests that a rule matched at Cloudflare',
    holds: holdsMembers(keys, []),
    read: (line, record): LineResult => {
      const parsed = parseJsonLine(line)
      if (parsed === undefined) return NOT_JSON
      const { json, text } = parsed
      // One request has an event for each rule that matched it; the deciding one has the index 0.
      const ray = text(json.RayID)
      if (
        typeof json.MatchIndex === 'number' ? json.MatchIndex > 0 : ray !== '' && ray === lastRay
      ) {
        return COMMENT
      }
      lastRay = ray
      return read(parsed, record)
    },
  }
}

/** Source: https://developers.cloudflare.com/logs/logpush/logpush-job/datasets/zone/firewall_events/ */
export const cloudflareEvents: LogFormat = {
  name: 'cloudflare-events',
  title: 'Cloudflare Logpush, firewall_events',
  fits: (lines) => mostAre(lines, isEvent),
  open,
}
