// Rate limits that challenge, and visitors that passed one.
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createClearances } from '../challenges/clearance.ts'
import type { Challenge } from '../challenges/level.ts'
import type { Counters } from '../limits/counters.ts'
import { memoryCounters } from '../limits/memory.ts'
import { limit, limitedEdge, one } from './rate-limits.fixture.ts'

describe('a challenge', () => {
  const asking = (changes: object = {}) =>
    limitedEdge(one({ action: 'managed_challenge', mitigation_timeout: 0, ...changes }), {
      overrides: true,
    })
  const PASSES = ['x-edge-challenge', 'pass']

  test('is asked of whoever is above the limit, and says no time to wait', async () => {
    const { ask } = asking()
    expect((await ask()).action).toBe('pass')
    const { action, answer } = await ask()
    expect(action).toBe('managed_challenge')
    expect(answer!.status).toBe(403)
    expect(answer!.headers).toMatchObject({ 'cf-mitigated': 'challenge' })
    expect(answer!.headers).not.toHaveProperty('Retry-After')
  })

  test.each([0, 600])('that is passed begins the count again (timeout %i)', async (timeout) => {
    const { ask, edge } = asking({ mitigation_timeout: timeout })
    const local = { remoteAddress: '127.0.0.1' }
    await ask('/form', [], local)
    expect((await ask('/form', [], local)).action).toBe('managed_challenge')
    for (let i = 0; i < 5; i++) expect((await ask('/form', PASSES, local)).action).toBe('pass')
    expect(edge.stats.rateLimits).toMatchObject({ keys: 0, penalties: 0 })
    expect((await ask('/form', [], local)).action).toBe('pass')
    expect((await ask('/form', [], local)).action).toBe('managed_challenge')
  })
})

describe('a clearance', () => {
  const SECRET = 'ours'
  const { sign } = createClearances({ secret: SECRET })
  const HOLDER = { ip: '192.0.2.1', userAgent: 'Firefox', host: 'shop.test' }
  /** Headers of the visitor that passes a challenge at this moment. */
  const clearedNow = (challenge: Challenge = 'managed_challenge') => [
    'User-Agent',
    'Firefox',
    'Cookie',
    `cf_clearance=${sign('clearance', challenge, HOLDER, Date.now())}`,
  ]
  const later = (counters: Counters): Counters => ({
    ...counters,
    stats: counters.stats,
    take: async (hits) => counters.take(hits),
  })

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date', 'performance'], now: 1_800_000_000_000 })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  const pass = (seconds: number) => {
    vi.advanceTimersByTime(seconds * 1_000)
  }

  const visited = (document: object, counters: Counters = memoryCounters()) => {
    const { ask } = limitedEdge(document, { counters, challenges: { secret: SECRET } })
    const actions = async (times: number, headers: readonly string[] = []) => {
      const found: string[] = []
      for (let i = 0; i < times; i++) found.push((await ask('/form', headers)).action)
      return found
    }
    return { ask, actions }
  }
  const PASS = 'pass'
  const ASKS = 'managed_challenge'
  const asks = (changes: object = {}) =>
    limit({ action: ASKS, requests_per_period: 3, mitigation_timeout: 0, ...changes })

  describe.each([
    ['no timeout', 0],
    ['a timeout', 600],
  ])('with %s', (_, mitigation_timeout) => {
    const document = { rate_limits: [asks({ mitigation_timeout })] }

    test('of another challenge lets nobody over the limit', async () => {
      const { actions } = visited(document)
      const holder = clearedNow('challenge')
      pass(60)
      const found = await actions(50, holder)
      expect(found).toEqual([PASS, PASS, PASS, ...Array.from({ length: 47 }, () => ASKS)])
    })

    test("does not begin others' count again", async () => {
      const { actions } = visited(document)
      const holder = clearedNow()
      pass(60)
      expect(await actions(4)).toEqual([PASS, PASS, PASS, ASKS])
      expect(await actions(2, holder)).toEqual([ASKS, ASKS])
      expect(await actions(1)).toEqual([ASKS])
    })

    test.each([
      ['at once', (counters: Counters) => counters],
      ['later', later],
    ])('of this challenge begins the count again once, told %s', async (_when, told) => {
      const { actions } = visited(document, told(memoryCounters()))
      expect(await actions(4)).toEqual([PASS, PASS, PASS, ASKS])
      pass(1)
      const holder = clearedNow()
      pass(1)
      expect(await actions(6, holder)).toEqual([PASS, PASS, PASS, PASS, ASKS, ASKS])
      expect(await actions(1)).toEqual([ASKS])
      pass(1)
      expect(await actions(2, clearedNow('js_challenge'))).toEqual([ASKS, ASKS])
      const newer = clearedNow()
      pass(1)
      expect(await actions(5, newer)).toEqual([PASS, PASS, PASS, PASS, ASKS])
    })
  })

  test('once accepted, the rules behind are evaluated, and each counts the request once', async () => {
    const { ask, actions } = visited({
      rate_limits: [
        limit({ name: 'watch', action: 'log', requests_per_period: 1 }),
        limit({ name: 'origin', requests_to_origin: true, requests_per_period: 5 }),
        asks({ name: 'ask' }),
        limit({ name: 'behind', requests_per_period: 4 }),
      ],
    })
    expect(await actions(4)).toEqual([PASS, 'log', 'log', ASKS])
    pass(1)
    const holder = clearedNow()
    const names = async () => (await ask('/form', holder)).matches.map(({ rule }) => rule.name)
    expect(await names()).toEqual(['watch'])
    // It has counted three requests, and the one that the clearance let through.
    expect(await names()).toEqual(['watch', 'behind'])
    pass(3)
    expect(await names()).toEqual(['watch', 'behind'])
  })
})
