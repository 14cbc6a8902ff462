import type { EventAction, SecurityEvent } from './event.ts'
import { eventFields } from './fields.ts'

/** Logpush's value for an unknown action or product. */
const UNKNOWN = 'unknown'

const named = eventFields.flatMap(({ logpush, type, read }) =>
  logpush === undefined ? [] : [{ name: logpush, type, read }]
)

/** Actions in Logpush's spelling, if it differs from ours. Its list has none for a wrong answer to a challenge. */
const ACTIONS: Readonly<Partial<Record<EventAction, string>>> = {
  js_challenge: 'jschallenge',
  managed_challenge: 'managedchallenge',
  challenge_solved: 'challengesolved',
  js_challenge_solved: 'jschallengesolved',
  managed_challenge_solved: 'managedchallengenoninteractivesolved',
  challenge_failed: UNKNOWN,
  origin_error: UNKNOWN,
  no_zone: UNKNOWN,
}

/**
 * An event with the names of Cloudflare's Logpush dataset `firewall_events`. Values without a name there are in `Metadata`.
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
  const { phasePath, zone, bot, answer } = event
  record['Action'] = ACTIONS[event.action] ?? event.action
  if (record['Kind'] !== 'firewall') record['Source'] = UNKNOWN
  record['Metadata'] = {
    expression,
    matched,
    ...(rule.source === undefined ? {} : { ruleSource: rule.source }),
    ...(rule.hash === undefined ? {} : { ruleHash: rule.hash }),
    ...(phasePath === undefined ? {} : { phasePath }),
    ...(zone === undefined ? {} : { zone }),
    ...(rateLimit === undefined ? {} : { rateLimit }),
    ...(reputation === undefined ? {} : { reputation }),
    ...(ja3 === undefined ? {} : { ja3 }),
    ...(ja4 === undefined ? {} : { ja4 }),
    ...(bot === undefined ? {} : { bot }),
    ...(answer === undefined ? {} : { answer }),
    ...(notes.length === 0 ? {} : { notes }),
  }
  return record
}
