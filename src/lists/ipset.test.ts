import fc from 'fast-check'
import ipaddr from 'ipaddr.js'
import { describe, expect, test } from 'vitest'
import { parseCidr } from './cidr.ts'
import type { IpRange } from './ip.ts'
import { compareIp, formatIp, Ip, networkOf, nextIp, parseIp } from './ip.ts'
import { buildIpSet } from './ipset.ts'

const ip = (text: string) => parseIp(text)!

const range = (text: string): IpRange => {
  const [from = '', to] = text.split('..')
  if (to !== undefined) return { from: ip(from), to: ip(to) }
  const read = parseCidr(text)
  if (!read.ok) throw new Error(read.message)
  return read.range
}

const set = (...texts: string[]) => buildIpSet(texts.map(range))

const LAST_V6 = 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'

describe('buildIpSet', () => {
  test.each<[string, string[], number, string[], string[]]>([
    ['nothing', [], 0, [], ['0.0.0.0', '255.255.255.255', '::', LAST_V6]],
    [
      'one address',
      ['192.0.2.7'],
      1,
      ['192.0.2.7'],
      ['192.0.2.6', '192.0.2.8', '0.0.0.0', '::192.0.2.7'],
    ],
    [
      'one network',
      ['10.0.0.0/8'],
      1,
      ['10.0.0.0', '10.255.255.255'],
      ['9.255.255.255', '11.0.0.0'],
    ],
    ['all of IPv4', ['0.0.0.0/0'], 1, ['0.0.0.0', '255.255.255.255'], ['::', '::1']],
    ['all of IPv6', ['::/0'], 1, ['::', LAST_V6, '::ffff:1.2.3.4'], ['0.0.0.0', '1.2.3.4']],
    [
      'the last address',
      ['255.255.255.255'],
      1,
      ['255.255.255.255'],
      ['255.255.255.254', '0.0.0.0'],
    ],
    ['the last IPv6 address', [LAST_V6], 1, [LAST_V6], ['::', 'ffff::']],
    [
      'touching networks',
      ['10.0.0.0/25', '10.0.0.128/25'],
      1,
      ['10.0.0.127', '10.0.0.128'],
      ['10.0.1.0'],
    ],
    ['touching IPv6 networks', ['::/128', '::1/128'], 1, ['::', '::1'], ['::2']],
    [
      'nested networks',
      ['10.0.0.0/8', '10.1.0.0/16', '10.1.1.0/24'],
      1,
      ['10.255.0.0'],
      ['11.0.0.0'],
    ],
    [
      'nested to the end',
      ['::/0', LAST_V6, '2001:db8::/32'],
      1,
      ['2001:db8::', LAST_V6],
      ['0.0.0.0'],
    ],
    [
      'overlapping ranges',
      ['10.0.0.1..10.0.0.9', '10.0.0.5..10.0.0.20'],
      1,
      ['10.0.0.1', '10.0.0.20'],
      ['10.0.0.0', '10.0.0.21'],
    ],
    ['an address twice', ['10.0.0.1', '10.0.0.1'], 1, ['10.0.0.1'], ['10.0.0.2']],
    ['a gap of one', ['10.0.0.1', '10.0.0.3'], 2, ['10.0.0.1', '10.0.0.3'], ['10.0.0.2']],
    [
      'both families',
      ['10.0.0.1', '2001:db8::/32'],
      2,
      ['10.0.0.1', '2001:db8::1'],
      ['10.0.0.2', '2001:db9::'],
    ],
    [
      'wider than a /64 and narrower',
      ['2001:db8::/32', '2001:db9::5/128'],
      2,
      ['2001:db9::5', '2001:db8:1::'],
      ['2001:db9::4', '2001:db9::6'],
    ],
    ['mapped is not IPv4', ['::ffff:10.0.0.0/104'], 1, ['::ffff:10.0.0.1'], ['10.0.0.1']],
  ])('%s', (_name, texts, size, inside, outside) => {
    for (const order of [texts, texts.toReversed()]) {
      const made = set(...order)
      expect(made.size).toBe(size)
      expect(inside.filter((text) => !made.has(ip(text)))).toEqual([])
      expect(outside.filter((text) => made.has(ip(text)))).toEqual([])
    }
  })

  const v4 = fc.integer({ min: 0, max: 0xffffffff }).map((d) => new Ip(4, 0, 0, 0, d))
  const word = fc.oneof(fc.integer({ min: 0, max: 0xffffffff }), fc.constantFrom(0, 1, 0xffffffff))
  const v6 = fc.tuple(word, word, word, word).map((words) => new Ip(6, ...words))

  /** The addresses where an error is most likely: the ends of ranges and their neighbours. */
  const probes = (ranges: readonly IpRange[]) =>
    ranges.flatMap(({ from, to }) => [from, to, nextIp(to) ?? to, nextIp(from) ?? from])

  test('contains the same addresses as by ipaddr.js, for any networks', () => {
    const network = fc.oneof(
      fc.tuple(v4, fc.integer({ min: 0, max: 32 })),
      fc.tuple(v6, fc.integer({ min: 0, max: 128 }))
    )
    fc.assert(
      fc.property(
        fc.array(network, { maxLength: 12 }),
        fc.array(fc.oneof(v4, v6)),
        (networks, more) => {
          const ranges = networks.map(([address, prefix]) => networkOf(address, prefix))
          const made = buildIpSet(ranges)
          for (const address of [...probes(ranges), ...more]) {
            const [asked, kind] = [
              ipaddr.parse(formatIp(address)),
              address.family === 4 ? 'ipv4' : 'ipv6',
            ]
            const expected = networks.some(
              ([net, prefix]) =>
                asked.kind() === (net.family === 4 ? 'ipv4' : 'ipv6') &&
                asked.match(ipaddr.parse(formatIp(net)) as never, prefix)
            )
            expect(asked.kind()).toBe(kind)
            expect(made.has(address), formatIp(address)).toBe(expected)
          }
        }
      )
    )
  })

  test.each([
    ['IPv4', v4],
    ['IPv6', v6],
  ])('a large set gives the same answers as a comparison with each %s range', (_name, address) => {
    // Enough ranges for the index to be used; sampled, as fast-check shrinks thousands of ranges for minutes.
    const ranges = fc.sample(fc.tuple(address, address), 3000).map(([x, y], i): IpRange => {
      const prefix = i % 7 === 0 ? 20 : 32
      return i % 3 === 0 ? { from: x, to: x } : networkOf(y, address === v4 ? prefix : prefix + 32)
    })
    const made = buildIpSet(ranges)
    const asked = [...probes(ranges.slice(0, 400)), ...fc.sample(address, 400)]
    const wrong = asked.filter((one) => {
      const expected = ranges.some(
        ({ from, to }) => compareIp(from, one) <= 0 && compareIp(one, to) <= 0
      )
      return made.has(one) !== expected
    })
    expect(made.size).toBeGreaterThan(1500)
    expect(wrong.map(formatIp)).toEqual([])
  })

  test('a range that ends before it begins contains no address', () => {
    const made = buildIpSet([
      { from: ip('10.0.0.9'), to: ip('10.0.0.1') },
      { from: ip('::9'), to: ip('::1') },
    ])
    expect(made.size).toBe(0)
    expect(['10.0.0.5', '::5', '255.255.255.255'].map(ip).some((each) => made.has(each))).toBe(
      false
    )
  })
})
