import { describe, expect, test, vi } from 'vitest'
import { phaseServices, requestWith } from './edge.fixture.ts'
import type { JudgeServices } from './judge.ts'
import { createJudge, NO_OVERRIDES } from './judge.ts'
import type { Match, Ruling } from './phases/phase.ts'
import { createRays } from './ray.ts'
import { readRequest } from './request/request.ts'
import { rulesFromObjects } from './rules/objects.ts'
import type { Forced } from './test-hooks.ts'
import type { Verdict } from './verdict.ts'
import type { Connection, Visitor } from './visitor/visitor.ts'
import { createSites } from './zones/sites.ts'

const CONNECTION: Connection = { remoteAddress: '203.0.113.9' }
const rays = createRays({ colo: 'LHR' })
const visitorWith = (changes: Partial<Visitor> = {}) =>
  ({ forwardedScheme: undefined, persona: undefined, country: 'DE', ...changes }) as Visitor
const block = (name: string, expression = 'true', more: object = {}) => ({
  name,
  expression,
  action: 'block',
  ...more,
})
const zoned = { zones: [{ name: 'shop.test', rules: [block('shop')] }] }

const judgeWith = (
  document: object,
  {
    url = '/',
    host = 'shop.test',
    visitor = visitorWith(),
    overrides = NO_OVERRIDES,
    rulings,
    ...services
  }: Partial<JudgeServices> & {
    url?: string
    host?: string
    visitor?: Visitor
    overrides?: typeof NO_OVERRIDES
    rulings?: (Ruling | undefined)[]
  } = {}
) => {
  const judge = createJudge({
    readBody: () => undefined,
    clearedOf: () => [0, 0, 0, 0],
    ...services,
  })
  const rawHeaders = ['Host', host, 'User-Agent', 'own/1']
  const request = readRequest(requestWith(url, [], { rawHeaders }), false, 0)
  const sites = createSites(rulesFromObjects([document]), phaseServices())
  return judge(sites, request, visitor, CONNECTION, rays.next(), overrides, rulings)
}
const named = (verdict: Verdict | Promise<Verdict>) => {
  const { action, matches, answer, event } = verdict as Verdict
  expect([answer, event]).toEqual([undefined, undefined])
  return [action, ...matches.map(({ rule }) => rule.name)]
}

describe('a verdict', () => {
  test('is the action of the last match, with all matches in order', () => {
    const rules = [block('watch', 'true', { action: 'log' }), block('stop'), block('after')]
    expect(named(judgeWith({ rules }))).toEqual(['block', 'watch', 'stop'])
    expect(named(judgeWith({ rules: [block('other', 'ssl')] }))).toEqual(['pass'])
  })

  test('carries the request, the visitor, the connection and the zone', () => {
    const visitor = visitorWith()
    const { context, zone, request, rayHeader } = judgeWith(zoned, { visitor }) as Verdict
    expect([context.visitor, context.connection]).toEqual([visitor, CONNECTION])
    expect(context.visitor).toBe(visitor)
    expect(context.zone?.name).toBe('shop.test')
    expect(zone.facts).toBe(context.zone)
    expect(request.hostname).toBe('shop.test')
    expect(rayHeader).toMatch(/-LHR$/)
  })

  test('is reached with the scheme that a proxy forwards, and with overrides of fields', () => {
    const ssl = { rules: [block('tls', 'ssl')] }
    expect(named(judgeWith(ssl))).toEqual(['pass'])
    const visitor = visitorWith({ forwardedScheme: 'https' })
    expect(named(judgeWith(ssl, { visitor }))).toEqual(['block', 'tls'])
  })

  test('is reached with the headers of a persona', () => {
    const persona = {
      name: 'p',
      headers: ['User-Agent', 'theirs/2'],
    } as unknown as Visitor['persona']
    const document = { rules: [block('theirs', 'http.user_agent eq "theirs/2"')] }
    expect(named(judgeWith(document))).toEqual(['pass'])
    expect(named(judgeWith(document, { visitor: visitorWith({ persona }) }))).toEqual([
      'block',
      'theirs',
    ])
  })

  test('waits where the body has to be read', async () => {
    const document = {
      access: [{ name: 'kp', block: 'KP' }],
      rules: [block('body', 'http.request.body.raw contains "x"')],
    }
    const readBody = vi.fn(async (context: Verdict['context']) => {
      context.request.body = { bytes: 'axa', size: 3, isTruncated: false }
    })
    const visitor = visitorWith({ country: 'KP' })
    expect(named(judgeWith(document, { readBody, visitor }))).toEqual(['block', 'kp'])
    expect(readBody).not.toHaveBeenCalled()
    const waiting = judgeWith(document, { readBody })
    expect(waiting).toBeInstanceOf(Promise)
    expect(named(await waiting)).toEqual(['block', 'body'])
  })
})

describe('challenges that were passed', () => {
  const challenge = (action: string) => ({ rules: [block('ask', 'true', { action })] })

  test('are asked for only where a rule challenges', () => {
    const clearedOf = vi.fn(() => [0, 1, 1, 0])
    expect(named(judgeWith({ rules: [block('b')] }, { clearedOf }))).toEqual(['block', 'b'])
    expect(clearedOf).not.toHaveBeenCalled()
    expect(named(judgeWith(challenge('managed_challenge'), { clearedOf }))).toEqual(['pass'])
    expect(named(judgeWith(challenge('challenge'), { clearedOf }))).toEqual(['challenge', 'ask'])
  })
})

describe('before all rules', () => {
  const problems = { fields: undefined, problems: ['x-edge-ip: no address'] }
  const forced: Forced = {
    matches: [{ rule: { name: 'forced' }, action: 'challenge' } as unknown as Match],
  }
  const all = { url: '/cdn-cgi/error/1020', host: 'other.test', overrides: problems }

  test('come, in this order, a reserved path, a mistake in overrides, a test, and a host of no zone', () => {
    const force = vi.fn(() => forced)
    expect(named(judgeWith(zoned, { ...all, force }))).toEqual(['preview'])
    const url = '/'
    expect(named(judgeWith(zoned, { ...all, url, force }))).toEqual(['reject'])
    expect(force).not.toHaveBeenCalled()
    const overrides = NO_OVERRIDES
    expect(named(judgeWith(zoned, { ...all, url, overrides, force }))).toEqual([
      'challenge',
      'forced',
    ])
    expect(named(judgeWith(zoned, { ...all, url, overrides }))).toEqual(['no_zone'])
    expect(named(judgeWith(zoned))).toEqual(['block', 'shop'])
  })

  test.each<[string, Forced | undefined, string[]]>([
    ['lets the rules decide', undefined, ['block', 'shop']],
    ['lets a request pass', { matches: [] }, ['pass']],
    ['cuts the connection', { matches: [], isDropped: true }, ['drop']],
    ['does not cut it', { ...forced, isDropped: false }, ['challenge', 'forced']],
  ])('a test %s', (_, decided, expected) => {
    const force = vi.fn(() => decided)
    const verdict = judgeWith(zoned, { force }) as Verdict
    expect(named(verdict)).toEqual(expected)
    expect(force).toHaveBeenCalledExactlyOnceWith(verdict.context)
  })
})

test('the ruling of each phase that runs is noted at its place', () => {
  const rulings: (Ruling | undefined)[] = []
  const verdict = judgeWith(
    { user_agents: [{ block: 'other/1' }], rules: [block('stop')], rate_limits: [] },
    { rulings }
  ) as Verdict
  expect(rulings).toHaveLength(4)
  expect(rulings.slice(0, 3)).toEqual(Array(3).fill({ matches: [], ends: false, skips: 0 }))
  expect(rulings[3]).toMatchObject({ matches: verdict.matches, ends: true })
})
