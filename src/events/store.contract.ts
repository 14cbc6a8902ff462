import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { eventWith } from './event.fixture.ts'
import type { EventFilter, EventStore, SecurityEvent } from './event.ts'
import { queryContract } from './query.contract.ts'

const UNKNOWN_RAY = '0123456789abcdef'

/**
 * Declares the tests that every event store passes. Call it in a test file of Vitest.
 *
 * @param open returns a new, empty store at each call
 * @example storeContract('my store', () => myStore(newFile()))
 */
export const storeContract = (name: string, open: () => EventStore): void => {
  const opened = () => {
    const store = open()
    onTestFinished(() => store.close())
    return store
  }

  const holding = async (...events: SecurityEvent[]) => {
    const store = opened()
    await Promise.all(events.map((event) => store.append([event])))
    return store
  }

  /** One store with these events, for all tests of a `describe` that only query. */
  const shared = (...events: SecurityEvent[]): (() => EventStore) => {
    let store: EventStore
    beforeAll(async () => {
      store = open()
      for (const event of events) await store.append([event])
    })
    afterAll(() => store.close())
    return () => store
  }

  const found = async (store: EventStore, ray: string): Promise<SecurityEvent[]> => {
    const result = await store.find(ray)
    return result.found ? result.events : []
  }

  describe(`${name}: find`, () => {
    const event = eventWith()
    const stored = shared(eventWith(), event, eventWith())

    test.each<[string, (event: SecurityEvent) => string]>([
      ['16 digits', ({ ray }) => ray],
      ['with its data centre', ({ ray, colo }) => `${ray}-${colo}`],
      ['with another data centre', ({ ray }) => `${ray}-AMS`],
      ['in upper case', ({ ray }) => ray.toUpperCase()],
      ['with space around', ({ ray }) => ` ${ray}\n`],
    ])('a Ray ID %s', async (_, spelt) => {
      expect(await found(stored(), spelt(event))).toEqual([event])
    })

    test('all matches of one request, the deciding one first', async () => {
      const deciding = eventWith()
      const logged = { ...deciding, action: 'log' as const, matchIndex: 1, status: 0 }
      const first = { ...logged, matchIndex: 2 }
      const store = await holding(first, logged, deciding)
      expect(await found(store, deciding.ray)).toEqual([deciding, logged, first])
    })

    test.each(['', 'abc', `${UNKNOWN_RAY}0`, 'g123456789abcdef', `${UNKNOWN_RAY}-`, "' OR 1=1 --"])(
      '%j is not a Ray ID',
      async (text) => {
        const result = await stored().find(text)
        expect(result).toMatchObject({ found: false, reason: 'malformed' })
        expect(result).toHaveProperty('message', expect.stringContaining('is not a Ray ID'))
      }
    )

    test('an unknown Ray ID: the answer says where the store looked', async () => {
      const result = await stored().find(UNKNOWN_RAY)
      expect(result).toMatchObject({ found: false, reason: 'not_in_store' })
      expect(result).toHaveProperty('message', expect.stringContaining(stored().name))
    })

    test('in an empty store', async () => {
      expect(await opened().find(UNKNOWN_RAY)).toMatchObject({
        found: false,
        message: expect.stringContaining('empty'),
      })
    })
  })

  describe(`${name}: returned events`, () => {
    const HOSTILE = '\0\u2028<script>alert(1)</script>\'"; DROP TABLE events;--\ud800\ufffd😀'

    test.each<[string, Partial<SecurityEvent>]>([
      ['hostile text', { userAgent: HOSTILE, path: HOSTILE, query: HOSTILE, notes: [HOSTILE] }],
      ['hostile text in what is searched by', { ip: HOSTILE, country: HOSTILE }],
      ['a rule with a hostile name', { rule: { id: HOSTILE, name: HOSTILE } }],
      ['64 KB of user agent', { userAgent: 'x'.repeat(65_536) }],
      [
        'a matched value of 2 MB',
        { matched: [{ field: 'a', value: '\0<é'.repeat(500_000), expression: 'e' }] },
      ],
      ['10,000 notes', { notes: Array.from({ length: 10_000 }, (_, i) => `note ${i}`) }],
      ['nothing that is known', { ip: '', country: 'XX', asn: 0, host: '', userAgent: '' }],
      [
        'values of every kind',
        {
          matched: [
            { field: 'a', value: { b: ['c', null, 1.5, true] }, expression: 'd' },
            { field: 'ip.src.asnum', value: 4_294_967_295, expression: 'e' },
          ],
        },
      ],
      ['nothing that matched', { matched: [] }],
      [
        'everything that an event can have',
        {
          rule: { id: 'a', name: 'b', source: 'c.yaml:1', hash: '0123456789abcdef' },
          phasePath: 'ip-access > custom-rules',
          zone: 'shop.test',
          rateLimit: { count: 3, limit: 2, period: 10, mitigationTimeout: 0, key: [] },
          asnName: 'Example Net',
          reputation: { score: 90, lists: ['drop'] },
          ja3: '0'.repeat(32),
          ja4: 't13d1516h2_8daaf6152771_b186095e22b6',
          bot: { score: 30, verified: true, category: 'Search Engine Crawler' },
          referer: { scheme: 'https', host: 'blog.test', path: '/post', query: '?id=7' },
          answer: { code: 1015, type: 'text/html' },
        },
      ],
      [
        'empty parts, which are not the same as absent ones',
        {
          rule: { id: 'a', name: 'b', source: '', hash: '' },
          phasePath: '',
          zone: '',
          bot: { score: 0, verified: false, category: '' },
          referer: { scheme: '', host: '', path: '', query: '' },
          answer: { code: 0, type: '' },
        },
      ],
      ['a referer with one part', { referer: { scheme: '', host: '', path: 'x', query: '' } }],
      ['a challenge’s answer, without a code', { answer: { code: 0, type: 'text/html' } }],
      [
        'an origin error',
        {
          kind: 'origin_error',
          action: 'origin_error',
          source: 'origin',
          rule: { id: '', name: '' },
          expression: '',
          matched: [],
          status: 521,
          answer: { code: 521, type: 'text/html' },
        },
      ],
    ])('%s', async (_, changes) => {
      const event = eventWith(changes)
      expect(await found(await holding(event), event.ray)).toEqual([event])
    })

    test('equal the appended event, whatever happens to that object later', async () => {
      const event = eventWith({
        matched: [{ field: 'a', value: { list: ['x'] }, expression: 'e' }],
        notes: ['n'],
      })
      event.answer = { code: 1020, type: 'text/html' }
      const before = structuredClone(event)
      const store = opened()
      const appended = store.append([event])
      event.userAgent = 'changed'
      event.rule.name = 'changed'
      event.answer.type = 'changed'
      event.notes.push('changed')
      ;(event.matched[0]!.value as { list: string[] }).list.push('changed')
      await appended
      expect(await found(store, before.ray)).toEqual([before])
    })

    test('belong to the caller and may be changed', async () => {
      const event = eventWith()
      const store = await holding(event)
      for (const got of [...(await found(store, event.ray)), ...(await store.query())]) {
        got.rule.name = 'changed'
        got.matched.length = 0
      }
      expect(await found(store, event.ray)).toEqual([event])
      expect(await store.query()).toEqual([event])
    })
  })

  describe(`${name}: query`, () => {
    const events = [
      eventWith({ action: 'log', country: 'FR' }),
      eventWith({ ip: '192.0.2.1', rule: { id: 'admin', name: 'admin pages' } }),
      eventWith({ ip: '192.0.2.1', country: 'FR' }),
      eventWith({ action: 'skip', ip: '2001:db8::1' }),
    ]
    const stored = shared(...events)
    const [log, admin, french, skip] = events as [
      SecurityEvent,
      SecurityEvent,
      SecurityEvent,
      SecurityEvent,
    ]

    test.each<[EventFilter | undefined, SecurityEvent[]]>([
      [undefined, [skip, french, admin, log]],
      [{}, [skip, french, admin, log]],
      [{ limit: 2 }, [skip, french]],
      [{ action: 'block' }, [french, admin]],
      [{ action: 'allow' }, []],
      [{ rule: 'admin' }, [admin]],
      [{ rule: 'admin pages' }, [admin]],
      [{ rule: 'Admin' }, []],
      [{ ip: '192.0.2.1' }, [french, admin]],
      [{ ip: '192.0.2' }, []],
      [{ country: 'FR' }, [french, log]],
      [{ country: 'fr' }, [french, log]],
      [{ ip: '192.0.2.1', country: 'FR', action: 'block' }, [french]],
      [{ ip: '192.0.2.1', country: 'FR', action: 'log' }, []],
      [{ ray: admin.ray }, [admin]],
      [{ ray: `${admin.ray.toUpperCase()}-LHR` }, [admin]],
      [{ ray: admin.ray, action: 'log' }, []],
      [{ ray: 'no ray at all' }, []],
      [{ ip: "' OR '1'='1" }, []],
      [{ rule: '\ud800\0' }, []],
    ])('%j: newest first', async (filter, expected) => {
      expect(await stored().query(filter)).toEqual(expected)
    })

    test('returns 100 unless the query sets a limit', async () => {
      const store = await holding(...Array.from({ length: 150 }, () => eventWith()))
      expect(await store.query()).toHaveLength(100)
      expect(await store.query({ limit: 1_000 })).toHaveLength(150)
    })

    test.each([0, -1, 1.5, 1_001, Number.NaN])('a limit of %d is refused', async (limit) => {
      await expect(stored().query({ limit })).rejects.toMatchObject({ code: 'invalid_filter' })
    })
  })

  queryContract(name, open)

  describe(`${name}: append and close`, () => {
    test('stores many concurrent appends', async () => {
      const many = Array.from({ length: 500 }, () => eventWith())
      const store = await holding(...many)
      expect(await store.query({ limit: 500 })).toEqual(many.toReversed())
    })

    test('an appended event can be found as soon as its promise settles', async () => {
      const store = opened()
      for (let i = 0; i < 5; i++) {
        const event = eventWith()
        await store.append([event])
        expect(await found(store, event.ray)).toEqual([event])
      }
    })

    test('a second close has no effect; appends after a close fail', async () => {
      const store = await holding(eventWith())
      await store.close()
      await store.close()
      await expect(store.append([eventWith()])).rejects.toMatchObject({ code: 'store_closed' })
    })

    test('close settles all earlier appends', async () => {
      const store = opened()
      const appended = store.append([eventWith()])
      await store.close()
      await expect(appended).resolves.toBeUndefined()
    })
  })
}
