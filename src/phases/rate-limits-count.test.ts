// Rate limits that count by the response, their counters, warnings and events.
import { describe, expect, test } from 'vitest'
import type { Edge } from '../edge.ts'
import type { Counters } from '../limits/counters.ts'
import { memoryCounters } from '../limits/memory.ts'
import { rulesFromObjects } from '../rules/objects.ts'
import { BY_KEY, KEY, limit, limitedEdge, one } from './rate-limits.fixture.ts'

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
