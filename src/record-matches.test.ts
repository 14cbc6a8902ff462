import { expect, test } from 'vitest'
import { contextLayout, RequestContext } from './context.ts'
import { requestWith, rulesetOf } from './edge.fixture.ts'
import type { AnonymizeIp } from './events/anonymize.ts'
import type { SecurityEvent } from './events/event.ts'
import type { KeyPart } from './limits/keys.ts'
import type { Match } from './phases/phase.ts'
import { createRecorder } from './record.ts'
import { readRequest } from './request/request.ts'
import type { VisitorsOptions } from './visitor/identify.ts'
import { createVisitors } from './visitor/identify.ts'

interface Situation {
  /** One event each. */
  readonly matches?: readonly Partial<Match>[]
  readonly headers?: Readonly<Record<string, string>>
  readonly expression?: string
  readonly zone?: { readonly name: string }
  readonly visitors?: VisitorsOptions
  readonly anonymizeIp?: AnonymizeIp
  readonly redactQuery?: readonly string[]
}

const given = ({ expression = 'true', zone, visitors, anonymizeIp, redactQuery }: Situation) => {
  const ruleset = rulesetOf({ name: 'a', expression })
  const reader = readRequest(requestWith('/'), false, 0)
  const connection = { remoteAddress: '8.8.8.8' }
  const visitor = createVisitors(visitors).identify((name) => reader.joined(name), connection)
  const rayId = { ray: '0123456789abcdef', header: '0123456789abcdef-LHR', timeMs: 0 }
  const layout = contextLayout(ruleset.fields)
  return {
    rule: ruleset.rules[0]!,
    context: new RequestContext(layout, reader, visitor, connection, rayId, undefined, zone),
    recorder: createRecorder({ redactQuery: redactQuery ?? false, anonymizeIp, colo: 'LHR' }),
  }
}

const recorded = (situation: Situation = {}): SecurityEvent[] => {
  const { rule, context, recorder } = given(situation)
  const matches = (situation.matches ?? [{}]).map(
    (match): Match => ({
      phase: { name: 'custom-rules', source: 'firewallcustom' },
      rule,
      action: 'block',
      code: 1020,
      ...match,
    })
  )
  const { headers = {} } = situation
  return recorder.matches(matches, context, { status: 403, headers, body: '', code: 1020 })
}

const limited = (key: readonly KeyPart[], retryAfter?: number): Partial<Match> => ({
  rateLimit: { count: 11, limit: 10, period: 60, mitigationTimeout: 300, key: () => key },
  ...(retryAfter === undefined ? {} : { retryAfter }),
})

test('the event of a rate limit has its count, its limit and the values of its key', () => {
  const key = [
    { characteristic: 'ip.src', value: '8.8.8.8' },
    { characteristic: 'http.request.headers["x-key"]' },
  ]
  const [blocked, logged, other] = recorded({ matches: [limited(key, 42), limited(key), {}] })
  const counted = { count: 11, limit: 10, period: 60, mitigationTimeout: 300 }
  expect(blocked!.rateLimit).toStrictEqual({ ...counted, retryAfter: 42, key })
  expect(logged!.rateLimit).toStrictEqual({ ...counted, key })
  expect(other).not.toHaveProperty('rateLimit')
})

test('the key of a rate limit never holds a secret, and redacted parameters as asked', () => {
  const key = [
    { characteristic: 'http.request.cookies["session"]', value: ['hush'] },
    { characteristic: 'http.request.uri.query', value: 'token=hush&page=2' },
  ]
  const [event] = recorded({ matches: [limited(key)], redactQuery: ['token'] })
  expect(JSON.stringify(event!.rateLimit)).not.toContain('hush')
  expect(event!.rateLimit!.key[1]).toEqual({
    characteristic: 'http.request.uri.query',
    value: 'token=REDACTED&page=2',
  })
})

test.each([
  [1, 'waf.tf:1'],
  [37, 'waf.tf:37'],
  [0, 'waf.tf'],
])('a rule from line %i of a file comes from %s', (line, source) => {
  const { rule } = given({})
  const [event] = recorded({ matches: [{ rule: { ...rule, file: 'waf.tf', line } }] })
  expect(event!.rule.source).toBe(source)
})

test.each([
  [{ 'Content-Type': 'text/html; charset=UTF-8' }, 'text/html'],
  [{ 'Content-Type': 'a;b' }, 'a'],
  [{ 'Content-Type': ';charset=UTF-8' }, ''],
  [{ 'Content-Type': 'application/json' }, 'application/json'],
  [{}, ''],
])('an answer with %j has the type "%s"', (headers, type) => {
  expect(recorded({ headers })[0]!.answer).toEqual({ code: 1020, type })
})

test('a bot without a category has none in its event', () => {
  const bots = {
    name: 'b',
    date: '',
    judge: () => ({ verified: false, category: '', score: 2, reason: 'scripted' }),
  }
  const [event] = recorded({ visitors: { bots }, expression: 'not cf.client.bot' })
  expect(event!.bot).toStrictEqual({ verified: false, score: 2 })
})

test('each event names the zone of its host, and none without zones', () => {
  const zone = { name: 'shop.test' }
  expect(recorded({ zone, matches: [{}, {}] }).map((event) => event.zone)).toEqual([
    'shop.test',
    'shop.test',
  ])
  expect(recorded()[0]).not.toHaveProperty('zone')
  const answer = { status: 522, headers: {}, body: '' }
  const { context, recorder } = given({ zone })
  expect(recorder.originError(context, answer, undefined).zone).toBe('shop.test')
})

test('silent matches have no event, and do not count among those that have one', () => {
  const silent = { isSilent: true, action: 'skip' as const }
  expect(recorded({ matches: [silent] })).toEqual([])
  const events = recorded({ matches: [silent, { action: 'log' }, silent, {}] })
  expect(events.map(({ action, matchIndex }) => [action, matchIndex])).toEqual([
    ['log', 1],
    ['block', 0],
  ])
})

test('addresses are kept as they are, unless asked otherwise', () => {
  expect(recorded()[0]!.ip).toBe('8.8.8.8')
  expect(recorded({ anonymizeIp: 'truncate' })[0]!.ip).toBe('8.8.8.0')
  const { context, recorder } = given({ anonymizeIp: 'truncate' })
  expect(recorder.noZone(context, { status: 403, headers: {}, body: '' }).ip).toBe('8.8.8.0')
})
