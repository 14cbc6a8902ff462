import { expect, test } from 'vitest'
import { fewRanges } from './few-ranges.ts'
import { parseIp } from './ip.ts'

const ip = (text: string) => parseIp(text)!
const range = (from: string, to: string) => ({ from: ip(from), to: ip(to) })

const set = fewRanges([
  range('192.0.2.10', '192.0.2.20'),
  range('203.0.113.7', '203.0.113.7'),
  range('192.0.2.15', '192.0.2.30'),
  range('2001:db8::1:0', '2001:db8::1:ffff'),
  range('::', '::1'),
  // A range across families and a range that ends before it begins contain no address.
  range('0.0.0.1', '2001:db9::'),
  range('198.51.100.9', '198.51.100.1'),
])

test.each([
  '192.0.2.10',
  '192.0.2.20',
  '192.0.2.21',
  '192.0.2.30',
  '203.0.113.7',
  '2001:db8::1:0',
  '2001:db8::1:ffff',
  '::',
  '::1',
])('%s is in one of the ranges', (text) => {
  expect(set.has(ip(text))).toBe(true)
})

test.each([
  '192.0.2.9',
  '192.0.2.31',
  '203.0.113.6',
  '203.0.113.8',
  '0.0.0.0',
  '0.0.0.1',
  '198.51.100.5',
  '::2',
  '2001:db8::ffff',
  '2001:db8::2:0',
  '::ffff:192.0.2.10',
])('%s is in none of them', (text) => {
  expect(set.has(ip(text))).toBe(false)
})

test('without ranges the set contains no address', () => {
  expect(fewRanges([]).has(ip('0.0.0.0'))).toBe(false)
  expect(fewRanges([]).has(ip('::'))).toBe(false)
})
