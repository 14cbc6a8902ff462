import { expect, test } from 'vitest'
import { barsOf, bucketSeconds, niceMost } from './buckets.ts'

const HOUR_MS = 3_600_000
const AT = Date.parse('2026-11-29T10:00:00Z')

test.each([
  [HOUR_MS / 60, 5],
  [HOUR_MS, 60],
  [24 * HOUR_MS, 1_800],
  [7 * 24 * HOUR_MS, 10_800],
  [30 * 24 * HOUR_MS, 43_200],
  [10_000 * 24 * HOUR_MS, 2_592_000],
])('%i ms in bars of %i s', (lengthMs, seconds) => {
  expect(bucketSeconds(AT - lengthMs, AT)).toBe(seconds)
})

test('bars include empty periods, keep the order of kinds, and skip points outside the range', () => {
  const point = (minute: string, value: string, count: number) => ({
    time: `2026-11-29T10:${minute}:00.000Z`,
    value,
    count,
  })
  const bars = barsOf(
    [
      point('00', 'log', 2),
      point('02', 'block', 3),
      point('02', 'log', 1),
      point('59', 'block', 9),
    ],
    { fromMs: AT + 10, toMs: AT + 150_000, seconds: 60, order: ['block', 'log', 'skip'] }
  )
  expect(bars).toMatchObject({
    kinds: ['block', 'log'],
    most: 4,
    totals: [3, 3],
    bars: [{ startMs: AT, counts: [0, 2] }, { counts: [0, 0] }, { counts: [3, 1] }],
  })
})

test.each([
  [0, 2],
  [2, 2],
  [3, 3],
  [11, 20],
  [90, 100],
  [1_001, 2_000],
])('an axis for %i ends at %i', (most, end) => {
  expect(niceMost(most)).toBe(end)
})
