import { describe, expect, test } from 'vitest'
import { createClearances } from './clearance.ts'
import { checkChallenges } from './options.ts'

const HOLDER = { ip: '8.8.8.8', userAgent: 'Firefox', host: 'shop.test' }
const NOW = 1_800_000_000_000
const clearances = createClearances({ secret: 'ours', lifetimeSeconds: 60 })
const cookie = `a=1; cf_clearance=${clearances.sign('clearance', 'managed_challenge', HOLDER, NOW)}; b=2`

describe('a clearance', () => {
  test('is of its holder', () => {
    expect(clearances.level(cookie, HOLDER, NOW)).toBe(2)
    expect(clearances.level(cookie, HOLDER, NOW + 59_000)).toBe(2)
  })

  test.each<[string, Partial<typeof HOLDER>]>([
    ['address', { ip: '8.8.8.9' }],
    ['User-Agent', { userAgent: 'Firefox ' }],
    ['host', { host: 'other.test' }],
  ])('is worth nothing with another %s', (_, change) => {
    expect(clearances.level(cookie, { ...HOLDER, ...change }, NOW)).toBe(0)
  })

  test('expires, and is not from the future', () => {
    expect(clearances.level(cookie, HOLDER, NOW + 60_000)).toBe(0)
    expect(clearances.level(cookie, HOLDER, NOW - 61_000)).toBe(0)
  })

  test.each([
    undefined,
    '',
    'cf_clearance=',
    'xcf_clearance=1800000000-3-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
    'cf_clearance=1800000000-3-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
    cookie.replace('-2-', '-3-'),
    cookie.replace('1800000000', '1800000001'),
    `cf_clearance=${clearances.sign('question', 'challenge', HOLDER, NOW)}`,
    `cf_clearance=${createClearances({ secret: 'theirs' }).sign('clearance', 'challenge', HOLDER, NOW)}`,
  ])('is none: %s', (text) => {
    expect(clearances.level(text, HOLDER, NOW)).toBe(0)
  })

  test('of a shared secret is good at another edge', () => {
    const other = createClearances({ secret: 'ours', lifetimeSeconds: 60 })
    expect(other.level(cookie, HOLDER, NOW)).toBe(2)
    expect(createClearances().level(cookie, HOLDER, NOW)).toBe(0)
  })
})

test.each([{ lifetimeSeconds: 0 }, { lifetimeSeconds: Number.NaN }, { secret: '' }])(
  'options that make no sense: %j',
  (options) => {
    expect(() => checkChallenges(options)).toThrow(
      expect.objectContaining({ code: 'invalid_option' })
    )
  }
)
