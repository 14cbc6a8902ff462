// One verdict, whoever asks: the live edge, a trial and the replay of a log, on random rules and requests.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createEdge } from '../src/edge.ts'
import { noStore } from '../src/events/none.ts'
import { readPersonas } from '../src/personas/personas.ts'
import { Judge } from '../src/replay/judge.ts'
import { LogRecord } from '../src/replay/record.ts'
import { rulesFromObjects } from '../src/rules/objects.ts'
import type { From } from '../src/toolkit/pretend.ts'
import { overrideHeaders } from '../src/toolkit/pretend.ts'
import { createTrials } from '../src/toolkit/trial.ts'
import type { Verdict } from '../src/verdict.ts'
import { wholeEdge } from '../src/whole.ts'

wholeEdge()

const personas = readPersonas()
const NOW_MS = Date.UTC(2026, 0, 1)
const now = () => NOW_MS
const ADDRESSES = ['203.0.113.9', '203.0.113.77', '198.51.100.7', '2001:db8::1']
const COUNTRIES = ['DE', 'US', 'KP', 'FR']
const NETWORKS = [64_496, 64_497, 24_940, 3320]
const AGENTS = ['curl/8', 'BadBot/1.0', 'Mozilla/5.0', '']
const PATHS = ['/', '/a', '/admin//x', '/a/../internal/x', '/cdn-cgi/error/1015', '/cdn-cgi/x']
const HOSTS = ['shop.test', 'www.shop.test', 'blog.test', 'other.test']
const PERSONAS = ['curl-hetzner', 'chrome-berlin', 'tor-exit', 'slackbot']

const sources = {
  geo: {
    name: 'test',
    date: '',
    lookup: (ip: { readonly family: number }) => ({ country: ip.family === 6 ? 'US' : 'DE' }),
  },
  asn: { name: 'test', date: '', lookup: () => ({ asn: 64_496, name: 'Test' }) },
}

const quoted = (texts: readonly string[]) => `{${texts.map((text) => `"${text}"`).join(' ')}}`
const some = <Value>(values: readonly Value[]) =>
  fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 2 })

const atom = fc.oneof(
  some(ADDRESSES).map((ips) => `ip.src in {${ips.join(' ')}}`),
  some(COUNTRIES).map((codes) => `ip.src.country in ${quoted(codes)}`),
  some(NETWORKS).map((asns) => `ip.src.asnum in {${asns.join(' ')}}`),
  some(AGENTS).map((agents) => `http.user_agent in ${quoted(agents)}`),
  fc.constantFrom(
    'starts_with(http.request.uri.path, "/a")',
    'http.request.uri.path contains "internal"',
    'raw.http.request.uri.path contains "//"',
    'http.host eq "shop.test"',
    'http.request.method eq "POST"',
    'ssl',
    'len(http.request.headers["accept-language"][0]) gt 1',
    'http.request.version eq "HTTP/1.1"',
    'cf.bot_management.ja4 ne ""',
    'true'
  )
)
const expression = fc.oneof(
  atom,
  atom.map((one) => `not ${one}`),
  fc.tuple(atom, fc.constantFrom('and', 'or'), atom).map(([x, word, y]) => `${x} ${word} ${y}`)
)

const named = <Value extends object>(rules: readonly Value[], kind: string) =>
  rules.map((rule, i) => ({ name: `${kind} ${i}`, ...rule }))
const few = <Value>(one: fc.Arbitrary<Value>, maxLength = 3) => fc.array(one, { maxLength })

const answering = fc.constantFrom('block', 'managed_challenge', 'js_challenge', 'log')
const customRule = fc.oneof(
  fc.record({ expression, action: answering, enabled: fc.boolean() }),
  fc.record({
    expression,
    action: fc.constant('skip'),
    skip: fc.constantFrom(
      { ruleset: 'current' },
      { phases: ['http_ratelimit'] },
      { products: ['uaBlock', 'zoneLockdown'] },
      { ruleset: 'current', products: ['rateLimit'] }
    ),
    logging: fc.boolean(),
  }),
  fc.record({ expression, action: fc.constant('block'), page: fc.constant({ code: 1010 }) }),
  fc.record({ expression, action: fc.constant('block'), response: fc.constant({ status: 404 }) })
)

const site = fc
  .record({
    access: few(
      fc
        .tuple(
          fc.constantFrom('allow', 'block', 'challenge'),
          fc.constantFrom(...ADDRESSES, '203.0.113.0/24', 'KP', 'DE', 'AS24940')
        )
        .map(([action, target]) => ({ [action]: target }))
    ),
    lockdown: few(
      fc.record({
        urls: fc.constantFrom(['shop.test/internal/*'], ['*/a*']),
        allow: some(ADDRESSES),
      }),
      2
    ),
    user_agents: few(fc.constantFrom({ block: 'BadBot/1.0' }, { managed_challenge: 'curl/8' }), 1),
    rules: fc.array(customRule, { minLength: 1, maxLength: 6 }),
    rate_limits: few(
      fc.record({
        expression,
        action: fc.constantFrom('block', 'log', 'managed_challenge'),
        requests_per_period: fc.integer({ min: 1, max: 3 }),
        period: fc.constant(60),
      }),
      2
    ),
  })
  .map(({ access, lockdown, user_agents, rules, rate_limits }) => ({
    access: named(access, 'access'),
    lockdown: named(lockdown, 'lockdown'),
    user_agents: named(user_agents, 'agent'),
    rules: named(rules, 'rule'),
    rate_limits: named(rate_limits, 'limit'),
  }))

const document = fc.oneof(
  { weight: 3, arbitrary: site },
  fc.tuple(site, site).map(([shop, blog]) => ({
    zones: [
      { name: 'shop.test', hosts: ['shop.test', '*.shop.test'], ...shop },
      { name: 'blog.test', ...blog },
    ],
  }))
)

const request = fc.record({
  method: fc.constantFrom('GET', 'POST'),
  scheme: fc.constantFrom('http', 'https'),
  host: fc.constantFrom(...HOSTS),
  path: fc.constantFrom(...PATHS),
  headers: fc
    .tuple(fc.constantFrom(...AGENTS), fc.boolean())
    .map(([agent, hasLanguage]): [string, string][] => [
      ...(agent === '' ? [] : [['User-Agent', agent] as [string, string]]),
      ...(hasLanguage ? [['Accept-Language', 'de'] as [string, string]] : []),
    ]),
  from: fc.oneof(
    fc.record({ ip: fc.constantFrom(...ADDRESSES) }),
    fc.record(
      {
        as: fc.constantFrom(...PERSONAS),
        ip: fc.constantFrom(...ADDRESSES),
        country: fc.constantFrom(...COUNTRIES),
        asn: fc.constantFrom(...NETWORKS),
        challenge: fc.constant('pass' as const),
      },
      { requiredKeys: [] }
    )
  ) as fc.Arbitrary<From>,
})
type Request = typeof request extends fc.Arbitrary<infer Value> ? Value : never

const summary = (verdict: Pick<Verdict, 'action' | 'matches' | 'zone' | 'answer'>) => ({
  action: verdict.action,
  code: verdict.answer?.code ?? 0,
  rule: verdict.matches.at(-1)?.rule.name,
  zone: verdict.zone.facts?.name,
  matches: verdict.matches.map(({ phase, rule, action, code }) => [
    phase.name,
    phase.source,
    rule.name,
    action,
    code,
  ]),
})

const liveOf = (ruleset: ReturnType<typeof rulesFromObjects>) => {
  const edge = createEdge({
    ruleset,
    store: noStore(),
    ...sources,
    overrides: true,
    personas,
    tests: { now, force: () => undefined, recorded: () => {} },
  })
  return async ({ method, scheme, host, path, headers, from }: Request) => {
    const said = Object.entries(overrideHeaders(from)).flat() as string[]
    const verdict = await edge.decide(
      {
        method,
        url: path,
        httpVersion: '1.1',
        rawHeaders: ['Host', host, ...headers.flat(), ...said],
      },
      { remoteAddress: '127.0.0.1', encrypted: scheme === 'https' }
    )
    return { ...summary(verdict), status: verdict.answer?.status }
  }
}

const trialOf = (ruleset: ReturnType<typeof rulesFromObjects>) => {
  const trials = createTrials({ ruleset, ...sources, personas, counts: true, now })
  return ({ method, scheme, host, path, headers, from }: Request) => {
    const trial = trials.run({
      method,
      url: `${scheme}://${host}${path}`,
      headers,
      from,
    })
    return { summary: { ...summary(trial), status: trial.status }, phases: trial.phases }
  }
}

/** A log holds no persona and no clearance; what it says of the address comes from the same data. */
const isLogged = ({ from }: Request) =>
  from.ip !== undefined && Object.keys(from).every((name) => name === 'ip')

const replayOf = (ruleset: ReturnType<typeof rulesFromObjects>) => {
  const judge = new Judge({ ruleset, sources, trust: [], held: [] })
  return ({ method, scheme, host, path, headers, from }: Request) => {
    const record = new LogRecord()
    Object.assign(record, { address: from.ip, timeMs: NOW_MS, method, target: path })
    record.isTls = scheme === 'https'
    record.headers = ['Host', host, ...headers.flat()]
    const { outcome, rule, matches } = judge.judge(record).now.decision
    return { outcome, rule: rule?.name, matches: matches.map((match) => match.rule.name) }
  }
}

const replayed = ({ action, rule, matches }: ReturnType<typeof summary>) => {
  const outcome =
    action === 'block' || action === 'no_zone'
      ? 'block'
      : action.endsWith('challenge')
        ? 'challenge'
        : 'pass'
  return {
    outcome,
    rule: outcome === 'pass' ? undefined : rule,
    matches: matches.map(([, , name]) => name),
  }
}

const RUNS = 120
const seen = { actions: new Set<string>(), phases: new Set<unknown>(), logged: 0 }

test('the live edge, a trial and a replay give the same verdict', { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(
      document,
      fc.array(request, { minLength: 4, maxLength: 12 }),
      async (rules, requests) => {
        const ruleset = rulesFromObjects([rules])
        const [live, trial] = [liveOf(ruleset), trialOf(ruleset)]
        for (const one of requests) {
          const expected = await live(one)
          const { summary, phases } = trial(one)
          expect(summary).toEqual(expected)
          const matched = phases.flatMap(({ name, rules }) =>
            rules.flatMap(({ rule, outcome }) => (outcome === 'matched' ? [[name, rule.name]] : []))
          )
          expect(matched).toEqual(expected.matches.map(([name, , rule]) => [name, rule]))
          seen.actions.add(expected.action)
          for (const [phase] of expected.matches) seen.phases.add(phase)
        }
        // Limits count anew, because a replay sees only these requests.
        const logged = requests.filter(isLogged)
        const [alone, replay] = [liveOf(ruleset), replayOf(ruleset)]
        for (const one of logged) {
          seen.logged++
          expect(replay(one)).toEqual(replayed(await alone(one)))
        }
      }
    ),
    { numRuns: RUNS }
  )
  // A property that never meets a product holds nothing.
  expect([...seen.actions].sort()).toEqual(
    [
      'allow',
      'block',
      'challenge',
      'js_challenge',
      'log',
      'managed_challenge',
      'no_zone',
      'pass',
      'preview',
      'skip',
    ].sort()
  )
  expect(seen.phases.size).toBe(5)
  expect(seen.logged).toBeGreaterThan(20)
})
