import { describe, expect, test } from 'vitest'
import { openCounters } from './open.ts'

const RULE = { limit: 1, periodMs: 1_000, mitigationMs: 0, ends: true, onlyToOrigin: false }

describe('counters by name', () => {
  test.each(['memory', 'memory:1', 'redis://127.0.0.1:1', 'valkey://127.0.0.1:1'])(
    '%s',
    async (name) => {
      const counters = openCounters(name, {})
      expect(counters.name).toBe(name.startsWith('memory') ? 'memory' : name)
      await counters.close()
    }
  )

  test('in memory may have a bound', () => {
    const counters = openCounters('memory:2', {})
    for (let low = 1; low <= 5; low++) {
      counters.take([{ rule: RULE, high: low, low, amount: 1, applies: true }])
    }
    expect(counters.stats).toMatchObject({ keys: 2, evicted: 3 })
  })

  test.each([
    ['memory:', 'expected memory, memory:MAXKEYS, or redis://HOST:PORT'],
    ['memory:0', 'expected a whole number from 1'],
    ['memroy', 'expected memory, memory:MAXKEYS, or redis://HOST:PORT'],
    ['redis', 'expected memory, memory:MAXKEYS, or redis://HOST:PORT'],
    ['mysql://localhost', 'expected redis://HOST:PORT'],
  ])('%j is refused: %s', (name, message) => {
    expect(() => openCounters(name, {})).toThrow(message)
  })
})
