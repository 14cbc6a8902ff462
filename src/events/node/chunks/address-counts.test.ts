import { expect, test } from 'vitest'
import { createCounts } from '../../counts.ts'
import { ipOfKey } from '../../ip-key.ts'
import { AddressCounts, sortedNumbers } from './address-counts.ts'

test('sorts numbers of all sizes', () => {
  const numbers = Uint32Array.from([2 ** 32 - 1, 65_536, 65_535, 0, 2 ** 31, 1, 65_536])
  expect([...sortedNumbers(numbers)]).toEqual([...numbers].sort((x, y) => x - y))
})

test.each([1, 2, 3, 5, 50])(
  'returns the same first %i addresses as counting one by one',
  (limit) => {
    const addresses = Uint32Array.from({ length: 400 }, (_, i) => (i * i * 7_919) % 97)
    const rows = Uint32Array.from({ length: 300 }, (_, i) => i + 50)
    const counts = new AddressCounts()
    const expected = createCounts([{ type: 'ip' }])
    counts.addIpv4(addresses, rows)
    for (const row of rows) {
      expected.add([ipOfKey(addresses[row]!.toString(16).padStart(8, '0'))], 1)
    }
    // Counts from other parts of the store: a known address, a new one, an IPv6 one, and no address.
    for (const [address, count] of [
      ['0.0.0.1', 3],
      ['203.0.113.9', 4],
      ['2001:db8::5', 4],
      ['', 2],
    ] as const) {
      counts.add([address], count)
      expected.add([address], count)
    }
    expect(counts.top(limit)).toEqual(expected.top(limit))
  }
)
