import { expect, test } from 'vitest'
import { longerStretch, Timeline } from './timeline.ts'

const MINUTE = 60_000
const START = Date.UTC(2026, 0, 5)

const of = (minutes: readonly number[]): Timeline => {
  const timeline = new Timeline()
  for (const minute of minutes) timeline.at(START + minute * MINUTE)[0]++
  return timeline
}
const every = (count: number, step = 1) => Array.from({ length: count }, (_, i) => i * step)

test.each([
  [every(240), 1, 240],
  [every(241), 5, 49],
  [every(2_000), 15, 134],
  [every(240, 60 * 24), 1, 240],
])('stretches grow until few cover the log', (minutes, length, count) => {
  const { bucketMs, buckets } = of(minutes).toData()
  expect([bucketMs / MINUTE, buckets.length]).toEqual([length, count])
  expect(buckets.reduce((sum, [, [requests]]) => sum + requests, 0)).toBe(minutes.length)
  expect(buckets.every(([start]) => start % bucketMs === 0)).toBe(true)
})

test('two of different lengths add up', () => {
  const timeline = of(every(10))
  timeline.merge(of(every(241)).toData())
  const { bucketMs, buckets } = timeline.toData()
  expect(bucketMs).toBe(5 * MINUTE)
  expect(buckets.slice(0, 3).map(([, [requests]]) => requests)).toEqual([10, 10, 5])
})

test('each stretch holds the one before it a whole number of times', () => {
  let ms = MINUTE
  for (let i = 0; i < 12; i++) {
    const longer = longerStretch(ms)
    expect(longer % ms).toBe(0)
    expect(longer).toBeGreaterThan(ms)
    ms = longer
  }
})
