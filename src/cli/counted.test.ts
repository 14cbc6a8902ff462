import { expect, test } from 'vitest'
import { counted } from './counted.ts'

test.each([
  [0, '0 rules'],
  [1, '1 rule'],
  [2, '2 rules'],
  [1_234_567, '1,234,567 rules'],
])('%d: %s', (count, expected) => expect(counted(count, 'rule')).toBe(expected))

test('a noun with a plural of its own', () => {
  expect(counted(1, 'entry', 'entries')).toBe('1 entry')
  expect(counted(3, 'entry', 'entries')).toBe('3 entries')
})
