// Checks proofs across products: over every request of a small space, the edge's judge never reaches a rule that is proved unreachable.
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { phaseServices, requestWith } from '../../edge.fixture.ts'
import { createJudge, NO_OVERRIDES } from '../../judge.ts'
import { parseCidr } from '../../lists/cidr.ts'
import type { Ip } from '../../lists/ip.ts'
import { compareIp, formatIp, parseIp } from '../../lists/ip.ts'
import { createRays } from '../../ray.ts'
import { readRequest } from '../../request/request.ts'
import { rulesFromObjects } from '../../rules/objects.ts'
import type { Verdict } from '../../verdict.ts'
import type { Visitor } from '../../visitor/visitor.ts'
import { createSites } from '../../zones/sites.ts'
import { lint } from '../lint.ts'

const IPS = [...Array.from({ length: 8 }, (_, i) => `192.0.2.${i}`), '2001:db8::1'].map(
  (text) => parseIp(text)!
)
const COUNTRIES = ['DE', 'KP']
const AGENTS = ['a', 'b']
const PATHS = ['/', '/x/y']
const HOSTS = ['shop.test', 'other.test']

const rays = createRays({ colo: 'LHR' })

/**
 * Returns the names of the rules that some request of the space matches, and the addresses that no IP Access rule stops. Each request is
 * sent twice to exceed rate limits of one request.
 */
const reachedOf = (document: object): { reached: Set<string>; incoming: Set<Ip> } => {
  const judge = createJudge({ readBody: () => undefined, clearedOf: () => [0, 0, 0, 0] })
  const sites = createSites(rulesFromObjects([document]), phaseServices())
  const reached = new Set<string>()
  const incoming = new Set<Ip>()
  const ask = (host: string, agent: string, path: string, visitor: Visitor) => {
    const rawHeaders = ['Host', host, 'User-Agent', agent]
    const request = readRequest(requestWith(path, [], { rawHeaders }), false, 0)
    const connection = { remoteAddress: '203.0.113.9' }
    const verdict = judge(sites, request, visitor, connection, rays.next(), NO_OVERRIDES) as Verdict
    for (const { rule } of verdict.matches) reached.add(rule.name)
    const isStopped = verdict.matches.some(
      ({ phase, action }) => phase.name === 'ip-access' && action === 'block'
    )
    // If zones are declared, no zone has the other host.
    if (!isStopped && host === 'shop.test') incoming.add(visitor.ip!)
  }
  for (const ip of IPS)
    for (const country of COUNTRIES)
      for (const agent of AGENTS)
        for (const path of PATHS)
          for (const host of HOSTS)
            for (const _ of [1, 2]) {
              const visitor = { ip, address: formatIp(ip), country, asn: country === 'DE' ? 1 : 2 }
              ask(host, agent, path, visitor as unknown as Visitor)
            }
  return { reached, incoming }
}

const target = fc.constantFrom(
  '192.0.2.0/29',
  '192.0.2.0/30',
  '192.0.2.4/30',
  '192.0.2.4/31',
  '192.0.2.6/31',
  '192.0.2.1',
  '192.0.2.7',
  '2001:db8::/32',
  'DE',
  'AS2'
)
const accessRule = fc
  .tuple(fc.constantFrom('allow', 'block', 'block', 'managed_challenge'), target)
  .map(([action, value]) => ({ [action]: value }))
const agentRule = fc
  .tuple(fc.constantFrom('block', 'managed_challenge'), fc.constantFrom('a', 'b', 'c'))
  .map(([action, agent]) => ({ [action]: agent }))
const lockdown = fc.record(
  {
    urls: fc.constantFrom('shop.test/*', 'shop.test/x/*', '*/x/*'),
    allow: fc.constantFrom('192.0.2.4/30', '192.0.2.1', ['0.0.0.0/0', '::/0'], '10.0.0.1'),
    priority: fc.integer({ min: 1, max: 2 }),
  },
  { requiredKeys: ['urls', 'allow'] }
)
const condition = fc
  .array(
    fc.constantFrom(
      'ip.src in {192.0.2.0/30}',
      'ip.src eq 192.0.2.7',
      'not ip.src in {192.0.2.4/30}',
      'ip.src.country eq "KP"',
      'http.user_agent eq "a"',
      'http.host eq "shop.test"',
      'starts_with(http.request.uri.path, "/x/")'
    ),
    { minLength: 1, maxLength: 3 }
  )
  .map((parts) => parts.join(' and '))
const customRule = fc.record(
  {
    expression: condition,
    action: fc.constantFrom('block', 'block', 'log', 'skip', 'managed_challenge'),
    enabled: fc.constantFrom(true, true, true, false),
    skip: fc.constantFrom(
      undefined,
      { phases: ['http_ratelimit'] },
      { products: ['zoneLockdown'] },
      { products: ['uaBlock', 'rateLimit'], ruleset: 'current' }
    ),
  },
  { requiredKeys: ['expression', 'action'] }
)
const limit = fc.record({
  expression: condition,
  requests_per_period: fc.constant(1),
  period: fc.constant(60),
  action: fc.constantFrom('block', 'log'),
})

const some = <Value>(arbitrary: fc.Arbitrary<Value>, maxLength: number) =>
  fc.array(arbitrary, { maxLength })
const rulesOf = fc.record({
  access: some(accessRule, 4),
  lockdown: some(lockdown, 2),
  user_agents: some(agentRule, 2),
  rules: some(customRule, 4),
  rate_limits: some(limit, 2),
})

const isIn = (network: string, ip: Ip): boolean => {
  const read = parseCidr(network)
  if (!read.ok || read.range.from.family !== ip.family) return false
  return compareIp(read.range.from, ip) <= 0 && compareIp(ip, read.range.to) <= 0
}

type Rules = Record<string, readonly object[]>
interface Named {
  readonly name: string
  readonly allow?: string | readonly string[]
}

/** Names each rule, and removes `skip` from rules with another action. */
const named = (rules: Rules, prefix: string): Rules =>
  Object.fromEntries(
    Object.entries(rules).map(([key, entries]) => [
      key,
      entries.map((entry, i) => {
        const { skip, ...more } = entry as { skip?: object; action?: string }
        const own = skip !== undefined && more.action === 'skip' ? { ...more, skip } : more
        return { name: `${prefix}${key} ${i}`, ...own }
      }),
    ])
  )

const NEVER = new Set(['covered_rule', 'never_matches'])
const counts = { proved: 0 }

describe('rules of all products', () => {
  test('that are said to be covered, doubled or never to match are reached by no request, and lockdowns let nobody in', () => {
    fc.assert(
      fc.property(rulesOf, fc.option(rulesOf, { nil: undefined, freq: 2 }), (all, zone) => {
        const [own, ofZone] = [named(all, ''), named(zone ?? {}, 'z ')]
        const document = {
          ...own,
          ...(zone && { zones: [{ name: 'shop.test', hosts: ['shop.test'], ...ofZone }] }),
        }
        const findings = lint([{ file: 'r.json', text: JSON.stringify(document) }])
        const proved = new Set(
          findings.flatMap(({ code, rule = '' }) =>
            // Two identical custom rules can both log a request.
            NEVER.has(code) || (code === 'duplicate_rule' && !/^(?:z )?rules /.test(rule))
              ? rule
              : []
          )
        )
        const { reached, incoming } = reachedOf(document)
        for (const { code, rule = '' } of findings) {
          if (code !== 'nobody_let_in') continue
          const allowed = [own, ofZone].flatMap(
            ({ lockdown: all = [] }) =>
              (all as Named[]).find(({ name }) => name === rule)?.allow ?? []
          )
          for (const ip of incoming) {
            if (allowed.some((network) => isIn(network, ip))) {
              throw new Error(`${rule} lets ${formatIp(ip)} in: ${JSON.stringify(document)}`)
            }
          }
        }
        for (const name of proved) {
          if (reached.has(name)) throw new Error(`${name} is reached: ${JSON.stringify(document)}`)
        }
        const hasChallenge = JSON.stringify(document).includes('managed_challenge')
        if (hasChallenge || zone !== undefined) return
        counts.proved += proved.size
      }),
      { numRuns: Number(process.env.PROOF_RUNS ?? 80) }
    )
  }, 120_000)

  afterAll(() => {
    console.log(`proved of products: ${counts.proved}`)
  })

  test('are proved often enough for that to mean something', () => {
    expect(counts.proved).toBeGreaterThan(3)
  })
})
