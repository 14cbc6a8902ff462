import { expect, test, vi } from 'vitest'
import { Recent } from './recent.ts'

test('makes each value once, also one that is undefined', () => {
  const make = vi.fn((key: string) => (key === 'none' ? undefined : key.length))
  const recent = new Recent<number | undefined>()
  expect(['a', 'bb', 'a', 'none', 'none'].map((key) => recent.get(key, make))).toEqual([
    1,
    2,
    1,
    undefined,
    undefined,
  ])
  expect(make).toHaveBeenCalledTimes(3)
})

test('the first one makes room for a new one', () => {
  const make = vi.fn((key: string) => key)
  const recent = new Recent<string>(2)
  for (const key of ['a', 'b', 'c', 'b', 'a']) recent.get(key, make)
  expect(make.mock.calls.flat()).toEqual(['a', 'b', 'c', 'a'])
  expect(recent.size).toBe(2)
})

test('keys of a size that nobody sends are not kept', () => {
  const recent = new Recent<number>()
  const long = 'x'.repeat(513)
  expect(recent.get(long, () => 1)).toBe(1)
  expect(recent.get(long, () => 2)).toBe(2)
  expect(recent.size).toBe(0)
})
