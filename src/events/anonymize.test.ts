import { describe, expect, test } from 'vitest'
import { createEdge } from '../index.ts'
import type { AnonymizeIp } from './anonymize.ts'
import { anonymizer } from './anonymize.ts'
import { eventWith } from './event.fixture.ts'

const KEY = 'a key of sixteen and more'
const part = (field: string, value: unknown) => ({ field, value, expression: 'e' })
const matchedValue = (field: string, value: unknown, ip = '192.0.2.7') =>
  anonymizer('truncate')(eventWith({ ip, matched: [part(field, value)] })).matched[0]!.value

describe('an address', () => {
  test.each([
    ['192.0.2.7', '192.0.2.0'],
    ['255.255.255.255', '255.255.255.0'],
    ['2001:db8:1:2:3::4', '2001:db8:1::'],
    ['ffff:ffff:ffff:ffff::1', 'ffff:ffff:ffff::'],
    ['', ''],
    ['unknown', 'REDACTED'],
  ])('%s is cut to %s', (ip, expected) => {
    expect(anonymizer('truncate')(eventWith({ ip })).ip).toBe(expected)
  })

  test('has the same hash with the same key', () => {
    const [first, second] = [anonymizer({ key: KEY }), anonymizer({ key: `${KEY}!` })]
    const of = (hide: typeof first, ip: string) => hide(eventWith({ ip })).ip
    // printf 192.0.2.7 | openssl dgst -sha256 -hmac 'a key of sixteen and more'
    expect(of(first, '192.0.2.7')).toBe('1bc983ddb3e0eee7783a6f90b9bc2c67')
    expect(of(first, '192.0.2.7')).toBe(of(anonymizer({ key: KEY }), '192.0.2.7'))
    expect(of(first, '192.0.2.7')).not.toBe(of(first, '192.0.2.8'))
    expect(of(first, '192.0.2.7')).not.toBe(of(second, '192.0.2.7'))
  })
})

test.each([
  ['ip.src', '192.0.2.7', '192.0.2.0'],
  ['http.request.uri.args["ip"][0]', 'a192.0.2.7', 'a192.0.2.7'],
  ['http.request.uri.query', 'ip=192.0.2.7&x=192.0.2.77', 'ip=192.0.2.0&x=192.0.2.77'],
  ['x', 'to 192.0.2.7.', 'to 192.0.2.0.'],
  ['x', '1192.0.2.7 192.0.2.7.1', '1192.0.2.7 192.0.2.7.1'],
  ['x', { a: ['192.0.2.7', 5, null] }, { a: ['192.0.2.0', 5, null] }],
  ['http.user_agent', 'curl/8', 'curl/8'],
  ['http.request.headers["X-Forwarded-For"][0]', '198.51.100.9', 'REDACTED'],
  ['http.request.headers["cf-connecting-ip"]', ['192.0.2.7'], 'REDACTED'],
  ['http.request.headers["x-forwarded-proto"][0]', 'https', 'https'],
  ['http.request.headers.values[*]', ['198.51.100.9'], 'REDACTED'],
  ['http.request.headers', { 'x-forwarded-for': ['198.51.100.9'] }, 'REDACTED'],
  ['ip.src.country', 'DE', 'DE'],
])('the matched value of %s %j becomes %j', (field, value, expected) => {
  expect(matchedValue(field, value)).toEqual(expected)
})

test('removes the address from the query, the notes and the key of a rate limit, and keeps other members', () => {
  const rateLimit = {
    count: 3,
    limit: 2,
    period: 60,
    mitigationTimeout: 60,
    key: [{ characteristic: 'ip.src', value: '2001:db8:1:2::9' }, { characteristic: 'x' }],
  }
  const event = eventWith({
    ip: '2001:db8:1:2::9',
    query: '?from=2001:DB8:1:2::9',
    notes: ['2001:db8:1:2::9 twice', 'odd'],
    rateLimit,
  })
  expect(anonymizer('truncate')(event)).toEqual({
    ...event,
    ip: '2001:db8:1::',
    query: '?from=2001:db8:1::',
    notes: ['2001:db8:1:: twice', 'odd'],
    rateLimit: {
      ...rateLimit,
      key: [{ characteristic: 'ip.src', value: '2001:db8:1::' }, { characteristic: 'x' }],
    },
  })
})

test.each<[AnonymizeIp]>([['truncate'], [{ key: KEY }]])(
  'an edge with %j keeps no address',
  async (anonymizeIp) => {
    const rules = [{ name: 'mine', expression: 'ip.src in {192.0.2.0/24}', action: 'block' }]
    const edge = createEdge({ rules, anonymizeIp })
    const { action } = await edge.judge(new Request('https://shop.test/?me=192.0.2.7'), {
      remoteAddress: '192.0.2.7',
    })
    expect(action).toBe('block')
    const { events } = await edge.store.page()
    expect(events).toHaveLength(1)
    expect(JSON.stringify(events)).not.toContain('192.0.2.7')
    expect(JSON.stringify(events)).not.toContain(KEY)
  }
)
