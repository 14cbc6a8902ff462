import { describe, expect, test } from 'vitest'
import { parseCidr } from '../../lists/cidr.ts'
import { parseIp } from '../../lists/ip.ts'
import { builtInAsn, builtInDate, builtInEntries, builtInTable } from './builtin.ts'
import table from './networks.json' with { type: 'json' }

const { lookup, entries, date } = builtInTable()

test.each([
  ['52.217.1.1', 16509],
  ['13.224.10.10', 16509],
  ['3.80.0.1', 14618],
  ['2600:1f18::1', 14618],
  ['2600:1f14::1', 16509],
  ['8.8.8.8', 15169],
  ['66.249.66.1', 15169],
  ['2001:4860:4860::8888', 15169],
  ['34.64.0.1', 396982],
  ['20.50.0.1', 8075],
  ['167.99.0.1', 14061],
  ['51.38.1.1', 16276],
  ['116.203.0.1', 24940],
  ['2a01:4f8:c0c::1', 24940],
  ['5.161.10.1', 213230],
  ['172.105.0.1', 63949],
  ['45.76.0.1', 20473],
  ['161.97.64.1', 51167],
  ['144.126.130.1', 40021],
  ['132.145.0.1', 31898],
  ['47.88.0.1', 45102],
  ['47.92.0.1', 37963],
  ['43.134.0.1', 132203],
  ['81.68.0.1', 45090],
  ['51.15.0.1', 12876],
  ['85.17.0.1', 60781],
  ['89.238.130.1', 9009],
  ['195.181.160.1', 60068],
  ['1.1.1.1', 13335],
  ['104.16.0.1', 13335],
  ['2606:4700::1111', 13335],
  ['151.101.1.1', 54113],
  ['23.32.0.1', 20940],
  ['17.0.0.1', 714],
  ['17.253.144.1', 714],
  ['17.253.5.1', 6185],
  ['157.240.1.1', 32934],
  ['140.82.121.4', 36459],
  ['185.220.101.1', 60729],
  ['80.187.0.1', 3320],
  ['2003:e1::1', 3320],
  ['73.0.0.1', 7922],
  ['172.32.0.1', 21928],
  ['81.130.0.1', 2856],
  ['90.0.0.1', 3215],
  ['83.32.0.1', 3352],
])('%s is of AS%i', (address, asn) => {
  expect(lookup(parseIp(address)!)).toMatchObject({ asn, name: expect.stringMatching(/\S/) })
})

test.each([
  '192.0.2.1',
  '198.51.100.7',
  '10.0.0.1',
  '127.0.0.1',
  '::1',
  '2001:db8::1',
  '0.0.0.0',
  '255.255.255.255',
])('%s belongs to no network', (address) => {
  expect(lookup(parseIp(address)!)).toBeUndefined()
})

test('needs no file', () => {
  const source = builtInAsn()
  expect(source).toMatchObject({ name: 'built-in table', date: builtInDate })
  expect(source.lookup(parseIp('8.8.8.8')!)?.asn).toBe(15169)
  source.open?.()
  expect(source.lookup(parseIp('192.0.2.1')!)).toBeUndefined()
})

test('has a size and a date', () => {
  expect({ entries, date }).toEqual({ entries: builtInEntries, date: builtInDate })
  expect(entries).toBeGreaterThan(2_000)
  expect(date).toMatch(/^\d{4}-\d\d$/)
})

describe('each group of the table', () => {
  const sources: Record<string, string> = table.sources

  test.each(table.networks.map((group) => [group.asn, group] as const))(
    'AS%i has a name, a source and good prefixes',
    (asn, group) => {
      expect(asn).toBeGreaterThan(0)
      expect(group.name).toMatch(/^\S.*\S$/)
      expect(sources[group.source]).toMatch(/\S/)
      expect(group.date).toMatch(/^(\d{4}(-\d\d)?)?$/)
      const prefixes = group.prefixes.flatMap((line) => line.split(' '))
      expect(prefixes.length).toBeGreaterThan(0)
      for (const prefix of prefixes) expect(parseCidr(prefix)).toMatchObject({ ok: true })
    }
  )

  test('contains no prefix of another group', () => {
    const all = table.networks.flatMap(({ prefixes }) =>
      prefixes.flatMap((line) => line.split(' '))
    )
    expect(new Set(all).size).toBe(all.length)
  })
})
