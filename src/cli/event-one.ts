import type { SecurityEvent } from '../events/event.ts'
import { paint } from '../paint.ts'
import type { Io } from './command.ts'
import { printable } from './printable.ts'

const MAX_VALUE_CHARS = 400

export const shownTime = (time: string): string => time.replace('T', ' ').replace('Z', ' UTC')

const shownValue = (value: unknown) =>
  value === undefined || value === null ? '(missing)' : JSON.stringify(value)

const actionPaint = (action: SecurityEvent['action']) =>
  action === 'block' ? 'red' : action === 'log' ? 'yellow' : 'green'

const networkOf = ({ asn, asnName }: SecurityEvent) => {
  if (asn === 0) return 'unknown'
  return asnName === undefined ? `AS${asn}` : `AS${asn} ${printable(asnName)}`
}

const rowOf = (label: string, text: string): [string, string][] => [
  [label, printable(text, MAX_VALUE_CHARS)],
]

/** All that is known of one event, for a person at a terminal. */
export const describeEvent = (event: SecurityEvent, { color }: Io): string => {
  const rows: [string, string][] = [
    ['Ray ID', `${event.ray}-${event.colo}`],
    ['Time', shownTime(event.time)],
    [
      'Action',
      `${paint(color, actionPaint(event.action), event.action)}${event.status === 0 ? '' : ` (answered ${event.status})`}`,
    ],
    ['Source', event.source],
    ['Rule', `${printable(event.rule.name)} [${event.rule.id}]`],
    ...(event.rule.source === undefined ? [] : rowOf('Written in', event.rule.source)),
    ['Expression', printable(event.expression)],
    ...event.matched.map((part, i): [string, string] => [
      i === 0 ? 'Matched' : '',
      `${part.field} = ${printable(shownValue(part.value), MAX_VALUE_CHARS)}\n  because ${printable(part.expression)}`,
    ]),
    ['IP', event.ip === '' ? '(none)' : event.ip],
    ['Country', event.country],
    ['ASN', networkOf(event)],
    ...(event.reputation === undefined
      ? []
      : rowOf('Reputation', `${event.reputation.score}: on ${event.reputation.lists.join(', ')}`)),
    ['User agent', event.userAgent === '' ? '(none)' : printable(event.userAgent, MAX_VALUE_CHARS)],
    ['Method', printable(event.method)],
    ['Host', printable(event.host)],
    ['Path', printable(event.path, MAX_VALUE_CHARS)],
    ...(event.query === '' ? [] : rowOf('Query', event.query)),
    ['Protocol', `${event.scheme} ${event.protocol}`],
    ...(event.ja3 === undefined ? [] : rowOf('JA3', event.ja3)),
    ...(event.ja4 === undefined ? [] : rowOf('JA4', event.ja4)),
    ...event.notes.map((note, i): [string, string] => [i === 0 ? 'Notes' : '', printable(note)]),
  ]
  const width = Math.max(...rows.map(([label]) => label.length)) + 2
  return rows
    .map(([label, text]) => {
      const lines = text.split('\n').map((line) => line.trimEnd())
      return lines
        .map(
          (line, i) =>
            `${i === 0 ? paint(color, 'bold', label.padEnd(width)) : ' '.repeat(width)}${line}\n`
        )
        .join('')
    })
    .join('')
}
