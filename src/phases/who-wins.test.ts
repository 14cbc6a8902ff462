import { describe, expect, test } from 'vitest'
import { requestWith } from '../edge.fixture.ts'
import { createEdge } from '../edge.ts'
import { memoryStore } from '../events/memory.ts'
import { rulesFromObjects } from '../rules/objects.ts'
import type { AsnSource, GeoSource } from '../visitor/visitor.ts'

const VISITOR = { remoteAddress: '8.8.8.8' }
const geo: GeoSource = { name: 'all of DE', date: '2026-01-01', lookup: () => ({ country: 'DE' }) }
const asn: AsnSource = {
  name: 'one network',
  date: '2026-01-01',
  lookup: () => ({ asn: 64_496, name: 'ONE' }),
}

/** One rule of each kind, all of them about the visitor's request. */
const RULES = {
  allow: { access: [{ allow: '8.8.8.8' }] },
  ip: { access: [{ block: '8.8.8.8' }] },
  range: { access: [{ block: '8.8.8.0/24' }] },
  asn: { access: [{ block: 'AS64496' }] },
  country: { access: [{ block: 'DE' }] },
  out: { lockdown: [{ urls: 'shop.test/*', allow: '203.0.113.1' }] },
  in: { lockdown: [{ urls: 'shop.test/a*', allow: '8.8.8.0/24' }] },
  agent: { user_agents: [{ block: 'Bad/1' }] },
  log: { rules: [{ name: 'log', expression: true, action: 'log' }] },
  skip: { rules: [{ name: 'skip', expression: true, action: 'skip' }] },
  skipLock: {
    rules: [{ name: 'lock', expression: true, action: 'skip', skip: { products: 'zoneLockdown' } }],
  },
  skipAgent: {
    rules: [{ name: 'ua', expression: true, action: 'skip', skip: { products: 'uaBlock' } }],
  },
  block: { rules: [{ name: 'block', expression: true, action: 'block' }] },
}
type Kind = keyof typeof RULES
const KINDS = Object.keys(RULES) as Kind[]

const edgeOf = (...documents: object[]) =>
  createEdge({ ruleset: rulesFromObjects(documents), store: memoryStore(), geo, asn })

const judged = async (kinds: readonly Kind[], path = '/a') => {
  const edge = edgeOf(...kinds.map((kind) => RULES[kind]))
  const request = requestWith(path, ['User-Agent', 'Bad/1', 'Accept', 'application/json'])
  const { answer, event, rule } = await edge.judge(request, VISITOR)
  const code = answer === undefined ? 0 : JSON.parse(String(answer.body)).error_code
  return { code, status: answer?.status, source: event?.source, rule: rule?.name, edge }
}

/**
 * The answer to a request that two rules are about: the row's and the column's. Sources:
 *
 * - allow beats block and lets past all that comes later; before the rules engine:
 *   https://developers.cloudflare.com/waf/tools/ip-access-rules/ and …/ip-access-rules/actions/
 * - lockdown before agents, and who is let in by one is not asked for his agent:
 *   https://developers.cloudflare.com/waf/tools/user-agent-blocking/
 * - skip with products: https://developers.cloudflare.com/waf/custom-rules/skip/options/
 * - the narrower of two access rules, and the lockdown written first: not documented
 */
const ANSWERS = `
          allow   ip range  asn country  out   in agent  log skip skipLock skipAgent block
allow         0    0     0    0       0    0    0     0    0    0        0         0     0
ip            .  1006 1006 1006    1006 1006 1006  1006 1006 1006     1006      1006  1006
range         .    .  1006 1006    1006 1006 1006  1006 1006 1006     1006      1006  1006
asn           .    .     . 1005    1005 1005 1005  1005 1005 1005     1005      1005  1005
country       .    .     .    .    1009 1009 1009  1009 1009 1009     1009      1009  1009
out           .    .     .    .       . 1106 1106  1106 1106 1106        0      1106  1106
in            .    .     .    .       .    .    0     0    0    0        0         0  1020
agent         .    .     .    .       .    .    .  1010 1010 1010     1010         0  1010
log           .    .     .    .       .    .    .     .    0    0        0         0  1020
skip          .    .     .    .       .    .    .     .    .    0        0         0     0
skipLock      .    .     .    .       .    .    .     .    .    .        0         0  1020
skipAgent     .    .     .    .       .    .    .     .    .    .        .         0  1020
block         .    .     .    .       .    .    .     .    .    .        .         .  1020
`

const rows = ANSWERS.trim()
  .split('\n')
  .slice(1)
  .map((line) => line.split(/\s+/))
const pairs = rows.flatMap(([kind, ...codes]) =>
  codes.flatMap((code, i) =>
    code === '.' ? [] : [[kind as Kind, KINDS[i]!, Number(code)] as const]
  )
)

describe('who wins', () => {
  test('the table has all pairs', () => {
    expect(pairs).toHaveLength((KINDS.length * (KINDS.length + 1)) / 2)
  })

  test.each(pairs)('%s and %s: %d', async (one, other, code) => {
    const kinds = one === other ? [one] : [one, other]
    expect((await judged(kinds)).code).toBe(code)
    // Only within one product does the order of the documents count.
    const differ = Object.keys(RULES[one])[0] !== Object.keys(RULES[other])[0]
    if (differ) expect((await judged(kinds.reverse())).code).toBe(code)
  })
})

describe('each answers with its own code and source', () => {
  test.each<[Kind, number, number | undefined, string | undefined]>([
    ['ip', 1006, 403, 'ip'],
    ['range', 1006, 403, 'iprange'],
    ['asn', 1005, 403, 'asn'],
    ['country', 1009, 403, 'country'],
    ['out', 1106, 403, 'zonelockdown'],
    ['agent', 1010, 403, 'uablock'],
    ['block', 1020, 403, 'firewallcustom'],
    ['allow', 0, undefined, undefined],
    ['in', 0, undefined, undefined],
    ['log', 0, undefined, 'firewallcustom'],
  ])('%s', async (kind, code, status, source) => {
    expect(await judged([kind])).toMatchObject({ code, status, source })
  })

  test('and its event says the rule, its place and what matched', async () => {
    const { event } = await edgeOf(RULES.out).judge(requestWith('/a'), VISITOR)
    expect(event).toMatchObject({
      action: 'block',
      rule: { id: 'lockdown-of-shop-test', source: 'lockdown[0]' },
      expression: 'http.host eq "shop.test" and not ip.src in {203.0.113.1}',
      matched: [
        { field: 'http.host', value: 'shop.test' },
        { field: 'ip.src', value: '8.8.8.8' },
      ],
    })
  })
})

describe('what is not about the request', () => {
  const others = {
    access: [{ block: ['8.8.8.9', '8.8.9.0/24', 'AS64497', 'FR', '2001:db8::/32'] }],
    lockdown: [{ urls: ['shop.test/wiki/*', '*.shop.test'], allow: '203.0.113.1' }],
    user_agents: [{ block: ['bad/1', 'Bad', 'Bad/1 '] }],
    rules: [{ name: 'b', expression: 'http.request.uri.path eq "/b"', action: 'block' }],
  }

  test('stops nobody', async () => {
    const request = requestWith('/a', ['User-Agent', 'Bad/1'])
    expect(await edgeOf(others).judge(request, VISITOR)).toMatchObject({
      action: 'pass',
      matches: [],
    })
  })

  test('nor does what is switched off', async () => {
    const off = (document: object) =>
      Object.fromEntries(
        Object.entries(document).map(([key, rules]) => [
          key,
          rules.map((rule: object) => ({ ...rule, enabled: false })),
        ])
      )
    const edge = edgeOf(
      ...(['ip', 'out', 'agent', 'block'] as const).map((kind) => off(RULES[kind]))
    )
    const request = requestWith('/a', ['User-Agent', 'Bad/1'])
    expect(await edge.judge(request, VISITOR)).toMatchObject({ action: 'pass', matches: [] })
  })
})

test('an allowed visitor is known by his verdict and leaves no event', async () => {
  const { edge, rule } = await judged(['allow', 'block'])
  expect(rule).toBe('allow 8.8.8.8')
  expect(await edge.store.query({})).toEqual([])
})

test('a skip without logging leaves no event, and skips all the same', async () => {
  const rules = [
    { name: 'quiet', expression: true, action: 'skip', logging: false },
    { name: 'block', expression: true, action: 'block' },
  ]
  const edge = edgeOf({ rules })
  expect(await edge.judge(requestWith('/a'), VISITOR)).toMatchObject({ action: 'skip' })
  expect(await edge.store.query({})).toEqual([])
})

test('a skip of a product counts only where the rules above it let it run', async () => {
  const skip = { name: 's', expression: 'http.request.uri.path eq "/a"', action: 'skip' }
  const rules = [
    { name: 'first', expression: 'http.request.uri.query eq "stop"', action: 'block' },
    { ...skip, skip: { products: ['zoneLockdown'] } },
  ]
  const edge = edgeOf(RULES.out, { rules })
  const codeOf = async (path: string) =>
    (await edge.judge(requestWith(path), VISITOR)).matches[0]?.code
  expect(await codeOf('/a')).toBe(0)
  expect(await codeOf('/b')).toBe(1106)
  expect(await codeOf('/a?stop')).toBe(1106)
})

describe('several lockdowns of one URL', () => {
  const locked = (priority: number, allow: string) => ({
    name: `p${priority}`,
    urls: 'shop.test/*',
    allow,
    priority,
  })
  test.each([
    [1, 2, 'pass'],
    [2, 1, 'block'],
  ])('priorities %d and %d: %s', async (first, second, action) => {
    const edge = edgeOf({ lockdown: [locked(first, '8.8.8.8'), locked(second, '203.0.113.1')] })
    expect(await edge.judge(requestWith('/a'), VISITOR)).toMatchObject({ action })
  })
})

describe('a rule’s own response', () => {
  const respond = async (response: object | undefined, method = 'GET') => {
    const rules = [{ name: 'b', expression: true, action: 'block', response }]
    const edge = edgeOf({ rules })
    return (await edge.judge(requestWith('/a', [], { method }), VISITOR)).answer!
  }

  test('takes the page’s place, whatever the client asks for', async () => {
    const answer = await respond({
      status: 404,
      content: '{"é":1}',
      content_type: 'application/json',
    })
    expect(answer).toMatchObject({
      status: 404,
      body: '{"é":1}',
      headers: { 'Content-Type': 'application/json', 'Content-Length': '8', Server: 'cloudflare' },
    })
    expect(answer.headers['CF-RAY']).toMatch(/^[0-9a-f]{16}-[A-Z]{3}$/)
  })

  test('has defaults', async () => {
    expect(await respond({ content: 'no' })).toMatchObject({
      status: 403,
      headers: { 'Content-Type': 'text/html; charset=UTF-8' },
    })
  })

  test('has no body where the method has none', async () => {
    const answer = await respond({ content: 'no' }, 'HEAD')
    expect(answer).toMatchObject({ body: '', headers: { 'Content-Length': '2' } })
  })
})

describe('many access rules', () => {
  const MANY = 50_000
  const block = Array.from({ length: MANY }, (_, i) => `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`)
  const edge = edgeOf({ access: [{ block }, { allow: '10.0.0.7' }] })
  const actionOf = async (remoteAddress: string) =>
    (await edge.judge(requestWith('/'), { remoteAddress })).rule?.name

  test('are found by their address', async () => {
    expect(await actionOf('10.0.195.79')).toBe('block 10.0.195.79')
    expect(await actionOf('10.0.195.80')).toBeUndefined()
    expect(await actionOf('10.0.0.7')).toBe('allow 10.0.0.7')
    expect(await actionOf('::ffff:10.0.0.8')).toBe('block 10.0.0.8')
  })
})
