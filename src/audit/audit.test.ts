import { expect, test } from 'vitest'
import { loadRules } from '../rules/load.ts'
import { allRules } from '../rules/rule.ts'
import { tokenOf } from '../toolkit/clauses.ts'
import { createTrials } from '../toolkit/trial.ts'
import type { GeoSource } from '../visitor/visitor.ts'
import { audit } from './audit.ts'
import { clausesFor } from './clauses.ts'
import { addressShares, asksAddress } from './share.ts'
import { sweep } from './sweep.ts'
import { badVisitors, goodVisitors, requestsOf, WEIGHTS } from './visitors.ts'

const rulesetOf = (...expressions: string[]) =>
  loadRules([
    {
      file: 'r.yaml',
      text: JSON.stringify({
        rules: expressions.map((expression, i) => ({ name: `r${i}`, expression, action: 'block' })),
      }),
    },
  ])
const findings = (...expressions: string[]) =>
  audit({ ruleset: rulesetOf(...expressions) }).findings

test('no rule, no finding', () => {
  expect(audit({ ruleset: rulesetOf() })).toEqual({
    good: goodVisitors.length,
    bad: badVisitors.length,
    stoppedGood: 0,
    stoppedBad: 0,
    findings: [],
  })
})

test.each<[expression: string, stopped: string, breaks: RegExp, exception: RegExp]>([
  ['http.user_agent contains "bot"', 'YandexBot', /search results/, /cf\.client\.bot/],
  ['http.user_agent contains "Slack"', 'Slack', /no preview/, /^and not \(cf\.client\.bot\)$/],
  [
    'http.request.uri.path contains "/."',
    "Let's Encrypt, Sweden",
    /certificate is not renewed/,
    /starts_with\(http\.request\.uri\.path, "\/\.well-known\/acme-challenge"\)/,
  ],
  [
    'http.user_agent contains "Go-http-client"',
    'Mailgun events',
    /bounces/,
    /^and not \(\(ip\.src\.asnum eq 16509 and http\.user_agent contains "Go-http-client"\)\)$/,
  ],
  [
    'http.user_agent contains "okhttp" or http.user_agent contains "sqlmap"',
    'Android app (OkHttp)',
    /app of customers/,
    /^and not \(http\.user_agent contains "okhttp"\)$/,
  ],
  [
    'ip.src.asnum in {13335 36352}',
    'Cloudflare WARP',
    /people cannot/,
    /^and not \(ip\.src\.asnum eq 13335\)$/,
  ],
])('%s stops %s', (expression, stopped, breaks, exception) => {
  const [finding, ...others] = findings(expression)
  expect(others).toEqual([])
  expect(finding!.visitors.find(({ name }) => name === stopped)?.breaks).toMatch(breaks)
  expect(finding!.remedy?.exception).toMatch(exception)
  expect(finding).toMatchObject({ action: 'block', code: 1020, place: 'r.yaml:1' })
})

test.each([
  'http.user_agent contains "bot"',
  'not ip.src.country in {"DE" "US"}',
  'ip.src.asnum in {16509 24940 14061 36459}',
  'starts_with(http.request.uri.path, "/.")',
  'http.request.method eq "POST"',
  'not cf.client.bot and not http.user_agent contains "Mozilla/5.0 (Windows"',
])('the exception for %s frees the visitors that it names, and no bad one', (expression) => {
  const [finding] = findings(expression)
  const { remedy } = finding!
  const stops = (trials: ReturnType<typeof createTrials>, visitor: (typeof badVisitors)[number]) =>
    requestsOf(visitor, 'shop.test').some((request) => trials.run(request).isRefused)
  const before = createTrials({ ruleset: rulesetOf(expression) })
  const after = createTrials({ ruleset: rulesetOf(remedy!.expression) })
  const freed = goodVisitors.filter((one) => stops(before, one) && !stops(after, one))
  expect(freed.map(({ name }) => name).sort()).toEqual([...remedy!.frees].sort())
  expect(remedy!.frees.length).toBeGreaterThan(0)
  expect(remedy!.frees.length + remedy!.leaves.length).toBe(finding!.visitors.length)
  for (const bad of badVisitors)
    expect([bad.name, stops(after, bad)]).toEqual([bad.name, stops(before, bad)])
})

test('where every exception lets a bad visitor in, there is none', () => {
  const [finding] = findings('http.user_agent contains "curl"')
  expect(finding!.visitors.map(({ name }) => name)).toEqual(['curl of a developer'])
  expect(finding!.remedy).toBeUndefined()
})

test('a rule behind the changed one counts: no visitor is called free that the next rule stops', () => {
  const [finding] = findings(
    'http.user_agent contains "Slackbot"',
    'http.user_agent contains "Slack"'
  )
  expect(finding!.remedy).toBeUndefined()
})

test('a challenge stops programs, and no browser', () => {
  const ruleset = loadRules([
    { file: 'r.yaml', text: 'rules: [{ name: r, expression: "true", action: managed_challenge }]' },
  ])
  const names = audit({ ruleset }).findings[0]!.visitors.map(({ name }) => name)
  expect(names).toContain('Stripe webhooks')
  expect(names).not.toContain('Chrome 149')
})

test('findings come by severity, and their visitors too', () => {
  const found = findings(
    'http.user_agent contains "curl/8.9.1"',
    'http.user_agent contains "Stripe"'
  )
  expect(found.map(({ severity }) => severity)).toEqual(['high', 'low'])
})

test('each visitor has what the audit reads, and a name of its own', () => {
  const names = [...goodVisitors, ...badVisitors].map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
  for (const { weight, breaks, group } of goodVisitors) {
    expect(WEIGHTS).toContain(weight)
    expect(breaks.length * group.length).toBeGreaterThan(0)
  }
  // Each request can be judged.
  const trials = createTrials({ ruleset: rulesetOf('http.request.uri.path eq "/none"') })
  for (const visitor of [...goodVisitors, ...badVisitors]) {
    for (const request of requestsOf(visitor, 'a.test'))
      expect(trials.run(request).isRefused).toBe(false)
  }
})

test.each([
  ['Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)', 'Slackbot-LinkExpanding'],
  ['Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)', 'Discordbot'],
  ['Twitterbot/1.0', 'Twitterbot'],
  [
    'Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/149.0.0.0 Safari/537.36',
    undefined,
  ],
  ['itms', 'itms'],
  ['', undefined],
])('the token of %j is %j', (agent, token) => {
  expect(tokenOf(agent)).toBe(token)
})

test('a clause quotes what a user agent holds', () => {
  const [visitor] = goodVisitors
  const clauses = clausesFor([
    { ...visitor!, verified: undefined as never, headers: { 'User-Agent': 'a"b\\c' } },
  ])
  for (const clause of clauses) expect(() => rulesetOf(clause)).not.toThrow()
})

test('a sweep tries each threshold in the rules on the score', () => {
  const ruleset = rulesetOf('cf.bot_management.score lt 30 and not cf.client.bot')
  const rows = sweep({ ruleset }, 'score', [0, 50, 100])
  expect(rows.map(({ threshold }) => threshold)).toEqual([0, 50, 100])
  expect(rows[0]).toEqual({ threshold: 0, stoppedGood: 0, stoppedBad: 0 })
  expect(rows[2]!.stoppedBad).toBe(badVisitors.length)
  expect(sweep({ ruleset: rulesetOf('ssl') }, 'score', [10])).toEqual([])
})

test('the share of addresses is that of the networks of a rule', () => {
  const ruleset = rulesetOf(
    'ip.src in {0.0.0.0/1}',
    'ip.src in {203.0.113.0/24}',
    'ssl and http.host eq "x"'
  )
  const rules = allRules(ruleset)
  expect(rules.map(asksAddress)).toEqual([true, true, false])
  const shares = addressShares(createTrials({ ruleset }), {
    host: 'a.test',
    rules: rules.slice(0, 2),
    knowsCountries: false,
  })
  // 125 of the 221 public blocks of /8.
  expect(shares.get(rules[0]!)!.ipv4).toBeCloseTo(125 / 221, 2)
  expect(shares.get(rules[0]!)!.ipv6).toBe(0)
  expect(shares.get(rules[1]!)).toEqual({ ipv4: 0, ipv6: 0 })
})

test('of IPv6 the share is that of the networks that are given out', () => {
  const ruleset = rulesetOf('ip.src in {2a00::/12}')
  const rules = allRules(ruleset)
  const shareOf = (geo: GeoSource | undefined) =>
    addressShares(createTrials({ ruleset, geo }), {
      host: 'a.test',
      rules,
      knowsCountries: geo !== undefined,
    }).get(rules[0]!)!
  // 16 of the 131 blocks of /16.
  expect(shareOf(undefined)).toEqual({ ipv4: 0, ipv6: expect.closeTo(16 / 131, 2) })
  const geo: GeoSource = {
    name: 'half',
    date: '',
    lookup: (ip) => (/^2a0[0-7]/.test(ip.toString()) ? { country: 'DE' } : undefined),
  }
  expect(shareOf(geo).ipv6).toBe(1)
})
