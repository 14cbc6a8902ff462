import { expect, test } from 'vitest'
import { readPersonas } from '../personas/personas.ts'
import { loadRules } from '../rules/load.ts'
import { Coverage } from './coverage.ts'
import { mutate } from './mutate.ts'
import { readTestFiles } from './read.ts'
import type { RunOptions } from './run.ts'
import { runTests } from './run.ts'

const RULES = `
lists: { office: [192.0.2.0/24] }
rules:
  - { name: office, expression: ip.src in $office, action: skip }
  - { name: log in, expression: http.request.uri.path eq "/login", action: log }
  - { name: secrets, expression: 'http.request.uri.path in {"/.env" "/.git"} and not http.host eq "lab.test"', action: block }
  - { name: old, expression: http.user_agent contains "MSIE", action: managed_challenge }
  - { name: off, enabled: false, expression: "true", action: block }
rate_limits:
  - { name: three, expression: http.request.uri.path eq "/api", characteristics: [ip.src], requests_per_period: 3, period: 10, mitigation_timeout: 10, action: block }
`

const options = (rules = RULES): RunOptions => ({
  ruleset: loadRules([{ file: 'r.yaml', text: rules }]),
  personas: readPersonas([]),
})
const testsOf = (tests: string) =>
  readTestFiles([{ file: 't.yaml', text: `host: shop.test\ntests:\n${tests}` }])[0]!.tests

const result = (tests: string) =>
  runTests(testsOf(`  - { name: a, ${tests} }`), options()).map(({ problems }) => problems)[0]

test.each([
  ['request: /, expect: pass'],
  ['request: /.env, expect: block'],
  ['request: /.env, expect: 1020'],
  [
    'request: /.env, expect: { code: 1020, rule: secrets, status: 403, action: block, not_rule: [office, old] }',
  ],
  ['request: /.env, host: lab.test, expect: pass'],
  ['request: /.env, from: { ip: 192.0.2.7 }, expect: { action: pass, rule: office }'],
  ['request: /login, expect: { action: log, rule: log in }'],
  ['request: /login, expect: { action: pass, matched: log in }'],
  ['request: /, headers: { User-Agent: MSIE 6 }, expect: challenge'],
  ['request: /, headers: { User-Agent: MSIE 6 }, expect: managed_challenge'],
  ['request: /, headers: { User-Agent: MSIE 6 }, from: { challenge: pass }, expect: pass'],
  ['request: /, as: tor-exit, headers: { Cookie: a=b }, expect: pass'],
  ['request: /api, times: 3, expect: pass'],
  ['request: /api, times: 4, expect: { code: 1015, rule: three }'],
  ['request: /api, times: 4, every: 5s, expect: pass'],
  ['request: /cdn-cgi/error/1015, expect: preview'.replace('preview', 'pass')],
])('%s holds', (tests) => {
  // The edge itself answers the preview, so the origin does not get the request.
  const expected = tests.includes('cdn-cgi') ? ['expected pass, got preview 1015'] : []
  expect(result(tests)).toEqual(expected)
})

test.each<[string, string[]]>([
  ['request: /.env, expect: pass', ['expected pass, got block 1020 by "secrets"']],
  ['request: /, expect: block', ['expected block, got pass']],
  ['request: /, expect: 1020', ['expected code 1020, got pass']],
  ['request: /.env, expect: 1006', ['expected code 1006, got 1020']],
  ['request: /.env, expect: { status: 429 }', ['expected status 429, got 403']],
  ['request: /login, expect: block', ['expected block, got pass by "log in"']],
  ['request: /.env, expect: log', ['expected log, got block 1020 by "secrets"']],
  [
    'request: /.env, expect: { rule: old }',
    ['expected the rule "old" to decide, got block 1020 by "secrets"'],
  ],
  ['request: /login, expect: { not_rule: log in }', ['the rule "log in" matches']],
  ['request: /, expect: { matched: log in }', ['the rule "log in" does not match']],
  [
    'request: /, expect: { not_rule: secret }',
    ['no rule has the name "secret": did you mean "secrets"?'],
  ],
  ['request: /, as: nobody-at-all, expect: pass', ['from.as: "nobody-at-all" is not a persona']],
  ['request: /, from: { country: Mars }, expect: pass', ['from.country']],
  [
    'request: /, as: tor-exit, headers: { user-agent: MSIE 6, accept: a/b, cookie: a=b }, expect: challenge',
    [
      'the persona "tor-exit" sends its own user-agent, as with x-edge-as',
      'the persona "tor-exit" sends its own accept',
    ],
  ],
])('%s fails', (tests, problems) => {
  const found = result(tests)!
  expect(found).toHaveLength(problems.length)
  for (const [i, problem] of problems.entries()) expect(found[i]).toContain(problem)
})

test('a test that turns off the persona of its file sends its own headers', () => {
  const [{ tests } = { tests: [] }] = readTestFiles([
    {
      file: 't.yaml',
      text: `as: tor-exit
tests:
  - { name: a, request: /, as: none, headers: { User-Agent: MSIE 6 }, expect: challenge }
  - { name: b, request: /, expect: pass }`,
    },
  ])
  expect(tests.map(({ request }) => request.from)).toEqual([{}, { as: 'tor-exit' }])
  expect(runTests(tests, options()).map(({ problems }) => problems)).toEqual([[], []])
})

test('a failure shows the rule that decided and the rule that was expected, with the values they read', () => {
  const [failed] = runTests(
    testsOf('  - { name: a, request: /.env, host: lab.test, expect: { rule: secrets } }'),
    options()
  )
  expect(failed!.trace).toEqual([
    '"secrets" (r.yaml:6): not-matched',
    '  http.host is "lab.test"',
    '    http.host eq "lab.test"',
  ])
})

test('coverage names the rules and the clauses that no test makes true, or false', () => {
  const running = options()
  const coverage = new Coverage(running.ruleset)
  const tests = testsOf(
    '  - { name: a, request: /, expect: pass }\n  - { name: b, request: /.env, expect: block }'
  )
  for (const { trial } of runTests(tests, running)) coverage.add(trial!)
  const { sides, covered, gaps } = coverage.report()
  expect(gaps.map(({ rule, clause, never }) => [rule, clause ?? '', never])).toEqual([
    ['office', '', 'matched'],
    ['log in', '', 'matched'],
    ['secrets', 'http.host eq "lab.test"', 'true'],
    ['old', '', 'matched'],
    ['three', '', 'matched'],
  ])
  expect([sides, covered]).toEqual([14, 9])
})

const survivors = (tests: string, rules = RULES) => {
  const running = options(rules)
  const results = runTests(testsOf(tests), running)
  expect(results.flatMap(({ problems }) => problems)).toEqual([])
  const report = mutate(results, running)
  expect(report.killed).toBe(report.mutants - report.survivors.length)
  return report.survivors.map(({ rule, change }) => `${rule.name}: ${change}`)
}

const ONE_RULE = `rules: [{ name: r, expression: 'http.request.uri.path in {"/a" "/b"} and ip.src.asnum lt 10', action: block }]`

test('mutation names the changes that no test detects', () => {
  const weak = '  - { name: a, request: /a, from: { asn: 5 }, expect: block }'
  expect(survivors(weak, ONE_RULE)).toEqual([
    'r: `http.request.uri.path in {"/a" "/b"}` was dropped',
    'r: `ip.src.asnum lt 10` was dropped',
    'r: "/b" left the set of `http.request.uri.path`',
    'r: `ip.src.asnum lt 10` became `ip.src.asnum le 10`',
  ])
  const strong = `${weak}
  - { name: b, request: /b, from: { asn: 9 }, expect: block }
  - { name: c, request: /c, from: { asn: 5 }, expect: pass }
  - { name: d, request: /a, from: { asn: 10 }, expect: pass }`
  expect(survivors(strong, ONE_RULE)).toEqual([])
})

test('mutation swaps rules with different actions, and reaches rate limits and zones', () => {
  const rules = `
rules:
  - { name: let in, expression: http.host eq "a.test", action: skip }
  - { name: stop, expression: http.request.uri.path eq "/x", action: block }
zones:
  - { name: c.test, hosts: [a.test, c.test], rules: [] }
  - name: b.test
    rules: [{ name: own, expression: http.request.uri.path eq "/y", action: block }]
rate_limits: [{ name: two, expression: http.request.uri.path eq "/api", characteristics: [ip.src], requests_per_period: 2, period: 10, mitigation_timeout: 10, action: block }]
`
  const tests = `
  - { name: a, request: /x, host: c.test, expect: block }
  - { name: b, request: /z, host: c.test, expect: pass }
  - { name: c, request: /z, host: a.test, expect: { action: pass, rule: let in } }
  - { name: d, request: /y, host: b.test, expect: block }
  - { name: e, request: /z, host: b.test, expect: pass }
  - { name: f, request: /api, host: c.test, times: 3, expect: 1015 }
  - { name: g, request: /z, host: c.test, times: 3, expect: pass }`
  const missing = survivors(tests, rules)
  expect(missing).toContain('let in: it changed places with "stop"')
  expect(missing.filter((one) => /^(?:own|two):/.test(one))).toEqual([])
  const swapped = `${tests}\n  - { name: h, request: /x, host: a.test, expect: pass }`
  expect(survivors(swapped, rules)).not.toContain('let in: it changed places with "stop"')
})
