import { describe, expect, test } from 'vitest'
import { readPersonas } from '../../personas/personas.ts'
import { rulesFromObjects } from '../../rules/objects.ts'
import { isCountry } from '../../visitor/countries.ts'
import type { TrialRequest } from '../trial.ts'
import { createTrials } from '../trial.ts'
import type { CheckOptions } from './check.ts'
import { checkRequest } from './check.ts'
import { standardVantages } from './vantages.ts'

const personas = readPersonas()
const check = (document: object, options: CheckOptions = {}, request: TrialRequest = {}) =>
  checkRequest(
    createTrials({ ruleset: rulesFromObjects([document]), personas }),
    { url: 'https://shop.test/', ...request },
    options
  )
const names = (list: readonly { readonly name: string }[]) => list.map(({ name }) => name)
const block = (expression: string, more: object = {}) => ({
  rules: [{ name: 'it', expression, action: 'block', ...more }],
})
const works = (result: ReturnType<typeof check>) =>
  result.remedies.flatMap((remedy) => (remedy.works ? [remedy.what] : []))
const OWNER = 'ask the owner of the site for an exception'

describe('the standard vantage points', () => {
  test('are four regions, mobile networks, hosting, VPNs, Tor and bots, built on personas', () => {
    const all = standardVantages()
    const count = (kind: string) => all.filter((vantage) => vantage.kind === kind).length
    expect(count('home')).toBe(4)
    for (const kind of ['mobile', 'hosting', 'vpn', 'tor', 'bot']) {
      expect(count(kind), kind).toBeGreaterThan(0)
    }
    expect(new Set(names(all)).size).toBe(all.length)
    for (const { from } of all) {
      expect(personas.get(from.as!), from.as).toBeDefined()
      expect(from.country === undefined || isCountry(from.country)).toBe(true)
    }
  })
})

describe('the blocked vantage points and the reason', () => {
  test.each<[string, object, string[], string[], object]>([
    ['nobody', block('http.host eq "x"'), [], [], {}],
    [
      'a hosting network',
      block('ip.src.asnum in {24940 16509}'),
      ['hosting-de', 'hosting-us'],
      ['asn'],
      { of: 'hosting-de' },
    ],
    ['a continent', block('ip.src.continent eq "SA"'), ['south-america'], ['country'], {}],
    ['Tor', block('ip.src.country eq "T1"'), ['tor'], ['country'], {}],
    [
      'a tool in a country: one of both is enough',
      block('http.user_agent contains "curl" and ip.src.country eq "DE"'),
      ['hosting-de'],
      ['country', 'user_agent'],
      {},
    ],
  ])('%s', (_, document, blocked, scope, more) => {
    const result = check(document)
    expect(names(result.blocked)).toEqual(blocked)
    expect(result.passed.length + blocked.length).toBe(standardVantages().length)
    if (scope.length === 0) {
      expect(result).not.toHaveProperty('attribution')
      expect(result.remedies).toEqual([])
      return
    }
    expect(result.attribution).toMatchObject({ rule: 'it', scope, ...more })
    expect(result.attribution!.irrelevant).not.toEqual(expect.arrayContaining(scope))
  })

  test('attributes that have to change together are marked', () => {
    const rules = [block('ip.src.asnum eq 24940'), block('http.user_agent contains "curl"')].map(
      (document, i) => ({ ...document.rules[0]!, name: `r${i}` })
    )
    expect(check({ rules }, { from: [{ as: 'curl-hetzner' }] }).attribution).toMatchObject({
      of: 'you',
      rule: 'r0',
      scope: ['asn', 'user_agent'],
      together: true,
    })
  })

  test('a single sufficient attribute comes before pairs', () => {
    const both = '(ip.src.asnum eq 7 or http.request.method eq "GET")'
    const document = block(`ip.src.country eq "DE" and ${both}`)
    const { attribution } = check(document, { from: [{ country: 'DE', asn: 7 }] })
    expect(attribution).toMatchObject({ scope: ['country'] })
    expect(attribution).not.toHaveProperty('together')
    expect(attribution!.flips.map(({ changes }) => changes.length)).toEqual([1, 2])
  })

  test('a rule that blocks everybody: no attribute makes a difference', () => {
    const { attribution, passed } = check(block('true'))
    expect(passed).toEqual([])
    expect(attribution).toMatchObject({
      scope: [],
      irrelevant: expect.arrayContaining(['country', 'asn', 'ip', 'user_agent']),
    })
  })

  test('the first blocked `from` is explained', () => {
    const document = block('ip.src.country in {"DE" "FR"}')
    const result = check(document, { from: [{ country: 'US' }, { country: 'FR', asn: 1 }] })
    expect(result.attribution!.of).toBe('you-2')
    expect(result.blocked[0]).toMatchObject({
      title: 'FR AS1',
      kind: 'you',
      code: 1020,
      status: 403,
    })
    expect(result.passed[0]).toMatchObject({ title: 'US', kind: 'you', action: 'pass' })
  })

  test('no rule is the cause for a host without a zone, or for a reserved path', () => {
    const zones = [{ name: 'other.test', ...block('true') }]
    expect(check({ zones })).toMatchObject({
      notes: [expect.stringContaining('none’s')],
      remedies: [],
    })
    expect(check(block('true'), {}, { url: 'https://shop.test/cdn-cgi/error/1020' }).notes).toEqual(
      ['the edge answers on this path itself']
    )
  })
})

describe('the remedies that work, the cheapest first', () => {
  test.each<[string, string, string[]]>([
    ['a browser', 'http.user_agent contains "curl"', ['another browser', OWNER]],
    ['a network', 'ip.src.asnum eq 24940', ['mobile data', 'VPN exit in another country', OWNER]],
    ['a country', 'ip.src.country eq "DE"', ['VPN exit in another country', OWNER]],
    [
      'an address',
      'ip.src in {116.203.0.0/16}',
      ['mobile data', 'VPN exit in another country', 'new address', OWNER],
    ],
    [
      'a fingerprint',
      'cf.bot_management.ja4 eq "t13d3112h2_e8f1e7e78f70_3c48c1d2d5e6"',
      ['another browser', OWNER],
    ],
    ['the path', 'http.request.uri.path eq "/"', [OWNER]],
  ])('where the cause is %s', (_, expression, expected) => {
    const from = { as: 'curl-hetzner', ja4: 't13d3112h2_e8f1e7e78f70_3c48c1d2d5e6' }
    expect(works(check(block(expression), { from: [from] }))).toEqual(expected)
  })

  test('passing a challenge comes first', () => {
    const document = block('ip.src.country eq "DE"', { action: 'managed_challenge' })
    const { remedies } = check(document, { from: [{ country: 'DE' }] })
    expect(remedies[0]).toEqual({
      what: 'pass the challenge in a browser',
      works: true,
      tried: 'the challenge',
    })
  })

  test('the VPN exit is in another country', () => {
    const from = [{ country: 'NL', asn: 1 }]
    expect(check(block('ip.src.asnum eq 1'), { from }).remedies).toContainEqual({
      what: 'VPN exit in another country',
      works: true,
      tried: 'VPN exit in Sweden',
    })
  })

  test('list the changes that were tried', () => {
    const { remedies } = check(block('ip.src.country in {"DE" "NL"}'), {
      from: [{ country: 'DE' }],
    })
    expect(remedies).toContainEqual({
      what: 'VPN exit in another country',
      works: true,
      tried: 'VPN exit in Sweden',
    })
    expect(remedies).toContainEqual({ what: 'another browser', works: false, tried: 'Safari' })
  })
})

test("a visitor cannot move to the owner's own network", () => {
  const result = check(
    block('not ip.src in {203.0.113.0/24 198.51.100.0/24 192.0.2.0/24 2001:db8::/32}')
  )
  expect(works(result)).toEqual([OWNER])
})
