import fc from 'fast-check'
import ipaddr from 'ipaddr.js'
import { describe, expect, test } from 'vitest'
import { parseCidr } from './cidr.ts'
import type { IpRange } from './ip.ts'
import { Ip, nextIp, parseIp } from './ip.ts'
import { buildIpMap, ipMapOf } from './ipmap.ts'
import { buildIpSet } from './ipset.ts'
import { RangeBuffer } from './ranges.ts'

const SEED = 1020
const cidr = (text: string): IpRange => {
  const read = parseCidr(text)
  if (!read.ok) throw new Error(read.message)
  return read.range
}
const ip = (text: string) => parseIp(text)!

const mapOf = (...entries: [text: string, value: number][]) => {
  const ranges = new RangeBuffer()
  for (const [text, value] of entries) {
    const [from, to] = text.split('-')
    ranges.add(to === undefined ? cidr(text) : { from: ip(from!), to: ip(to) }, value)
  }
  return buildIpMap(ranges)
}

const LAST_V6 = 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'

describe('the narrowest range counts', () => {
  const map = mapOf(
    ['10.0.0.0/8', 1],
    ['10.1.0.0/16', 2],
    ['10.1.2.0/24', 3],
    ['10.1.2.3', 4],
    ['192.0.2.0/24', 5],
    ['192.0.2.0/24', 6],
    ['198.51.100.10-198.51.100.20', 7],
    ['198.51.100.15-198.51.100.40', 8],
    ['203.0.113.9-203.0.113.8', 9],
    ['255.255.255.0/24', 10],
    ['2001:db8::/32', 20],
    ['2001:db8:1::/48', 21],
    ['2001:db8:1::1', 22],
    [`ff00::-${LAST_V6}`, 23]
  )

  test.each([
    ['9.255.255.255', -1],
    ['10.0.0.0', 1],
    ['10.0.255.255', 1],
    ['10.1.0.0', 2],
    ['10.1.1.255', 2],
    ['10.1.2.0', 3],
    ['10.1.2.2', 3],
    ['10.1.2.3', 4],
    ['10.1.2.4', 3],
    ['10.1.3.0', 2],
    ['10.2.0.0', 1],
    ['10.255.255.255', 1],
    ['11.0.0.0', -1],
    ['192.0.2.1', 6],
    ['198.51.100.9', -1],
    ['198.51.100.14', 7],
    ['198.51.100.15', 7],
    ['198.51.100.20', 7],
    ['198.51.100.21', 8],
    ['198.51.100.40', 8],
    ['198.51.100.41', -1],
    ['203.0.113.8', -1],
    ['255.255.254.255', -1],
    ['255.255.255.255', 10],
    ['2001:db7:ffff::', -1],
    ['2001:db8::', 20],
    ['2001:db8:1::', 21],
    ['2001:db8:1::1', 22],
    ['2001:db8:1::2', 21],
    ['2001:db8:2::', 20],
    ['2001:db9::', -1],
    ['::ffff:10.1.2.3', -1],
    ['ff00::', 23],
    [LAST_V6, 23],
  ])('%s: %i', (address, value) => {
    expect(map.find(ip(address))).toBe(value)
  })

  test('everything, with a hole', () => {
    const all = mapOf(['0.0.0.0/0', 1], ['0.0.0.0', 2], ['::/0', 3], ['::', 4])
    const found = ['0.0.0.0', '0.0.0.1', '255.255.255.255', '::', '::1', LAST_V6]
    expect(found.map((address) => all.find(ip(address)))).toEqual([2, 1, 1, 4, 3, 3])
    expect(all.size).toBe(4)
  })

  test('without ranges no address has a value', () => {
    const empty = mapOf()
    expect([empty.find(ip('0.0.0.0')), empty.find(ip('::')), empty.size]).toEqual([-1, -1, 0])
  })

  test('adjacent ranges with the same value are one segment', () => {
    expect(mapOf(['10.0.0.0/24', 1], ['10.0.1.0/24', 1], ['10.0.2.0/24', 2]).size).toBe(2)
  })

  test.each([0, 254, 255, 256, 65_534, 65_535, 65_536, 0xfffffffe])('a value of %i', (value) => {
    const one = mapOf(['10.0.0.0/8', value], ['2001:db8::/32', value])
    expect(one.find(ip('10.1.1.1'))).toBe(value)
    expect(one.find(ip('2001:db8::1'))).toBe(value)
    expect([one.find(ip('11.0.0.0')), one.find(ip('2001:db9::'))]).toEqual([-1, -1])
    const again = ipMapOf(one.columns())
    expect(again.find(ip('10.1.1.1'))).toBe(value)
    expect(again.find(ip('11.0.0.0'))).toBe(-1)
  })
})

/** Nested and adjacent prefixes of both families. */
const networks = fc.oneof(
  fc
    .tuple(fc.integer({ min: 0, max: 0xffff }), fc.integer({ min: 0, max: 32 }))
    .map(([low, prefix]) => {
      const address = `10.0.${low >> 8}.${low & 255}`
      return `${ipaddr.IPv4.networkAddressFromCIDR(`${address}/${prefix}`).toString()}/${prefix}`
    }),
  fc
    .tuple(fc.integer({ min: 0, max: 0xffff }), fc.integer({ min: 0, max: 128 }))
    .map(([low, prefix]) => {
      const address = `2001:db8:${(low >> 12).toString(16)}::${(low & 0xfff).toString(16)}`
      return `${ipaddr.IPv6.networkAddressFromCIDR(`${address}/${prefix}`).toString()}/${prefix}`
    })
)

const previous = ({ family, a, b, c, d }: Ip): Ip => {
  if (d > 0) return new Ip(family, a, b, c, d - 1)
  return c > 0 ? new Ip(family, a, b, c - 1, 0xffffffff) : new Ip(family, a, b, c, d)
}

const parsedOnce = new Map<string, ReturnType<typeof ipaddr.parseCIDR>>()
const parseOnce = (text: string) => {
  const known = parsedOnce.get(text) ?? ipaddr.parseCIDR(text)
  parsedOnce.set(text, known)
  return known
}

/** Returns the value by `ipaddr.js`, which compares one network after the other. */
const naive = (list: readonly string[], address: Ip) => {
  const parsed = ipaddr.parse(address.toString())
  let best = -1
  let bestPrefix = -1
  list.forEach((text, value) => {
    const [network, prefix] = parseOnce(text)
    if (network.kind() !== parsed.kind() || !parsed.match([network, prefix] as never)) return
    if (prefix >= bestPrefix) [best, bestPrefix] = [value, prefix]
  })
  return best
}

describe('values are the same as by ipaddr.js', () => {
  test('for any networks, at their ends and next to them', () => {
    fc.assert(
      fc.property(fc.array(networks, { maxLength: 40 }), (list) => {
        const ranges = new RangeBuffer()
        for (const [value, text] of list.entries()) ranges.add(cidr(text), value)
        const map = buildIpMap(ranges)
        const set = buildIpSet(ranges)
        const addresses = list.flatMap((text) => {
          const { from, to } = cidr(text)
          return [from, to, previous(from), nextIp(to) ?? to]
        })
        for (const address of addresses) {
          const expected = naive(list, address)
          expect(map.find(address)).toBe(expected)
          expect(set.has(address)).toBe(expected >= 0)
        }
        expect(ipMapOf(map.columns()).size).toBe(map.size)
      }),
      { seed: SEED, numRuns: 400 }
    )
  })

  test('for thousands of networks, which use an index', () => {
    let state = SEED
    const random = (below: number) => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
      return state % below
    }
    const v4 = Array.from({ length: 1_000 }, () => {
      const prefix = 8 + random(25)
      const address = `${20 + random(60)}.${random(256)}.${random(256)}.${random(256)}`
      return `${ipaddr.IPv4.networkAddressFromCIDR(`${address}/${prefix}`)}/${prefix}`
    })
    const v6 = Array.from({ length: 1_000 }, () => {
      const prefix = 20 + random(60)
      const address = `2a${random(16).toString(16)}0:${random(65_536).toString(16)}:${random(65_536).toString(16)}:${random(65_536).toString(16)}::`
      return `${ipaddr.IPv6.networkAddressFromCIDR(`${address}/${prefix}`)}/${prefix}`
    })
    const list = [...v4, ...v6]
    const ranges = new RangeBuffer()
    for (const [value, text] of list.entries()) ranges.add(cidr(text), value)
    const map = buildIpMap(ranges)
    const set = buildIpSet(ranges)
    const same = new Set<boolean>()
    for (let i = 0; i < 60; i++) {
      const { from, to } = cidr(list[random(list.length)]!)
      for (const address of [from, to, previous(from), nextIp(to) ?? to]) {
        const expected = naive(list, address)
        same.add(map.find(address) === expected && set.has(address) === expected >= 0)
      }
    }
    for (const text of ['0.0.0.0', '19.255.255.255', '80.0.0.0', '255.255.255.255']) {
      same.add(map.find(ip(text)) === naive(list, ip(text)))
    }
    for (const text of ['::', '2a00::', '2aff::', LAST_V6]) {
      same.add(map.find(ip(text)) === naive(list, ip(text)))
    }
    expect([...same]).toEqual([true])
  })
})

test('of ranges that are not networks the narrower one wins, then the later one', () => {
  const range = fc.tuple(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 0, max: 200 }))
  fc.assert(
    fc.property(fc.array(range, { maxLength: 30 }), fc.boolean(), (list, isV6) => {
      const at = (n: number) => (isV6 ? new Ip(6, 0, 0, 0xffff_fff0, n) : new Ip(4, 0, 0, 0, n))
      const ranges = new RangeBuffer()
      for (const [value, [from, to]] of list.entries()) {
        ranges.add({ from: at(from), to: at(to) }, value)
      }
      const map = buildIpMap(ranges)
      for (let n = 0; n <= 201; n++) {
        let best = -1
        list.forEach(([from, to], value) => {
          if (n < from || n > to) return
          const [bestFrom, bestTo] = list[best] ?? [0, 1_000]
          if (to - from <= bestTo - bestFrom) best = value
        })
        expect(map.find(at(n))).toBe(best)
      }
    }),
    { seed: SEED, numRuns: 300 }
  )
})

test('the width of a range includes all words of its addresses', () => {
  const word = fc.constantFrom(0, 1, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff)
  const address = fc.tuple(word, word, word, word).map((words) => new Ip(6, ...words))
  const numberOf = ({ a, b, c, d }: Ip) =>
    [a, b, c, d].reduce((sum, one) => (sum << 32n) | BigInt(one), 0n)
  fc.assert(
    fc.property(fc.array(fc.tuple(address, address), { maxLength: 15 }), (list) => {
      const ranges = new RangeBuffer()
      for (const [value, [from, to]] of list.entries()) ranges.add({ from, to }, value)
      const map = buildIpMap(ranges)
      for (const asked of list.flatMap(([from, to]) => [from, previous(from), nextIp(to) ?? to])) {
        const n = numberOf(asked)
        let best = -1
        let bestWidth = 1n << 128n
        list.forEach(([from, to], value) => {
          const [first, last] = [numberOf(from), numberOf(to)]
          if (n < first || n > last || last - first > bestWidth) return
          best = value
          bestWidth = last - first
        })
        expect(map.find(asked)).toBe(best)
      }
    }),
    { seed: SEED, numRuns: 500 }
  )
})

describe('columns', () => {
  const range = fc.tuple(fc.nat(300), fc.nat(300), fc.nat(2), fc.boolean())

  test('are sorted segments whose neighbours differ, and give the same map again', () => {
    fc.assert(
      fc.property(fc.array(range, { maxLength: 30 }), (list) => {
        const ranges = new RangeBuffer()
        for (const [from, to, value, isV6] of list) {
          if (isV6) ranges.add6(new Ip(6, from, 0, 0, 0), new Ip(6, to, 7, 0xffffffff, to), value)
          else ranges.add4(from * 3, to * 3, value)
        }
        const columns = buildIpMap(ranges).columns()
        const { starts, values } = columns.v4
        expect([...starts]).toEqual([...new Set(starts)].sort((x, y) => x - y))
        expect(values.some((value, i) => value === (values[i - 1] ?? 0xffffffff))).toBe(false)
        const copy = structuredClone(columns)
        expect(ipMapOf(columns).columns()).toEqual(copy)
        expect(columns).toEqual(copy)
      }),
      { seed: SEED }
    )
  })

  test('have the lower half of IPv6 only if a segment begins within a /64', () => {
    const keys = (text: string) => Object.keys(mapOf([text, 1]).columns().v6)
    expect(keys('2001:db8::/64')).toEqual(['a', 'b', 'values'])
    expect(keys('2001:db8::/65')).toEqual(['a', 'b', 'c', 'd', 'values'])
    expect(keys('2001:db8::/128')).toEqual(['a', 'b', 'c', 'd', 'values'])
  })

  test('have gaps as segments without a value', () => {
    const { v4, v6 } = mapOf(['10.0.0.0/8', 1], ['255.0.0.0/8', 2], ['ffff::/32', 3]).columns()
    expect([...v4.starts]).toEqual([0x0a000000, 0x0b000000, 0xff000000])
    expect([...v4.values]).toEqual([1, 0xffffffff, 2])
    expect([...v6.a]).toEqual([0xffff0000, 0xffff0001])
    expect([...v6.values]).toEqual([3, 0xffffffff])
    const { v6: behind } = mapOf(['2001:db8:ffff:ffff::/64', 1]).columns()
    expect([...behind.a, ...behind.b]).toEqual([0x20010db8, 0x20010db9, 0xffffffff, 0])
  })
})

test.each([-1, 1.5, 0xffffffff, Number.NaN])('%d is not a valid value', (value) => {
  const ranges = new RangeBuffer()
  const address = ip('::1')
  expect(() => ranges.add4(1, 2, value)).toThrow(RangeError)
  expect(() => ranges.add6(address, address, value)).toThrow(`range value ${value}: expected`)
  expect(ranges.length).toBe(0)
})

test('a range across families contains no address', () => {
  const ranges = new RangeBuffer()
  ranges.add({ from: ip('10.0.0.0'), to: ip('::ffff') })
  expect(buildIpSet(ranges).size).toBe(0)
})

test('the memory is one row for each network, with or without gaps', () => {
  const ranges = new RangeBuffer()
  for (let i = 0; i < 20_000; i++) {
    ranges.add4(i * 0x10000, i * 0x10000 + 255, i % 200)
    ranges.add6(
      new Ip(6, i * 0x10000, 0, 0, 0),
      new Ip(6, i * 0x10000, 0xffff, ~0 >>> 0, ~0 >>> 0),
      i
    )
  }
  const map = buildIpMap(ranges)
  expect(map.size).toBe(40_000)
  expect(map.bytes / map.size).toBeLessThan(12)
})

test('a set of a buffer contains the ranges of the buffer', () => {
  const list = ['10.0.0.0/8', '10.5.0.0/16', '11.0.0.0/8', '2001:db8::/32', '::/0']
  const ranges = new RangeBuffer()
  for (const text of list) ranges.add(cidr(text))
  expect(ranges.length).toBe(5)
  const [set, expected] = [buildIpSet(ranges), buildIpSet(list.map(cidr))]
  expect(set.size).toBe(2)
  expect(set.size).toBe(expected.size)
  expect([set.has(ip('10.5.1.1')), set.has(ip('12.0.0.0')), set.has(ip('ff::'))]).toEqual([
    true,
    false,
    true,
  ])
})
