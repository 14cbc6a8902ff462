import { describe, expect, test, vi } from 'vitest'
import { requestWith } from './edge.fixture.ts'
import type { Match } from './phases/phase.ts'
import type { AnswerServices } from './refusal.ts'
import { answerVerdict, refusalFacts } from './refusal.ts'
import { readRequest } from './request/request.ts'
import type { Verdict, VerdictAction } from './verdict.ts'
import { createVisitors } from './visitor/identify.ts'
import { wholeEdge } from './whole.ts'

wholeEdge()

const RAY = '0123456789abcdef'
const TIME_MS = Date.UTC(2026, 10, 23)
const rayId = { ray: RAY, header: `${RAY}-LHR`, timeMs: TIME_MS }

const factsOf = (headers: readonly string[], rawHeaders = ['Host', 'Shop.test:8020.']) => {
  const request = readRequest(
    requestWith('/', [], { method: 'POST', rawHeaders: [...rawHeaders, ...headers] }),
    false,
    TIME_MS
  )
  const visitor = createVisitors({
    geo: { name: 'g', date: '', lookup: () => ({ country: 'DE' }) },
    asn: { name: 'a', date: '', lookup: () => ({ asn: 64_496, name: '' }) },
  }).identify((name) => request.joined(name), { remoteAddress: '8.8.8.8' })
  return { request, visitor, rayId }
}

test('the facts of a refusal are those of the request', () => {
  const page = { generation: 'g1' } as const
  const facts = factsOf(
    ['Accept', 'text/html', 'Accept', 'a/b', 'Accept-Encoding', 'gzip', 'Accept-Language', 'de'],
    ['Host', 'Shop.test:8020']
  )
  expect(refusalFacts(1009, facts, 'LHR', { page })).toEqual({
    code: 1009,
    ray: RAY,
    colo: 'LHR',
    timeMs: TIME_MS,
    host: 'shop.test',
    ip: '8.8.8.8',
    country: 'DE',
    asn: 64_496,
    method: 'POST',
    accept: 'text/html, a/b',
    acceptEncoding: 'gzip',
    codings: 'gzip',
    acceptLanguage: 'de',
    page,
  })
})

test('what a request does not say is absent', () => {
  expect(refusalFacts(1020, factsOf([]), 'LHR')).toMatchObject({
    accept: undefined,
    acceptEncoding: undefined,
    codings: undefined,
    acceptLanguage: undefined,
    page: undefined,
  })
})

test('a persona’s headers choose the answer, and not its coding', () => {
  const facts = factsOf(['Accept-Encoding', 'identity'])
  facts.request.pretend(['Accept-Encoding', 'br', 'Accept', 'application/json'])
  expect(refusalFacts(1020, facts, 'LHR')).toMatchObject({
    accept: 'application/json',
    acceptEncoding: 'br',
    codings: 'identity',
  })
})

describe('the answer of a verdict', () => {
  const answered = (action: VerdictAction, match: Partial<Match> = {}, url = '/a//b?c=d') => {
    const refuse = vi.fn((given: unknown) => ({ refused: given }))
    const ask = vi.fn((...given: unknown[]) => ({ asked: given }))
    const pass = vi.fn((...given: unknown[]) => ({ passed: given }))
    const context = factsOf([])
    Object.assign(context, {
      request: readRequest(requestWith(url, ['User-Agent', 'ua/1']), true, TIME_MS),
    })
    const answer = answerVerdict(
      {
        action,
        context,
        matches: [
          { code: 1, rule: {} },
          { code: 2, rule: {} },
          { code: 1020, rule: {}, ...match },
        ],
      } as unknown as Verdict,
      { answers: { refuse }, challenges: { ask, pass }, colo: 'LHR' } as unknown as AnswerServices
    )
    return { answer, refuse, ask, pass }
  }

  test.each<VerdictAction>(['pass', 'log', 'skip', 'allow', 'reject', 'drop'])(
    'of %s is none of its own',
    (action) => {
      const { answer, refuse, ask } = answered(action)
      expect(answer).toBeUndefined()
      expect([refuse.mock.calls, ask.mock.calls]).toEqual([[], []])
    }
  )

  test('of a block has the last match’s code, page, response and time', () => {
    const page = { generation: 'g1' } as const
    const response = { status: 418 }
    const rule = { response } as unknown as Match['rule']
    const { answer, refuse } = answered('block', { page, rule, retryAfter: 7 })
    expect(refuse).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ code: 1020, page, response, retryAfter: 7, colo: 'LHR', ray: RAY })
    )
    expect(answer).toEqual({ refused: refuse.mock.calls[0]![0] })
  })

  test('of a host of no zone is 1023', () => {
    const { refuse } = answered('no_zone')
    expect(refuse).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ code: 1023, colo: 'LHR' })
    )
  })

  test.each<VerdictAction>(['managed_challenge', 'js_challenge', 'challenge'])(
    'of %s asks for the same target again',
    (action) => {
      const { answer, ask } = answered(action)
      const facts = {
        ray: RAY,
        colo: 'LHR',
        timeMs: TIME_MS,
        method: 'GET',
        ip: '8.8.8.8',
        userAgent: 'ua/1',
        host: 'shop.test',
        scheme: 'https',
      }
      expect(ask).toHaveBeenCalledExactlyOnceWith(action, facts, '/a//b?c=d')
      expect(answer).toEqual({ asked: ask.mock.calls[0] })
    }
  )

  test('of a visitor’s answer to a challenge knows the request and its refusal’s facts', () => {
    const path = '/cdn-cgi/challenge-platform/x'
    const { answer, pass } = answered('clearance', {}, `${path}?a=b`)
    expect(pass).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({
        code: 0,
        userAgent: 'ua/1',
        scheme: 'https',
        country: 'DE',
        colo: 'LHR',
      }),
      path,
      '?a=b'
    )
    expect(answer).toEqual({ passed: pass.mock.calls[0] })
  })

  test('of a reserved path is that of its handler', () => {
    const { refuse } = answered('preview', {}, '/cdn-cgi/error/1015?generation=g1')
    expect(refuse).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ code: 1015, colo: 'LHR', host: 'shop.test', ip: '8.8.8.8' })
    )
  })
})
