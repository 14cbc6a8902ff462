import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { V4IntervalIndex, V6IntervalIndex } from './interval-index.ts'
import { compareIp, Ip, nextIp } from './ip.ts'

const word = fc.nat(0xffffffff)
const LAST = 0xffffffff

/** Addresses spread evenly, clustered in a /16, in two adjacent networks, and at both ends. */
const v4 = fc.oneof(
  word,
  word.map((n) => (0x0a050000 | (n & 0xffff)) >>> 0),
  word.map((n) => (0x7fffff00 + (n & 0x1ff)) >>> 0),
  fc.constantFrom(0, 1, LAST - 1, LAST)
)
const half = fc.constantFrom(0, 1, 0x80000000, LAST)
const v6: fc.Arbitrary<[number, number, number, number]> = fc.oneof(
  fc.tuple(word, word, word, word),
  fc.tuple(fc.constant(0x20010db8), word, fc.constant(0), fc.constant(0)),
  fc.tuple(fc.constant(0x2a000000), fc.constant(5), half, half),
  fc.tuple(half, half, half, half)
)

const rising = <T>(values: readonly T[], compare: (x: T, y: T) => number): T[] =>
  values.toSorted(compare).filter((value, i, all) => i === 0 || compare(all[i - 1]!, value) !== 0)

const column = (ips: readonly Ip[], of: (ip: Ip) => number) => Uint32Array.from(ips, of)

describe.each([
  ['a few', 12, 200],
  ['thousands', 6000, 1],
])('%s beginnings', (_, count, numRuns) => {
  // Sampled, because fast-check would shrink thousands of them for minutes.
  const runs = Array.from({ length: numRuns }, (_, seed) => seed)

  test('of IPv4: the last one at or before an address is found', () => {
    for (const seed of runs) {
      const starts = rising(fc.sample(v4, { numRuns: count, seed }), (x, y) => x - y)
      const index = new V4IntervalIndex(Uint32Array.from(starts))
      const asked = [
        ...starts.flatMap((start) => [start, Math.max(0, start - 1), Math.min(LAST, start + 1)]),
        ...fc.sample(v4, { numRuns: 200, seed: seed + 1 }),
      ]
      const wrong = asked.filter((address) => {
        const behind = starts.findIndex((start) => start > address)
        return index.find(address) !== (behind < 0 ? starts.length : behind) - 1
      })
      expect(wrong).toEqual([])
      expect([...index.starts()]).toEqual(starts)
    }
  })

  test('of IPv6', () => {
    for (const seed of runs) {
      const ips = fc.sample(v6, { numRuns: count, seed }).map((words) => new Ip(6, ...words))
      const starts = rising(ips, compareIp)
      const index = new V6IntervalIndex(
        column(starts, ({ a }) => a),
        column(starts, ({ b }) => b),
        column(starts, ({ c }) => c),
        column(starts, ({ d }) => d)
      )
      const asked = [
        ...starts.flatMap((start) => [start, nextIp(start) ?? start]),
        ...fc.sample(v6, { numRuns: 200, seed: seed + 1 }).map((words) => new Ip(6, ...words)),
      ]
      const wrong = asked.filter((address) => {
        const behind = starts.findIndex((start) => compareIp(start, address) > 0)
        return index.find(address) !== (behind < 0 ? starts.length : behind) - 1
      })
      expect(wrong.map(String)).toEqual([])
      const [a, b, c, d] = index.starts()
      expect(starts.map((_, row) => String(new Ip(6, a[row]!, b[row]!, c[row]!, d[row]!)))).toEqual(
        starts.map(String)
      )
    }
  })
})

test('an empty index contains no address', () => {
  const none = new Uint32Array(0)
  expect(new V4IntervalIndex(none).find(0)).toBe(-1)
  expect(new V4IntervalIndex(none).find(LAST)).toBe(-1)
  expect(new V6IntervalIndex(none, none).find(new Ip(6, LAST, LAST, LAST, LAST))).toBe(-1)
})

describe('an address after the end of a network is not in it', () => {
  // Host bits 8: a /24 and a /120.
  const v4Network = new V4IntervalIndex(Uint32Array.of(0x0a000100), Uint8Array.of(8))
  const zero = Uint32Array.of(0)
  const v6Network = new V6IntervalIndex(
    Uint32Array.of(0x20010db8),
    zero,
    zero,
    zero,
    Uint8Array.of(8)
  )

  test.each([
    [0x0a000100, 0],
    [0x0a0001ff, 0],
    [0x0a000200, -1],
    [0x0a0000ff, -1],
    // The same lower bits in another part of the address space.
    [0x0c000101, -1],
    [0x8a000101, -1],
    [LAST, -1],
  ])('IPv4 %i', (address, row) => {
    expect(v4Network.find(address)).toBe(row)
  })

  test.each([
    [[0x20010db8, 0, 0, 0], 0],
    [[0x20010db8, 0, 0, 255], 0],
    [[0x20010db8, 0, 0, 256], -1],
    [[0x20010db8, 0, 1, 0], -1],
    [[0x20010db8, 1, 0, 0], -1],
    [[0x20010db9, 0, 0, 0], -1],
    [[0x22010db8, 0, 0, 0], -1],
    [[0xa0010db8, 0, 0, 0], -1],
    [[LAST, LAST, LAST, LAST], -1],
  ] as const)('IPv6 %j', ([a, b, c, d], row) => {
    expect(v6Network.find(new Ip(6, a, b, c, d))).toBe(row)
  })

  test('even if thousands of buckets are between the network and the address', () => {
    // 10.0.0.0/13, and each address of 10.8.0.0/20 by turns.
    const starts = [0x0a000000, ...Array.from({ length: 2048 }, (_, i) => 0x0a080000 + i * 2)]
    const hostBits = starts.map((_, i) => (i === 0 ? 19 : 0))
    const index = new V4IntervalIndex(Uint32Array.from(starts), Uint8Array.from(hostBits))
    const found = [0x0a000001, 0x0a07ffff, 0x0a080000, 0x0a080001, 0x0a080ffe, 0x0a081000]
    expect(found.map((address) => index.find(address))).toEqual([0, 0, 1, -1, 2048, -1])
  })
})
