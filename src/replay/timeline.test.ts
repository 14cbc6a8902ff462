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
])('buckets grow until at most 240 cover the log', (minutes, length, count) => {
  const { bucketMs, buckets } = of(minutes).toData()
  expect([bucketMs / MINUTE, buckets.length]).toEqual([length, count])
  expect(buckets.reduce((sum, [, [requests]]) => sum + requests, 0)).toBe(minutes.length)
  expect(buckets.every(([start]) => start % bucketMs === 0)).toBe(true)
})

test('timelines with different bucket lengths can be merged', () => {
  const timeline = of(every(10))
  timeline.merge(of(every(241)).toData())
  const { bucketMs, buckets } = timeline.toData()
  expect(bucketMs).toBe(5 * MINUTE)
  expect(buckets.slice(0, 3).map(([, [requests]]) => requests)).toEqual([10, 10, 5])
})

test('each bucket length is a multiple of the one before it', () => {
  let ms = MINUTE
  for (let i = 0; i < 12; i++) {
    const longer = longerStretch(ms)
    expect(longer % ms).toBe(0)
    expect(longer).toBeGreaterThan(ms)
    ms = longer
  }
})
