import { EdgeError } from '../error.ts'
import { nearest } from '../nearest.ts'
import type { SecurityEvent } from './event.ts'
import table from './fields.json' with { type: 'json' }

/**
 * - `text`: compared case-sensitively
 * - `number`: a whole number
 * - `ip`: one address
 * - `time`: the start of the request
 * - `bucket`: the minute, hour … of the request; only for groups
 */
export type FieldType = 'text' | 'number' | 'ip' | 'time' | 'bucket'

/** A field of events for queries. */
export interface EventField {
  /** Our name, the path of the member: `rule.id`. */
  readonly name: string
  /** Name in Cloudflare's Logpush dataset `firewall_events`; absent if it has none. */
  readonly logpush?: string
  /** Name in Cloudflare's GraphQL dataset `firewallEventsAdaptive`; absent if it has none. */
  readonly graphql?: string
  readonly type: FieldType
  /** Length of a `bucket`. */
  readonly bucketSeconds?: number
  /** A condition on this field also checks that one: `rule` matches the id or the name. */
  readonly also?: string
  /** The value; '' or 0 if the event has none. Milliseconds for `time`, the start as ISO 8601 for `bucket`. */
  readonly read: (event: SecurityEvent) => string | number
}

const MS_PER_SECOND = 1_000

/** Start of the bucket of a time, as ISO 8601. */
export const bucketStart = (timeMs: number, bucketMs: number): string =>
  new Date(Math.floor(timeMs / bucketMs) * bucketMs).toISOString()

const READERS: Readonly<Record<string, EventField['read']>> = {
  time: ({ time }) => Date.parse(time),
  rule: ({ rule }) => rule.id,
  // Events that an earlier version stored have no kind.
  kind: ({ kind = 'firewall' }) => kind,
}

type Value = string | number | undefined

const memberOf = (name: string, type: FieldType): EventField['read'] => {
  const [member, part] = name.split('.') as [keyof SecurityEvent, string | undefined]
  const missing = type === 'number' ? 0 : ''
  return part === undefined
    ? (event) => (event[member] as Value) ?? missing
    : (event) => (event[member] as Record<string, Value> | undefined)?.[part] ?? missing
}

const readerOf = (name: string, type: FieldType, bucketSeconds: number): EventField['read'] =>
  type === 'bucket'
    ? ({ time }) => bucketStart(Date.parse(time), bucketSeconds * MS_PER_SECOND)
    : (READERS[name] ?? memberOf(name, type))

/** Every field for queries, with Cloudflare's names of it. */
export const eventFields: readonly EventField[] = table.fields.map((row) => {
  const type = row.type as FieldType
  return { ...row, type, read: readerOf(row.name, type, row.bucketSeconds ?? 1) }
})

const byName = new Map<string, EventField>()
// Our own names come last, so they take precedence.
for (const spelling of ['graphql', 'logpush', 'name'] as const) {
  for (const field of eventFields) {
    const name = field[spelling]
    if (name !== undefined) byName.set(name.toLowerCase(), field)
  }
}
const notHere = new Set(table.notHere.map((name) => name.toLowerCase()))

/**
 * The field of a name: ours, Logpush's or GraphQL's, in any case.
 *
 * @throws EdgeError `unknown_event_field`
 * @example fieldOf('ClientIP').name // 'ip'
 */
export const fieldOf = (name: string): EventField => {
  const text = String(name)
  const found = byName.get(text.toLowerCase())
  if (found !== undefined) return found
  const shown = `field "${text.slice(0, 100)}"`
  if (notHere.has(text.toLowerCase())) {
    throw new EdgeError(
      'unknown_event_field',
      `${shown}: a field of Cloudflare that events of this edge do not have`
    )
  }
  const near = nearest(
    text,
    eventFields.map((field) => field.name)
  )
  const meant = near ?? byName.get(nearest(text, byName.keys()) ?? '')?.name
  const hint =
    meant === undefined
      ? `expected one of ${eventFields.map((field) => field.name).join(', ')}`
      : `did you mean ${meant}?`
  throw new EdgeError('unknown_event_field', `${shown} is not a field of events: ${hint}`)
}
