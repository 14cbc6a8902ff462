import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { eventWith } from './event.fixture.ts'
import type { EventStore, SecurityEvent } from './event.ts'
import type { Condition, EventQuery, EventSelection, SeriesQuery, TopQuery } from './query.ts'

const HOUR_MS = 3_600_000
const START_MS = Math.floor(Date.now() / HOUR_MS) * HOUR_MS - 2 * HOUR_MS
const at = (ms: number) => new Date(START_MS + ms).toISOString()

/** Ray IDs in the order of their letters, independent of their times. */
const ray = (letter: string) => letter.repeat(16)

/** Events that differ in the fields of queries, the oldest first. `e` and `f` began in the same millisecond. */
const EVENTS: Readonly<Record<string, SecurityEvent>> = {
  a: eventWith({
    ray: ray('a'),
    time: at(0),
    ip: '192.0.2.1',
    asn: 64_496,
    asnName: 'Example Net',
    country: 'FR',
    path: '/Admin/login',
    userAgent: 'sqlmap/1.8',
    rule: { id: 'admin', name: 'Admin pages', source: 'site.yaml:3' },
    reputation: { score: 90, lists: ['drop'] },
    referer: { scheme: 'https', host: 'blog.test', path: '/post', query: '?id=7' },
    bot: { score: 30, verified: true, category: 'Search Engine Crawler' },
    phasePath: 'ip-access > custom-rules',
    zone: 'shop.test',
  }),
  b: eventWith({
    ray: ray('b'),
    time: at(1),
    action: 'log',
    ip: '192.0.2.200',
    asn: 64_497,
    country: 'DE',
    path: '/b%_b\\',
    query: '?q=100%25',
    status: 0,
    matchIndex: 1,
    rule: { id: 'watch', name: 'watched' },
  }),
  c: eventWith({
    ray: ray('b'),
    time: at(1),
    ip: '192.0.2.200',
    asn: 64_497,
    country: 'DE',
    path: '/b%_b\\',
    query: '?q=100%25',
    rule: { id: 'no-scripts', name: 'no scripts' },
  }),
  d: eventWith({
    ray: ray('d'),
    time: at(HOUR_MS),
    ip: '2001:db8::5',
    asn: 0,
    country: 'XX',
    host: 'API.shop.test',
    method: 'POST',
    userAgent: '',
    ja4: 't13d1516h2_8daaf6152771_b186095e22b6',
    kind: 'origin_error',
    action: 'origin_error',
    answer: { code: 521, type: 'text/html' },
  }),
  e: eventWith({ ray: ray('e'), time: at(HOUR_MS + 5), ip: '198.51.100.7', country: 'FR' }),
  f: eventWith({ ray: ray('f'), time: at(HOUR_MS + 5), ip: '198.51.100.7', country: 'DE' }),
}
const NEWEST_FIRST = 'fedcba'

const named = (events: readonly SecurityEvent[]): string =>
  events
    .map(
      (event) =>
        Object.entries(EVENTS).find(
          ([, one]) => one.ray === event.ray && one.matchIndex === event.matchIndex
        )![0]
    )
    .join('')

/** The answers of every event store to `page`, `top` and `series`. */
export const queryContract = (name: string, open: () => EventStore): void => {
  const holding = async (): Promise<EventStore> => {
    const store = open()
    // Not in the order of time: a store of several edges receives events in any order.
    await Promise.all(
      Object.values(EVENTS)
        .toReversed()
        .map((event) => store.append([event]))
    )
    return store
  }

  /** One store with the events above, for all tests of a `describe`: queries do not change it. */
  const shared = (): (() => EventStore) => {
    let store: EventStore
    beforeAll(async () => {
      store = await holding()
    })
    afterAll(() => store.close())
    return () => store
  }

  const where = (field: string, operator: Condition['operator'], value: Condition['value']) => ({
    where: [{ field, operator, value }],
  })

  describe(`${name}: filters of a query`, () => {
    const stored = shared()

    test.each<[EventSelection, string]>([
      [{}, NEWEST_FIRST],
      [where('ray', 'is', `${ray('B')}-LHR`), 'cb'],
      [where('RayID', 'in', [ray('a'), ray('d')]), 'da'],
      [where('action', 'is', 'log'), 'b'],
      [where('action', 'isNot', 'log'), 'fedca'],
      [where('action', 'is', 'Log'), ''],
      [where('rule', 'is', 'admin'), 'a'],
      [where('rule', 'is', 'Admin pages'), 'a'],
      [where('rule', 'in', ['watch', 'Admin pages']), 'ba'],
      [where('rule', 'isNot', 'Admin pages'), 'fedcb'],
      [where('rule.id', 'is', 'Admin pages'), ''],
      [where('rule.name', 'startsWith', 'Admin'), 'a'],
      [where('rule.source', 'is', ''), 'fedcb'],
      [where('country', 'is', 'fr'), 'ea'],
      [where('clientCountryName', 'isNot', 'FR'), 'fdcb'],
      [where('asn', 'is', 64_496), 'fea'],
      [where('asn', 'is', '64496'), 'fea'],
      [where('asn', 'in', [0, 64_497]), 'dcb'],
      [where('asn', 'greater', 64_496), 'cb'],
      [where('asn', 'less', 64_496), 'd'],
      [where('asnName', 'contains', 'Net'), 'a'],
      [where('asnName', 'contains', 'net'), ''],
      [where('asnName', 'is', ''), 'fedcb'],
      [where('reputation.score', 'greater', 50), 'a'],
      [where('reputation.score', 'less', 50), 'fedcb'],
      [where('status', 'is', 0), 'b'],
      [where('matchIndex', 'isNot', 0), 'b'],
      [where('kind', 'is', 'origin_error'), 'd'],
      [where('Kind', 'is', 'firewall'), 'fecba'],
      [where('kind', 'isNot', 'firewall'), 'd'],
      [where('answer.code', 'is', 521), 'd'],
      [where('answer.type', 'startsWith', 'text/'), 'd'],
      [where('clientRefererHost', 'is', 'blog.test'), 'a'],
      [where('referer.query', 'contains', 'id='), 'a'],
      [where('referer.host', 'is', ''), 'fedcb'],
      [where('botScore', 'greater', 0), 'a'],
      [where('bot.category', 'contains', 'Crawler'), 'a'],
      [where('phasePath', 'contains', 'custom-rules'), 'a'],
      [where('zone', 'is', 'shop.test'), 'a'],
      [where('method', 'is', 'POST'), 'd'],
      [where('ja4', 'startsWith', 't13d'), 'd'],
      [where('userAgent', 'is', ''), 'd'],
      [where('ClientRequestUserAgent', 'contains', 'sqlmap'), 'a'],
      [where('userAgent', 'contains', 'SQLMAP'), ''],
      [where('path', 'startsWith', '/Admin'), 'a'],
      [where('path', 'startsWith', '/admin'), ''],
      [where('path', 'startsWith', 'Admin'), ''],
      [where('path', 'contains', '%_b'), 'cb'],
      [where('path', 'contains', '_'), 'cb'],
      [where('path', 'is', '/b%_b\\'), 'cb'],
      [where('query', 'contains', "' OR 1=1 --"), ''],
      [where('userAgent', 'contains', '\0'), ''],
      [where('userAgent', 'is', '\ud800'), ''],
      [where('ip', 'is', '192.0.2.1'), 'a'],
      [where('ip', 'is', '::ffff:192.0.2.1'), 'a'],
      [where('ip', 'is', '2001:DB8:0::5'), 'd'],
      [where('ip', 'is', 'none'), ''],
      [where('ip', 'isNot', '198.51.100.7'), 'dcba'],
      [where('ip', 'in', ['192.0.2.1', '2001:db8::5']), 'da'],
      [where('ip', 'inNetwork', '192.0.2.0/24'), 'cba'],
      [where('ip', 'inNetwork', '192.0.2.0/25'), 'a'],
      [where('ip', 'inNetwork', '0.0.0.0/0'), 'fecba'],
      [where('ip', 'inNetwork', '::/0'), 'd'],
      [where('ip', 'inNetwork', '2001:db8::/64'), 'd'],
      [where('ip', 'inNetwork', '2001:db8::5'), 'd'],
      [where('time', 'greater', at(1)), 'fed'],
      [where('time', 'less', at(1)), 'a'],
      [{ from: at(1), to: at(HOUR_MS) }, 'cb'],
      [{ from: START_MS + 1, to: START_MS + HOUR_MS + 1 }, 'dcb'],
      [{ to: '2013-01-01' }, ''],
      [{ text: 'ADMIN' }, 'a'],
      [{ text: 'api.SHOP' }, 'd'],
      [{ text: '100%25' }, 'cb'],
      [{ text: '%' }, 'cb'],
      [{ text: 'example net' }, 'a'],
      [{ text: '192.0.2.1' }, 'a'],
      [{ text: '192.0.2' }, ''],
      [{ text: 'dddddddd' }, 'd'],
      [{ text: '' }, NEWEST_FIRST],
      [{ ...where('country', 'is', 'DE'), text: 'no-scripts', from: at(1) }, 'fc'],
      [
        {
          where: [
            { field: 'country', operator: 'is', value: 'DE' },
            { field: 'action', operator: 'is', value: 'block' },
          ],
        },
        'fc',
      ],
    ])('%j', async (selection, expected) => {
      const store = stored()
      const { events, next } = await store.page(selection)
      expect(named(events)).toBe(expected)
      expect(next).toBeUndefined()
      expect(events).toEqual([...expected].map((letter) => EVENTS[letter]))
      // The other two queries are about the same events.
      const total = [...expected].length
      const counted = await store.top({ ...selection, by: ['day'] })
      expect(counted.reduce((sum, { count }) => sum + count, 0)).toBe(total)
      const series = await store.series({ ...selection, bucketSeconds: 60 })
      expect(series.reduce((sum, { count }) => sum + count, 0)).toBe(total)
    })

    test.each<[EventQuery, string, RegExp]>([
      [where('user_agent', 'is', 'x'), 'unknown_event_field', /did you mean userAgent\?/],
      [where('wafAttackScore', 'is', 1), 'unknown_event_field', /a field of Cloudflare/],
      [where('path', 'greater', 'x'), 'invalid_query', /expected one of is, isNot, in/],
      [where('ip', 'inNetwork', '192.0.2.1/24'), 'invalid_query', /did you mean 192\.0\.2\.0\/24/],
      [where('asn', 'is', 'AS1'), 'invalid_query', /asn "AS1": expected a whole number/],
      [{ cursor: 'x' }, 'invalid_query', /cursor "x"/],
      [{ limit: 1_001 }, 'invalid_query', /limit 1001/],
      [{ from: 5, to: 5 }, 'invalid_query', /from 5 is not before to 5/],
    ])('%j is refused', async (query, code, message) => {
      const refusal = { code, message: expect.stringMatching(message) }
      await expect(stored().page(query)).rejects.toMatchObject(refusal)
    })
  })

  describe(`${name}: pages`, () => {
    const stored = shared()

    const turned = async (store: EventStore, query: EventQuery) => {
      const pages: string[] = []
      let cursor: string | undefined
      do {
        const page = await store.page({ ...query, cursor })
        pages.push(named(page.events))
        cursor = page.next
      } while (cursor !== undefined)
      return pages
    }

    test.each<[EventQuery, string[]]>([
      [{ limit: 6 }, ['fedcba']],
      [{ limit: 5 }, ['fedcb', 'a']],
      [{ limit: 3 }, ['fed', 'cba']],
      [{ limit: 1 }, ['f', 'e', 'd', 'c', 'b', 'a']],
      [{ limit: 1, order: 'oldest' }, ['a', 'b', 'c', 'd', 'e', 'f']],
      [{ limit: 4, order: 'oldest' }, ['abcd', 'ef']],
      [{ limit: 2, order: 'oldest', ...where('country', 'is', 'DE') }, ['bc', 'f']],
      [{ limit: 2, from: at(1), to: at(HOUR_MS + 5) }, ['dc', 'b']],
    ])('%j', async (query, expected) => {
      expect(await turned(stored(), query)).toEqual(expected)
    })

    test('events that arrive between two pages neither repeat nor hide others', async () => {
      const store = await holding()
      onTestFinished(() => store.close())
      const { next } = await store.page({ limit: 2 })
      await store.append([eventWith()])
      expect(named((await store.page({ limit: 2, cursor: next })).events)).toBe('dc')
    })

    test('of the old filter have the same order', async () => {
      expect(named(await stored().query({ limit: 4 }))).toBe('fedc')
    })
  })

  describe(`${name}: the most frequent values`, () => {
    const stored = shared()

    test.each<[TopQuery, [(string | number)[], number][]]>([
      [
        { by: ['country'] },
        [
          [['DE'], 3],
          [['FR'], 2],
          [['XX'], 1],
        ],
      ],
      [{ by: ['country'], limit: 1 }, [[['DE'], 3]]],
      [
        { by: ['asn'] },
        [
          [[64_496], 3],
          [[64_497], 2],
          [[0], 1],
        ],
      ],
      [
        { by: ['clientIP'], limit: 2 },
        [
          [['192.0.2.200'], 2],
          [['198.51.100.7'], 2],
        ],
      ],
      [
        { by: ['asnName'], from: at(0), to: at(2) },
        [
          [[''], 2],
          [['Example Net'], 1],
        ],
      ],
      [{ by: ['ja4'], limit: 1 }, [[[''], 5]]],
      [
        { by: ['rule', 'action'], ...where('country', 'is', 'DE') },
        [
          [['no-scripts', 'block'], 2],
          [['watch', 'log'], 1],
        ],
      ],
      [
        { by: ['hour'] },
        [
          [[at(0)], 3],
          [[at(HOUR_MS)], 3],
        ],
      ],
      [
        { by: ['time'], limit: 2 },
        [
          [[at(1)], 2],
          [[at(HOUR_MS + 5)], 2],
        ],
      ],
      [{ by: ['method', 'host', 'status'], text: 'API' }, [[['POST', 'API.shop.test', 403], 1]]],
      [{ by: ['country'], text: 'nowhere' }, []],
    ])('%j', async (query, expected) => {
      const rows = await stored().top(query)
      expect(rows).toEqual(expected.map(([values, count]) => ({ values, count })))
    })

    test.each<[TopQuery, RegExp]>([
      [{ by: [] }, /by: expected a list of 1 to 5 fields/],
      [{ by: ['ip'], limit: 0 }, /limit 0/],
    ])('%j is refused', async (query, message) => {
      const refusal = { code: 'invalid_query', message: expect.stringMatching(message) }
      await expect(stored().top(query)).rejects.toMatchObject(refusal)
    })
  })

  describe(`${name}: counts over time`, () => {
    const stored = shared()

    test.each<[SeriesQuery, [number, number, (string | number)?][]]>([
      [
        { bucketSeconds: 3_600 },
        [
          [0, 3],
          [HOUR_MS, 3],
        ],
      ],
      [{ bucketSeconds: 86_400 * 300, from: at(HOUR_MS + 1) }, [[Number.NaN, 2]]],
      [
        { bucketSeconds: 3_600, by: 'country' },
        [
          [0, 2, 'DE'],
          [0, 1, 'FR'],
          [HOUR_MS, 1, 'DE'],
          [HOUR_MS, 1, 'FR'],
          [HOUR_MS, 1, 'XX'],
        ],
      ],
      [
        { bucketSeconds: 3_600, by: 'country', limit: 1 },
        [
          [0, 2, 'DE'],
          [HOUR_MS, 1, 'DE'],
        ],
      ],
      [{ bucketSeconds: 1, ...where('action', 'is', 'log') }, [[0, 1]]],
    ])('%j', async (query, expected) => {
      const bucketMs = query.bucketSeconds * 1_000
      const points = await stored().series(query)
      expect(points).toEqual(
        expected.map(([ms, count, value]) => ({
          time: Number.isNaN(ms)
            ? new Date(Math.floor((START_MS + HOUR_MS) / bucketMs) * bucketMs).toISOString()
            : at(ms),
          count,
          ...(value === undefined ? {} : { value }),
        }))
      )
    })

    test.each([0, 1.5, -60, Number.NaN])('a bucket of %d seconds is refused', async (seconds) => {
      await expect(stored().series({ bucketSeconds: seconds })).rejects.toMatchObject({
        code: 'invalid_query',
      })
    })
  })
}
