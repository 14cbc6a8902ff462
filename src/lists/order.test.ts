import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Ip } from './ip.ts'
import { orderOf } from './order.ts'
import { RangeBuffer } from './ranges.ts'

/** Words that are often equal, so that the following words decide. */
const word = fc.oneof(fc.constantFrom(0, 1, 0x7fffffff, 0x80000000, 0xffffffff), fc.nat(0xffffffff))
const address = fc.tuple(word, word, word, word)

const inOrder = (starts: readonly (readonly number[])[]) =>
  starts
    .map((words, row) => ({ words, row }))
    .sort((x, y) => {
      const differing = x.words.findIndex((value, i) => value !== y.words[i])
      return differing < 0 ? x.row - y.row : x.words[differing]! - y.words[differing]!
    })
    .map(({ row }) => row)

test('IPv4 rows are sorted by their start; rows with the same start keep their order', () => {
  fc.assert(
    fc.property(fc.array(word, { maxLength: 120 }), (starts) => {
      const ranges = new RangeBuffer()
      for (const start of starts) ranges.add4(start, start)
      expect([...orderOf(ranges.v4)]).toEqual(inOrder(starts.map((start) => [start])))
    })
  )
})

test('IPv6 rows are sorted by all words of their start', () => {
  fc.assert(
    fc.property(fc.array(address, { maxLength: 120 }), (starts) => {
      const ranges = new RangeBuffer()
      for (const words of starts) ranges.add6(new Ip(6, ...words), new Ip(6, ...words))
      expect([...orderOf(ranges.v6)]).toEqual(inOrder(starts))
    })
  )
})

test.each([1, 2, 3, 4])('many rows that differ from word %i on are sorted', (count) => {
  const few = fc.sample(address, 2000).map((words) => words.map((n, i) => (i + 1 < count ? 7 : n)))
  const ranges = new RangeBuffer()
  for (const words of few) {
    const ip = new Ip(6, ...(words as [number, number, number, number]))
    ranges.add6(ip, ip)
  }
  expect([...orderOf(ranges.v6)]).toEqual(inOrder(few))
})
