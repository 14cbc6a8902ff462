import { describe, expect, test } from 'vitest'
import { phaseServices, requestWith } from '../edge.fixture.ts'
import { createEdge } from '../edge.ts'
import { memoryStore } from '../events/memory.ts'
import { rulesFromObjects } from '../rules/objects.ts'
import { createSites } from './sites.ts'

const block = (name: string, expression = `http.request.uri.path eq "/${name}"`) => ({
  name,
  expression,
  action: 'block',
})
const edgeOf = (document: object) =>
  createEdge({ ruleset: rulesFromObjects([document]), store: memoryStore() })

const ask = async (edge: ReturnType<typeof edgeOf>, host: string, path: string) => {
  const request = requestWith(path, ['Accept', 'application/json'])
  const verdict = await edge.judge(
    { ...request, rawHeaders: ['Host', host] },
    { remoteAddress: '8.8.8.8' }
  )
  const { action, answer, ray } = verdict
  return { ...verdict, action, answer, ray, rule: verdict.rule?.name }
}
const ruleOf = async (edge: ReturnType<typeof edgeOf>, host: string, path: string) =>
  (await ask(edge, host, path)).rule

test('without declared zones one zone has every host, with all rules', () => {
  const ruleset = rulesFromObjects([{ rules: [block('a')] }])
  const { zones, find, ruleset: own } = createSites(ruleset, phaseServices())
  expect(zones).toHaveLength(1)
  expect([find({ hostname: 'a.test' }), find({ hostname: '' })]).toEqual([zones[0], zones[0]])
  expect([own, zones[0]!.ruleset, zones[0]!.isNowhere]).toEqual([ruleset, ruleset, false])
})

test('a host of no zone has none of the rules, and only whole labels count', () => {
  const ruleset = rulesFromObjects([
    { zones: [{ name: 'shop.test', hosts: ['*.shop.test', '*.t'], rules: [block('a')] }] },
  ])
  const { find } = createSites(ruleset, phaseServices())
  const nowhere = find({ hostname: 'other.test' })
  expect([nowhere.isNowhere, nowhere.fields, nowhere.facts]).toEqual([true, [], undefined])
  expect(nowhere.ruleset).toMatchObject({ rules: [], access: [], zones: [] })
  expect(nowhere.ruleset.lists).toBe(ruleset.lists)
  const isFound = (hostname: string) => !find({ hostname }).isNowhere
  expect(['x.t', 'a.b.t', 'w.shop.test', 'a..t', '.t'].map(isFound)).toEqual(Array(5).fill(true))
  expect(['t', 'xt', 'shop.test', 'wshop.test'].map(isFound)).toEqual(Array(4).fill(false))
})

describe('the zone of a host', () => {
  const zone = (name: string, more: object = {}) => ({ name, ...more })
  const sites = createSites(
    rulesFromObjects([
      {
        zones: [
          zone('shop.test'),
          zone('api', { hosts: ['api.shop.test', '*.api.shop.test'] }),
          zone('one', { hosts: 'one.test' }),
          zone('rest', { default: true }),
        ],
      },
    ]),
    phaseServices()
  )
  test.each([
    ['shop.test', 'shop.test'],
    ['www.shop.test', 'shop.test'],
    ['a.b.shop.test', 'shop.test'],
    ['api.shop.test', 'api'],
    ['x.api.shop.test', 'api'],
    ['one.test', 'one'],
    ['a.one.test', 'rest'],
    ['notshop.test', 'rest'],
    ['', 'rest'],
    ['127.0.0.1', 'rest'],
    ['__proto__', 'rest'],
  ])('%j: %s', (hostname, name) => {
    expect(sites.find({ hostname }).facts?.name).toBe(name)
  })

  test('is found whatever its spelling and port', async () => {
    const edge = edgeOf({ zones: [{ name: 'shop.test', rules: [block('a')] }] })
    expect(await ruleOf(edge, 'SHOP.test.:8080', '/a')).toBe('a')
  })
})

describe('rules', () => {
  const edge = edgeOf({
    rules: [block('all')],
    user_agents: [{ block: 'Bad/1' }],
    zones: [
      { name: 'shop.test', rules: [block('a')], page: 'waf' },
      { name: 'blog.test', rules: [block('b'), block('again', 'http.request.uri.path eq "/all"')] },
    ],
  })

  test.each([
    ['shop.test', '/a', 'a'],
    ['shop.test', '/b', undefined],
    ['blog.test', '/a', undefined],
    ['blog.test', '/b', 'b'],
    ['shop.test', '/all', 'all'],
    ['blog.test', '/all', 'all'],
  ])('of %s%s: %s', async (host, path, name) => {
    expect(await ruleOf(edge, host, path)).toBe(name)
  })

  test('no zone has the host: 1023, and no rule judges', async () => {
    for (const host of ['other.test', '127.0.0.1', '']) {
      const { action, answer, rule } = await ask(edge, host, '/all')
      expect([action, answer?.status, rule]).toEqual(['no_zone', 503, undefined])
      expect(String(answer?.body)).toContain('1023')
      const found = await edge.store.find(String(answer?.headers['CF-RAY']).split('-')[0]!)
      const event = found.found ? found.events[0] : undefined
      expect(event).toMatchObject({
        kind: 'zone_error',
        action: 'no_zone',
        host,
        status: 503,
        answer: { code: 1023, type: 'text/plain' },
        rule: { id: '', name: '' },
      })
      expect(event).not.toHaveProperty('phasePath')
    }
  })

  test('have the page of their zone', async () => {
    const shop = await edge.judge(requestWith('/a'), { remoteAddress: '8.8.8.8' })
    expect(shop.matches[0]?.page).toMatchObject({ generation: 'waf' })
    expect(shop.matches[0]?.rule.name).toBe('a')
  })

  test('of all zones are counted, those of the account once', () => {
    expect(edge.ruleset.zones.map(({ ruleset }) => ruleset.rules.length)).toEqual([2, 3])
    expect(edge.ruleset.fields).toEqual(['http.user_agent', 'http.request.uri.path'])
  })
})

describe('a skip of the account', () => {
  const skip = (more: object) => ({ name: 's', expression: true, action: 'skip', ...more })
  const edgeWith = (more: object) =>
    edgeOf({
      rules: [skip(more), block('account', 'true')],
      zones: [{ name: 'shop.test', rules: [block('zone', 'true')] }],
    })
  test.each<[string, object, string]>([
    ['skips the account’s rules only', {}, 'zone'],
    ['skips the phase where it says so', { skip: { phases: 'current' } }, 's'],
    ['skips nothing of its own where it names others', { skip: { products: 'bic' } }, 'account'],
  ])('%s', async (_, more, name) => {
    expect(await ruleOf(edgeWith(more), 'shop.test', '/')).toBe(name)
  })

  test('of a lockdown is one of the zone’s too', async () => {
    const edge = edgeOf({
      rules: [skip({ skip: { products: 'zoneLockdown' } })],
      zones: [
        {
          name: 'shop.test',
          lockdown: [{ urls: 'shop.test', allow: '203.0.113.1' }],
          rules: [block('zone', 'http.request.uri.path eq "/z"')],
        },
      ],
    })
    expect(await ruleOf(edge, 'shop.test', '/a')).toBe('s')
    expect(await ruleOf(edge, 'shop.test', '/z')).toBe('zone')
  })
})

test('rules read the name and the plan of their zone', async () => {
  const edge = edgeOf({
    rules: [block('ent', 'cf.zone.plan eq "ENT" and cf.zone.name eq "shop.test"')],
    zones: [{ name: 'shop.test', plan: 'ENT' }, { name: 'blog.test' }],
  })
  expect(await ruleOf(edge, 'shop.test', '/')).toBe('ent')
  expect(await ruleOf(edge, 'blog.test', '/')).toBeUndefined()
  expect(edge.warnings).toEqual([])
})

test('an event has the name of its zone, and none where no zone is', async () => {
  const edge = edgeOf({
    rules: [block('all')],
    zones: [
      { name: 'shop.test', rules: [block('a')] },
      { name: 'blög', hosts: ['blog.test'], rules: [block('a')] },
    ],
  })
  for (const [host, path, zone] of [
    ['www.shop.test', '/a', 'shop.test'],
    ['blog.test', '/a', 'blög'],
    ['blog.test', '/all', 'blög'],
    ['other.test', '/a', undefined],
  ] as const) {
    const { ray } = await ask(edge, host, path)
    const { events } = await edge.store.page({
      where: [{ field: 'ray', operator: 'is', value: ray }],
    })
    expect(events.map((event) => event.zone)).toEqual([zone])
  }
  const none = edgeOf({ rules: [block('all')] })
  await ask(none, 'shop.test', '/all')
  expect((await none.store.page()).events[0]).not.toHaveProperty('zone')
})

test('a zone’s lists are its own', () => {
  const rule = block('a', 'ip.src in $office')
  const lists = { office: ['8.8.8.8'] }
  const load = (document: object) => rulesFromObjects([document]).warnings.map(({ code }) => code)
  expect(load({ zones: [{ name: 'a.test', lists, rules: [rule] }] })).toEqual([])
  const other = { name: 'b.test', rules: [rule] }
  expect(load({ zones: [{ name: 'a.test', lists }, other] })).toEqual(['unknown_list'])
  expect(load({ lists, zones: [other] })).toEqual([])
})

test.each<[string, object[], string]>([
  ['one host twice', [{ name: 'a.test' }, { name: 'b', hosts: 'a.test' }], 'duplicate_zone'],
  ['one name twice', [{ name: 'a.test' }, { name: 'a.test' }], 'duplicate_zone'],
  [
    'two defaults',
    [
      { name: 'a', default: true },
      { name: 'b', default: true },
    ],
    'duplicate_zone',
  ],
  ['no name', [{ hosts: 'a.test' }], 'missing_key'],
  ['no hosts', [{ name: 'my shop' }], 'missing_key'],
  ['a wrong host', [{ name: 'a', hosts: 'https://a.test' }], 'invalid_host'],
  ['a wrong plan', [{ name: 'a.test', plan: 'enterprise' }], 'unknown_plan'],
  ['an id twice', [{ name: 'a.test', rules: [block('x'), block('x')] }], 'duplicate_id'],
])('%s is refused', (_, zones, code) => {
  expect(() => rulesFromObjects([{ zones }])).toThrow(
    expect.objectContaining({ diagnostics: [expect.objectContaining({ code })] })
  )
})

test('many zones are found like one', async () => {
  const zones = Array.from({ length: 50 }, (_, i) => ({
    name: `s${i}.test`,
    rules: [block(`r${i}`)],
  }))
  const edge = edgeOf({ zones })
  expect(await ruleOf(edge, 's49.test', '/r49')).toBe('r49')
  expect(await ruleOf(edge, 's49.test', '/r0')).toBeUndefined()
})

test('a limit of the account counts each zone by itself', async () => {
  const edge = edgeOf({
    rate_limits: [
      { name: 'slow', expression: true, action: 'block', period: 60, requests_per_period: 1 },
    ],
    zones: [{ name: 'a.test' }, { name: 'b.test' }],
  })
  const actions: string[] = []
  for (const host of ['a.test', 'b.test', 'a.test', 'b.test']) {
    actions.push((await ask(edge, host, '/')).action)
  }
  expect(actions).toEqual(['pass', 'pass', 'block', 'block'])
})
