import type { SecurityEvent } from '../events/event.ts'
import { membersOf, shown, wrong } from './given.ts'

/** Which event a test waits for; all that is given has to fit. */
export interface WantedEvent {
  /** Id or name of the rule. */
  rule?: string
  ray?: string
  action?: string
  source?: string
  ip?: string
  country?: string
  asn?: number
  method?: string
  host?: string
  path?: string
  userAgent?: string
  status?: number
}

const FIELDS = [
  'ray',
  'action',
  'source',
  'ip',
  'country',
  'asn',
  'method',
  'host',
  'path',
  'userAgent',
  'status',
] as const satisfies readonly (keyof SecurityEvent)[]
const NAMES = ['rule', ...FIELDS]
const NUMBERS: readonly string[] = ['asn', 'status']

/**
 * @throws EdgeError `invalid_test`
 * @example isWanted('waitForEvent', { rule: 'no bots' })(event)
 */
export const isWanted = (call: string, given: unknown): ((event: SecurityEvent) => boolean) => {
  const wanted = membersOf(call, given, NAMES)
  for (const [name, value] of Object.entries(wanted)) {
    const type = NUMBERS.includes(name) ? 'number' : 'string'
    if (value !== undefined && typeof value !== type) {
      throw wrong(`${call}: ${name}`, value, `a ${type === 'number' ? 'number' : 'text'}`)
    }
  }
  const { rule } = wanted
  return (event) =>
    (rule === undefined || rule === event.rule.name || rule === event.rule.id) &&
    FIELDS.every((name) => wanted[name] === undefined || wanted[name] === event[name])
}

const MOST_TOLD = 5

/** One event in a line, for messages. */
export const eventText = ({ action, rule, method, path, ray }: SecurityEvent): string =>
  `${action} by "${rule.name}" of ${method} ${path}, Ray ID ${ray}`

/** What there was in place of the event that a test waited for. */
export const whatCame = (events: readonly SecurityEvent[]): string => {
  if (events.length === 0) return 'there was no event at all'
  const last = events.slice(-MOST_TOLD).map((event) => `  ${eventText(event)}`)
  const more = events.length > MOST_TOLD ? `, the last ${MOST_TOLD}` : ''
  return `there were ${events.length} others${more}:\n${last.join('\n')}`
}

export const wantedText = (wanted: WantedEvent): string =>
  Object.entries(wanted)
    .map(([name, value]) => `${name} ${shown(value)}`)
    .join(', ') || 'any rule'
