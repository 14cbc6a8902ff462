import type { SecurityEvent } from './event.ts'
import { eventFields } from './fields.ts'

const named = eventFields.flatMap(({ logpush, type, read }) =>
  logpush === undefined ? [] : [{ name: logpush, type, read }]
)

/**
 * An event under the names of Cloudflare's Logpush dataset `firewall_events`. What Cloudflare has no name for is in `Metadata`.
 *
 * Source: https://developers.cloudflare.com/logs/logpush/logpush-job/datasets/zone/firewall_events/
 *
 * @example logpushRecord(event).RayID // '8f3c2d1e0a9b7c65'
 */
export const logpushRecord = (event: SecurityEvent): Record<string, unknown> => {
  const record: Record<string, unknown> = {}
  for (const { name, type, read } of named) {
    record[name] = type === 'time' ? event.time : read(event)
  }
  const { expression, matched, notes, rule, rateLimit, reputation, ja3, ja4 } = event
  record['Kind'] = 'firewall'
  record['Metadata'] = {
    expression,
    matched,
    ...(rule.source === undefined ? {} : { ruleSource: rule.source }),
    ...(rateLimit === undefined ? {} : { rateLimit }),
    ...(reputation === undefined ? {} : { reputation }),
    ...(ja3 === undefined ? {} : { ja3 }),
    ...(ja4 === undefined ? {} : { ja4 }),
    ...(notes.length === 0 ? {} : { notes }),
  }
  return record
}
