// scripts/suite.mjs: the result of a run whose failed tests run a second time.
import { describe, expect, test } from 'vitest'
import {
  isWorthAgain,
  MAX_AGAIN,
  type Outcome,
  type Report,
  resultOf,
  settle,
} from '../scripts/suite/tally.mjs'

type File = Report['files'][number]

const file = (name: string, passed: number, ...failures: string[]): File => ({
  file: name,
  passed,
  skipped: 0,
  failures,
})
const report = (status: number, ...files: File[]): Report => ({ status, errors: [], files })
const outcome = (more: Partial<Outcome> = {}): Outcome => ({
  passed: 10,
  skipped: 0,
  failures: [],
  again: [],
  ...more,
})

describe('failed tests', () => {
  const first = report(1, file('a.test.ts', 8, 'one', 'two'), file('b.test.ts', 5))

  test('that pass in the second run are listed, and count once as passed', () => {
    expect(settle(first, report(0, file('a.test.ts', 10)))).toEqual({
      passed: 15,
      skipped: 0,
      failures: [],
      again: ['a.test.ts > one', 'a.test.ts > two'],
    })
  })

  test('that fail again count as failed; the other tests of their file count by the second run', () => {
    expect(settle(first, report(1, file('a.test.ts', 9, 'two')))).toEqual({
      passed: 14,
      skipped: 0,
      failures: ['a.test.ts > two'],
      again: ['a.test.ts > one'],
    })
    expect(settle(first, report(1, file('a.test.ts', 9, 'three'))).failures).toEqual([
      'a.test.ts > three',
    ])
  })

  test('that do not run again count as failed', () => {
    expect(settle(first)).toMatchObject({
      passed: 13,
      failures: ['a.test.ts > one', 'a.test.ts > two'],
    })
    expect(settle(first, report(1)).failures).toHaveLength(2)
  })

  test('in a file that did not load: all its tests count after a second run that loads', () => {
    const broken = report(1, file('a.test.ts', 0, '(the file itself)'))
    expect(settle(broken, report(0, file('a.test.ts', 10)))).toMatchObject({
      passed: 10,
      again: ['a.test.ts > (the file itself)'],
    })
  })

  test('in a file with fewer tests in the second run count as failed', () => {
    expect(settle(first, report(0, file('a.test.ts', 7))).failures).toEqual([
      'a.test.ts > fewer tests the second time',
    ])
  })
})

describe('a run with an error outside its tests', () => {
  test('fails, even if a second run would pass', () => {
    const first = { ...report(1, file('a.test.ts', 3)), errors: ['unhandled'] }
    expect(isWorthAgain(first)).toBe(false)
    expect(settle(first)).toMatchObject({ passed: 3, failures: ['unhandled'] })
    const failed = report(1, file('a.test.ts', 3, 'one'))
    const again = { ...report(1, file('a.test.ts', 4)), errors: ['unhandled'] }
    expect(settle(failed, again).failures).toEqual(['unhandled'])
  })

  test('without a reason counts as failed', () => {
    expect(settle(report(1, file('a.test.ts', 3))).failures).toHaveLength(1)
    expect(
      settle(report(1, file('a.test.ts', 3, 'x')), report(1, file('a.test.ts', 4))).failures
    ).toHaveLength(1)
    expect(settle(report(0, file('a.test.ts', 3))).failures).toEqual([])
  })
})

test.each([
  [0, false],
  [1, true],
  [MAX_AGAIN, true],
  [MAX_AGAIN + 1, false],
])('%i failures: second run is %s', (count, expected) => {
  const names = Array.from({ length: count }, (_, i) => `test ${i}`)
  expect(isWorthAgain(report(1, file('a.test.ts', 1, ...names)))).toBe(expected)
})

describe('the result of all runs', () => {
  test('ends with the counts', () => {
    expect(resultOf([outcome(), outcome({ passed: 5 })])).toEqual({
      lines: ['15 passed, 0 failed'],
      isGood: true,
    })
  })

  test('lists tests that passed only in the second run', () => {
    expect(resultOf([outcome({ again: ['a > one'] }), outcome({ again: ['a > two'] })])).toEqual({
      lines: ['passed only when run again:', '  a > one', '  a > two', '20 passed, 0 failed'],
      isGood: true,
    })
  })

  test('fails if too many tests of all runs needed a second run', () => {
    const half = outcome({ again: ['a', 'b'] })
    const { lines, isGood } = resultOf([half, half])
    expect(isGood).toBe(false)
    expect(lines.slice(-2)).toEqual(['4 such tests are too many: at most 3', '16 passed, 4 failed'])
    expect(resultOf([outcome({ again: ['a', 'b', 'c'] })]).isGood).toBe(true)
  })

  test('fails if a test failed, and names the test', () => {
    expect(resultOf([outcome({ failures: ['a > one'] }), outcome()])).toEqual({
      lines: ['failed:', '  a > one', '20 passed, 1 failed'],
      isGood: false,
    })
  })

  test.each([
    ['a test was skipped', outcome({ skipped: 2 }), '10 passed, 2 failed'],
    ['nothing ran', outcome({ passed: 0 }), '0 passed, 1 failed'],
  ])('fails if %s', (_, given, last) => {
    const { lines, isGood } = resultOf([given])
    expect([lines.at(-1), isGood]).toEqual([last, false])
  })
})
