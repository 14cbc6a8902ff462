import { expect, test } from 'vitest'
import { createAttempts } from './attempts.ts'

const failing = (times: number, address: string, start = 1_000) => {
  let nowMs = start
  const attempts = createAttempts(() => nowMs)
  for (let i = 0; i < times; i++) attempts.failed(address)
  return {
    attempts,
    at: (ms: number) => {
      nowMs = ms
    },
  }
}

test('ten failures lock an address for the rest of the minute', () => {
  const { attempts, at } = failing(9, '192.0.2.1')
  expect(attempts.waitSeconds('192.0.2.1')).toBe(0)
  expect(attempts.failed('192.0.2.1')).toBe(true)
  expect(attempts.failed('192.0.2.1')).toBe(false)
  at(31_000)
  expect(attempts.waitSeconds('192.0.2.1')).toBe(30)
  at(61_000)
  expect(attempts.waitSeconds('192.0.2.1')).toBe(0)
  expect(attempts.failed('192.0.2.1')).toBe(false)
})

test('the right token clears earlier failures', () => {
  const { attempts } = failing(9, '192.0.2.1')
  attempts.succeeded('192.0.2.1')
  expect(attempts.failed('192.0.2.1')).toBe(false)
  expect(attempts.waitSeconds('192.0.2.1')).toBe(0)
})

test.each([
  ['2001:db8::1', '2001:db8::2', true],
  ['2001:db8::1', '2001:db8:0:0:ffff::1', true],
  ['2001:db8::1', '2001:db8:0:1::1', false],
  ['::1', '::2', true],
  ['fe80::1%eth0', 'fe80::2', true],
  ['::ffff:192.0.2.1', '::ffff:192.0.2.2', false],
  ['192.0.2.1', '192.0.2.2', false],
])('%s and %s count as one address: %s', (failed, asked, isOne) => {
  const { attempts } = failing(10, failed)
  expect(attempts.waitSeconds(asked) > 0).toBe(isOne)
})

test('a million addresses take the memory of a thousand', () => {
  const attempts = createAttempts(() => 0)
  for (let i = 0; i < 5_000; i++) attempts.failed(`10.0.${i >> 8}.${i & 255}`)
  expect(attempts.size).toBe(1_024)
})
