import { describe, expect, test } from 'vitest'
import type { Holder } from './clearance.ts'
import { createClearances } from './clearance.ts'
import type { Challenge } from './level.ts'
import { checkChallenges } from './options.ts'

const HOLDER = { ip: '8.8.8.8', userAgent: 'Firefox', host: 'shop.test' }
const NOW = 1_800_000_000_000
const clearances = createClearances({ secret: 'ours', lifetimeSeconds: 60 })
const cookie = `a=1; cf_clearance=${clearances.sign('clearance', 'managed_challenge', HOLDER, NOW)}; b=2`

const levelOf = (
  cookies: string | undefined,
  holder: Holder,
  timeMs: number,
  { cleared } = clearances
) => cleared(cookies, holder, timeMs).findLastIndex((issuedMs) => issuedMs > 0)

describe('a clearance', () => {
  test('is of its holder', () => {
    expect(levelOf(cookie, HOLDER, NOW)).toBe(2)
    expect(levelOf(cookie, HOLDER, NOW + 59_000)).toBe(2)
  })

  test.each<[string, Partial<typeof HOLDER>]>([
    ['address', { ip: '8.8.8.9' }],
    ['User-Agent', { userAgent: 'Firefox ' }],
    ['host', { host: 'other.test' }],
  ])('is worth nothing with another %s', (_, change) => {
    expect(levelOf(cookie, { ...HOLDER, ...change }, NOW)).toBe(-1)
  })

  test('expires, and is not from the future', () => {
    expect(levelOf(cookie, HOLDER, NOW + 60_000)).toBe(-1)
    expect(levelOf(cookie, HOLDER, NOW - 61_000)).toBe(-1)
  })

  test.each([
    undefined,
    '',
    'cf_clearance=',
    'xcf_clearance=1800000000000-3-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
    'cf_clearance=1800000000000-3-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
    cookie.replace('-2-', '-3-'),
    cookie.replace('1800000000000', '1800000000001'),
    `cf_clearance=${clearances.sign('question', 'challenge', HOLDER, NOW)}`,
    `cf_clearance=${createClearances({ secret: 'theirs' }).sign('clearance', 'challenge', HOLDER, NOW)}`,
  ])('is none: %s', (text) => {
    expect(levelOf(text, HOLDER, NOW)).toBe(-1)
  })

  test('of a shared secret is good at another edge', () => {
    const other = createClearances({ secret: 'ours', lifetimeSeconds: 60 })
    expect(levelOf(cookie, HOLDER, NOW, other)).toBe(2)
    expect(levelOf(cookie, HOLDER, NOW, createClearances())).toBe(-1)
  })
})

describe('several clearances in one header', () => {
  const one = (challenge: Challenge, timeMs: number) =>
    `cf_clearance=${clearances.sign('clearance', challenge, HOLDER, timeMs)}`
  const stale = one('challenge', NOW - 60_000)
  const good = one('managed_challenge', NOW - 5)

  test.each([
    ['a stale one first', `${stale}; ${good}`],
    ['a stale one last', `${good}; ${stale}`],
    ['a forged one first', `cf_clearance=x; a=1; ${good}`],
  ])('%s: the valid one is good', (_, cookies) => {
    expect(clearances.cleared(cookies, HOLDER, NOW)).toEqual([0, NOW - 5, NOW - 5, 0])
  })

  test('each level has its newest', () => {
    const cookies = [one('challenge', NOW - 30), one('js_challenge', NOW - 10), good].join('; ')
    expect(clearances.cleared(cookies, HOLDER, NOW)).toEqual([0, NOW - 5, NOW - 5, NOW - 30])
  })

  test('eight are looked at', () => {
    const stales = (count: number) => `${stale}; `.repeat(count)
    expect(levelOf(stales(7) + good, HOLDER, NOW)).toBe(2)
    expect(levelOf(stales(8) + good, HOLDER, NOW)).toBe(-1)
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
