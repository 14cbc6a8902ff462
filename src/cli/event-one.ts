import { catalogue } from '../answers/catalogue.ts'
import type { SecurityEvent } from '../events/event.ts'
import { paint } from '../paint.ts'
import type { Io } from './command.ts'
import { printable } from './printable.ts'

const MAX_VALUE_CHARS = 400

export const shownTime = (time: string): string => time.replace('T', ' ').replace('Z', ' UTC')

const shownValue = (value: unknown) =>
  value === undefined || value === null ? '(missing)' : JSON.stringify(value)

const actionPaint = (action: SecurityEvent['action']) =>
  action === 'block' || action === 'origin_error' || action === 'no_zone'
    ? 'red'
    : action === 'log'
      ? 'yellow'
      : 'green'

const networkOf = ({ asn, asnName }: SecurityEvent) => {
  if (asn === 0) return 'unknown'
  return asnName === undefined ? `AS${asn}` : `AS${asn} ${printable(asnName)}`
}

const rowOf = (label: string, text: string): [string, string][] => [
  [label, printable(text, MAX_VALUE_CHARS)],
]

const answerText = ({ status, answer }: SecurityEvent): string => {
  if (status === 0) return ''
  const title = catalogue.get(answer?.code ?? 0)?.title
  const code = answer === undefined || answer.code === status ? '' : answer.code
  const about = [code || undefined, title, answer?.type].filter((part) => part !== undefined)
  return ` (answered ${[status, ...about].join(', ')})`
}

const WHAT: Readonly<Record<Exclude<SecurityEvent['kind'], 'firewall'>, string>> = {
  challenge: 'the visitor answered a challenge',
  origin_error: 'the request passed all rules, and the origin failed',
  zone_error: 'the rules declare zones, and none has this host',
}

/** Returns labelled lines about the rule of an event. An event without a rule has one line with its kind. */
const causeOf = (event: SecurityEvent): [string, string][] => {
  const { kind = 'firewall', source, rule, expression, matched } = event
  if (kind !== 'firewall') return [['What', WHAT[kind] ?? printable(kind)]]
  return [
    ['Source', source],
    ['Rule', `${printable(rule.name)} [${rule.id}]`],
    ...(rule.source === undefined ? [] : rowOf('Written in', rule.source)),
    ...(rule.hash === undefined ? [] : rowOf('Rule hash', rule.hash)),
    ['Expression', printable(expression)],
    ...matched.map((part, i): [string, string] => [
      i === 0 ? 'Matched' : '',
      `${part.field} = ${printable(shownValue(part.value), MAX_VALUE_CHARS)}\n  because ${printable(part.expression)}`,
    ]),
  ]
}

const refererText = (referer: NonNullable<SecurityEvent['referer']>): string => {
  const { scheme, host, path, query } = referer
  return `${scheme === '' ? '' : `${scheme}:`}${host === '' ? '' : `//${host}`}${path}${query}`
}

const botText = ({ score, verified, category }: NonNullable<SecurityEvent['bot']>): string =>
  [`score ${score}`, ...(verified ? ['verified'] : []), ...(category ? [category] : [])].join(', ')

/** Formats all data of one event for a terminal. */
export const describeEvent = (event: SecurityEvent, { color }: Io): string => {
  const rows: [string, string][] = [
    ['Ray ID', `${event.ray}-${event.colo}`],
    ['Time', shownTime(event.time)],
    [
      'Action',
      `${paint(color, actionPaint(event.action), event.action)}${printable(answerText(event))}`,
    ],
    ...causeOf(event),
    ...(event.phasePath === undefined ? [] : rowOf('Phases', event.phasePath)),
    ...(event.zone === undefined ? [] : rowOf('Zone', event.zone)),
    ['IP', event.ip === '' ? '(none)' : event.ip],
    ['Country', event.country],
    ['ASN', networkOf(event)],
    ...(event.reputation === undefined
      ? []
      : rowOf('Reputation', `${event.reputation.score}: on ${event.reputation.lists.join(', ')}`)),
    ...(event.bot === undefined ? [] : rowOf('Bot', botText(event.bot))),
    ['User agent', event.userAgent === '' ? '(none)' : printable(event.userAgent, MAX_VALUE_CHARS)],
    ['Method', printable(event.method)],
    ['Host', printable(event.host)],
    ['Path', printable(event.path, MAX_VALUE_CHARS)],
    ...(event.query === '' ? [] : rowOf('Query', event.query)),
    ...(event.referer === undefined ? [] : rowOf('Referer', refererText(event.referer))),
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
