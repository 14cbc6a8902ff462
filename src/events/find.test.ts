import { describe, expect, test } from 'vitest'
import { rayTime } from '../ray.ts'
import { explainMiss } from './find.ts'

const RAY = '0123456789abcdef'
const MADE_MS = rayTime(RAY)
const MADE = '2012-11-16 08:23:18.960 UTC'
const LATER_MS = Date.UTC(2026, 0, 1)
const LATER = '2026-01-01 00:00:00.000 UTC'

const message = (text: string, horizon: Omit<Parameters<typeof explainMiss>[1], 'store'>) => {
  const result = explainMiss(text, { store: 'the store', ...horizon })
  return result.found ? undefined : { reason: result.reason, message: result.message }
}

const GAP = {
  firstRay: RAY,
  lastRay: RAY,
  from: new Date(MADE_MS + 5).toISOString(),
  to: new Date(MADE_MS + 1_000).toISOString(),
  count: 3,
  reason: 'no space left on device',
}

describe('explainMiss', () => {
  test('names the gap for an event in a period of lost events', () => {
    expect(message(RAY, { oldestMs: LATER_MS, gaps: [GAP] })).toEqual({
      reason: 'gap',
      message:
        `Ray ID ${RAY} (from ${MADE}) is not in the store; it belongs to a gap: ` +
        '3 events from 2012-11-16 08:23:18.965 UTC to 2012-11-16 08:23:19.960 UTC could not be stored (no space left on device)',
    })
  })

  test.each([
    ['before', -1_000],
    ['behind', 1_500],
  ])('ignores a gap that lies %s it', (_, ms) => {
    const move = (time: string) => new Date(Date.parse(time) - ms).toISOString()
    const gap = { ...GAP, from: move(GAP.from), to: move(GAP.to) }
    expect(message(RAY, { gaps: [gap] })?.reason).toBe('not_in_store')
  })

  test('explains the form of a Ray ID for other text', () => {
    expect(message('abc', {})).toEqual({
      reason: 'malformed',
      message: '"abc" is not a Ray ID: expected 16 hex digits, optionally with -COLO',
    })
  })

  test('does not repeat a long text', () => {
    expect(message('x'.repeat(65_536), {})!.message).toContain(`"${'x'.repeat(100)}" is not`)
  })

  test('names the time of a removed event and of the oldest stored event', () => {
    expect(message(`${RAY}-LHR`, { removedBeforeMs: LATER_MS, oldestMs: LATER_MS })).toEqual({
      reason: 'evicted',
      message: `Ray ID ${RAY} is from ${MADE}; the store keeps no events from before ${LATER}`,
    })
  })

  test.each<[string, { removedBeforeMs?: number; oldestMs?: number }, string]>([
    ['an empty store', {}, 'the store, which is empty'],
    ['a store that never removed any', { oldestMs: LATER_MS }, `oldest event is from ${LATER}`],
    [
      'a store that removed only older ones',
      { removedBeforeMs: MADE_MS, oldestMs: LATER_MS },
      `oldest event is from ${LATER}`,
    ],
  ])('names other places for an event that is not in %s', (_, horizon, expected) => {
    const said = message(RAY.toUpperCase(), horizon)!
    expect(said.reason).toBe('not_in_store')
    expect(said.message).toContain(`Ray ID ${RAY} (from ${MADE})`)
    expect(said.message).toContain(expected)
    expect(said.message).toContain('Requests that match no rule create no event')
    // Nobody here knows that.
    expect(said.message).not.toContain('passed')
  })
})
