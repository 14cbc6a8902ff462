import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatIp, Ip, networkOf } from '../../lists/ip.ts'
import { buildIpMap } from '../../lists/ipmap.ts'
import { RangeBuffer } from '../../lists/ranges.ts'
import { feedOf } from './feeds.fixture.ts'

interface Network {
  readonly from: Ip
  readonly to: Ip
  readonly prefix: number
}

const word = fc.nat(0xffffffff)
const v4 = fc.tuple(word, fc.integer({ min: 8, max: 32 })).map(([address, prefix]): Network => {
  return { ...networkOf(new Ip(4, 0, 0, 0, address), prefix), prefix }
})
const v6 = fc
  .tuple(word, word, word, word, fc.integer({ min: 16, max: 128 }))
  .map(([a, b, c, d, prefix]): Network => ({ ...networkOf(new Ip(6, a, b, c, d), prefix), prefix }))
const networks = fc.array(fc.oneof(v4, v6), { minLength: 1, maxLength: 30 })

const cidr = ({ from, prefix }: Network) => `${formatIp(from)}/${prefix}`

/** Every way to write a list of networks down. */
const PRINTERS: Record<string, (networks: readonly Network[]) => readonly string[]> = {
  list: (all) => all.map(cidr),
  'upper-case list with comments': (all) => [
    '# x',
    ...all.map((one) => ` ${cidr(one).toUpperCase()}\t; SBL1`),
  ],
  ranges: (all) => all.map(({ from, to }) => `${formatIp(from)}-${formatIp(to)}`),
  'ranges with dots': (all) => all.map(({ from, to }) => `${formatIp(from)}..${formatIp(to)}`),
  scored: (all) => all.map((one) => `${cidr(one)}\t10`),
  jsonl: (all) => all.map((one) => JSON.stringify({ cidr: cidr(one), rir: 'x' })),
  csv: (all) => ['id,network,note', ...all.map((one) => `1,"${cidr(one)}","a, ""b"""`)],
  'csv with start and end': (all) => [
    'note;start_ip;end_ip',
    ...all.map(({ from, to }) => `x; ${formatIp(from)} ;"${formatIp(to)}"`),
  ],
}

describe('each format survives a round trip', () => {
  test.each(Object.entries(PRINTERS))('%s', (_, print) => {
    fc.assert(
      fc.property(networks, fc.constantFrom('\n', '\r\n'), (all, newline) => {
        const expected = new RangeBuffer()
        for (const { from, to } of all) expected.add({ from, to }, 100)
        const feed = feedOf(print(all).join(newline), { unfiltered: true })
        expect(feed.entries).toBe(all.length)
        expect(feed.problems).toEqual([])
        expect(buildIpMap(feed.ranges).columns()).toEqual(buildIpMap(expected).columns())
      })
    )
  })

  test('addresses in Tor’s format', () => {
    const address = word.map((d) => ({ from: new Ip(4, 0, 0, 0, d), to: new Ip(4, 0, 0, 0, d) }))
    fc.assert(
      fc.property(fc.array(address, { minLength: 1, maxLength: 20 }), (all) => {
        const expected = new RangeBuffer()
        for (const range of all) expected.add(range, 100)
        const lines = all.map(({ from }) => `ExitAddress ${formatIp(from)} 2026-01-01 00:00:00`)
        const feed = feedOf(lines, { unfiltered: true })
        expect(buildIpMap(feed.ranges).columns()).toEqual(buildIpMap(expected).columns())
      })
    )
  })
})

test('any input is read as a feed or refused', () => {
  const piece = fc.constantFrom(
    ...[
      '1.2.3.4',
      '::1',
      '2001:db8::/32',
      '/',
      '-',
      '..',
      ',',
      '"',
      '""',
      ';',
      '#',
      '//',
      '\t',
      ' ',
    ],
    ...[
      '\n',
      '\r',
      '{',
      '}',
      '{"cidr":',
      'ip',
      'start,end',
      'AS',
      '64496',
      'ExitAddress ',
      '<',
      'é',
      '\ud800',
    ]
  )
  const text = fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join(''))
  const seen = { read: 0, refused: 0 }
  fc.assert(
    fc.property(text, (input) => {
      try {
        const { ranges, ints } = feedOf(input)
        buildIpMap(ranges)
        expect([...ints].every((asn) => Number.isInteger(asn) && asn >= 0)).toBe(true)
        seen.read++
      } catch (error) {
        expect(error).toMatchObject({ name: 'EdgeError', code: 'invalid_feed' })
        seen.refused++
      }
    }),
    { numRuns: 2000 }
  )
  expect(seen.read).toBeGreaterThan(50)
  expect(seen.refused).toBeGreaterThan(50)
})
