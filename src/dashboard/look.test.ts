import { describe, expect, test } from 'vitest'
import type { Condition } from '../events/query.ts'
import { excluding, givenBy, hrefOf, including, readLook } from './look.ts'

const NOW = Date.parse('2026-11-29T12:00:00Z')
const read = (query: string) => readLook(new URLSearchParams(query), NOW)
const is = (field: string, value: string): Condition => ({ field, operator: 'is', value })

test.each([
  '',
  'since=1h',
  'action=block&since=7d',
  'rule.id.isNot=a&rule.id.isNot=b',
  'country=DE&country=FR&path.contains=%2Fwp',
  'text=a%26b%3Dc&since=15m',
  'from=2026-11-29T10%3A00%3A00.000Z&to=2026-11-29T11%3A00%3A00.000Z',
  'userAgent.is=',
])('a link to the events of ?%s shows the same events', (query) => {
  const look = read(query)
  const again = read(hrefOf('/events', givenBy(look)).split('?')[1] ?? '')
  expect(again).toEqual(look)
})

test('selects the last day if the URL names no time', () => {
  const { since, fromMs, toMs, hasEnd } = read('')
  expect([since, toMs, hasEnd]).toEqual(['24h', NOW, false])
  expect(NOW - fromMs).toBeGreaterThanOrEqual(86_400_000)
  expect(NOW - fromMs).toBeLessThan(86_400_000 + 600_000)
})

test('reads the form for a new filter', () => {
  expect(read('action=block&field=path&operator=contains&value=wp').where).toEqual([
    is('action', 'block'),
    { field: 'path', operator: 'contains', value: 'wp' },
  ])
  expect(read('field=path&operator=contains&value=').where).toEqual([])
})

test.each([
  ['actoin=block', 'did you mean action?'],
  ['field=path&operator=less&value=1', 'expected one of is, isNot'],
  ['ip=1.2.3', 'expected an IP address'],
  ['from=2026-11-29&to=2026-11-28', 'from'],
  ['since=1h&from=2026-11-29', 'since: expected without from'],
])('?%s is a mistake', (query, message) => {
  expect(() => read(query)).toThrow(message)
})

describe('a click', () => {
  test('adds a second value to a filter of the same field', () => {
    const one = including([], 'country', 'DE')
    expect(one).toEqual([is('country', 'DE')])
    expect(including(one, 'country', 'DE')).toEqual(one)
    expect(including(one, 'country', 'FR')).toEqual([
      { field: 'country', operator: 'in', value: ['DE', 'FR'] },
    ])
    expect(including(one, 'asn', 64_496)).toEqual([is('country', 'DE'), is('asn', '64496')])
  })

  test('includes an excluded value, and the reverse', () => {
    const without = excluding([], 'country', 'DE')
    expect(including(without, 'country', 'DE')).toEqual([is('country', 'DE')])
    expect(excluding([is('country', 'DE')], 'country', 'DE')).toEqual(without)
  })

  test('excludes several values', () => {
    const { where } = read(
      hrefOf('', { where: excluding(excluding([], 'path', '/a'), 'path', '/b') }).slice(1)
    )
    expect(where.map(({ operator, value }) => [operator, value])).toEqual([
      ['isNot', '/a'],
      ['isNot', '/b'],
    ])
  })
})
