import { actionNames, isAction } from '../actions.ts'
import { EdgeError } from '../error.ts'
import { type EventField, eventFields, fieldOf } from '../events/fields.ts'
import {
  type Condition,
  type EventQuery,
  OPERATORS,
  type Operator,
  type SeriesQuery,
  type TopQuery,
} from '../events/query.ts'
import { settlePage, settleSeries, settleTop } from '../events/settle.ts'
import { parseIp } from '../lists/ip.ts'
import { nearest } from '../nearest.ts'
import { parseRay } from '../ray.ts'
import { readSeconds } from './duration.ts'
import { BadParameter, quoted } from './parameter.ts'

/** The queries for events over HTTP: a page of events, the most frequent values, counts over time. */
export interface Questions {
  page: EventQuery
  top: TopQuery
  series: SeriesQuery
}
export type Question = keyof Questions

/** Pairs of names and values, from a URL's query or a command line. */
export type Pairs = Iterable<readonly [name: string, value: string]>

interface Option {
  readonly description: string
  readonly example: string
  readonly of: readonly Question[]
  /** Returns the part of the query for this value. Throws `BadParameter` or EdgeError. */
  read(value: string, nowMs: number): object
}

const ALL: readonly Question[] = ['page', 'top', 'series']
const MS_PER_SECOND = 1_000
const WHOLE_NUMBER = /^\d{1,9}$/

const wholeNumber = (name: string, value: string): number => {
  if (WHOLE_NUMBER.test(value)) return Number(value)
  throw new BadParameter(`${name} ${quoted(value)}: expected a whole number`, {
    parameter: name,
    value,
    expected: 'a whole number',
  })
}

const duration = (name: string, value: string): number => {
  const seconds = readSeconds(value)
  if (seconds !== undefined) return seconds
  const expected = 'a time span such as 90s, 15m, 2h or 7d'
  throw new BadParameter(`${name} ${quoted(value)}: expected ${expected}`, {
    parameter: name,
    value,
    expected,
  })
}

/** The parameters that are not conditions on a field. */
export const OPTIONS: Readonly<Record<string, Option>> = {
  since: {
    description: 'events of the last seconds, minutes, hours, days or weeks',
    example: '2h',
    of: ALL,
    read: (value, nowMs) => ({ from: nowMs - duration('since', value) * MS_PER_SECOND }),
  },
  from: {
    description: 'start of the period: ISO 8601 or milliseconds since 1970',
    example: '2026-11-29T10:00:00Z',
    of: ALL,
    read: (value) => ({ from: timeOf(value) }),
  },
  to: {
    description: 'end of the period, which does not include this moment',
    example: '2026-11-29T12:00:00Z',
    of: ALL,
    read: (value) => ({ to: timeOf(value) }),
  },
  text: {
    description: 'text that an event contains, ignoring case',
    example: 'wp-login',
    of: ALL,
    read: (text) => ({ text }),
  },
  limit: {
    description: 'greatest number of events or rows',
    example: '20',
    of: ALL,
    read: (value) => ({ limit: wholeNumber('limit', value) }),
  },
  order: {
    description: 'newest (default) or oldest first',
    example: 'oldest',
    of: ['page'],
    read: (order) => ({ order }),
  },
  cursor: {
    description: '`next` of the previous page',
    example: '1764410400000_8f3c2d1e0a9b7c65_0',
    of: ['page'],
    read: (cursor) => ({ cursor }),
  },
  by: {
    description: 'fields whose values are counted, separated by commas; one field for a series',
    example: 'rule',
    of: ['top', 'series'],
    read: (value) => ({ by: value }),
  },
  bucket: {
    description: 'length of each interval',
    example: '5m',
    of: ['series'],
    read: (value) => ({ bucketSeconds: duration('bucket', value) }),
  },
}

const MILLISECONDS = /^\d{9,15}$/
const timeOf = (value: string): string | number =>
  MILLISECONDS.test(value) ? Number(value) : value

const COUNTRY = /^(?:[a-z]{2}|t1)$/i
/** Fields with a fixed form of values: a typo is an error, never an empty result. */
const EXPECTED: Readonly<
  Record<string, { expected: string; isRight: (value: string) => boolean }>
> = {
  ray: {
    expected: 'a Ray ID: 16 hex digits, with or without its data centre',
    isRight: (value) => parseRay(value) !== undefined,
  },
  action: { expected: `one of ${actionNames.join(', ')}`, isRight: isAction },
  ip: { expected: 'an IP address', isRight: (value) => parseIp(value) !== undefined },
  country: { expected: 'two letters, such as NL', isRight: (value) => COUNTRY.test(value) },
}
const WHOLE: readonly Operator[] = ['is', 'isNot', 'in']

const checkValue = (parameter: string, { name }: EventField, operator: Operator, value: string) => {
  const rule = Object.hasOwn(EXPECTED, name) ? EXPECTED[name] : undefined
  if (rule === undefined || !WHOLE.includes(operator) || rule.isRight(value)) return
  throw new BadParameter(`${parameter} ${quoted(value)}: expected ${rule.expected}`, {
    parameter,
    value,
    expected: rule.expected,
  })
}

/** Splits a parameter: `path.contains` is a field and an operator, `rule.id` only a field. */
const split = (parameter: string): { name: string; operator: Operator | undefined } => {
  const dot = parameter.lastIndexOf('.')
  const operator = OPERATORS.find((one) => one === parameter.slice(dot + 1))
  return dot > 0 && operator !== undefined
    ? { name: parameter.slice(0, dot), operator }
    : { name: parameter, operator: undefined }
}

const unknown = (parameter: string, error: EdgeError): BadParameter => {
  const known = [...Object.keys(OPTIONS), ...eventFields.map(({ name }) => name)]
  const meant = nearest(parameter, known)
  const hint = meant === undefined ? error.message : `did you mean ${meant}?`
  const message = `unknown parameter ${quoted(parameter)}: ${hint}`
  return new BadParameter(message, { parameter }, error.code)
}

const conditionsOf = (parameter: string, given: readonly string[]): Condition[] => {
  const { name, operator: written } = split(parameter)
  let field: EventField
  try {
    field = fieldOf(name)
  } catch (error) {
    throw unknown(parameter, error as EdgeError)
  }
  // Empty inputs of a form are skipped. An explicit operator counts: `userAgent.is=` means events without a user agent.
  const values = written === undefined ? given.filter((value) => value !== '') : given
  const [first] = values
  if (first === undefined) return []
  const operator = written ?? impliedOperator(field, values)
  const isList = operator === 'in'
  // With `isNot`, each value is a separate condition.
  const isEach = operator === 'isNot'
  if (values.length > 1 && !isList && !isEach) {
    throw new BadParameter(`${parameter}: expected once`, { parameter })
  }
  const list = isList && values.length === 1 ? first.split(',') : values
  for (const value of list) checkValue(parameter, field, operator, value)
  return isEach
    ? values.map((value) => ({ field: field.name, operator, value }))
    : [{ field: field.name, operator, value: isList ? list : first }]
}

/** Returns the operator if none is written: `in` for several values, and for a network the addresses in it. */
const impliedOperator = ({ type }: EventField, values: readonly string[]): Operator => {
  if (values.length > 1) return 'in'
  return type === 'ip' && values[0]!.includes('/') ? 'inNetwork' : 'is'
}

const grouped = (pairs: Pairs): Map<string, string[]> => {
  const groups = new Map<string, string[]>()
  for (const [name, value] of pairs) {
    const values = groups.get(name)
    if (values === undefined) groups.set(name, [value])
    else values.push(value)
  }
  return groups
}

/** Calls `act`, and converts an EdgeError to a `BadParameter` with the parameter's name. */
const placed = <Result>(
  parameter: string,
  value: string | undefined,
  act: () => Result
): Result => {
  try {
    return act()
  } catch (error) {
    if (!(error instanceof EdgeError)) throw error
    const place = value === undefined ? { parameter } : { parameter, value }
    throw new BadParameter(error.message, place, error.code)
  }
}

const listOf = (value: string): string[] => value.split(',').map((name) => name.trim())

/** Validates one part of a query; the other parts are valid placeholders. */
const TRIED = {
  page: (part: object) => settlePage(part),
  top: (part: object) => settleTop({ by: ['action'], ...part }),
  series: (part: object) => settleSeries({ bucketSeconds: 1, ...part }),
} as const

const REQUIRED: Readonly<Record<Question, string | undefined>> = {
  page: undefined,
  top: 'by',
  series: 'bucket',
}

/**
 * Reads the parameters of a query for events: `FIELD=VALUE` or `FIELD.OPERATOR=VALUE` for any field of an event, and those of
 * `OPTIONS`. A repeated field means any of its values; with `isNot`, none of them. An unknown parameter is an error, because a
 * typo must not return all events.
 *
 * @throws BadParameter with the parameter, its value and the expected value
 * @example
 * readEventQuery('page', new URLSearchParams('action=block&path.contains=wp-&since=2h'))
 * // { where: [{ field: 'action', … }, { field: 'path', … }], from: 1764402000000 }
 */
export const readEventQuery = <Kind extends Question>(
  kind: Kind,
  pairs: Pairs,
  nowMs: number = Date.now()
): Questions[Kind] => {
  const where: Condition[] = []
  const query: Record<string, unknown> = { where }
  const groups = grouped(pairs)
  if (groups.has('since') && groups.has('from')) {
    throw new BadParameter('since: expected without from', { parameter: 'since' })
  }
  const needed = REQUIRED[kind]
  if (needed !== undefined && (groups.get(needed)?.[0] ?? '') === '') {
    const { description, example } = OPTIONS[needed]!
    const message = `${needed}: expected, the ${description}, such as ${example}`
    throw new BadParameter(message, { parameter: needed })
  }
  for (const [parameter, values] of groups) {
    const option = Object.hasOwn(OPTIONS, parameter) ? OPTIONS[parameter] : undefined
    if (option === undefined) {
      const conditions = conditionsOf(parameter, values)
      placed(parameter, values[0], () => settlePage({ where: conditions }))
      where.push(...conditions)
      continue
    }
    const value = values[0]!
    if (values.length > 1) throw new BadParameter(`${parameter}: expected once`, { parameter })
    if (!option.of.includes(kind)) {
      const expected = option.of.join(' and ')
      throw new BadParameter(`${parameter}: supported only by ${expected}`, {
        parameter,
      })
    }
    if (value === '') continue
    const part = placed(parameter, value, () => {
      const read = option.read(value, nowMs) as Record<string, unknown>
      if (parameter === 'by' && kind === 'top') read.by = listOf(value)
      TRIED[kind](read)
      return read
    })
    Object.assign(query, part)
  }
  placed('from', undefined, () => TRIED[kind](query))
  return query as unknown as Questions[Kind]
}

/**
 * Returns the parameters of a query, the inverse of `readEventQuery`.
 *
 * @example writeEventQuery({ where: [{ field: 'path', operator: 'contains', value: 'wp-' }] }) // [['path.contains', 'wp-']]
 */
export const writeEventQuery = ({
  where = [],
  bucketSeconds,
  by,
  ...options
}: Partial<EventQuery & Omit<TopQuery, 'by'> & Omit<SeriesQuery, 'by'>> & {
  by?: string | readonly string[] | undefined
}): [string, string][] => [
  ...where.flatMap(({ field, operator, value }): [string, string][] => {
    const values = (Array.isArray(value) ? value : [value]).map(String)
    // Read back with `in`, a single value with a comma would become several values.
    const shown = operator === 'in' && values.length === 1 ? 'is' : operator
    return values.map((one) => [`${field}.${shown}`, one])
  }),
  ...Object.entries(options).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, String(value)]]
  ),
  ...(by === undefined ? [] : [['by', String(by)] satisfies [string, string]]),
  ...(bucketSeconds === undefined
    ? []
    : [['bucket', `${bucketSeconds}s`] satisfies [string, string]]),
]
