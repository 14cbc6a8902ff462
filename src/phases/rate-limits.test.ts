import { describe, expect, test } from 'vitest'
import { BY_KEY, FORM, KEY, limit, limitedEdge, one } from './rate-limits.fixture.ts'

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
