import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { eventFields } from '../events/fields.ts'
import type { Condition } from '../events/query.ts'
import { OPERATORS_OF } from '../events/settle.ts'
import { readEventQuery, writeEventQuery } from './event-query.ts'

const NOW = Date.parse('2026-11-29T12:00:00Z')
const read = (text: string) => readEventQuery('page', new URLSearchParams(text), NOW)
const is = (field: string, value: unknown) => ({ field, operator: 'is', value })

describe('conditions', () => {
  test.each([
    ['action=block', is('action', 'block')],
    ['action=block&action=log', { field: 'action', operator: 'in', value: ['block', 'log'] }],
    ['country.in=RU,KP', { field: 'country', operator: 'in', value: ['RU', 'KP'] }],
    ['country.in=RU&country.in=KP', { field: 'country', operator: 'in', value: ['RU', 'KP'] }],
    ['ClientASN.greater=100', { field: 'asn', operator: 'greater', value: '100' }],
    ['rule=no%20curl', is('rule', 'no curl')],
    ['rule.name.startsWith=no', { field: 'rule.name', operator: 'startsWith', value: 'no' }],
    ['ip=192.0.2.1', is('ip', '192.0.2.1')],
    ['ip=192.0.2.0/24', { field: 'ip', operator: 'inNetwork', value: '192.0.2.0/24' }],
    ['ip.inNetwork=2001:db8::/32', { field: 'ip', operator: 'inNetwork', value: '2001:db8::/32' }],
    ['userAgent.is=', is('userAgent', '')],
    ['path.contains=a,b', { field: 'path', operator: 'contains', value: 'a,b' }],
    ['ray=8f3c2d1e0a9b7c65-AMS', is('ray', '8f3c2d1e0a9b7c65-AMS')],
  ])('%s', (text, condition) => {
    expect(read(text).where).toEqual([condition])
  })

  test('excludes several values', () => {
    const isNot = (value: string) => ({ field: 'rule.id', operator: 'isNot', value })
    const asked = 'rule.id.isNot=a&rule.id.isNot=b'
    expect(read(asked).where).toEqual([isNot('a'), isNot('b')])
    expect(new URLSearchParams(writeEventQuery(read(asked))).toString()).toBe(asked)
    expect(() => read('ip.isNot=192.0.2.1&ip.isNot=x')).toThrow('ip.isNot "x": expected an IP')
  })

  test.each(['', 'action=', 'action=&ip=&limit=&since='])('%j matches all events', (text) => {
    expect(read(text)).toEqual({ where: [] })
  })
})

test('times and spans', () => {
  expect(read('since=2h').from).toBe(NOW - 7_200_000)
  expect(read('since=90s').from).toBe(NOW - 90_000)
  expect(read('from=1764410400000&to=2026-11-29T12:00:00Z')).toMatchObject({
    from: 1_764_410_400_000,
    to: '2026-11-29T12:00:00Z',
  })
})

describe('mistakes', () => {
  test.each([
    ['limit=0', 'limit', 'limit 0: expected a whole number from 1 to 1000'],
    ['limit=5x', 'limit', 'limit "5x": expected a whole number'],
    ['limit=-1', 'limit', 'limit "-1": expected a whole number'],
    ['limit=1&limit=2', 'limit', 'limit: expected once'],
    ['action=deny', 'action', 'action "deny": expected one of '],
    ['action.in=block,deny', 'action.in', 'action.in "deny": expected one of '],
    ['ip=300.1.1.1', 'ip', 'ip "300.1.1.1": expected an IP address'],
    ['ip=192.0.2.0/33', 'ip', 'ip inNetwork: '],
    ['country=NLD', 'country', 'country "NLD": expected two letters, such as NL'],
    ['ray=xyz', 'ray', 'ray "xyz": expected a Ray ID'],
    ['actoin=block', 'actoin', 'unknown parameter "actoin": did you mean action?'],
    ['sinse=2h', 'sinse', 'unknown parameter "sinse": did you mean since?'],
    ['__proto__=1', '__proto__', 'unknown parameter "__proto__"'],
    ['constructor=1', 'constructor', 'unknown parameter "constructor"'],
    ['path.greater=1', 'path.greater', 'path "greater": expected one of is, isNot'],
    ['asn=x', 'asn', 'asn "x": expected a whole number'],
    ['path.contains=', 'path.contains', 'path contains: expected some text'],
    ['path.contains=a&path.contains=b', 'path.contains', 'path.contains: expected once'],
    ['minute=1', 'minute', 'minute is only for groups'],
    ['since=2', 'since', 'since "2": expected a time span such as 90s, 15m, 2h or 7d'],
    ['since=0s', 'since', 'since "0s"'],
    ['since=1h&from=2026-11-29', 'since', 'since: expected without from'],
    ['from=yesterday', 'from', 'from "yesterday": expected a time such as'],
    ['from=2026-11-29&to=2026-11-28', 'from', 'is not before to'],
    ['order=up', 'order', 'order "up": expected newest or oldest'],
    ['cursor=x', 'cursor', 'cursor "x": expected `next`'],
    ['by=rule', 'by', 'by: supported only by top and series'],
  ])('%s', (text, parameter, message) => {
    const asked = () => read(text)
    expect(asked).toThrow(message)
    expect(asked).toThrow(
      expect.objectContaining({ place: expect.objectContaining({ parameter }) })
    )
  })

  test.each([
    ['top', '', 'by: expected, the fields whose values are counted'],
    ['top', 'by=', 'by: expected'],
    ['top', 'by=rule,nonsense', 'field "nonsense" is not a field of events'],
    ['top', 'by=a,b,c,d,e,f', 'by: expected a list of 1 to 5 fields'],
    ['top', 'by=rule&bucket=5m', 'bucket: supported only by series'],
    ['series', 'by=rule', 'bucket: expected, the length of each interval'],
    ['series', 'bucket=5m&limit=101', 'limit 101: expected a whole number from 1 to 100'],
  ] as const)('of %s: %s', (kind, text, message) => {
    expect(() => readEventQuery(kind, new URLSearchParams(text), NOW)).toThrow(message)
  })

  test('any input is read, or refused with the name of a parameter', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string(), fc.string()), { maxLength: 5 }), (pairs) => {
        try {
          readEventQuery('page', pairs, NOW)
        } catch (error) {
          expect(error).toMatchObject({ place: { parameter: expect.any(String) } })
        }
      })
    )
  })
})

const VALUES = { text: 'a,b', number: 7, ip: '192.0.2.1', time: '2026-11-29T12:00:00Z', bucket: '' }
const VALUE_OF: Readonly<Record<string, string>> = {
  action: 'log',
  country: 'NL',
  ray: '8f3c2d1e0a9b7c65',
}
const all = eventFields.flatMap(({ name, type }) =>
  OPERATORS_OF[type].map((operator): Condition => {
    const value = operator === 'inNetwork' ? '192.0.2.0/24' : (VALUE_OF[name] ?? VALUES[type])
    return { field: name, operator, value: operator === 'in' ? [value, value] : value }
  })
)

test.each(all)('$field $operator survives a round trip', (condition) => {
  const [read] = readEventQuery('page', writeEventQuery({ where: [condition] }), NOW).where!
  const texts = (value: Condition['value']) => JSON.stringify(value).replace(/\b7\b/g, '"7"')
  expect({ ...read, value: texts(read!.value).replaceAll('""', '"') }).toEqual({
    ...condition,
    value: texts(condition.value).replaceAll('""', '"'),
  })
})

test('the other parts of a query survive a round trip', () => {
  const page = {
    where: [],
    from: 1_764_410_400_000,
    to: '2026-11-30',
    text: 'x',
    limit: 5,
    order: 'oldest',
  } as const
  expect(readEventQuery('page', writeEventQuery(page), NOW)).toEqual(page)
  const top = { where: [], by: ['rule', 'asn'], limit: 3 }
  expect(readEventQuery('top', writeEventQuery(top), NOW)).toEqual(top)
  const series = { where: [], by: 'rule', bucketSeconds: 90 }
  expect(readEventQuery('series', writeEventQuery(series), NOW)).toEqual(series)
  const one: Condition = { field: 'path', operator: 'in', value: ['/a,b'] }
  expect(readEventQuery('page', writeEventQuery({ where: [one] }), NOW).where).toEqual([
    { field: 'path', operator: 'is', value: '/a,b' },
  ])
})
