import { expect, test } from 'vitest'
import { ruleHash } from './hash.ts'
import { rulesFromObjects } from './objects.ts'
import { allRules } from './rule.ts'

const hashOf = (document: object): string =>
  ruleHash(allRules(rulesFromObjects([document])).at(-1)!)
const rule = { name: 'a', expression: 'http.host eq "a"', action: 'block' }
const hash = hashOf({ rules: [rule] })

test.each<[string, object]>([
  ['name', { name: 'b' }],
  ['description', { description: 'why' }],
  ['switch', { enabled: false }],
])('a rule with another %s has the same hash', (_, change) => {
  expect(hashOf({ rules: [{ ...rule, ...change }] })).toBe(hash)
})

test('a rule at another place has the same hash', () => {
  expect(hashOf({ rules: [{ ...rule, name: 'before' }, rule] })).toBe(hash)
})

test.each<[string, object]>([
  ['expression', { expression: 'http.host eq "b"' }],
  ['action', { action: 'log' }],
  ['response', { response: { content: 'no' } }],
  ['page', { page: { code: 1009 } }],
])('a rule with another %s has another hash', (_, change) => {
  const other = hashOf({ rules: [{ ...rule, ...change }] })
  expect(other).toMatch(/^[\da-f]{16}$/)
  expect(other).not.toBe(hash)
})

const limit = (change: object = {}) => ({
  rate_limits: [
    {
      name: 'a',
      expression: 'true',
      action: 'block',
      characteristics: ['ip.src', 'cf.colo.id'],
      period: 10,
      requests_per_period: 2,
      ...change,
    },
  ],
})

test.each<[string, object]>([
  ['limit', { requests_per_period: 3 }],
  ['characteristics', { characteristics: ['http.host', 'cf.colo.id'] }],
  ['counting expression', { counting_expression: 'http.host eq "a"' }],
])('a rate limit with another %s has another hash', (_, change) => {
  expect(hashOf(limit(change))).not.toBe(hashOf(limit()))
})
