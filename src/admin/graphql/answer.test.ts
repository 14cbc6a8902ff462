import { getIntrospectionQuery } from 'graphql'
import { describe, expect, test, vi } from 'vitest'
import { EdgeError } from '../../error.ts'
import { eventWith } from '../../events/event.fixture.ts'
import { memoryStore } from '../../events/memory.ts'
import { answerGraphql } from './answer.ts'

const at = (time: string) => ({ time: `2026-11-29T${time}.000Z` })
const EVENTS = [
  eventWith({
    ...at('10:00:00'),
    action: 'block',
    country: 'NL',
    asn: 64_496,
    path: '/wp-login.php',
  }),
  eventWith({ ...at('10:59:59'), action: 'block', country: 'DE', asn: 64_497, path: '/a' }),
  eventWith({
    ...at('11:00:00'),
    action: 'log',
    country: 'NL',
    asn: 64_496,
    path: '/b',
    status: 0,
  }),
]
const RAYS = EVENTS.map(({ ray }) => ray)

const start = async (zones: readonly string[] = [], events = EVENTS) => {
  const store = memoryStore()
  for (const event of events) await store.append([event])
  const onError = vi.fn()
  const ask = async (query: string, variables?: Record<string, unknown>) =>
    JSON.parse(JSON.stringify(await answerGraphql({ query, variables }, { store, zones, onError })))
  /** Queries one dataset with its arguments and fields. */
  const zone = async (text: string, variables?: Record<string, unknown>) => {
    const { data, errors } = await ask(
      `{ viewer { zones(filter: { zoneTag: "z" }) { ${text} } } }`,
      variables
    )
    return { zone: data?.viewer?.zones?.[0], errors }
  }
  return { ask, zone, store, onError }
}

test("answers the query in Cloudflare's documentation", async () => {
  const { ask } = await start()
  const query =
    'query ListFirewallEvents($zoneTag: string, $filter: FirewallEventsAdaptiveFilter_InputObject) { viewer { zones(filter: { zoneTag: $zoneTag }) { firewallEventsAdaptive( filter: $filter limit: 10 orderBy: [datetime_DESC] ) { action clientAsn clientCountryName clientIP clientRequestPath clientRequestQuery datetime source userAgent } } } }'
  const filter = { datetime_geq: '2026-11-29T10:00:00Z', datetime_leq: '2026-11-29T10:59:59Z' }
  const { data, errors } = await ask(query, { zoneTag: 'z', filter })
  expect(errors).toBeUndefined()
  const { firewallEventsAdaptive: events } = data.viewer.zones[0]
  expect(events).toHaveLength(2)
  expect(events[1]).toEqual({
    action: 'block',
    clientAsn: '64496',
    clientCountryName: 'NL',
    clientIP: EVENTS[0]!.ip,
    clientRequestPath: '/wp-login.php',
    clientRequestQuery: EVENTS[0]!.query,
    datetime: '2026-11-29T10:00:00.000Z',
    source: 'firewallcustom',
    userAgent: EVENTS[0]!.userAgent,
  })
})

describe('type names of variables in scripts', () => {
  test.each([
    '$tag: string, $filter: ZoneFirewallEventsAdaptiveFilter_InputObject!, $limit: int!',
    '$tag: String!, $filter: FirewallEventsAdaptiveFilter_InputObject, $limit: Int',
    '$tag: string!, $filter: FirewallEventsAdaptiveFilter_InputObject!, $limit: uint64!',
  ])('(%s)', async (types) => {
    const { ask } = await start()
    const { data, errors } = await ask(
      `query q(${types}) { viewer { zones(filter: { zoneTag: $tag }) { zoneTag events: firewallEventsAdaptive(filter: $filter, limit: $limit) { rayName kind sampleInterval originatorRayName } } } }`,
      { tag: 'abc', filter: { action: 'block' }, limit: 1 }
    )
    expect(errors).toBeUndefined()
    expect(data.viewer.zones).toEqual([
      {
        zoneTag: 'abc',
        events: [
          { rayName: RAYS[1], kind: 'firewall', sampleInterval: 1, originatorRayName: null },
        ],
      },
    ])
  })
})

describe('filters', () => {
  test.each([
    ['action: "block"', [0, 1]],
    ['action_neq: "block"', [2]],
    ['clientCountryName_in: ["NL", "FR"]', [0, 2]],
    ['clientCountryName_notin: ["NL", "FR"]', [1]],
    ['clientAsn: "64497"', [1]],
    ['edgeResponseStatus: 0', [2]],
    ['edgeResponseStatus_gt: 0', [0, 1]],
    ['edgeResponseStatus_leq: 0', [2]],
    ['edgeResponseStatus_geq: 403', [0, 1]],
    ['edgeResponseStatus_lt: 403', [2]],
    ['clientRequestPath_like: "/wp-%"', [0]],
    ['clientRequestPath_like: "%login%"', [0]],
    ['clientRequestPath_like: "/a"', [1]],
    ['datetime: "2026-11-29T10:59:59Z"', [1]],
    ['datetime_gt: "2026-11-29T10:00:00Z"', [1, 2]],
    ['datetime_geq: "2026-11-29T10:59:59Z", datetime_lt: "2026-11-29T11:00:00Z"', [1]],
    ['datetime_leq: "2026-11-29T11:00:00Z"', [0, 1, 2]],
    ['datetimeHour: "2026-11-29T10:00:00Z"', [0, 1]],
    ['datetimeHour_gt: "2026-11-29T10:00:00Z"', [2]],
    ['datetimeHour_leq: "2026-11-29T10:00:00Z"', [0, 1]],
    ['date: "2026-11-29"', [0, 1, 2]],
    ['date_gt: "2026-11-29"', []],
    ['AND: [{ action: "block" }, { clientCountryName: "NL" }]', [0]],
    ['rayName: "RAY"', [2]],
  ])('{ %s }', async (filter, expected) => {
    const { zone } = await start()
    const { zone: found, errors } = await zone(
      `firewallEventsAdaptive(filter: { ${filter.replace('RAY', RAYS[2]!)} }, orderBy: [datetime_ASC]) { rayName }`
    )
    expect(errors).toBeUndefined()
    const rays = found.firewallEventsAdaptive.map(({ rayName }: { rayName: string }) => rayName)
    expect(rays).toEqual(expected.map((i) => RAYS[i]))
  })

  test.each([
    'datetime_geq: "2026-11-29T10:00:00Z", datetime_lt: "2026-11-29T10:00:00Z"',
    'datetime_gt: "2026-11-29T09:59:59.999Z", datetime_leq: "2026-11-29T09:59:59.999Z"',
  ])('%s is an empty period, without events and groups', async (bounds) => {
    const { zone } = await start()
    const list = await zone(`firewallEventsAdaptive(filter: { ${bounds} }, limit: 5) { rayName }`)
    expect(list.zone.firewallEventsAdaptive).toEqual([])
    const groups = await zone(
      `firewallEventsAdaptiveGroups(filter: { ${bounds} }, limit: 5) { count dimensions { action } }`
    )
    expect(groups.zone.firewallEventsAdaptiveGroups).toEqual([])
  })

  test.each([
    ['filter: { OR: [] }', /OR/],
    ['filter: { actoin: "block" }', /Did you mean "action"/],
    ['filter: { clientRequestPath_like: "a%b" }', /expected "text%" or "%text%"/],
    ['filter: { datetime_geq: "yesterday" }', /expected a time/],
    ['filter: { datetime_geq: "2026-11-29", datetime_lt: "2026-11-28" }', /is not before/],
    ['limit: 10001', /expected a whole number from 1 to 10000/],
    ['limit: 0', /expected a whole number/],
    ['orderBy: [action_ASC]', /action_ASC/],
  ])('%s is an error of the caller', async (given, message) => {
    const { zone, onError } = await start()
    const { errors } = await zone(`firewallEventsAdaptive(${given}) { rayName }`)
    expect(errors[0].message).toMatch(message)
    expect(onError).not.toHaveBeenCalled()
  })
})

describe('groups', () => {
  const groups = async (given: string, fields: string) => {
    const { zone } = await start()
    const found = await zone(`firewallEventsAdaptiveGroups${given} { ${fields} }`)
    return found.zone?.firewallEventsAdaptiveGroups ?? found.errors
  }

  test('are counted by their dimensions, the most frequent first', async () => {
    expect(await groups('(limit: 10)', 'count dimensions { clientCountryName clientAsn }')).toEqual(
      [
        { count: 2, dimensions: { clientCountryName: 'NL', clientAsn: '64496' } },
        { count: 1, dimensions: { clientCountryName: 'DE', clientAsn: '64497' } },
      ]
    )
  })

  test('have the requested order', async () => {
    const hours = (order: string) =>
      groups(`(orderBy: [${order}], limit: 1)`, 'count dimensions { datetimeHour }')
    expect(await hours('datetimeHour_ASC')).toEqual([
      { count: 2, dimensions: { datetimeHour: '2026-11-29T10:00:00.000Z' } },
    ])
    expect(await hours('datetimeHour_DESC')).toEqual([
      { count: 1, dimensions: { datetimeHour: '2026-11-29T11:00:00.000Z' } },
    ])
    expect(await hours('count_ASC')).toMatchObject([{ count: 1 }])
  })

  test('without dimensions are a single group', async () => {
    expect(await groups('', 'count')).toEqual([{ count: 3 }])
    expect(await groups('(filter: { action: "none" })', 'count')).toEqual([])
  })

  test('read dimensions from fragments too, by day', async () => {
    const { ask } = await start()
    const { data } = await ask(
      'query { viewer { zones { firewallEventsAdaptiveGroups { ...g } } } } fragment g on ZoneFirewallEventsAdaptiveGroups { count dimensions { ...d } } fragment d on ZoneFirewallEventsAdaptiveGroupsDimensions { date }'
    )
    expect(data.viewer.zones[0].firewallEventsAdaptiveGroups).toEqual([
      { count: 3, dimensions: { date: '2026-11-29' } },
    ])
  })

  test('that exceed the limit for their order are an error, and never cut silently', async () => {
    const { store, zone } = await start()
    for (let i = 0; i < 1_000; i++) await store.append([eventWith({ path: `/${i}` })])
    const of = (order: string) =>
      zone(
        `firewallEventsAdaptiveGroups(orderBy: [${order}], limit: 5) { count dimensions { clientRequestPath } }`
      )
    expect((await of('clientRequestPath_ASC')).errors[0].message).toMatch(/1000 groups or more/)
    expect((await of('count_DESC')).zone.firewallEventsAdaptiveGroups).toHaveLength(5)
  })
})

test('returns all events, even more than a page of the store', async () => {
  const { store, zone } = await start()
  for (let i = 0; i < 1_200; i++) await store.append([eventWith({})])
  const { zone: found } = await zone('firewallEventsAdaptive(limit: 1100) { rayName }')
  const rays = found.firewallEventsAdaptive.map(({ rayName }: { rayName: string }) => rayName)
  expect(new Set(rays).size).toBe(1_100)
})

describe('limits of a query', () => {
  const many = (count: number, text: (i: number) => string) =>
    Array.from({ length: count }, (_, i) => text(i)).join(' ')

  test.each([
    [
      'fields',
      `{ viewer { zones { ${many(301, (i) => `a${i}: zoneTag`)} } } }`,
      /more than 300 fields/,
    ],
    ['depth', `${'{ a '.repeat(17)}${'}'.repeat(17)}`, /deeper than 16 levels/],
    ['tokens', `{ ${many(2_001, () => 'a')} }`, /tokens/],
    [
      'fragments in a circle',
      '{ viewer { ...a } } fragment a on viewer { ...b } fragment b on viewer { ...a }',
      /Cannot spread fragment/,
    ],
  ])('%s', async (_, query, message) => {
    const { ask, store } = await start()
    const page = vi.spyOn(store, 'page')
    const { data, errors } = await ask(query)
    expect([data, errors[0].message]).toEqual([null, expect.stringMatching(message)])
    expect(page).not.toHaveBeenCalled()
  })

  test('lookups in the store', async () => {
    const { zone, store } = await start()
    const page = vi.spyOn(store, 'page')
    const { errors } = await zone(
      many(11, (i) => `a${i}: firewallEventsAdaptive(limit: 1) { rayName }`)
    )
    expect(errors[0].message).toBe('more than 10 datasets in one query')
    expect(page).toHaveBeenCalledTimes(10)
  })

  test('the introspection queries of tools are within the limits', async () => {
    const { ask } = await start()
    const { data, errors } = await ask(getIntrospectionQuery())
    expect(errors).toBeUndefined()
    expect(data.__schema.queryType.name).toBe('Query')
  })
})

test('an error has its place', async () => {
  const { ask } = await start()
  const { errors } = await ask('{\n  viewer { nothing }\n}')
  expect(errors[0].locations).toEqual([{ line: 2, column: 12 }])
  expect((await ask('{')).errors[0].locations).toEqual([{ line: 1, column: 2 }])
  expect((await ask('fragment f on viewer { __typename }')).errors).not.toEqual([])
})

test.each([
  [new EdgeError('store_failed', 'disk full'), 'disk full'],
  [new Error('secret'), 'the edge failed to create the answer'],
])('%s of the store goes to onError', async (error, message) => {
  const { zone, store, onError } = await start()
  store.page = () => Promise.reject(error)
  const { errors } = await zone('firewallEventsAdaptive { rayName }')
  expect(errors[0].message).toBe(message)
  expect(onError).toHaveBeenCalledWith(error)
})

describe('declared zones', () => {
  const SHOP = eventWith({ zone: 'shop.test', action: 'block' })
  const BLOG = eventWith({ zone: 'blog.test', action: 'block' })
  const NOWHERE = eventWith({ action: 'block' })
  const ask = async (filter: string, fields = 'firewallEventsAdaptive { rayName }') => {
    const edge = await start(['shop.test', 'blog.test'], [SHOP, BLOG, NOWHERE])
    return edge.ask(`{ viewer { zones${filter} { zoneTag ${fields} } } }`)
  }
  const raysOf = ({
    data,
  }: {
    data: {
      viewer: { zones: { zoneTag: string; firewallEventsAdaptive: { rayName: string }[] }[] }
    }
  }) =>
    data.viewer.zones.map(({ zoneTag, firewallEventsAdaptive: events }) => [
      zoneTag,
      ...events.map(({ rayName }) => rayName).toSorted(),
    ])

  test.each(['shop.test', 'SHOP.test'])('tag %s selects the events of the zone', async (tag) => {
    expect(raysOf(await ask(`(filter: { zoneTag: "${tag}" })`))).toEqual([['shop.test', SHOP.ray]])
  })

  test('several tags return one entry for each zone, in the order of the tags', async () => {
    const answer = await ask('(filter: { zoneTag_in: ["blog.test", "shop.test", "blog.test"] })')
    expect(raysOf(answer)).toEqual([
      ['blog.test', BLOG.ray],
      ['shop.test', SHOP.ray],
    ])
  })

  test.each(['', '(filter: { zoneTag: "edge1020" })'])(
    'zones%s returns the events of all hosts in one entry',
    async (filter) => {
      const all = [SHOP.ray, BLOG.ray, NOWHERE.ray].toSorted()
      expect(raysOf(await ask(filter))).toEqual([['edge1020', ...all]])
    }
  )

  test('groups count the events of the zone, with the other filters', async () => {
    const counted = (filter: string) =>
      ask(
        '(filter: { zoneTag: "blog.test" })',
        `firewallEventsAdaptiveGroups(filter: { ${filter} }, limit: 5) { count dimensions { action } }`
      )
    const { data } = await counted('action: "block"')
    expect(data.viewer.zones[0].firewallEventsAdaptiveGroups).toEqual([
      { count: 1, dimensions: { action: 'block' } },
    ])
    const { data: none } = await counted('action: "log"')
    expect(none.viewer.zones[0].firewallEventsAdaptiveGroups).toEqual([])
  })

  test('an unknown tag is an error that names the zones', async () => {
    const { data, errors } = await ask('(filter: { zoneTag: "023e105f4ecef8ad9ca31a8372d0c353" })')
    expect(data.viewer).toBeNull()
    expect(errors).toEqual([
      expect.objectContaining({
        message:
          'zoneTag "023e105f4ecef8ad9ca31a8372d0c353": expected the name of a zone (shop.test, blog.test), or edge1020 for all events',
        extensions: { code: 'invalid_query' },
      }),
    ])
  })

  test('the error names at most ten zones', async () => {
    const names = Array.from({ length: 12 }, (_, i) => `z${i}.test`)
    const edge = await start(names)
    const { errors } = await edge.ask('{ viewer { zones(filter: { zoneTag: "x" }) { zoneTag } } }')
    expect(errors[0].message).toContain('z9.test and 2 more)')
    expect(errors[0].message).not.toContain('z10.test')
  })
})
