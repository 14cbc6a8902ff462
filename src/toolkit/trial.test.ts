import { describe, expect, test } from 'vitest'
import { createEdge } from '../edge.ts'
import { memoryStore } from '../events/memory.ts'
import { rulesFromObjects } from '../rules/objects.ts'
import { explainTrial } from './explanation.ts'
import { block, path, personas, trialsOf } from './trial.fixture.ts'
import type { TrialRequest } from './trial.ts'
import { createTrials } from './trial.ts'

describe('the verdict of a trial', () => {
  const document = {
    access: [{ allow: '192.0.2.1' }, { block: 'KP' }],
    user_agents: [{ name: 'bad', block: 'Bad/1' }],
    rules: [
      { name: 'watch', expression: path('/a'), action: 'log' },
      { name: 'ask', expression: path('/quiz'), action: 'managed_challenge' },
      { name: 'hosting', when: { asn: 24940 }, action: 'block' },
      block('/b', { response: { status: 418, content: 'tea', content_type: 'text/plain' } }),
    ],
    rate_limits: [
      {
        name: 'slow',
        expression: path('/slow'),
        action: 'block',
        period: 60,
        requests_per_period: 1,
        mitigation_timeout: 60,
      },
    ],
  }
  test.each<[string, TrialRequest, string, number, number | undefined]>([
    ['passes', { url: 'https://shop.test/' }, 'pass', 0, undefined],
    ['logs', { url: '/a' }, 'log', 0, undefined],
    ['challenges', { url: '/quiz' }, 'managed_challenge', 0, 403],
    [
      'lets through who has passed',
      { url: '/quiz', from: { challenge: 'pass' } },
      'pass',
      0,
      undefined,
    ],
    ['blocks by ASN', { from: { asn: 24940 } }, 'block', 1020, 403],
    ['blocks a persona', { from: { as: 'curl-hetzner' } }, 'block', 1020, 403],
    [
      'lets a persona from elsewhere in',
      { from: { as: 'curl-hetzner', asn: 1 } },
      'pass',
      0,
      undefined,
    ],
    ['blocks by country', { from: { country: 'KP' } }, 'block', 1009, 403],
    ['allows', { url: '/b', from: { ip: '192.0.2.1', country: 'KP' } }, 'allow', 0, undefined],
    ['blocks agents', { headers: { 'User-Agent': 'Bad/1' } }, 'block', 1010, 403],
    ['answers as the rule says', { url: '/b' }, 'block', 0, 418],
    ['counts nothing', { url: '/slow' }, 'pass', 0, undefined],
    ['previews', { url: '/cdn-cgi/error/1015' }, 'preview', 1015, 429],
  ])('%s', (_, request, action, code, status) => {
    const trials = trialsOf(document)
    trials.run(request)
    const trial = trials.run(request)
    expect([trial.action, trial.code, trial.status]).toEqual([action, code, status])
    expect(trial.isRefused).toBe(status !== undefined)
  })

  test('and its answer are the same as an edge’s', async () => {
    const edge = createEdge({
      ruleset: rulesFromObjects([document]),
      store: memoryStore(),
      overrides: true,
      personas,
      answers: { compress: false },
    })
    const trials = trialsOf(document)
    for (const name of personas.names) {
      for (const target of ['/', '/a', '/b', '/quiz']) {
        const url = `https://shop.test${target}`
        const real = await edge.judge(new Request(url, { headers: { 'x-edge-as': name } }), {
          remoteAddress: '127.0.0.1',
        })
        const trial = trials.run({ url, from: { as: name } })
        expect([name, target, trial.action, trial.rule?.name]).toEqual([
          name,
          target,
          real.action,
          real.rule?.name,
        ])
        expect(trial.answer?.headers['Content-Type']).toBe(real.answer?.headers['Content-Type'])
        expect(trial.status).toBe(real.answer?.status)
      }
    }
  })

  test('reaches a rate limit with the option `counts`', () => {
    const clock = { ms: 1_000_000 }
    const trials = trialsOf(document, { counts: true, now: () => clock.ms })
    const run = () => trials.run({ url: '/slow' })
    expect(run().action).toBe('pass')
    const second = run()
    expect([second.code, second.status]).toEqual([1015, 429])
    expect(second.phases.at(-1)!.rules[0]).toMatchObject({
      outcome: 'matched',
      rateLimit: { count: 2, limit: 1 },
    })
    clock.ms += 60_001
    expect(run().action).toBe('pass')
  })

  test('a limit that answers ends the evaluation: later limits do not count', () => {
    const limit = (name: string, action: string) => ({
      name,
      expression: 'true',
      action,
      period: 60,
      requests_per_period: 1,
    })
    const trials = trialsOf(
      { rate_limits: [limit('watch', 'log'), limit('stop', 'block'), limit('after', 'block')] },
      { counts: true }
    )
    trials.run({})
    expect(
      trials
        .run({})
        .phases.at(-1)!
        .rules.map(({ outcome }) => outcome)
    ).toEqual(['matched', 'matched', 'not-reached'])
  })

  test('is `no_zone` for a host that belongs to no zone', () => {
    const trials = trialsOf({ zones: [{ name: 'shop.test', rules: [block('/b')] }] })
    expect(trials.run({ url: 'https://www.shop.test/b' }).code).toBe(1020)
    const nowhere = trials.run({ url: 'https://other.test/b' })
    expect([nowhere.action, nowhere.code, nowhere.status]).toEqual(['no_zone', 1023, 503])
    expect(nowhere.isRefused).toBe(true)
  })

  test('has an uncompressed answer in the dialect of the request', () => {
    const trials = trialsOf({ rules: [block('/b', { response: undefined })] })
    const answer = (accept: string) =>
      trials.run({ url: '/b', headers: { Accept: accept, 'Accept-Encoding': 'gzip, br' } }).answer!
    expect(JSON.parse(answer('application/json').body as string)).toMatchObject({
      error_code: 1020,
    })
    expect(answer('text/html').body).toContain('<!DOCTYPE html>')
    expect(answer('text/html').headers).not.toHaveProperty('Content-Encoding')
  })

  test('a persona replaces the headers that distinguish clients, as on a live edge', () => {
    const trials = trialsOf({
      rules: [
        { name: 'curl', when: { user_agent: 'curl/1' }, action: 'block' },
        {
          name: 'cookie',
          expression: 'http.cookie eq "a=b" and http.user_agent contains "Slackbot"',
          action: 'block',
        },
      ],
    })
    const headers = { 'user-agent': 'curl/1', Accept: 'application/json', Cookie: 'a=b' }
    expect(trials.run({ headers }).rule?.name).toBe('curl')
    const trial = trials.run({ headers, from: { as: 'slackbot' } })
    expect(trial.rule?.name).toBe('cookie')
    expect(trial.answer?.headers['Content-Type']).not.toContain('json')
  })

  test('the trial has the code of the rule’s page', () => {
    const rule = { name: 'a', expression: 'true', action: 'block', page: { code: 1007 } }
    const trial = trialsOf({ rules: [rule] }).run({})
    expect(trial.code).toBe(1007)
    expect(trial.answer?.body).toContain('1007')
  })

  test.each<[string, object, object, number]>([
    ['has no code if it is the rule’s own', { response: { content: 'no' } }, {}, 0],
    ['has no code if it is a challenge', { action: 'managed_challenge' }, {}, 0],
    ['has the code of the page of all rules', {}, { page: { code: 1006 } }, 1006],
    [
      'has the code of the rule’s page first',
      { page: { code: 1007 } },
      { page: { code: 1006 } },
      1007,
    ],
  ])('an answer %s', (_, rule, answers, code) => {
    const rules = [{ name: 'a', expression: 'true', action: 'block', ...rule }]
    const ruleset = rulesFromObjects([{ rules }])
    expect(createTrials({ ruleset, answers }).run({}).code).toBe(code)
  })

  test('test headers in the request have no effect', () => {
    const trials = trialsOf({ rules: [{ name: 'kp', when: { country: 'KP' }, action: 'block' }] })
    expect(trials.run({ headers: { 'x-edge-country': 'KP' } }).action).toBe('pass')
    expect(trials.run({ from: { country: 'KP' } }).action).toBe('block')
  })

  test('the AS number 0 means an unknown network, for every visitor', () => {
    const trials = trialsOf({
      rules: [{ name: 'a', expression: 'ip.src.asnum eq 0', action: 'block' }],
    })
    expect(trials.run({ from: { as: 'curl-hetzner', asn: 0 } }).action).toBe('block')
    expect(trials.run({ from: { as: 'curl-hetzner' } }).action).toBe('pass')
  })

  test('depends on the body if a rule reads it', () => {
    const rule = { name: 'b', expression: 'http.request.body.raw contains "x"', action: 'block' }
    const trials = trialsOf({ rules: [rule] })
    expect(trials.run({ method: 'POST', body: 'axa' }).action).toBe('block')
    expect(trials.run({ method: 'POST', body: 'a' }).action).toBe('pass')
  })
})

test('an explanation of thousands of rules omits those that are not true', () => {
  const access = Array.from({ length: 2_000 }, (_, i) => ({
    block: `198.51.${Math.floor(i / 256)}.${i % 256}`,
  }))
  const trials = trialsOf({ access })
  const [phase] = explainTrial(trials.run({ from: { ip: '198.51.3.7' } })).trace
  expect(phase).toMatchObject({
    step_name: 'ip_access_rules',
    left_out: 1_999,
    trace: [{ name: 'block 198.51.3.7', outcome: 'matched' }],
  })
  expect(explainTrial(trials.run({})).trace[0]).toMatchObject({ left_out: 2_000, trace: [] })
})

test.each<[TrialRequest, string, string]>([
  [{ url: 'shop' }, 'wrong_case', 'request.url'],
  [
    { from: { country: 'Germany' } },
    'wrong_attributes',
    'from.country: "Germany" is not a country',
  ],
  [{ from: { as: 'curl-hetzne' } }, 'wrong_attributes', 'did you mean curl-hetzner'],
  [{ from: { ip: '1.2.3' } }, 'wrong_attributes', 'from.ip'],
  [{ from: { asn: -1 } }, 'wrong_attributes', 'from.asn'],
  [{ from: { fields: { 'ip.src.asnum': 'x' } } }, 'wrong_attributes', 'from.fields: ip.src.asnum'],
  [{ from: { fields: { nothing: 1 } } }, 'wrong_attributes', 'from.fields: "nothing"'],
])('%j is refused', (request, code, message) => {
  expect(() => trialsOf({ rules: [] }).run(request)).toThrow(
    expect.objectContaining({ code, message: expect.stringContaining(message) })
  )
})
