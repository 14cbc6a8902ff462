import { expect, test } from 'vitest'
import type { Answer } from './answers/answer.ts'
import type { RequestContext } from './context.ts'
import { eventWith } from './events/event.fixture.ts'
import type { Match } from './phases/phase.ts'
import type { Rule } from './rules/rule.ts'
import type { VerdictAction } from './verdict.ts'
import { refuses, Verdict } from './verdict.ts'
import type { Zone } from './zones/zone.ts'

const RAY = '0123456789abcdef'
const facts = {
  request: { is: 'the request' },
  visitor: { is: 'the visitor' },
  connection: {},
  rayId: { ray: RAY, header: `${RAY}-LHR`, timeMs: 0 },
} as unknown as RequestContext
const zone = { is: 'the zone' } as unknown as Zone
const matchOf = (name: string): Match => ({
  phase: { name: 'custom-rules', source: 'firewallcustom' },
  rule: { name } as Rule,
  action: 'block',
  code: 1020,
})
const answer: Answer = {
  status: 403,
  headers: { 'Content-Type': 'text/plain', 'CF-RAY': `${RAY}-LHR` },
  body: 'no',
}

test('a verdict carries what was judged and what was found', async () => {
  const matches = [matchOf('one'), matchOf('two'), matchOf('three')]
  const event = eventWith()
  const verdict = new Verdict('block', facts, zone, matches, answer, event)
  expect(verdict.action).toBe('block')
  expect(verdict.request).toBe(facts.request)
  expect(verdict.visitor).toBe(facts.visitor)
  expect(verdict.rayId).toBe(facts.rayId)
  expect(verdict.zone).toBe(zone)
  expect(verdict.matches).toBe(matches)
  expect(verdict.answer).toBe(answer)
  expect(verdict.event).toBe(event)
  expect(verdict.rule).toBe(matches[2]!.rule)
  expect([verdict.ray, verdict.rayHeader]).toEqual([RAY, `${RAY}-LHR`])
})

test('its response is the answer, a new one each time', async () => {
  const verdict = new Verdict('block', facts, zone, [matchOf('one')], answer)
  const [first, second] = [verdict.response!, verdict.response!]
  expect(first).not.toBe(second)
  for (const response of [first, second]) {
    expect(response.status).toBe(403)
    expect(response.headers.get('cf-ray')).toBe(`${RAY}-LHR`)
    expect(await response.text()).toBe('no')
  }
})

test('of a request that passes there is no rule and no response', () => {
  const verdict = new Verdict('pass', facts, zone, [])
  expect([verdict.rule, verdict.response, verdict.answer, verdict.event]).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ])
})

test('an answer and an event make the same verdict with them', () => {
  const matches = [matchOf('one')]
  const event = eventWith()
  const before = new Verdict('block', facts, zone, matches)
  const after = before.answered(answer, event)
  expect(before.isRefused).toBe(false)
  expect(after).toMatchObject({ action: 'block', zone, matches, answer, event, isRefused: true })
  expect(after.context).toBe(facts)
})

test.each<[VerdictAction, boolean]>([
  ['pass', false],
  ['log', false],
  ['skip', false],
  ['allow', false],
  ['block', true],
  ['challenge', true],
  ['managed_challenge', true],
  ['js_challenge', true],
  ['no_zone', true],
  ['reject', true],
  ['preview', true],
  ['clearance', true],
  ['drop', true],
])('%s: refused %s', (action, isRefused) => {
  expect(refuses(action)).toBe(isRefused)
})

test('the response is watched only where the origin gives it', () => {
  const responseWatch = { tell: () => {} } as unknown as Verdict['responseWatch']
  const context = { ...facts, responseWatch } as unknown as RequestContext
  expect(new Verdict('log', context, zone, []).responseWatch).toBe(responseWatch)
  expect(new Verdict('block', context, zone, [], answer).responseWatch).toBeUndefined()
})
