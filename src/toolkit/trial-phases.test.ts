import { describe, expect, test } from 'vitest'
import { block, path, trialsOf } from './trial.fixture.ts'
import type { TrialRequest, TrialsOptions } from './trial.ts'

/** `phase.rule: outcome (reason)` of every phase that has rules. */
const account = (document: object, request: TrialRequest, options?: Partial<TrialsOptions>) =>
  trialsOf(document, options)
    .run(request)
    .phases.filter(({ outcome }) => outcome !== 'empty')
    .flatMap(({ name, rules }) =>
      rules.map(
        ({ rule, outcome, reason }) =>
          `${name}.${rule.name}: ${outcome}${reason === undefined ? '' : ` (${reason})`}`
      )
    )

describe('the outcome of each rule', () => {
  test('custom rules: in order, up to the rule that decides', () => {
    const rules = [
      { name: 'watch', expression: path('/'), action: 'log' },
      block('/x'),
      block('/off', { enabled: false, expression: 'true' }),
      block('/a'),
      block('/b'),
    ]
    const limit = {
      name: 'slow',
      expression: 'true',
      action: 'block',
      period: 10,
      requests_per_period: 5,
    }
    expect(account({ rules, rate_limits: [limit] }, { url: '/a/b' })).toEqual([
      'custom-rules.watch: matched',
      'custom-rules./x: not-matched',
      'custom-rules./off: disabled',
      'custom-rules./a: matched',
      'custom-rules./b: not-reached ("/a" has decided)',
      'rate-limits.slow: not-reached ("/a" answers)',
    ])
    expect(account({ rules, rate_limits: [limit] }, { url: '/c' }).at(-1)).toBe(
      'rate-limits.slow: counts (counts toward 5 requests in 10 seconds)'
    )
  })

  test('a challenge that the visitor has passed is skipped', () => {
    const rules = [{ name: 'ask', expression: 'true', action: 'challenge' }, block('/a')]
    expect(account({ rules }, { url: '/a', from: { challenge: 'pass' } })).toEqual([
      'custom-rules.ask: skipped (the visitor has passed its challenge)',
      'custom-rules./a: matched',
    ])
  })

  test('a skip, of the rules below it and of other phases', () => {
    const skip = (more: object) => ({ name: 'office', expression: 'true', action: 'skip', ...more })
    const document = (more: object) => ({
      user_agents: [{ name: 'bad', block: 'Bad/1' }],
      lockdown: [{ name: 'wiki', urls: 'shop.test/*', allow: '192.0.2.1' }],
      rules: [skip(more), block('/a')],
      rate_limits: [
        { name: 'slow', expression: 'true', action: 'block', period: 10, requests_per_period: 5 },
      ],
    })
    const request = { url: 'https://shop.test/a', headers: { 'User-Agent': 'Bad/1' } }
    expect(
      account(
        document({
          skip: { products: ['uaBlock', 'zoneLockdown', 'rateLimit'], ruleset: 'current' },
        }),
        request
      )
    ).toEqual([
      'zone-lockdown.wiki: skipped ("office" skips it)',
      'user-agents.bad: skipped ("office" skips it)',
      'custom-rules.office: matched',
      'custom-rules./a: skipped ("office" skips it)',
      'rate-limits.slow: skipped ("office" skips it)',
    ])
    expect(account(document({}), request)).toEqual([
      'zone-lockdown.wiki: matched',
      'user-agents.bad: not-reached ("wiki" answers)',
      'custom-rules.office: not-reached ("wiki" answers)',
      'custom-rules./a: not-reached ("wiki" answers)',
      'rate-limits.slow: not-reached ("wiki" answers)',
    ])
  })

  test('a lockdown that lets a visitor in skips User Agent Blocking; other lockdowns do not count', () => {
    const document = {
      user_agents: [{ name: 'bad', block: 'Bad/1' }],
      lockdown: [
        { name: 'other', urls: 'blog.test/*', allow: '192.0.2.1' },
        { name: 'wiki', urls: 'shop.test/*', allow: '192.0.2.1', priority: 1 },
        { name: 'second', urls: 'shop.test/*', allow: '192.0.2.9', priority: 2 },
      ],
    }
    expect(account(document, { url: 'https://shop.test/', from: { ip: '192.0.2.1' } })).toEqual([
      'zone-lockdown.wiki: not-matched (it lets the address in)',
      'zone-lockdown.second: not-reached ("wiki" counts for this URL)',
      'zone-lockdown.other: not-matched',
      'user-agents.bad: skipped (the lockdown that lets the address in skips it)',
    ])
  })

  test('IP Access: the narrowest rule counts, and allow overrides all', () => {
    const access = [
      { name: 'de', block: 'DE' },
      { name: 'net', block: '198.51.100.0/24' },
      { name: 'as', block: 'AS1' },
      { name: 'asking', challenge: 'FR' },
    ]
    const from = { ip: '198.51.100.7', country: 'DE', asn: 2 }
    expect(account({ access }, { from })).toEqual([
      'ip-access.de: not-reached ("net" counts: it is narrower, or comes first)',
      'ip-access.net: matched',
      'ip-access.as: not-matched',
      'ip-access.asking: not-matched',
    ])
    expect(
      account({ access: [...access, { name: 'ok', allow: 'DE' }], rules: [block('/')] }, { from })
    ).toEqual([
      'ip-access.de: not-reached ("ok" counts: it allows)',
      'ip-access.net: not-reached ("ok" counts: it allows)',
      'ip-access.as: not-matched',
      'ip-access.asking: not-matched',
      'ip-access.ok: matched',
      'custom-rules./: skipped ("ok" skips it)',
    ])
    expect(account({ access }, { from: { country: 'FR', challenge: 'pass' } })[3]).toBe(
      'ip-access.asking: skipped (the visitor has passed its challenge)'
    )
  })

  test('account rules and zone rules', () => {
    const document = (action: string, skip?: object) => ({
      rules: [{ name: 'first', expression: 'true', action, skip }, block('/a')],
      zones: [{ name: 'shop.test', rules: [block('/a', { name: 'zone /a' })] }],
    })
    const request = { url: 'https://shop.test/a' }
    expect(account(document('skip'), request)).toEqual([
      'custom-rules.first: matched',
      'custom-rules./a: skipped ("first" skips it)',
      'custom-rules.zone /a: matched',
    ])
    expect(account(document('skip', { phases: 'current' }), request)).toEqual([
      'custom-rules.first: matched',
      'custom-rules./a: skipped ("first" skips it)',
      'custom-rules.zone /a: skipped ("first" skips it)',
    ])
    expect(account(document('block'), request)).toEqual([
      'custom-rules.first: matched',
      'custom-rules./a: not-reached ("first" has decided)',
      'custom-rules.zone /a: not-reached ("first" has decided)',
    ])
  })

  test('limits: requests that count, that do not count, and that only the response decides', () => {
    const limit = (name: string, more: object) => ({
      name,
      expression: path('/login'),
      action: 'block',
      period: 10,
      requests_per_period: 5,
      ...more,
    })
    const rate_limits = [
      limit('plain', {}),
      limit('own', { counting_expression: path('/x') }),
      limit('failed', { counting_expression: 'http.response.code eq 401' }),
      limit('elsewhere', { expression: path('/y') }),
    ]
    expect(account({ rate_limits }, { url: '/login' })).toEqual([
      'rate-limits.plain: counts (counts toward 5 requests in 10 seconds)',
      'rate-limits.own: not-matched (its action is for such requests, others count)',
      'rate-limits.failed: counts (the response decides what counts toward 5 requests in 10 seconds)',
      'rate-limits.elsewhere: not-matched',
    ])
  })

  test('lists the decisive comparisons with their values', () => {
    const rule = {
      name: 'both',
      expression: 'http.request.method eq "GET" and (ip.src.country eq "DE" or ip.src.asnum eq 7)',
      action: 'block',
    }
    const decisive = (from: TrialRequest['from']) =>
      trialsOf({ rules: [rule] })
        .run({ from })
        .phases[3]!.rules[0]!.decisive()
        .map(({ expression, value }) => [expression, value])
    expect(decisive({ country: 'FR', asn: 7 })).toEqual([
      ['http.request.method eq "GET"', 'GET'],
      ['ip.src.asnum eq 7', 7],
    ])
    expect(decisive({ country: 'FR', asn: 8 })).toEqual([
      ['not ip.src.country eq "DE"', 'FR'],
      ['not ip.src.asnum eq 7', 8],
    ])
  })

  test('explains no rule that was not evaluated', () => {
    const rules = [block('/'), block('/a')]
    const [, second] = trialsOf({ rules }).run({ url: '/a' }).phases[3]!.rules
    expect([second!.decisive(), second!.trace()]).toEqual([[], []])
  })
})
