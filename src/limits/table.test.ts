import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CounterTable } from './table.ts'

const WIDTH = 8

const byCount = (most: number) => new CounterTable(most, WIDTH, (shard, slot) => shard.sum(slot))

/** Spread as a hash is, and different for each number. */
const spread = (i: number) => Math.imul(i, 0x9e37_79b1) >>> 0

const set = (table: CounterTable, key: number, count: number, { end = 1e9, now = 0 } = {}) => {
  const shard = table.shard(spread(key))
  const slot = table.insert(spread(key), key, end, now)
  shard.counts[slot * WIDTH + 7] = count
}

const get = (table: CounterTable, key: number): number | undefined => {
  const shard = table.shard(spread(key))
  const slot = shard.find(spread(key), key)
  return slot === -1 ? undefined : shard.sum(slot)
}

describe('a table of counters', () => {
  test('does what a map does, whatever comes and goes', () => {
    const step = fc.record({
      // Few low halves, so that places collide.
      key: fc.integer({ min: 0, max: 60 }),
      count: fc.integer({ min: 1, max: 1_000 }),
      removes: fc.boolean(),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const table = byCount(1_000)
        const map = new Map<number, number>()
        const high = (key: number) => (key % 3) << 8
        for (const { key, count, removes } of steps) {
          const low = key * 16
          const shard = table.shard(high(key))
          const slot = shard.find(high(key), low)
          expect(slot === -1).toBe(!map.has(key))
          if (removes) {
            if (slot !== -1) table.remove(shard, slot)
            map.delete(key)
          } else {
            const place = slot === -1 ? table.insert(high(key), low, 1e9, 0) : slot
            shard.counts.fill(count, place * WIDTH, (place + 1) * WIDTH)
            map.set(key, count)
          }
          expect(table.size).toBe(map.size)
        }
        for (const [key, count] of map) {
          const shard = table.shard(high(key))
          expect(shard.sum(shard.find(high(key), key * 16))).toBe(count * WIDTH)
        }
      })
    )
  })

  test('keeps at most so many, and says how many it has forgotten', () => {
    const table = byCount(1_000)
    for (let key = 1; key <= 5_000; key++) set(table, key, 1)
    expect(table.size).toBe(1_000)
    expect(table.evicted).toBe(4_000)
  })

  test('of a few it forgets the one that is worth least', () => {
    const table = byCount(2_000)
    for (let key = 1; key <= 1_000; key++) set(table, key, 50)
    for (let key = 1_001; key <= 50_000; key++) set(table, key, 1)
    let kept = 0
    for (let key = 1; key <= 1_000; key++) if (get(table, key) === 50) kept++
    expect(kept).toBe(1_000)
  })

  test('what has ended makes room first, and is not counted as forgotten', () => {
    const table = byCount(500)
    for (let key = 1; key <= 500; key++) set(table, key, 9, { end: 100 })
    for (let key = 501; key <= 700; key++) set(table, key, 1, { end: 1_000, now: 100 })
    expect(table.evicted).toBe(0)
    expect(table.size).toBeLessThanOrEqual(500)
    for (let key = 501; key <= 700; key++) expect(get(table, key)).toBe(1)
  })

  test('what has ended does not make it grow', () => {
    const PER_ROUND = 20_000
    const table = byCount(1_000_000)
    const fill = (round: number) => {
      for (let i = 1; i <= PER_ROUND; i++) {
        set(table, round * PER_ROUND + i, 1, { end: (round + 1) * 100, now: round * 100 })
      }
    }
    fill(0)
    const { bytes } = table
    for (let round = 1; round < 10; round++) fill(round)
    expect(table.bytes).toBeLessThanOrEqual(2 * bytes)
    expect(table.size).toBeLessThan(5 * PER_ROUND)
    expect(table.evicted).toBe(0)
  })

  test('live keys take less than 200 bytes each', () => {
    const table = byCount(1_000_000)
    for (let key = 1; key <= 300_000; key++) set(table, key, 1)
    expect(table.size).toBe(300_000)
    expect(table.bytes / table.size).toBeLessThan(200)
    expect([1, 150_000, 300_000].map((key) => get(table, key))).toEqual([1, 1, 1])
  })

  test('a table of one entry has one', () => {
    const table = byCount(1)
    for (let key = 1; key <= 10; key++) set(table, key, 1)
    expect(table.size).toBe(1)
    expect(get(table, 10)).toBe(1)
  })
})
