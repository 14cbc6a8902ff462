import { describe, expect, test } from 'vitest'
import { readFailIf } from './fail-if.ts'
import type { ReplayReport } from './report.ts'

const group = (count: number) => ({ count })
const report = {
  lines: 2_000,
  requests: 1_000,
  outcomes: { pass: 890, challenge: 10, block: 100 },
  refused: group(110),
  difference: {
    newly_blocked: group(2),
    newly_challenged: group(3),
    newly_passed: group(0),
    other_answer: group(4),
  },
  skipped: { broken: 20 },
} as unknown as ReplayReport

describe('--fail-if', () => {
  test.each([
    ['newly_blocked > 0.1%', 'newly_blocked is 2 of 1000 (0.2%)'],
    ['newly_blocked > 0.2%', undefined],
    ['newly_blocked >= 0.2%', 'newly_blocked is 2 of 1000 (0.2%)'],
    ['newly_blocked>1', 'newly_blocked is 2 of 1000 (0.2%)'],
    ['newly_blocked > 2', undefined],
    ['newly_challenged == 3', 'newly_challenged is 3 of 1000 (0.3%)'],
    ['newly_passed != 0', undefined],
    ['newly_passed <= 0', 'newly_passed is 0 of 1000 (0%)'],
    ['changed > 8', 'changed is 9 of 1000 (0.9%)'],
    ['blocked > 10%', undefined],
    [' blocked < 11% ', 'blocked is 100 of 1000 (10%)'],
    ['challenged >= 1%', 'challenged is 10 of 1000 (1%)'],
    ['refused > 100', 'refused is 110 of 1000 (11%)'],
    ['broken >= 1%', 'broken is 20 of 2000 (1%)'],
  ])('%s: %s', (text, reason) => {
    expect(readFailIf(text).check(report)).toBe(reason)
  })

  test.each([
    ['', 'expected NAME > NUMBER'],
    ['newly_blocked', 'expected NAME > NUMBER'],
    ['newly_blocked > many', 'expected NAME > NUMBER'],
    ['newly_blocked > -1', 'expected NAME > NUMBER'],
    ['newly_blocked => 1', 'expected NAME > NUMBER'],
    ['newly_bloked > 1', 'did you mean newly_blocked?'],
    ['constructor > 1', 'expected one of blocked'],
    ['blocked > 101%', 'expected at most 100%'],
  ])('%s is refused', (text, words) => {
    expect(() => readFailIf(text)).toThrow(
      expect.objectContaining({ code: 'wrong_usage', message: expect.stringContaining(words) })
    )
  })

  test.each([
    ['newly_passed > 1', true],
    ['changed > 1', true],
    ['blocked > 1', false],
    ['broken > 1', false],
  ])('%s needs rules to compare with: %s', (text, needs) => {
    expect(readFailIf(text).needsAgainst).toBe(needs)
  })

  test('of nothing nothing is a share', () => {
    const empty = { ...report, requests: 0, outcomes: { pass: 0, challenge: 0, block: 0 } }
    expect(readFailIf('blocked > 0%').check(empty)).toBeUndefined()
  })
})
