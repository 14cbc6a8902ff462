import { expect, test } from 'vitest'
import {
  decodeBlock,
  decodeTimes,
  dictionaryOf,
  encodeAddresses,
  encodeNumbers,
  encodeTexts,
  encodeTimes,
} from './block.ts'

/** Returns the values of all rows. It copies the bytes to an odd offset, because they can start at any address. */
const valuesOf = (bytes: Uint8Array, rows: number) => {
  const moved = new Uint8Array(bytes.length + 1)
  moved.set(bytes, 1)
  const block = dictionaryOf(decodeBlock(moved.subarray(1)))
  return Array.from({ length: rows }, (_, row) => block.value(block.codes?.[row] ?? 0))
}

test.each([1, 2, 256, 257, 65_536, 65_537])('%i different values survive a round trip', (size) => {
  const texts = Array.from({ length: size + 3 }, (_, i) => `größe ${i % size}`)
  expect(valuesOf(encodeTexts(texts), texts.length)).toEqual(texts)
  const numbers = Array.from({ length: size + 3 }, (_, i) => (i % size) * 1e9)
  expect(valuesOf(encodeNumbers(numbers), numbers.length)).toEqual(numbers)
})

test.each([
  ['IPv4 alone', ['c0000201', 'ffffffff', '00000000', 'c0000201']],
  ['IPv6, none, and no address', ['20010db8000000000000000000000005', '', '=unix:', 'c0000201']],
])('addresses: %s', (name, keys) => {
  const bytes = encodeAddresses(keys)
  expect(decodeBlock(bytes).ipv4 !== undefined).toBe(name === 'IPv4 alone')
  expect(valuesOf(bytes, keys.length)).toEqual(keys)
})

test('times survive a round trip', () => {
  const times = [0, 0, 1_700_000_000_000, 1_700_000_000_001, 1_700_000_086_401]
  expect([...decodeTimes(encodeTimes(times), times.length)]).toEqual(times)
})
