import { describe, expect, test } from 'vitest'
import { eventWith } from './event.fixture.ts'
import { eventFields, fieldOf } from './fields.ts'
import type { Condition, EventQuery } from './query.ts'
import { cursorOf, queryOfFilter, settlePage, settleSeries, settleTop } from './settle.ts'

const refusal = (act: () => unknown): { code: string; message: string } => {
  try {
    act()
  } catch (error) {
    return error as { code: string; message: string }
  }
  throw new Error('it was not refused')
}

describe('fields', () => {
  test.each([
    ['userAgent', 'userAgent'],
    ['useragent', 'userAgent'],
    ['ClientRequestUserAgent', 'userAgent'],
    ['clientRequestHTTPHost', 'host'],
    ['ruleId', 'rule.id'],
    ['rule', 'rule'],
    ['datetimeHour', 'hour'],
  ])('%s is %s', (spelt, name) => expect(fieldOf(spelt).name).toBe(name))

  test('have distinct names', () => {
    const names = eventFields.flatMap((field) => [
      ...new Set([field.name, field.logpush, field.graphql].map((name) => name?.toLowerCase())),
    ])
    const known = names.filter((name) => name !== undefined)
    expect(new Set(known).size).toBe(known.length)
  })

  test('read their value from an event', () => {
    const event = eventWith()
    for (const { name, type, read } of eventFields) {
      const kind = type === 'number' || type === 'time' ? 'number' : 'string'
      expect(typeof read(event), name).toBe(kind)
    }
  })

  test.each([
    ['ips', 'field "ips" is not a field of events: did you mean ip?'],
    ['ClientIPs', 'field "ClientIPs" is not a field of events: did you mean ip?'],
    [
      'wafAttackScore',
      'field "wafAttackScore": a field of Cloudflare that events of this edge do not have',
    ],
    ['__proto__', /^field "__proto__" is not a field of events: expected one of ray, time, /],
  ])('%s is none', (name, message) => {
    expect(refusal(() => fieldOf(name))).toMatchObject({
      code: 'unknown_event_field',
      message: typeof message === 'string' ? message : expect.stringMatching(message),
    })
  })
})

describe('an invalid query', () => {
  const condition = (field: string, operator: string, value: unknown) =>
    ({ where: [{ field, operator, value } as Condition] }) satisfies EventQuery

  test.each<[unknown, string | RegExp]>([
    [{ where: 'x' }, 'where: expected a list of at most 50 conditions'],
    [{ where: [null] }, 'condition null: expected { field, operator, value }'],
    [condition('ip', 'iss', 'x'), 'ip "iss": did you mean is?'],
    [condition('ip', 'contains', 'x'), 'ip "contains": expected one of is, isNot, in, inNetwork'],
    [condition('hour', 'is', 'x'), 'hour is only for groups: use time, or from and to'],
    [condition('host', 'in', 'x'), 'host in: expected a list of 1 to 1000 values'],
    [condition('host', 'in', []), 'host in: expected a list of 1 to 1000 values'],
    [condition('host', 'is', 7), 'host 7: expected text'],
    [condition('host', 'contains', ''), 'host contains: expected some text'],
    [condition('status', 'is', 1.5), 'status 1.5: expected a whole number'],
    [
      condition('time', 'less', 'yesterday'),
      'time "yesterday": expected a time such as 2026-11-29T10:00:00Z, or milliseconds since 1970',
    ],
    [{ to: '2026-13-01' }, /^to "2026-13-01": expected a time/],
    [{ from: Number.NaN }, /^from NaN: expected a time/],
    [{ text: 'x'.repeat(1_001) }, 'text: expected at most 1000 characters'],
    [{ order: 'up' }, 'order "up": expected newest or oldest'],
    [{ limit: '5' }, 'limit "5": expected a whole number from 1 to 1000'],
    [{ cursor: "1_a_0'--" }, 'cursor "1_a_0\'--": expected `next` of the previous page'],
  ])('%j', (query, message) => {
    expect(refusal(() => settlePage(query as EventQuery))).toMatchObject({
      code: 'invalid_query',
      message: typeof message === 'string' ? message : expect.stringMatching(message),
    })
  })

  test('is also refused by top and series', () => {
    expect(refusal(() => settleTop({ by: Array(6).fill('ip') })).code).toBe('invalid_query')
    expect(refusal(() => settleTop({ by: ['nothing'] })).code).toBe('unknown_event_field')
    expect(refusal(() => settleSeries({ bucketSeconds: 60, limit: 101 })).code).toBe(
      'invalid_query'
    )
  })
})

test('times without a zone are UTC', () => {
  const expected = Date.UTC(2026, 10, 29, 10)
  for (const from of ['2026-11-29T10:00', '2026-11-29T10:00:00Z', '2026-11-29T11:00+01:00']) {
    expect(settlePage({ from }).fromMs).toBe(expected)
  }
  expect(settlePage({ from: '2026-11-29' }).fromMs).toBe(Date.UTC(2026, 10, 29))
})

test('a cursor is the position of the last event', () => {
  const event = eventWith({ matchIndex: 3 })
  expect(settlePage({ cursor: cursorOf(event) }).after).toEqual({
    timeMs: Date.parse(event.time),
    ray: event.ray,
    matchIndex: 3,
  })
})

test('converts an EventFilter to a query', () => {
  expect(queryOfFilter({ country: 'de', rule: 'a', limit: 7 })).toEqual({
    where: [
      { field: 'rule', operator: 'is', value: 'a' },
      { field: 'country', operator: 'is', value: 'DE' },
    ],
    limit: 7,
  })
})
