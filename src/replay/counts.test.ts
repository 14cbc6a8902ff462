import { expect, test } from 'vitest'
import { Counts } from './counts.ts'

const filled = (rare: number): Counts => {
  const counts = new Counts()
  for (let i = 0; i < 500; i++) for (let n = 0; n < 5; n++) counts.add(`often ${i}`)
  for (let i = 0; i < rare; i++) counts.add(`rare ${i}`)
  return counts
}

test('counts are exact up to 20,000 keys, the most frequent first, then by their text', () => {
  const counts = filled(19_500)
  expect([counts.size, counts.short]).toEqual([20_000, 0])
  expect(counts.top(2)).toEqual([
    ['often 0', 5],
    ['often 1', 5],
  ])
})

test('above 20,000 keys rare ones are dropped, frequent ones kept, and `short` is not 0', () => {
  const counts = filled(60_000)
  expect(counts.size).toBeLessThanOrEqual(20_000)
  expect(counts.short).toBeGreaterThan(0)
  expect(counts.top(500).every(([key, n]) => key.startsWith('often') && n === 5)).toBe(true)
})

test('merging adds the counts of two', () => {
  const [one, other] = [filled(3), filled(60_000)]
  one.merge(other.toData())
  expect(one.top(1)).toEqual([['often 0', 10]])
  expect(one.short).toBe(other.short)
})

test('a long key is cut', () => {
  const counts = new Counts()
  counts.add('x'.repeat(1_000))
  expect(counts.top()[0]![0]).toHaveLength(300)
})
