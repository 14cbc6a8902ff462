import { describe, expect, test } from 'vitest'
import type { EdgeError } from '../error.ts'
import { counterContract } from './counters.contract.ts'
import type { CounterRule, Hit } from './counters.ts'
import { memoryCounters } from './memory.ts'

counterContract('memory', (clock) => memoryCounters({ now: () => clock.ms }))

const RULE: CounterRule = {
  limit: 2,
  periodMs: 10_000,
  mitigationMs: 60_000,
  ends: true,
  onlyToOrigin: false,
}

const hit = (key: number, rule = RULE, amount = 1): Hit => ({
  rule,
  high: Math.imul(key, 0x9e37_79b1) >>> 0,
  low: Math.imul(key, 0x85eb_ca6b) >>> 0,
  amount,
  applies: true,
})

describe('counters in memory, bounded', () => {
  test('an inventor of keys pushes out his own, and that it happened is told', () => {
    const counters = memoryCounters({ maxKeys: 5_000, now: () => 0 })
    const visitors = Array.from({ length: 500 }, (_, i) => i + 1)
    for (const key of visitors) for (let i = 0; i < 2; i++) counters.take([hit(key)])
    for (let key = 1_000; key < 100_000; key++) counters.take([hit(key)])
    expect(counters.stats.keys).toBe(5_000)
    expect(counters.stats.evicted).toBe(500 + 99_000 - 5_000)
    // The others are where they were: the next request is above their limit.
    for (const key of visitors) expect(counters.take([hit(key)])).toHaveLength(1)
  })

  test('nor does he push out a penalty', () => {
    const counters = memoryCounters({ maxKeys: 1_000, now: () => 0 })
    for (let i = 0; i < 3; i++) counters.take([hit(1)])
    for (let key = 1_000; key < 50_000; key++) counters.take([hit(key)])
    expect(counters.take([hit(1)])).toMatchObject([{ index: 0, count: 3, retryAfterMs: 60_000 }])
    expect(counters.stats).toMatchObject({ penalties: 1, penaltiesEvicted: 0 })
  })

  test('where too many are limited those go first whose time is over first, with one error', () => {
    const errors: EdgeError[] = []
    let now = 0
    const counters = memoryCounters({
      maxKeys: 100,
      now: () => now,
      onError: (error) => errors.push(error),
    })
    const LONG = { ...RULE, mitigationMs: 3_600_000 }
    for (let key = 1; key <= 10; key++) counters.take([hit(key, LONG, 3)])
    for (let key = 100; key < 400; key++) {
      counters.take([hit(key, RULE, 3)])
      now++
    }
    expect(counters.stats).toMatchObject({ penalties: 100, penaltiesEvicted: 210 })
    expect(errors.map(({ code }) => code)).toEqual(['counters_full'])
    for (let key = 1; key <= 10; key++) expect(counters.take([hit(key, LONG)])).toHaveLength(1)
  })

  test.each([0, -1, 1.5, Number.NaN, 1e9])('%d keys are refused', (maxKeys) => {
    expect(() => memoryCounters({ maxKeys })).toThrow(
      `option maxKeys: ${maxKeys}: expected a whole number from 1 to 100000000`
    )
  })
})
