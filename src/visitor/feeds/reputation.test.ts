import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { IpRange } from '../../lists/ip.ts'
import { compareIp, Ip, networkOf } from '../../lists/ip.ts'
import { buildIpMap, ipMapOf } from '../../lists/ipmap.ts'
import { RangeBuffer } from '../../lists/ranges.ts'
import { feedOf, ipOf } from './feeds.fixture.ts'
import type { CompiledFeed } from './reputation.ts'
import { scoreOf, viewOf } from './reputation.ts'

const compiled = (name: string, lines: readonly string[], more: Partial<CompiledFeed> = {}) => ({
  name,
  weight: 50,
  tor: false,
  lists: [name],
  columns: buildIpMap(feedOf(lines).ranges).columns(),
  ...more,
})

describe('scoreOf', () => {
  test.each([
    [[], 0],
    [[0], 0],
    [[50], 50],
    [[100], 100],
    [[90, 30], 93],
    [[50, 50], 75],
    [[50, 50, 50], 88],
    [[100, 50], 100],
    [[99, 99], 100],
    [[0.4], 0],
    [[0.5], 1],
    [[15, 10], 24],
  ])('%j gives %i', (weights, score) => {
    expect(scoreOf(weights)).toBe(score)
  })

  test('is a whole number from 0 to 100, never falls with another entry, and ignores their order', () => {
    const weight = fc.double({ min: 0, max: 100, noNaN: true })
    fc.assert(
      fc.property(fc.array(weight, { maxLength: 8 }), weight, (weights, more) => {
        const score = scoreOf(weights)
        expect(Number.isInteger(score) && score >= 0 && score <= 100).toBe(true)
        expect(scoreOf([...weights, more])).toBeGreaterThanOrEqual(score)
        expect(scoreOf(weights.toReversed())).toBe(score)
      })
    )
  })
})

describe('several feeds', () => {
  const view = viewOf([
    compiled('drop', ['198.51.100.0/24', '2001:db8::/32'], { weight: 90, lists: ['drop', 'bad'] }),
    compiled('ipsum', ['198.51.100.7\t5', '203.0.113.9\t10', '203.0.113.10\t1'], {
      weight: 60,
      lists: ['ipsum', 'bad'],
    }),
    compiled('exits', ['203.0.113.9', '2001:db8::1'], {
      tor: true,
      lists: ['exits', 'cf.anonymizer'],
    }),
    compiled('mine', ['198.51.100.7'], { weight: 0 }),
  ])

  test.each([
    ['198.51.100.7', { score: 93, lists: ['drop', 'ipsum', 'mine'], isTor: false }],
    ['198.51.100.8', { score: 90, lists: ['drop'], isTor: false }],
    ['203.0.113.9', { score: 80, lists: ['ipsum', 'exits'], isTor: true }],
    ['203.0.113.10', { score: 6, lists: ['ipsum'], isTor: false }],
    ['203.0.113.11', { score: 0, lists: [], isTor: false }],
    ['2001:db8::1', { score: 95, lists: ['drop', 'exits'], isTor: true }],
    ['2001:db8::2', { score: 90, lists: ['drop'], isTor: false }],
    ['2001:db9::', { score: 0, lists: [], isTor: false }],
    ['0.0.0.0', { score: 0, lists: [], isTor: false }],
    ['255.255.255.255', { score: 0, lists: [], isTor: false }],
    ['::', { score: 0, lists: [], isTor: false }],
  ])('return the reputation of %s', (address, reputation) => {
    expect(view.lookup(ipOf(address))).toEqual(reputation)
  })

  test.each([
    ['drop', '198.51.100.8', true],
    ['drop', '203.0.113.9', false],
    ['bad', '198.51.100.8', true],
    ['bad', '203.0.113.9', true],
    ['bad', '203.0.113.11', false],
    ['cf.anonymizer', '2001:db8::1', true],
    ['cf.anonymizer', '2001:db8::2', false],
    ['mine', '198.51.100.7', true],
    ['none', '198.51.100.7', false],
  ])('list %s has %s: %s', (list, address, isIn) => {
    expect(view.has(list, ipOf(address))).toBe(isIn)
  })
})

test('no feeds give no reputation', () => {
  const view = viewOf([])
  expect(view.lookup(ipOf('198.51.100.1'))).toEqual({ score: 0, lists: [], isTor: false })
  expect(view.lookup(ipOf('2001:db8::1')).score).toBe(0)
  expect(view.has('x', ipOf('198.51.100.1'))).toBe(false)
})

test('an empty feed among others has no effect', () => {
  const view = viewOf([compiled('a', ['# none']), compiled('b', ['198.51.100.1'])])
  expect(view.lookup(ipOf('198.51.100.1')).lists).toEqual(['b'])
})

test('combined feeds return the same as single ones', () => {
  // Few addresses, so that much overlaps; both ends of each family among them.
  const corner = fc.constantFrom(
    0,
    1,
    2,
    3,
    0x7fffffff,
    0x80000000,
    0xfffffffd,
    0xfffffffe,
    0xffffffff
  )
  const v4 = corner.map((d) => new Ip(4, 0, 0, 0, d))
  const v6 = fc.tuple(corner, corner, corner, corner).map(([a, b, c, d]) => new Ip(6, a, b, c, d))
  const network = fc.oneof(
    fc.tuple(v4, fc.integer({ min: 0, max: 32 })).map(([ip, prefix]) => networkOf(ip, prefix)),
    fc.tuple(v6, fc.integer({ min: 0, max: 128 })).map(([ip, prefix]) => networkOf(ip, prefix)),
    fc
      .tuple(v4, v4)
      .map(([x, y]): IpRange => (x.d <= y.d ? { from: x, to: y } : { from: y, to: x }))
  )
  const entry = fc.record({ range: network, share: fc.constantFrom(0, 50, 100) })
  const feeds = fc.array(fc.array(entry, { maxLength: 6 }), { maxLength: 5 })
  fc.assert(
    fc.property(
      feeds,
      fc.array(fc.oneof(v4, v6), { minLength: 1, maxLength: 20 }),
      (all, asked) => {
        const maps = all.map((entries) => {
          const ranges = new RangeBuffer()
          for (const { range, share } of entries) ranges.add(range, share)
          return buildIpMap(ranges)
        })
        const view = viewOf(
          maps.map((map, i) => ({
            name: `f${i}`,
            weight: 40,
            tor: i === 1,
            lists: [`f${i}`, 'all'],
            columns: map.columns(),
          }))
        )
        const ends = all.flat().flatMap(({ range }) => [range.from, range.to])
        for (const ip of [...asked, ...ends]) {
          const shares = maps.map((map) => map.find(ip))
          const found = shares.flatMap((share, i) => (share < 0 ? [] : [`f${i}`]))
          expect(view.lookup(ip)).toEqual({
            score: scoreOf(shares.map((share) => (share < 0 ? 0 : share * 0.4))),
            lists: found,
            isTor: (shares[1] ?? -1) >= 0,
          })
          expect(view.has('all', ip)).toBe(found.length > 0)
          expect(maps.every((_, i) => view.has(`f${i}`, ip) === found.includes(`f${i}`))).toBe(true)
        }
        // A view made of its own columns says the same.
        for (const [i, map] of maps.entries()) {
          const again = ipMapOf(view.columns(i))
          expect([...asked, ...ends].every((ip) => again.find(ip) === map.find(ip))).toBe(true)
          expect(again.size).toBe(map.size)
        }
        // What each feed says is what its entries say.
        for (const [i, entries] of all.entries()) {
          const isIn = (ip: Ip) =>
            entries.some(
              ({ range: { from, to } }) => compareIp(from, ip) <= 0 && compareIp(ip, to) <= 0
            )
          expect(asked.every((ip) => view.has(`f${i}`, ip) === isIn(ip))).toBe(true)
        }
      }
    ),
    { numRuns: 300 }
  )
})
