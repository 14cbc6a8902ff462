import { describe, expect, test } from 'vitest'
import { contextLayout, RequestContext } from './context.ts'
import { requestWith, rulesetOf } from './edge.fixture.ts'
import type { Match } from './phases/phase.ts'
import type { RayId } from './ray.ts'
import { createRecorder } from './record.ts'
import { readRequest } from './request/request.ts'
import { createVisitors } from './visitor/identify.ts'

const TIME = '2026-11-23T05:30:00.123Z'
const RAY = '0123456789abcdef'
const rayAt = (timeMs: number): RayId => ({ ray: RAY, header: `${RAY}-LHR`, timeMs })

describe('an event that no rule causes', () => {
  const answer = { status: 403, headers: { 'Content-Type': 'text/plain' }, body: '' }
  const contextOf = (skippedPhases = 0) => {
    const reader = readRequest(requestWith('/a?b=c'), false, 0)
    const visitor = createVisitors().identify((name) => reader.joined(name), {
      remoteAddress: '8.8.8.8',
    })
    const context = new RequestContext(
      contextLayout([]),
      reader,
      visitor,
      {},
      rayAt(Date.parse(TIME))
    )
    context.skippedPhases = skippedPhases
    return context
  }
  const recorder = createRecorder({ redactQuery: ['b'], colo: 'LHR' })
  const common = {
    ray: RAY,
    colo: 'LHR',
    time: TIME,
    rule: { id: '', name: '' },
    expression: '',
    matched: [],
    matchIndex: 0,
    ip: '8.8.8.8',
    country: 'XX',
    asn: 0,
    userAgent: '',
    method: 'GET',
    scheme: 'http',
    host: 'shop.test',
    path: '/a',
    query: expect.stringMatching(/^\?b=(?!c)/),
    protocol: 'HTTP/1.1',
    notes: [],
    status: 403,
  }
  const PHASES = 'ip-access > zone-lockdown > user-agents > custom-rules > rate-limits'

  test('has all of the request, and says what happened', () => {
    expect(recorder.challenge('challenge_solved', contextOf(), answer)).toEqual({
      ...common,
      kind: 'challenge',
      action: 'challenge_solved',
      source: 'challenge',
      answer: { code: 0, type: 'text/plain' },
    })
    expect(recorder.noZone(contextOf(), { ...answer, code: 1023 })).toEqual({
      ...common,
      kind: 'zone_error',
      action: 'no_zone',
      source: 'zone',
      answer: { code: 1023, type: 'text/plain' },
    })
  })

  test('of an origin says which phases let the request on, and the cause', () => {
    const failed = {
      ...common,
      kind: 'origin_error',
      action: 'origin_error',
      source: 'origin',
      phasePath: PHASES,
      answer: { code: 521, type: 'text/plain' },
    }
    expect(recorder.originError(contextOf(), { ...answer, code: 521 }, undefined)).toEqual(failed)
    const { notes, phasePath } = recorder.originError(contextOf(0b1010), answer, new Error('reset'))
    expect(notes).toEqual(['the origin failed: reset'])
    expect(phasePath).toBe('ip-access > user-agents > rate-limits')
  })

  test('and silent matches: of several matches those that are not silent are events', () => {
    const [rule] = rulesetOf({ name: 'r', expression: 'true' }).rules
    const match = {
      phase: { name: 'custom-rules', source: 'firewallcustom' },
      rule: rule!,
      action: 'log',
      code: 0,
    } as const
    const silent = { ...match, isSilent: true }
    const indexes = (...all: readonly Match[]) =>
      recorder.matches(all, contextOf(), undefined).map(({ matchIndex }) => matchIndex)
    expect(indexes(match, silent, match)).toEqual([1, 0])
    expect(indexes(silent)).toEqual([])
  })

  test('and a rate limit’s event has its count, whose key is redacted like the query', () => {
    const [rule] = rulesetOf({ name: 'r', expression: 'true' }).rules
    const key = () => [
      { characteristic: 'ip.src', value: '8.8.8.8' },
      { characteristic: 'http.request.uri.args["x"]' },
    ]
    const rateLimit = { count: 3, limit: 2, period: 60, mitigationTimeout: 10, key }
    const match = {
      phase: { name: 'rate-limits', source: 'ratelimit' },
      rule: rule!,
      action: 'block',
      code: 1015,
    } as const
    const limitOf = (more: Partial<Match>) =>
      recorder.matches([{ ...match, ...more } as Match], contextOf(), answer)[0]!.rateLimit
    expect(limitOf({})).toBeUndefined()
    expect(limitOf({ rateLimit } as unknown as Partial<Match>)).toEqual({
      count: 3,
      limit: 2,
      period: 60,
      mitigationTimeout: 10,
      key: key(),
    })
    expect(limitOf({ rateLimit, retryAfter: 7 } as unknown as Partial<Match>)).toMatchObject({
      retryAfter: 7,
    })
  })
})
