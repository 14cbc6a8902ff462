import { expect, test } from 'vitest'
import { eventWith } from '../events/event.fixture.ts'
import type { SecurityEvent } from '../events/event.ts'
import { readPersonas } from '../personas/personas.ts'
import { loadRules } from '../rules/load.ts'
import { readTestFiles } from './read.ts'
import type { RunOptions } from './run.ts'
import { runTests } from './run.ts'
import { initialTests, recordedEvent, recordedTests, testOfEvent } from './write.ts'

const options = (rules: string): RunOptions => ({
  ruleset: loadRules([{ file: 'r.yaml', text: rules }]),
  personas: readPersonas([]),
})

const rule = (expression: string) =>
  `rules: [{ name: r, expression: ${JSON.stringify(expression)}, action: block }]`

test.each([
  'http.request.uri.path eq "/a"',
  'http.request.uri.path contains "admin"',
  'starts_with(http.request.uri.path, "/api/")',
  'ends_with(lower(http.request.uri.path), ".php")',
  'http.request.uri.path wildcard "/a/*/c"',
  'http.request.uri.path matches "^/wp-login\\.php$"',
  'http.request.uri.path matches "^/(a|b)+[0-9]{2}$"',
  'http.user_agent matches "(?i)curl|wget"',
  'http.request.uri contains "?id="',
  'http.request.uri.query contains "union"',
  'http.host in {"a.test" "b.test"}',
  'http.request.method eq "PUT"',
  'http.user_agent contains "curl" and http.request.uri.path eq "/x"',
  'http.user_agent eq ""',
  'http.referer eq "https://bad.test/"',
  'any(http.request.headers["x-key"][*] eq "1") or http.request.headers["x-key"][0] eq "2"',
  'ip.src in {192.0.2.0/24 2001:db8::/32}',
  'ip.src.country in {"KP" "IR"}',
  'ip.src.asnum eq 64496',
  'cf.bot_management.score lt 30',
  'cf.client.bot',
  'not (http.host eq "shop.test" or http.request.method eq "GET")',
  'ssl and not ip.src in {192.0.2.0/24}',
])('a test is found for %s', (expression) => {
  const running = options(rule(expression))
  const { text, missing } = initialTests(['r.yaml'], running)
  expect(missing).toEqual([])
  const [{ rules, tests } = { rules: [], tests: [] }] = readTestFiles([{ file: 't.yaml', text }])
  expect(rules).toEqual(['r.yaml'])
  expect(tests.map(({ name }) => name)).toEqual(['an ordinary browser', 'r'])
  expect(tests[1]!.expected).toMatchObject({ code: 1020, rule: 'r' })
  expect(runTests(tests, running).flatMap(({ problems }) => problems)).toEqual([])
})

test('without personas the tests send the User-Agent of a browser', () => {
  const { personas: _, ...running } = options(
    'rules: [{ name: r, when: { user_agent: curl, path: /a }, action: block }, { name: p, when: { path: /b }, action: block }]'
  )
  const { text, missing } = initialTests(['r.yaml'], running)
  expect(missing).toEqual([])
  expect(text).not.toContain('as:')
  const [{ tests } = { tests: [] }] = readTestFiles([{ file: 't.yaml', text }])
  expect(tests.map(({ expected: { code, action } }) => code ?? action)).toEqual([
    'pass',
    1020,
    1020,
  ])
  expect(tests.map(({ request }) => request.headers.map(([, value]) => value.slice(0, 7)))).toEqual(
    [['Mozilla'], ['curl'], ['Mozilla']]
  )
  expect(runTests(tests, running).flatMap(({ problems }) => problems)).toEqual([])
})

test('tests are found for IP Access rules and User Agent rules', () => {
  const running = options(`
access:
  - block: KP
  - block: 203.0.113.0/24
  - js_challenge: AS64501
user_agents:
  - block: BadBot/1.0
`)
  const { text, missing } = initialTests(['r.yaml'], running)
  expect(missing).toEqual([])
  const [{ tests } = { tests: [] }] = readTestFiles([{ file: 't.yaml', text }])
  expect(tests.map(({ expected }) => expected.code)).toEqual([
    undefined,
    1009,
    1006,
    // A challenge has no error code.
    undefined,
    1010,
  ])
  expect(runTests(tests, running).flatMap(({ problems }) => problems)).toEqual([])
})

test('a rule without a matching request gets a comment instead of a test', () => {
  const { text, tests, missing } = initialTests(
    [],
    options(rule('len(http.request.uri.path) gt 100'))
  )
  expect(missing.map(({ name }) => name)).toEqual(['r'])
  expect(tests).toBe(1)
  expect(text).toContain('# No request was found for "r" (r.yaml:1).\n')
})

test('the test of a rate limit sends enough requests to reach it', () => {
  const running = options(
    'rate_limits: [{ name: l, expression: http.request.uri.path eq "/api", characteristics: [ip.src], requests_per_period: 5, period: 10, mitigation_timeout: 10, action: block }]'
  )
  const [{ tests } = { tests: [] }] = readTestFiles([
    { file: 't.yaml', text: initialTests([], running).text },
  ])
  expect(tests[1]).toMatchObject({ times: 6, expected: { code: 1015, rule: 'l' } })
  expect(runTests(tests, running).every(({ ok }) => ok)).toBe(true)
})

test('events become tests, one for each request', () => {
  const event = eventWith({
    method: 'GET',
    scheme: 'https',
    host: 'shop.test',
    path: '/x',
    query: '?a=1',
    userAgent: 'curl/8 "\u001b[31m',
    ip: '192.0.2.1',
    country: 'DE',
    asn: 64496,
  })
  const running = options(rule('http.request.uri.path eq "/x"'))
  const { text, tests } = recordedTests(['r.yaml'], [event, { ...event, ip: '192.0.2.2' }], running)
  expect(tests).toBe(1)
  const [file] = readTestFiles([{ file: 't.yaml', text }])
  expect(file!.tests[0]).toMatchObject({
    request: {
      url: 'https://shop.test/x?a=1',
      headers: [['User-Agent', 'curl/8 "\u001b[31m']],
      from: { ip: '192.0.2.1', country: 'DE', asn: 64496 },
    },
    expected: { code: 1020, rule: 'r' },
  })
  expect(runTests(file!.tests, running).every(({ ok }) => ok)).toBe(true)
  expect(recordedEvent(JSON.stringify(event))).toEqual(event)
  for (const bad of ['', '3', 'null', '{}', JSON.stringify({ ...event, asn: '1' })]) {
    expect(recordedEvent(bad)).toBeUndefined()
  }
})

test.each<[SecurityEvent['action'], string, boolean]>([
  ['block', '/x', true],
  ['log', '/y', true],
  ['block', '/y', false],
])(
  'an event becomes one test that holds as long as the verdict does: %s %s',
  (action, path, holds) => {
    const running = options(
      'rules: [{ name: x, expression: http.request.uri.path eq "/x", action: block }, { name: y, expression: http.request.uri.path eq "/y", action: log }]'
    )
    const event = eventWith({
      path,
      userAgent: "a: 'b' #c",
      action,
      rule: { id: 'any', name: path.slice(1) },
    })
    const text = testOfEvent(event)
    const [file] = readTestFiles([{ file: 't.yaml', text }])
    expect(file!.tests[0]!.request.headers).toEqual([['User-Agent', "a: 'b' #c"]])
    expect(runTests(file!.tests, running).map(({ ok }) => ok)).toEqual([holds])
  }
)
