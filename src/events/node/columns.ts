import type { SecurityEvent } from '../event.ts'
import { ipKey, ipOfKey } from '../ip-key.ts'

/**
 * The stored form of an event's field:
 * - `text`: the id of a row in `texts`, or, if a row is not worthwhile, the text itself after a `'`
 * - `number`: the number
 * - `ip`: its key, see `ipKey`
 */
export type ColumnKind = 'text' | 'number' | 'ip'

/** The columns in addition to `id` (time) and `ray`, by the fields of queries. */
export const COLUMNS: Readonly<Record<string, { column: string; kind: ColumnKind }>> = {
  matchIndex: { column: 'match_index', kind: 'number' },
  action: { column: 'action', kind: 'text' },
  source: { column: 'source', kind: 'text' },
  colo: { column: 'colo', kind: 'text' },
  kind: { column: 'kind', kind: 'text' },
  rule: { column: 'rule_id', kind: 'text' },
  'rule.id': { column: 'rule_id', kind: 'text' },
  'rule.name': { column: 'rule_name', kind: 'text' },
  'rule.source': { column: 'rule_source', kind: 'text' },
  'rule.hash': { column: 'rule_hash', kind: 'text' },
  expression: { column: 'expression', kind: 'text' },
  phasePath: { column: 'phase_path', kind: 'text' },
  zone: { column: 'zone', kind: 'text' },
  ip: { column: 'ip', kind: 'ip' },
  country: { column: 'country', kind: 'text' },
  asn: { column: 'asn', kind: 'number' },
  asnName: { column: 'asn_name', kind: 'text' },
  'reputation.score': { column: 'score', kind: 'number' },
  ja3: { column: 'ja3', kind: 'text' },
  ja4: { column: 'ja4', kind: 'text' },
  'bot.score': { column: 'bot_score', kind: 'number' },
  'bot.category': { column: 'bot_category', kind: 'text' },
  userAgent: { column: 'user_agent', kind: 'text' },
  'referer.scheme': { column: 'referer_scheme', kind: 'text' },
  'referer.host': { column: 'referer_host', kind: 'text' },
  'referer.path': { column: 'referer_path', kind: 'text' },
  'referer.query': { column: 'referer_query', kind: 'text' },
  method: { column: 'method', kind: 'text' },
  scheme: { column: 'scheme', kind: 'text' },
  host: { column: 'host', kind: 'text' },
  path: { column: 'path', kind: 'text' },
  query: { column: 'query', kind: 'text' },
  protocol: { column: 'protocol', kind: 'text' },
  status: { column: 'status', kind: 'number' },
  'answer.code': { column: 'answer_code', kind: 'number' },
  'answer.type': { column: 'answer_type', kind: 'text' },
}

/** Columns that no query uses. */
const SHAPE = 'shape'
const MATCHED = 'matched'
const LISTS = 'lists'
const NOTES = 'notes'
const BOT_VERIFIED = 'bot_verified'
const VERIFIED = 'verified'
const EXTRA = 'extra'
/** The kind of events that were stored before kinds existed. */
export const OLD_KIND = 'firewall'

/** In the order of the values from `encode`. */
export const COLUMN_NAMES: readonly string[] = [
  'ray',
  ...new Set(Object.values(COLUMNS).map(({ column }) => column)),
  SHAPE,
  MATCHED,
  LISTS,
  NOTES,
  BOT_VERIFIED,
  EXTRA,
]

/** Columns that the first tables lacked, one list for each addition, in the order of time. */
export const ADDED_COLUMNS: readonly [readonly string[], readonly string[]] = [
  [
    'kind',
    'rule_hash',
    'phase_path',
    'bot_score',
    'bot_category',
    BOT_VERIFIED,
    'referer_scheme',
    'referer_host',
    'referer_path',
    'referer_query',
    'answer_code',
    'answer_type',
  ],
  ['zone'],
]

export type Value = string | number | null
/** Returns the stored value of a text in a column of the kind `text`. */
export type Put = (text: string) => Value

/** SQLite's driver ends the process on a lone surrogate and cuts a text at NUL. */
const UNBINDABLE = /\0|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/
export const isBindable = (text: string): boolean => !UNBINDABLE.test(text)
/** A text that can be bound; it looks the same to people. */
export const bindable = (text: string): string => text.toWellFormed().replaceAll('\0', '\u2400')

/** Values that a rule matched are often whole members of the event: then only their letter is stored. */
const MEMBERS = {
  u: 'userAgent',
  p: 'path',
  h: 'host',
  i: 'ip',
  c: 'country',
  a: 'asn',
  m: 'method',
} as const
type Letter = keyof typeof MEMBERS
const LETTERS = Object.keys(MEMBERS) as Letter[]

const KNOWN = new Set([
  'ray',
  'colo',
  'time',
  'kind',
  'action',
  'source',
  'rule',
  'expression',
  'phasePath',
  'zone',
  'matched',
  'matchIndex',
  'ip',
  'country',
  'asn',
  'asnName',
  'reputation',
  'ja3',
  'ja4',
  'bot',
  'userAgent',
  'referer',
  'method',
  'scheme',
  'host',
  'path',
  'query',
  'protocol',
  'status',
  'answer',
  'notes',
])

const othersOf = (event: SecurityEvent): Record<string, unknown> | undefined => {
  let others: Record<string, unknown> | undefined
  for (const name in event) {
    if (KNOWN.has(name)) continue
    others ??= {}
    others[name] = event[name as keyof SecurityEvent]
  }
  return others
}

const encodeMatched = (event: SecurityEvent): [shape: string, values: string] => {
  const shape = event.matched.map(({ field, expression }) => [field, expression])
  const values = event.matched.map(({ value }) => {
    const letter = LETTERS.find((one) => event[MEMBERS[one]] === value)
    return letter ?? [value]
  })
  return [JSON.stringify(shape), JSON.stringify(values)]
}

const ROUND_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

/** Milliseconds of an event's time; 0 if it has no readable time. */
export const timeOf = ({ time }: SecurityEvent): number => {
  const ms = Date.parse(time)
  return Number.isSafeInteger(ms) && ms >= 0 ? ms : 0
}

const numberOrNull = (value: number | undefined) =>
  value === undefined || value === 0 ? null : value

const isEmpty = (part: object | undefined): boolean =>
  part !== undefined && Object.values(part).every((value) => value === '' || value === 0)

/** An empty column means an absent value. An empty text or a 0 would look the same. */
const isDistinct = ({ rule, reputation, bot, referer, answer, ...event }: SecurityEvent): boolean =>
  event.asnName !== '' &&
  event.ja3 !== '' &&
  event.ja4 !== '' &&
  event.phasePath !== '' &&
  event.zone !== '' &&
  rule.source !== '' &&
  rule.hash !== '' &&
  reputation?.score !== 0 &&
  bot?.score !== 0 &&
  bot?.category !== '' &&
  !isEmpty(referer) &&
  !isEmpty(answer)

/**
 * The values of `COLUMN_NAMES` for one event. Anything that the columns cannot reproduce exactly is also stored as JSON.
 *
 * @param json the event as it was appended
 */
export const encode = (event: SecurityEvent, json: () => string, put: Put): Value[] => {
  const [shape, values] = encodeMatched(event)
  let isExact = ROUND_TIME.test(event.time) && Date.parse(event.time) >= 0
  const text = (value: string | undefined): Value => {
    if (value === undefined || value === '') return null
    if (isBindable(value)) return put(value)
    isExact = false
    return put(bindable(value))
  }
  const { rule, reputation, bot, referer, answer } = event
  const others = othersOf(event)
  if (!isDistinct(event)) isExact = false
  const row: Value[] = [
    bindable(event.ray),
    numberOrNull(event.matchIndex),
    text(event.action),
    text(event.source),
    text(event.colo),
    text(event.kind ?? OLD_KIND),
    text(rule.id),
    text(rule.name),
    text(rule.source),
    text(rule.hash),
    text(event.expression),
    text(event.phasePath),
    text(event.zone),
    event.ip === '' ? null : bindable(ipKey(event.ip)),
    text(event.country),
    numberOrNull(event.asn),
    text(event.asnName),
    numberOrNull(reputation?.score),
    text(event.ja3),
    text(event.ja4),
    numberOrNull(bot?.score),
    text(bot?.category),
    text(event.userAgent),
    text(referer?.scheme),
    text(referer?.host),
    text(referer?.path),
    text(referer?.query),
    text(event.method),
    text(event.scheme),
    text(event.host),
    text(event.path),
    text(event.query),
    text(event.protocol),
    numberOrNull(event.status),
    numberOrNull(answer?.code),
    text(answer?.type),
    event.matched.length === 0 ? null : text(shape),
    event.matched.length === 0 ? null : text(values),
    reputation === undefined ? null : text(JSON.stringify(reputation.lists)),
    event.notes.length === 0 ? null : text(JSON.stringify(event.notes)),
    bot?.verified === true ? text(VERIFIED) : null,
  ]
  if (!isBindable(event.ray) || !isBindable(event.ip)) isExact = false
  row.push(isExact ? (others === undefined ? null : JSON.stringify({ others })) : json())
  return row
}

/** Returns the text for a value in a column of the kind `text`. */
export type TextOf = (value: string | number) => string
export type Row = Readonly<Record<string, Value>>

const decodeText = (value: Value | undefined, textOf: TextOf): string =>
  value === null || value === undefined ? '' : textOf(value)

const optional = <Name extends string>(name: Name, text: string) =>
  (text === '' ? {} : { [name]: text }) as { [name in Name]?: string }

type Optional<Name extends keyof SecurityEvent> = Pick<SecurityEvent, Name>

const botOf = (score: number, verified: string, category: string): Optional<'bot'> =>
  score === 0
    ? {}
    : { bot: { score, verified: verified !== '', ...optional('category', category) } }

const refererOf = (parts: readonly string[]): Optional<'referer'> => {
  const [scheme = '', host = '', path = '', query = ''] = parts
  return parts.some((part) => part !== '') ? { referer: { scheme, host, path, query } } : {}
}

const answerOf = (code: number, type: string): Optional<'answer'> =>
  code === 0 && type === '' ? {} : { answer: { code, type } }

/**
 * The event of a row.
 *
 * @param row with the columns and `ms`, the time
 */
export const decode = (row: Row, textOf: TextOf): SecurityEvent => {
  const extra = row[EXTRA] as string | null
  const parsed = extra === null ? {} : JSON.parse(extra)
  if ('ray' in parsed) return { kind: OLD_KIND, ...parsed } as SecurityEvent
  const of = (column: string) => decodeText(row[column], textOf)
  const number = (column: string) => Number(row[column] ?? 0)
  const known = {
    ray: String(row['ray']),
    colo: of('colo'),
    time: new Date(number('ms')).toISOString(),
    kind: (of('kind') || OLD_KIND) as SecurityEvent['kind'],
    action: of('action') as SecurityEvent['action'],
    source: of('source'),
    rule: {
      id: of('rule_id'),
      name: of('rule_name'),
      ...optional('source', of('rule_source')),
      ...optional('hash', of('rule_hash')),
    },
    expression: of('expression'),
    ...optional('phasePath', of('phase_path')),
    ...optional('zone', of('zone')),
    matched: [] as SecurityEvent['matched'],
    matchIndex: number('match_index'),
    ip: ipOfKey(String(row['ip'] ?? '')),
    country: of('country'),
    asn: number('asn'),
    ...optional('asnName', of('asn_name')),
    ...(row[LISTS] === null
      ? {}
      : { reputation: { score: number('score'), lists: JSON.parse(of(LISTS)) as string[] } }),
    ...optional('ja3', of('ja3')),
    ...optional('ja4', of('ja4')),
    ...botOf(number('bot_score'), of(BOT_VERIFIED), of('bot_category')),
    userAgent: of('user_agent'),
    ...refererOf(['scheme', 'host', 'path', 'query'].map((part) => of(`referer_${part}`))),
    method: of('method'),
    scheme: of('scheme'),
    host: of('host'),
    path: of('path'),
    query: of('query'),
    protocol: of('protocol'),
    status: number('status'),
    ...answerOf(number('answer_code'), of('answer_type')),
    notes: row[NOTES] === null ? [] : (JSON.parse(of(NOTES)) as string[]),
  }
  if (row[SHAPE] !== null) {
    const values = JSON.parse(of(MATCHED)) as (Letter | [unknown])[]
    known.matched = (JSON.parse(of(SHAPE)) as [string, string][]).map(([field, expression], i) => {
      const kept = values[i]!
      return { field, value: typeof kept === 'string' ? known[MEMBERS[kept]] : kept[0], expression }
    })
  }
  return { ...known, ...parsed.others }
}
