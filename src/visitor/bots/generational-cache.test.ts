import { expect, test } from 'vitest'
import { createGenerationalCache } from './generational-cache.ts'

test('holds at most twice its size, and keeps used entries', () => {
  const map = createGenerationalCache<number>(10)
  map.set('kept', 1)
  for (let i = 0; i < 1000; i++) {
    map.set(`flood ${i}`, i)
    expect(map.get('kept')).toBe(1)
    expect(map.size).toBeLessThanOrEqual(20)
  }
  expect(map.get('flood 0')).toBeUndefined()
  expect(map.get('flood 999')).toBe(999)
})
