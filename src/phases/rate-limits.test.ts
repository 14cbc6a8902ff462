import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createClearances } from '../challenges/clearance.ts'
import type { Challenge } from '../challenges/level.ts'
import { requestWith } from '../edge.fixture.ts'
import type { Edge } from '../edge.ts'
import { createEdge } from '../edge.ts'
import type { EdgeOptions } from '../edge-options.ts'
import { memoryStore } from '../events/memory.ts'
import type { Counters } from '../limits/counters.ts'
import { memoryCounters } from '../limits/memory.ts'
import { rulesFromObjects } from '../rules/objects.ts'
import type { Verdict } from '../verdict.ts'

const FORM = 'application/x-www-form-urlencoded'

/** An edge with rate limits on a clock that a test sets. */
const limitedEdge = (document: object, options: Partial<EdgeOptions> = {}) => {
  const clock = { ms: 1_000_000 }
  const store = memoryStore()
  const edge = createEdge({
    ruleset: rulesFromObjects([document]),
    store,
    counters: memoryCounters({ now: () => clock.ms }),
    ...options,
  })
  const ask = async (
    path = '/form',
    headers: readonly string[] = [],
    { remoteAddress = '192.0.2.1', method = 'GET' } = {}
  ): Promise<Verdict> => edge.judge(requestWith(path, headers, { method }), { remoteAddress })
  /** One request and the response of the origin, where it gets that far: the status that the visitor sees. */
  const exchange = async (
    [path, headers]: readonly [path?: string, headers?: readonly string[]],
    status: number,
    responseHeaders: readonly string[] = []
  ): Promise<number> => {
    const { answer, responseWatch } = await ask(path, headers)
    if (answer !== undefined) return answer.status
    responseWatch?.tell({ status, headers: responseHeaders })
    return status
  }
  const pass = (seconds: number) => {
    clock.ms += seconds * 1_000
  }
  return { edge, store, ask, exchange, pass }
}

const limit = (changes: object = {}) => ({
  name: 'form',
  expression: 'http.request.uri.path eq "/form"',
  action: 'block',
  requests_per_period: 1,
  period: 10,
  mitigation_timeout: 600,
  ...changes,
})

const one = (changes: object = {}) => ({ rate_limits: [limit(changes)] })

const KEY = 'http.request.headers["x-api-key"]'
const BY_KEY = ['cf.colo.id', 'ip.src', KEY]

describe("the examples of Cloudflare's documentation", () => {
  test('A: each combination of values has its counter, the action is that of request N+1', async () => {
    const { ask } = limitedEdge(
      one({
        characteristics: BY_KEY,
        expression: `http.request.uri.path eq "/form" and any(http.request.headers["content-type"][*] eq "${FORM}")`,
      })
    )
    const form = (key: string, type = FORM) =>
      ask('/form', ['Content-Type', type, 'X-API-Key', key])
    expect((await form('K1')).action).toBe('pass')
    expect((await form('K2')).action).toBe('pass')
    const { action, answer, matches } = await form('K1')
    expect(action).toBe('block')
    expect(answer!.status).toBe(429)
    expect(matches.at(-1)!.rateLimit!.count).toBe(2)
    // Where the expression is not true, no counter is made.
    expect((await form('K1', 'text/plain')).matches).toEqual([])
    // K2 stood at one.
    expect((await form('K2')).matches.at(-1)!.rateLimit!.count).toBe(2)
  })

  test('B: what the response decides counts behind it, and the request after it gets the action', async () => {
    const { exchange, ask, pass } = limitedEdge(
      one({
        characteristics: BY_KEY,
        counting_expression: 'http.request.uri.path eq "/form" and http.response.code eq 400',
      })
    )
    const request = ['/form', ['X-API-Key', 'K']] as const
    expect(await exchange(request, 400)).toBe(400)
    expect(await exchange(request, 200)).toBe(200)
    expect(await exchange(request, 400)).toBe(400)
    expect((await ask(...request)).matches.at(-1)!.rateLimit!.count).toBe(2)
    for (let i = 0; i < 10; i++) {
      expect(await exchange(request, 200)).toBe(429)
      pass(59)
    }
    pass(10)
    expect(await exchange(request, 400)).toBe(400)
  })

  test('C: scores of responses add up', async () => {
    const { exchange } = limitedEdge(
      one({
        expression: 'http.request.uri.path wildcard "/graphql/*"',
        characteristics: ['cf.colo.id', KEY],
        requests_per_period: undefined,
        score_response_header_name: 'my-score',
        score_per_period: 400,
        period: 60,
        counting_expression: '',
      })
    )
    const cost = (score: string, key = 'K') =>
      exchange(['/graphql/a', ['X-API-Key', key]], 200, ['My-Score', score])
    for (const score of ['200', '', 'much', '0', '1000001', '-1', '200']) {
      expect(await cost(score)).toBe(200)
    }
    // 400 is not above 400.
    expect(await cost('1')).toBe(200)
    expect(await cost('1')).toBe(429)
    expect(await cost('1', 'other')).toBe(200)
    expect(await exchange(['/other', ['X-API-Key', 'K']], 200, ['My-Score', '900'])).toBe(200)
  })
})

describe('a rate limiting rule', () => {
  test('answers 1015 with the seconds to wait, in the header and in the body', async () => {
    const { ask, pass } = limitedEdge(one())
    await ask()
    const { answer } = await ask('/form', ['Accept', 'application/json'])
    expect(answer).toMatchObject({ status: 429, headers: { 'Retry-After': '600' } })
    const body = JSON.parse(String(answer!.body))
    expect(body).toMatchObject({ error_code: 1015, retryable: true, retry_after: 600 })
    pass(598.5)
    expect((await ask()).answer!.headers['Retry-After']).toBe('2')
    pass(1.5)
    expect((await ask()).action).toBe('pass')
  })

  test('without a mitigation timeout throttles: only what exceeds the limit is refused', async () => {
    const { ask, pass } = limitedEdge(one({ requests_per_period: 2, mitigation_timeout: 0 }))
    const asked = async () => (await ask()).answer?.headers['Retry-After'] ?? 'passed'
    expect([await asked(), await asked(), await asked()]).toEqual(['passed', 'passed', '10'])
    pass(9)
    expect(await asked()).toBe('1')
    pass(1)
    expect([await asked(), await asked(), await asked()]).toEqual(['passed', 'passed', '10'])
  })

  test('that logs refuses nobody, and the rules behind it count', async () => {
    const { edge, ask } = limitedEdge({
      rate_limits: [
        limit({ name: 'watch', action: 'log', mitigation_timeout: 60 }),
        limit({ name: 'stop', requests_per_period: 2 }),
      ],
    })
    await ask()
    const watched = await ask()
    expect(watched.action).toBe('log')
    expect(watched.answer).toBeUndefined()
    expect(watched.matches[0]).not.toHaveProperty('retryAfter')
    const stopped = await ask()
    expect(stopped.matches.map(({ rule }) => rule.name)).toEqual(['watch', 'stop'])
    expect(stopped.action).toBe('block')
    expect(edge.stats.blocked).toBe(1)
  })

  test('that blocks ends: the rules behind it do not count', async () => {
    const { ask } = limitedEdge({
      rate_limits: [
        limit({ name: 'first', mitigation_timeout: 10 }),
        limit({ name: 'second', requests_per_period: 2, mitigation_timeout: 10 }),
      ],
    })
    await ask()
    for (let i = 0; i < 5; i++) expect((await ask()).rule!.name).toBe('first')
    const other = await ask('/other')
    expect(other.action).toBe('pass')
  })

  test('counts what its counting expression says, and acts on what its expression says', async () => {
    const { ask } = limitedEdge(
      one({
        expression: 'http.request.uri.path eq "/login"',
        counting_expression: 'http.request.uri.path eq "/form"',
        requests_per_period: 2,
      })
    )
    for (let i = 0; i < 5; i++) expect((await ask('/login')).action).toBe('pass')
    for (let i = 0; i < 5; i++) expect((await ask('/form')).action).toBe('pass')
    expect((await ask('/login')).action).toBe('block')
    expect((await ask('/form')).action).toBe('pass')
  })

  test('tells apart what is absent and what is empty', async () => {
    const { ask } = limitedEdge(one({ characteristics: ['http.request.uri.args["user"]'] }))
    for (const path of ['/form', '/form?user=', '/form?user=a', '/form?user=b']) {
      expect((await ask(path)).action, path).toBe('pass')
    }
    for (const path of ['/form', '/form?user=', '/form?user=a', '/form?other']) {
      expect((await ask(path)).action, path).toBe('block')
    }
  })

  test('by address where it does not say by what', async () => {
    const { ask } = limitedEdge(one())
    const from = (remoteAddress: string) => ask('/form', [], { remoteAddress })
    expect((await from('192.0.2.1')).action).toBe('pass')
    expect((await from('192.0.2.2')).action).toBe('pass')
    expect((await from('192.0.2.1')).action).toBe('block')
    expect((await from('::ffff:192.0.2.1')).action).toBe('block')
  })

  test('by values of the body reads the body', async () => {
    const { edge } = limitedEdge(
      one({ characteristics: ['lookup_json_string(http.request.body.raw, "user")'] })
    )
    const login = (user: string) =>
      edge.judge(
        new Request('http://shop.test/form', { method: 'POST', body: JSON.stringify({ user }) })
      )
    expect((await login('ann')).action).toBe('pass')
    expect((await login('bob')).action).toBe('pass')
    expect((await login('ann')).action).toBe('block')
  })

  test('answers with its own response, and says when to try again there too', async () => {
    const { ask } = limitedEdge(
      one({ response: { content: '{"slow":"down"}', content_type: 'application/json' } })
    )
    await ask()
    expect((await ask()).answer).toMatchObject({
      status: 429,
      headers: { 'Content-Type': 'application/json', 'Retry-After': '600' },
      body: '{"slow":"down"}',
    })
  })

  test('whose page is that of another code says no time to wait where that code has none', async () => {
    const { ask } = limitedEdge(one({ page: { code: 1020 } }))
    await ask()
    const { answer } = await ask()
    expect(answer!.status).toBe(403)
    expect(answer!.headers).not.toHaveProperty('Retry-After')
  })

  test('for the origin alone does not count what another one refuses', async () => {
    const { ask } = limitedEdge({
      rate_limits: [
        limit({ name: 'origin', requests_to_origin: true, requests_per_period: 2 }),
        limit({ name: 'all', mitigation_timeout: 0 }),
      ],
    })
    const asked = async () => (await ask()).rule?.name
    expect(await asked()).toBeUndefined()
    for (let i = 0; i < 5; i++) expect(await asked()).toBe('all')
  })

  test.each([
    ['is disabled', one({ enabled: false })],
    [
      'is skipped',
      {
        rules: [
          {
            name: 'friends',
            expression: 'ip.src eq 192.0.2.1',
            action: 'skip',
            skip: { phases: ['http_ratelimit'] },
          },
        ],
        ...one({ counting_expression: 'http.response.code eq 200' }),
      },
    ],
  ])('that %s neither counts nor acts', async (_, document) => {
    const { ask } = limitedEdge(document)
    for (let i = 0; i < 4; i++) {
      const { answer, responseWatch } = await ask()
      expect(answer).toBeUndefined()
      expect(responseWatch).toBeUndefined()
    }
  })

  test('does not count what a rule before it refuses', async () => {
    const { ask } = limitedEdge({
      rules: [
        { name: 'no', expression: 'any(http.request.headers["x"][*] eq "y")', action: 'block' },
      ],
      ...one(),
    })
    for (let i = 0; i < 4; i++) expect((await ask('/form', ['x', 'y'])).rule!.name).toBe('no')
    expect((await ask()).action).toBe('pass')
  })
})

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

describe('a response', () => {
  const waiting = one({ counting_expression: 'http.response.code in {401 403}' })

  test('is asked for only where a rule waits for one, and not of a request that is refused', async () => {
    expect((await limitedEdge(one()).ask()).responseWatch).toBeUndefined()
    const { ask } = limitedEdge(waiting)
    const passed = await ask()
    passed.responseWatch!.tell({ status: 401, headers: [] })
    ;(await ask()).responseWatch!.tell({ status: 403, headers: [] })
    const refused = await ask()
    expect(refused.action).toBe('block')
    expect(refused.responseWatch).toBeUndefined()
  })

  test('may count a request that the expression is not about', async () => {
    const { exchange, ask } = limitedEdge(waiting)
    for (let i = 0; i < 2; i++) await exchange(['/elsewhere'], 401)
    expect((await ask('/elsewhere')).action).toBe('pass')
    expect((await ask('/form')).action).toBe('block')
  })

  test.each([
    ['any(http.response.headers["x-miss"][*] eq "1")', ['X-Miss', '1'], 429],
    ['any(http.response.headers["x-miss"][*] eq "1")', ['X-Miss', '2'], 200],
    ['http.response.content_type.media_type eq "text/html"', ['Content-Type', 'Text/HTML;x'], 429],
    ['any(http.response.headers.names[*] eq "a")', ['A', ''], 200],
  ])('counts by %s with %j: then %i', async (counting_expression, headers, status) => {
    const { exchange } = limitedEdge(one({ counting_expression }))
    for (let i = 0; i < 2; i++) await exchange([], 200, headers)
    expect(await exchange([], 200, headers)).toBe(status)
  })
})

describe('counters', () => {
  test('survive other rules of the same name', async () => {
    const { edge, ask } = limitedEdge(one())
    await ask()
    edge.replaceRules(rulesFromObjects([one({ requests_per_period: 2 })]))
    expect((await ask()).action).toBe('pass')
    expect((await ask()).action).toBe('block')
    edge.replaceRules(rulesFromObjects([one({ requests_per_period: 50 })]))
    expect((await ask()).action).toBe('block')
    edge.replaceRules(rulesFromObjects([{ rules: [] }]))
    expect((await ask()).action).toBe('pass')
  })

  test('are told in the stats of the edge', async () => {
    const { edge, ask } = limitedEdge(one())
    const from = (remoteAddress: string) => ask('/form', [], { remoteAddress })
    for (const ip of ['192.0.2.1', '192.0.2.2', '192.0.2.2']) await from(ip)
    expect(edge.stats.rateLimits).toMatchObject({
      keys: 1,
      penalties: 1,
      evicted: 0,
      failedOpen: 0,
    })
  })

  test('elsewhere are waited for, and released with the edge', async () => {
    const taken: number[] = []
    let isClosed = false
    const counters: Counters = {
      ...memoryCounters(),
      take: async (hits) => {
        taken.push(hits.length)
        return hits[1]?.applies ? [{ index: 1, count: 7, retryAfterMs: 1, sinceMs: 0 }] : []
      },
      close: async () => {
        isClosed = true
      },
    }
    const { edge, ask } = limitedEdge(
      { rate_limits: [limit({ name: 'a' }), limit({ name: 'b' }), limit({ name: 'c' })] },
      { counters }
    )
    const { rule, matches, answer } = await ask()
    expect(rule!.name).toBe('b')
    expect(matches.at(-1)!.rateLimit!.count).toBe(7)
    expect(answer!.headers['Retry-After']).toBe('1')
    // All rules of a request in one question; none for a request without rules.
    expect((await ask('/other')).action).toBe('pass')
    expect(taken).toEqual([3])
    await edge.close()
    expect(isClosed).toBe(true)
  })
})

describe('a warning', () => {
  const warnings = (changes: object) => limitedEdge(one(changes)).edge.warnings

  test.each([
    [
      { characteristics: ['cf.unique_visitor_id'] },
      'here, visitors with the same address share a counter',
    ],
    [{ characteristics: ['cf.bot_management.ja4'] }, 'reads cf.bot_management.ja4'],
    [{ counting_expression: 'cf.waf.score gt 1' }, 'reads cf.waf.score'],
    [{ characteristics: ['http.request.headers["X-Key"]'] }, 'is always absent'],
  ])('tells of %j', (changes, message) => {
    expect(warnings(changes)).toEqual([expect.stringContaining(message)])
  })

  test('is not about what is counted here as on Cloudflare', () => {
    const counting_expression = 'http.response.code eq 401'
    expect(warnings({ characteristics: BY_KEY, counting_expression })).toEqual([])
  })
})

describe('the event of a limited request', () => {
  const events = async (edge: Edge) => edge.store.query()

  test('has how the counter stood, and of what it is', async () => {
    const { edge, ask } = limitedEdge(
      one({ characteristics: [...BY_KEY, 'http.request.cookies["sid"]', 'http.host'] }),
      { colo: 'CDG' }
    )
    const headers = ['X-API-Key', 'K1', 'Cookie', 'sid=secret']
    await ask('/form', headers)
    const { event } = await ask('/form', headers)
    expect(await events(edge)).toEqual([event])
    expect(event).toMatchObject({ source: 'ratelimit', action: 'block', status: 429 })
    expect(event!.rateLimit).toEqual({
      count: 2,
      limit: 1,
      period: 10,
      mitigationTimeout: 600,
      retryAfter: 600,
      key: [
        { characteristic: 'cf.colo.id', value: 'CDG' },
        { characteristic: 'ip.src', value: '192.0.2.1' },
        { characteristic: KEY, value: ['K1'] },
        { characteristic: 'http.request.cookies["sid"]', value: 'REDACTED' },
        { characteristic: 'http.host', value: 'shop.test' },
      ],
    })
  })

  test('tells values that are absent', async () => {
    const { ask } = limitedEdge(one({ characteristics: [KEY, 'http.request.cookies["sid"]'] }))
    await ask()
    expect((await ask()).event!.rateLimit!.key).toEqual([
      { characteristic: KEY },
      { characteristic: 'http.request.cookies["sid"]' },
    ])
  })

  test('is no part of the event of another rule', async () => {
    const { ask } = limitedEdge({
      rules: [{ name: 'no', expression: 'http.host eq "shop.test"', action: 'block' }],
    })
    expect((await ask()).event).not.toHaveProperty('rateLimit')
  })
})
