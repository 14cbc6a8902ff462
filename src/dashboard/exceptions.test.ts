import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { eventWith } from '../events/event.fixture.ts'
import type { SecurityEvent } from '../events/event.ts'
import { memoryStore } from '../events/memory.ts'
import { readPersonas } from '../personas/personas.ts'
import { readEvent } from '../toolkit/requests/event.ts'
import { createDesk } from './desk.ts'
import { candidatesOf } from './exception-candidates.ts'
import { canEnd, exceptionRule, placeOf, withException } from './exception-writing.ts'
import { weigh } from './exceptions.ts'
import { sideWith } from './side.fixture.ts'

const RULES = `rules:
  - { name: first, expression: 'http.request.uri.path eq "/secret"', action: block }
  # scripts
  - name: no scripts
    when: { user_agent: [curl, python] }
    action: block
  - { name: last, expression: 'http.request.uri.path eq "/last"', action: block }
`
const AGENT = 'curl/8.18.0'
const stopped = (changes: Partial<SecurityEvent> = {}) =>
  eventWith({
    rule: { id: 'no-scripts', name: 'no scripts' },
    ip: '198.51.100.7',
    asn: 64_500,
    asnName: 'Example',
    userAgent: AGENT,
    path: '/feed',
    query: '',
    ...changes,
  })
const event = stopped()

const deskWith = (text = RULES) => {
  const dir = mkdtempSync(join(tmpdir(), 'edge1020-exceptions-'))
  onTestFinished(() => rmSync(dir, { recursive: true }))
  const file = join(dir, 'site.yaml')
  writeFileSync(file, text)
  const personas = readPersonas([])
  const trials = { personas }
  return createDesk({ paths: [file], loading: {}, trials, reload: async () => {} })
}

const weighing = async (others: readonly SecurityEvent[], personas: readonly string[] = []) => {
  const desk = deskWith()
  const store = memoryStore()
  for (const one of [event, ...others]) await store.append([one])
  const place = placeOf(event, desk, desk.load())
  return weigh(event, { desk, store, place, personas, nowMs: Date.now() + 60_000 })
}
const of = ({ candidates }: Awaited<ReturnType<typeof weigh>>, key: string) =>
  candidates.find((one) => one.key === key)!

test('weighs each exception by the other visitors that it would have let through, the narrowest first', async () => {
  const result = await weighing([
    stopped({ path: '/other' }),
    stopped({ ip: '198.51.100.8', userAgent: 'curl/7' }),
    stopped({ ip: '203.0.113.1', asn: 1 }),
    stopped({ ip: '203.0.113.2', asn: 1, path: '/x' }),
    stopped({ ip: '203.0.113.3', asn: 1, path: '/secret', rule: { id: 'first', name: 'first' } }),
    stopped({ ip: '203.0.113.4', action: 'log', status: 0 }),
  ])
  expect(result).toMatchObject({ judged: 6, own: 2 })
  const weights = (key: string) => {
    const { own, others, addresses } = of(result, key)
    return [own, others, addresses]
  }
  expect(weights('ip+agent+path')).toEqual([1, 0, 0])
  expect(weights('ip')).toEqual([2, 0, 0])
  expect(weights('network')).toEqual([2, 1, 1])
  expect(weights('agent')).toEqual([2, 2, 2])
  expect(weights('path')).toEqual([1, 2, 2])
  expect(result.candidates[0]!.key).toBe('ip+agent')
  const others = result.candidates.map((one) => one.others)
  expect(others).toEqual(others.toSorted((a, b) => a - b))
  expect(of(result, 'agent').examples.map(({ ip }) => ip)).toEqual(['203.0.113.2', '203.0.113.1'])
})

test('an exception goes above the rule that stopped the visitor, and rules above it keep refusing', async () => {
  const own = stopped({ path: '/secret', rule: { id: 'first', name: 'first' } })
  expect(of(await weighing([own]), 'ip')).toMatchObject({ own: 1 })
})

test('names test visitors that would get in', async () => {
  const names = ['curl-hetzner', 'python-digitalocean', 'chrome-berlin']
  const result = await weighing([], names)
  expect(of(result, 'path').personas).toEqual(['curl-hetzner', 'python-digitalocean'])
  expect(of(result, 'ip').personas).toEqual([])
})

test('offers verified bots if the visitor is a verified bot', () => {
  const keys = (isBot: boolean) => candidatesOf(event, { isBot }).map(({ key }) => key)
  expect(keys(true)).toContain('bot')
  expect(keys(false)).not.toContain('bot')
  expect(candidatesOf(stopped({ ip: '', asn: 0 })).map(({ key }) => key)).toEqual([
    'agent+path',
    'agent',
    'program+path',
    'program',
    'path',
  ])
})

test('an exception tests no address if events store networks', async () => {
  const kept = stopped({ ip: '198.51.100.0' })
  const keys = candidatesOf(kept, { isTruncated: true }).map(({ key }) => key)
  expect(keys.filter((key) => key.startsWith('ip'))).toEqual([])
  expect(keys).toContain('network')
  const desk = deskWith()
  const options = { desk, ruleset: desk.load(), anonymizeIp: 'truncate' } as const
  const { ask } = await sideWith([kept], options)
  const { text } = await ask(`/events/${kept.ray}/exception`)
  expect(text).toContain('the network 198.51.100.0/24')
  expect(text).not.toContain('the address')
})

test.each([
  ['198.51.100.7', '198.51.100.0/24'],
  ['2001:db8:1:2::7', '2001:db8:1::/48'],
  ['2001:db8::7', '2001:db8:0::/48'],
  ['::1', '0:0:0::/48'],
])('the network of %s is %s', (ip, network) => {
  const found = candidatesOf(stopped({ ip })).find(({ key }) => key === 'network')!
  expect(found.expression).toBe(`ip.src in {${network}}`)
})

test('text from a visitor stays a string in the expression', async () => {
  const evil = stopped({
    userAgent: 'curl "} or true or http.host in {" \\ \u0000\n é 😀',
    path: '/a"b\\c',
  })
  const desk = deskWith()
  const place = placeOf(evil, desk, desk.load())
  for (const candidate of candidatesOf(evil)) {
    const rule = exceptionRule(evil, candidate, { nowMs: 0 })
    const text = withException(place, evil, candidate, { nowMs: 0 })
    const { rules } = desk.load({ file: place.file, text })
    expect(rules).toHaveLength(4)
    expect(rules[1]!.expression.source).toBe(rule.expression)
    expect(
      desk
        .trials(desk.load({ file: place.file, text }))
        .run({ headers: { 'user-agent': 'python' }, from: { ip: '203.0.113.9' } }).isRefused
    ).toBe(true)
  }
})

test('a temporary exception ends by itself, and the file states its end', () => {
  const desk = deskWith()
  const place = placeOf(event, desk, desk.load())
  const candidate = candidatesOf(event).find(({ key }) => key === 'ip')!
  const nowMs = Date.parse('2026-11-29T12:00:00Z')
  const text = withException(place, event, candidate, { end: '7d', nowMs })
  expect(text).toContain('Ends 2026-12-06 12:00 UTC.')
  expect(text).toContain('  # scripts\n  - name: no scripts\n')
  const ruleset = desk.load({ file: place.file, text })
  expect(ruleset.rules.map(({ name }) => name)).toEqual([
    'first',
    'let through the address 198.51.100.7',
    'no scripts',
    'last',
  ])
  const judged = (ms: number) => {
    const from = { ip: event.ip, fields: { 'http.request.timestamp.sec': ms / 1_000 } }
    return desk.trials(ruleset).run({ headers: { 'user-agent': AGENT }, from }).action
  }
  expect(judged(nowMs)).toBe('skip')
  expect(judged(nowMs + 6 * 86_400_000)).toBe('skip')
  expect(judged(nowMs + 8 * 86_400_000)).toBe('block')
})

test.each([[{ rule: { id: 'gone', name: 'gone' } }, 'no rule in force has the id "gone"']])(
  'where the dashboard cannot write it, it says why: %j',
  (changes, message) => {
    const desk = deskWith()
    expect(() => placeOf(stopped(changes), desk, desk.load())).toThrow(message)
  }
)

test('visitors get their turn while exceptions are weighed', async () => {
  const desk = deskWith()
  const store = memoryStore()
  await store.append([event])
  const place = placeOf(event, desk, desk.load())
  let loads = 0
  let most = 0
  let isDone = false
  const counting = {
    ...desk,
    load: (changed?: Parameters<typeof desk.load>[0]) => {
      most = Math.max(most, ++loads)
      return desk.load(changed)
    },
  }
  const visitor = () => {
    loads = 0
    if (!isDone) setImmediate(visitor)
  }
  setImmediate(visitor)
  await weigh(event, { desk: counting, store, place, personas: [], nowMs: Date.now() + 60_000 })
  isDone = true
  expect(most).toBe(1)
})

test('a long name is cut between two characters', () => {
  const long = stopped({ asnName: `${'a'.repeat(80)}${'\u{1f600}'.repeat(20)}` })
  for (const words of ['x', 'xy']) {
    const asn = { ...candidatesOf(long).find(({ key }) => key === 'asn')! }
    const rule = exceptionRule(long, { ...asn, words: words + asn.words }, { nowMs: 0 })
    expect(Buffer.from(rule.name).toString()).toBe(rule.name)
  }
})

const PRODUCTS = `zones:
  - name: shop.test
    default: true
    user_agents:
      - block: curl/8.18.0
    rules:
      - { name: zone rule, expression: 'http.request.uri.path eq "/zone"', action: block }
  - name: other.test
    # nobody
    user_agents:
      - block: curl/8.18.0

access:
  - block: 203.0.113.0/24
lockdown:
  - name: staging
    urls: [shop.test/staging*]
    allow:
      - 192.0.2.0/24 # us
  - { name: wiki, urls: shop.test/wiki*, allow: 192.0.2.1 }
rate_limits:
  - name: sign in
    when: { path: /login }
    requests_per_period: 5
    period: 1m
    action: block
`

const IN_WIKI = {
  source: 'zonelockdown',
  rule: { id: 'wiki', name: '' },
  path: '/wiki/x',
} as const

const productCases: readonly [
  name: string,
  event: Partial<SecurityEvent>,
  key: string,
  written: string,
][] = [
  [
    'IP Access',
    { source: 'iprange', rule: { id: 'block-203.0.113.0_24', name: '' }, ip: '203.0.113.9' },
    'ip',
    'access:\n  - allow: "203.0.113.9"\n    name: let through the address 203.0.113.9\n',
  ],
  [
    'a lockdown with a list',
    { source: 'zonelockdown', rule: { id: 'staging', name: '' }, path: '/staging/x' },
    'ip',
    '      - 192.0.2.0/24 # us\n      - "198.51.100.7"\n',
  ],
  ['a lockdown with one address', IN_WIKI, 'network', 'allow: [192.0.2.1, "198.51.100.0/24"] }'],
  ['a lockdown, for one path', IN_WIKI, 'ip+path', 'skip: {"products":["zoneLockdown"]}'],
  [
    'User Agent Blocking of a zone with custom rules',
    { source: 'uablock', host: 'shop.test', path: '/feed' },
    'ip',
    '    rules:\n      - name: let through the address 198.51.100.7\n',
  ],
  [
    'User Agent Blocking of a zone without custom rules',
    { source: 'uablock', host: 'other.test', path: '/feed' },
    'agent',
    '      - block: curl/8.18.0\n\n    rules:\n      - name: let through this user agent\n',
  ],
  [
    'a custom rule of a zone',
    { rule: { id: 'zone-rule', name: '' }, host: 'shop.test', path: '/zone', userAgent: 'x' },
    'ip',
    '      - name: let through the address 198.51.100.7\n',
  ],
]

test.each(productCases)(
  'the exception of %s is the narrowest of its product',
  (_, changes, key, written) => {
    const desk = deskWith(PRODUCTS)
    const ruleset = desk.load()
    const { trials } = desk
    const base = { host: 'shop.test', userAgent: 'x', ...changes }
    const asked = base.source === 'uablock' ? { ...base, userAgent: AGENT } : base
    const before = trials(ruleset)
    const rule = before.run(readEvent(stopped(asked)).request).rule!
    const refused = stopped({
      ...asked,
      rule: { id: rule.id, name: rule.name, source: `${rule.file}:${rule.line}` },
    })
    if (changes.rule !== undefined) expect(rule.id).toBe(changes.rule.id)
    const place = placeOf(refused, desk, ruleset)
    const candidate = candidatesOf(refused).find((one) => one.key === key)!
    const text = withException(place, refused, candidate, { nowMs: 0 })
    expect(text).toContain(written)
    const after = trials(desk.load({ file: place.file, text }))
    const judge = (request: SecurityEvent) => after.run(readEvent(request).request).isRefused
    expect(judge(refused)).toBe(false)
    // Another visitor is still refused.
    const other = { ip: changes.source === 'iprange' ? '203.0.113.10' : '203.0.114.1' }
    expect(
      judge({
        ...refused,
        ...other,
        userAgent: key === 'agent' ? 'curl/8.18.0 ' : refused.userAgent,
      })
    ).toBe(key !== 'agent')
  }
)

test('an exception to a rate limit is a rule that skips the limit', () => {
  const desk = deskWith(PRODUCTS)
  const ruleset = desk.load()
  const refused = stopped({
    source: 'ratelimit',
    rule: { id: 'sign-in', name: '' },
    path: '/login',
  })
  const place = placeOf(refused, desk, ruleset)
  const candidate = candidatesOf(refused).find(({ key }) => key === 'ip')!
  const text = withException(place, refused, candidate, { end: '1h', nowMs: 0 })
  expect(text).toMatch(
    /\nrules:\n {2}- name: let through .*\n.*\n.* lt 3600\n.*\n {4}skip: \{"phases":\["http_ratelimit"\]\}\n$/
  )
  expect(desk.load({ file: place.file, text }).rules).toHaveLength(1)
})

test('an IP Access rule tests one property and has no end', () => {
  const refused = stopped({ source: 'country' })
  expect(candidatesOf(refused, { isBot: true }).map(({ key }) => key)).toEqual([
    'ip',
    'network',
    'asn',
  ])
  expect(canEnd(refused)).toBe(false)
  expect(canEnd(stopped())).toBe(true)
})
