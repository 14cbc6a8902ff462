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
  rules: {
    matched: [
      { id: 'no-curl', name: 'no curl', matched: 40, decided: 30 },
      { id: 'twice', name: 'twice', matched: 1, decided: 0 },
      { id: 'twice-2', name: 'twice', matched: 2, decided: 0 },
    ],
    silent: [{ id: 'quiet', name: 'quiet' }],
    unjudged: [{ rule: { id: 'body', name: 'body' } }],
  },
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
    ['passed < 90%', 'passed is 890 of 1000 (89%)'],
    ['rule "no curl" > 0', 'rule "no curl" is 40 of 1000 (4%)'],
    ["rule 'no-curl'>=4%", 'rule "no-curl" is 40 of 1000 (4%)'],
    ['rule "no curl" > 4%', undefined],
    ['rule "twice" == 3', 'rule "twice" is 3 of 1000 (0.3%)'],
    ['rule "quiet" > 0', undefined],
    ['rule "quiet" == 0', 'rule "quiet" is 0 of 1000 (0%)'],
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
    ['constructor > 1', 'expected one of passed, blocked'],
    ['rule > 1', 'unknown name "rule"'],
    ['rule no curl > 1', 'rule "NAME" > NUMBER'],
    ['rule "" > 1', 'rule "NAME" > NUMBER'],
    ['rule "a" > 101%', 'expected at most 100%'],
    ['blocked > 101%', 'expected at most 100%'],
  ])('%s is refused', (text, words) => {
    expect(() => readFailIf(text)).toThrow(
      expect.objectContaining({ code: 'wrong_usage', message: expect.stringContaining(words) })
    )
  })

  test.each([
    [
      'rule "no cur" > 0',
      'no enabled rule of --rules has the name or id "no cur": did you mean "no curl"?',
    ],
    ['rule "else" > 0', 'no enabled rule of --rules has the name or id "else"'],
    ['rule "body" > 0', 'the logs do not tell enough to judge this rule'],
  ])('%s is refused when the rules are known', (text, words) => {
    const { check } = readFailIf(text)
    const message = `--fail-if "${text}": ${words}`
    expect(() => check(report)).toThrow(expect.objectContaining({ code: 'wrong_usage', message }))
  })

  test.each([
    ['newly_passed > 1', true],
    ['changed > 1', true],
    ['blocked > 1', false],
    ['broken > 1', false],
    ['rule "changed" > 1', false],
  ])('%s needs rules to compare with: %s', (text, needs) => {
    expect(readFailIf(text).needsAgainst).toBe(needs)
  })

  test('without requests every percentage is 0', () => {
    const empty = { ...report, requests: 0, outcomes: { pass: 0, challenge: 0, block: 0 } }
    expect(readFailIf('blocked > 0%').check(empty)).toBeUndefined()
  })
})
