import { describe, expect, test } from 'vitest'
import { requestWith } from '../edge.fixture.ts'
import { createEdge } from '../edge.ts'
import { memoryStore } from '../events/memory.ts'
import { readPersonas } from '../personas/personas.ts'
import { rulesFromObjects } from '../rules/objects.ts'
import { PASS_PATH } from './challenges.ts'
import { answerTo, isAnswer } from './work.ts'

const VISITOR = { remoteAddress: '8.8.8.8' }
const AGENT = ['User-Agent', 'Firefox']

const edgeOf = (...documents: object[]) =>
  createEdge({ ruleset: rulesFromObjects(documents), store: memoryStore(), overrides: true })
const ask = (action: string, path = '/a') => ({
  rules: [{ name: action, expression: `http.request.uri.path eq "${path}"`, action }],
})
type Edge = ReturnType<typeof edgeOf>

const get = (edge: Edge, path: string, headers: string[] = [], peer = VISITOR) =>
  edge.judge(requestWith(path, [...AGENT, ...headers]), peer)

const field = (body: unknown, name: string): string => {
  const value = new RegExp(`name="${name}" value="([^"]*)"`).exec(String(body))?.[1] ?? ''
  return value.replaceAll('&amp;', '&').replaceAll('&quot;', '"').replaceAll('&#39;', "'")
}

/** What a browser does with the page: the cookie that it gets, and where it goes. */
const pass = async (
  edge: Edge,
  path: string,
  change: Record<string, string> = {},
  peer = VISITOR
) => {
  const { answer } = await get(edge, path)
  const q = field(answer?.body, 'q')
  const query = new URLSearchParams({ q, a: answerTo(q), to: field(answer?.body, 'to'), ...change })
  const passed = await get(edge, `${PASS_PATH}?${query}`, [], peer)
  const { headers, status } = passed.answer!
  const cookie = headers['Set-Cookie']
  return {
    action: passed.action,
    ray: passed.ray,
    status,
    location: headers.Location,
    cookie,
    sent: cookie === undefined ? [] : ['Cookie', cookie.split(';')[0]!],
  }
}

describe.each(['managed_challenge', 'js_challenge', 'challenge'])('%s', (action) => {
  const edge = edgeOf(ask(action))

  test('answers 403 with its page, whatever is asked for, and keeps an event', async () => {
    const { answer, event } = await get(edge, '/a?x=1', ['Accept', 'application/json'])
    expect(answer).toMatchObject({
      status: 403,
      headers: {
        'cf-mitigated': 'challenge',
        'Content-Type': 'text/html; charset=UTF-8',
        'X-Frame-Options': 'SAMEORIGIN',
        'Content-Security-Policy': expect.stringContaining("frame-ancestors 'none'"),
      },
    })
    expect(answer!.body).toContain('<title>Just a moment...</title>')
    expect(answer!.body).toContain('_cf_chl_opt')
    expect(event).toMatchObject({ action, source: 'firewallcustom', status: 403 })
  })

  test('is passed by what a browser does', async () => {
    const { action: verdict, status, location, cookie, sent } = await pass(edge, '/a?x=1')
    expect([verdict, status, location]).toEqual(['clearance', 303, '/a?x=1'])
    expect(cookie).toMatch(/^cf_clearance=[\w-]+; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Lax$/)
    expect((await get(edge, '/a', sent)).action).toBe('pass')
    expect((await get(edge, '/a', sent, { remoteAddress: '8.8.4.4' })).action).toBe(action)
    expect((await get(edge, '/a')).action).toBe(action)
  })

  test('leaves an event with its result', async () => {
    const outcomeOf = async (change: Record<string, string>) => {
      const own = edgeOf(ask(action))
      const { ray } = await pass(own, '/a', change)
      const found = await own.store.find(ray)
      return found.found ? found.events : []
    }
    expect(await outcomeOf({})).toEqual([
      expect.objectContaining({
        kind: 'challenge',
        action: `${action}_solved`,
        source: 'challenge',
        status: 303,
        path: PASS_PATH,
      }),
    ])
    expect(await outcomeOf({ a: '-1' })).toMatchObject([
      { kind: 'challenge', action: 'challenge_failed' },
    ])
  })

  test.each<[string, Record<string, string>]>([
    ['without the work', { a: '' }],
    ['with a wrong answer', { a: '-1' }],
    ['with a question of its own', { q: 'x' }],
  ])('gives no clearance %s', async (_, change) => {
    expect(await pass(edge, '/a', change)).toMatchObject({ status: 303, cookie: undefined })
  })

  test('gives no clearance to somebody else who has the question', async () => {
    const other = { remoteAddress: '8.8.4.4' }
    expect((await pass(edge, '/a', {}, other)).cookie).toBeUndefined()
  })
})

test.each([
  ['//evil.test/', '/'],
  ['/\\evil.test', '/'],
  ['https://evil.test/', '/'],
  ['/a\r\nSet-Cookie: x=1', '/'],
  ['/ä', '/'],
  ['', '/'],
  ['/b?c=%0d%0a', '/b?c=%0d%0a'],
])('the way back of %j is %s', async (to, expected) => {
  expect((await pass(edgeOf(ask('challenge')), '/a', { to })).location).toBe(expected)
})

test('the page shows a host and a path as text', async () => {
  const edge = edgeOf({ rules: [{ name: 'all', expression: true, action: 'challenge' }] })
  const raw = { ...requestWith('/"><script>x</script>?"><b>', AGENT) }
  const { answer } = await edge.judge(
    { ...raw, rawHeaders: ['Host', 'a"><script>.test', ...AGENT] },
    VISITOR
  )
  const scripts = String(answer!.body).match(/<script/g)
  expect(scripts).toHaveLength(1)
  expect(answer!.body).not.toContain('<b>')
})

test('no rule can lock a visitor out of the answer', async () => {
  const edge = edgeOf({ rules: [{ name: 'all', expression: true, action: 'managed_challenge' }] })
  const { sent } = await pass(edge, '/a')
  expect((await get(edge, '/a', sent)).action).toBe('pass')
  const { action, answer } = await get(edge, '/cdn-cgi/challenge-platform/other')
  expect([action, answer?.status]).toEqual(['clearance', 404])
})

test('a clearance is good for its own challenge and for those that ask less', async () => {
  const edge = edgeOf({
    rules: [
      ...ask('js_challenge', '/js').rules,
      ...ask('managed_challenge', '/managed').rules,
      ...ask('challenge', '/click').rules,
    ],
  })
  const reach = async (path: string) => {
    const { sent } = await pass(edge, path)
    const all = ['/js', '/managed', '/click'].map(async (to) => (await get(edge, to, sent)).action)
    return (await Promise.all(all)).map((action) => action === 'pass')
  }
  expect(await reach('/js')).toEqual([true, false, false])
  expect(await reach('/managed')).toEqual([true, true, false])
  expect(await reach('/click')).toEqual([true, true, true])
})

test('whoever has passed is judged by the rules below', async () => {
  const edge = edgeOf({
    rules: [
      { name: 'log', expression: true, action: 'log' },
      { name: 'ask', expression: true, action: 'managed_challenge' },
      { name: 'no', expression: 'http.request.uri.query eq "x"', action: 'block' },
    ],
  })
  const { sent } = await pass(edge, '/a')
  const { action, matches } = await get(edge, '/a?x', sent)
  expect([action, matches.map(({ rule }) => rule.name)]).toEqual(['block', ['log', 'no']])
  expect((await get(edge, '/a', sent)).action).toBe('log')
  expect((await get(edge, '/a?x')).action).toBe('managed_challenge')
})

test.each([
  ['access', { access: [{ managed_challenge: '8.8.8.0/24' }] }, 'iprange'],
  ['user_agents', { user_agents: [{ js_challenge: 'Firefox' }] }, 'uablock'],
])('%s may ask too', async (_, document, source) => {
  const edge = edgeOf(document)
  expect((await get(edge, '/a')).event).toMatchObject({ source })
  const { sent } = await pass(edge, '/a')
  expect((await get(edge, '/a', sent)).action).toBe('pass')
})

test('a test may pass by its header, and nobody else', async () => {
  const edge = edgeOf(ask('challenge'))
  const header = ['x-edge-challenge', 'pass']
  expect((await get(edge, '/a', header, { remoteAddress: '127.0.0.1' })).action).toBe('pass')
  expect((await get(edge, '/a', header)).action).toBe('challenge')
  const wrong = await get(edge, '/a', ['x-edge-challenge', 'yes'], { remoteAddress: '127.0.0.1' })
  expect(wrong.action).toBe('reject')
})

test('a clearance outlives a reload of the rules', async () => {
  const edge = edgeOf(ask('challenge'))
  const { sent } = await pass(edge, '/a')
  edge.replaceRules(rulesFromObjects([ask('challenge')]))
  expect((await get(edge, '/a', sent)).action).toBe('pass')
})

test('HEAD gets no body', async () => {
  const edge = edgeOf(ask('challenge'))
  const { answer } = await edge.judge(requestWith('/a', AGENT, { method: 'HEAD' }), VISITOR)
  expect(answer!.body).toBe('')
  expect(Number(answer!.headers['Content-Length'])).toBeGreaterThan(1_000)
})

test('only a number that fits is an answer', () => {
  const answer = answerTo('q')
  expect(isAnswer('q', answer)).toBe(true)
  expect(isAnswer('r', answer)).toBe(false)
  expect(isAnswer('q', `0${answer} `)).toBe(false)
})

test('a stale clearance beside the good one does not matter', async () => {
  const edge = edgeOf(ask('challenge'))
  const { sent } = await pass(edge, '/a')
  const elsewhere = await pass(edgeOf(ask('challenge')), '/a')
  const both = `${elsewhere.sent[1]}; ${sent[1]}`
  expect((await get(edge, '/a', ['Cookie', both])).action).toBe('pass')
})

test('a persona passes its challenge: question, answer and clearance are of its User-Agent', async () => {
  const edge = createEdge({
    ruleset: rulesFromObjects([
      { rules: [{ name: 'all', expression: true, action: 'managed_challenge' }] },
    ]),
    store: memoryStore(),
    overrides: true,
    personas: readPersonas([
      { file: 'p.yaml', text: 'personas:\n  - { name: other, user_agent: Other/1 }' },
    ]),
  })
  const as = (path: string, headers: string[] = []) =>
    get(edge, path, ['x-edge-as', 'other', ...headers], { remoteAddress: '127.0.0.1' })
  const q = field((await as('/a')).answer?.body, 'q')
  const passed = await as(`${PASS_PATH}?${new URLSearchParams({ q, a: answerTo(q) })}`)
  const cookie = passed.answer!.headers['Set-Cookie']!.split(';')[0]!
  expect((await as('/a', ['Cookie', cookie])).action).toBe('pass')
  // Without the persona it is somebody else's.
  const local = { remoteAddress: '127.0.0.1' }
  expect((await get(edge, '/a', ['Cookie', cookie], local)).action).toBe('managed_challenge')
})
