import { describe, expect, test } from 'vitest'
import { EdgeError } from '../../error.ts'
import { parseIp } from '../../lists/ip.ts'
import { parseAsnCsv, readAsnCsv } from './csv.ts'
import { asnTable } from './table.ts'

const bytesOf = (...lines: readonly string[]) => new TextEncoder().encode(lines.join('\n'))
const dataOf = (...lines: readonly string[]) =>
  parseAsnCsv([{ file: 'asn.csv', bytes: bytesOf(...lines) }], '2026-06-17')
const lookupIn = (...lines: readonly string[]) => {
  const { lookup } = asnTable(dataOf(...lines))
  return (address: string) => lookup(parseIp(address)!)
}
const problemOf = (...lines: readonly string[]): EdgeError => {
  try {
    dataOf(...lines)
  } catch (error) {
    if (error instanceof EdgeError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

test.each([
  ['plain', 'Google LLC', 'Google LLC'],
  ['none', '', ''],
  ['quoted for its comma', '"Cloudflare, Inc."', 'Cloudflare, Inc.'],
  ['with a quoted word at its end', '"LLC ""SPUTNIK"""', 'LLC "SPUTNIK"'],
  ['with a quoted word at its start', '"""A"" B"', '"A" B'],
  ['of quotes alone', '""""""', '""'],
  ['empty in quotes', '""', ''],
  ['one quote', '"', '"'],
  ['with a comma that nothing quotes', 'A, B', 'A, B'],
  ['beyond ASCII', 'Réseaux IP Européens', 'Réseaux IP Européens'],
])('a name %s', (_, written, name) => {
  expect(lookupIn(`8.8.8.0,8.8.8.255,15169,${written}`)('8.8.8.8')).toEqual({ asn: 15_169, name })
})

test('networks of both families, gaps, unassigned ranges, and the first and last addresses', () => {
  const find = lookupIn(
    '0.0.0.0,0.0.0.255,1,FIRST',
    '1.0.0.0,1.0.0.255,13335,A',
    '1.0.1.0,1.0.1.255,0,NOBODY',
    '1.0.2.0,1.0.2.255,13335,ANOTHER NAME',
    '255.255.255.0,255.255.255.255,4294967295,LAST',
    '2001:db8::,2001:db8::ff,64500,SIX\r',
    '',
    'ffff::,ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff,64501,END'
  )
  const asns = (...addresses: string[]) => addresses.map((address) => find(address)?.asn ?? 0)
  expect(asns('0.0.0.0', '0.0.0.255', '0.0.1.0', '0.255.255.255')).toEqual([1, 1, 0, 0])
  expect(asns('1.0.0.255', '1.0.1.0', '1.0.1.255', '1.0.2.0')).toEqual([13_335, 0, 0, 13_335])
  expect(find('1.0.2.1')!.name).toBe('A')
  expect(asns('255.255.255.255', '255.255.254.255')).toEqual([4_294_967_295, 0])
  expect(asns('2001:db8::', '2001:db8::ff', '2001:db8::100', '2001:db7::')).toEqual([
    64_500, 64_500, 0, 0,
  ])
  expect(find('2001:db8::1')!.name).toBe('SIX')
  expect(asns('ffff::', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff')).toEqual([64_501, 64_501])
})

test('combines files to one table with its facts', () => {
  const files = [
    { file: 'v4.csv', bytes: bytesOf('8.8.8.0,8.8.8.255,15169,GOOGLE', '9.9.9.0,9.9.9.255,0,X') },
    { file: 'v6.csv', bytes: bytesOf('2001:4860::,2001:4860:ffff::,15169,GOOGLE 6') },
  ]
  const data = parseAsnCsv(files, '2026-06-17')
  expect([data.entries, data.date, [...data.asns]]).toEqual([2, '2026-06-17', [15_169]])
  expect(asnTable(data).lookup(parseIp('2001:4860::1')!)).toEqual({ asn: 15_169, name: 'GOOGLE' })
})

describe('a range that begins inside the previous one', () => {
  test('shortens the previous one', () => {
    const find = lookupIn(
      '214.95.0.0,215.0.255.255,749,WIDE',
      '215.0.0.0,215.1.3.255,721,NARROW',
      '215.1.2.0,215.1.9.255,749,WIDE'
    )
    expect(
      ['214.95.0.0', '214.255.255.255', '215.0.0.0', '215.1.1.255', '215.1.2.0', '215.1.10.0'].map(
        (address) => find(address)?.asn
      )
    ).toEqual([749, 749, 721, 721, 749, undefined])
  })

  test('of IPv6, too', () => {
    const find = lookupIn('2001:db8::,2001:db8::ff,1,A', '2001:db8::80,2001:db8::1ff,2,B')
    expect(
      ['2001:db8::7f', '2001:db8::80', '2001:db8::1ff', '2001:db8::200'].map(
        (address) => find(address)?.asn
      )
    ).toEqual([1, 2, 2, undefined])
  })
})

test.each([
  [['1.0.0.0,1.0.0.255,X,N'], 'asn.csv:1: "X": expected an autonomous system number'],
  [['1.0.0.0,1.0.0.255,4294967296,N'], 'asn.csv:1: "4294967296": expected an autonomous'],
  [['', '1.0.0,1.0.0.255,1,N'], 'asn.csv:2: "1.0.0": expected an IP address'],
  [['1.0.0.0,1.0.0.256,1,N'], 'asn.csv:1: "1.0.0.256": expected an IPv4 address'],
  [['2001:db8::,1.0.0.0,1,N'], 'asn.csv:1: "1.0.0.0": expected an IPv6 address'],
  [['1.0.0.9,1.0.0.1,1,N'], 'asn.csv:1: "1.0.0.1": the range ends before it begins'],
  [['::9,::1,1,N'], 'asn.csv:1: "::1": the range ends before it begins'],
  [['1.0.0.0,1.0.0.255,1'], 'asn.csv:1: "1.0.0.0,1.0.0.255,1": expected from, to, ASN and name'],
  [['9.0.0.0,9.0.0.255,1,A', '8.0.0.0,8.0.0.255,2,B'], 'asn.csv:2: "8.0.0.0": expected ascending'],
  [['9.0.0.0,9.0.0.255,1,A', '9.0.0.0,9.0.0.127,2,B'], 'asn.csv:2: "9.0.0.0": expected ascending'],
  [['::9,::f,1,A', '::9,::f,2,B'], 'asn.csv:2: "::9": expected ascending'],
  [['1.0.0.0,1.0.0.255,0,N'], 'asn.csv: expected lines of from, to, ASN and name'],
  [[''], 'asn.csv: expected lines of from, to, ASN and name, with commas between them; found'],
])('the error names the wrong text in %j', (lines, message) => {
  const error = problemOf(...lines)
  expect(error.code).toBe('asn_failed')
  expect(error.message.startsWith(message)).toBe(true)
})

test('compiles in steps of a few milliseconds', () => {
  const lines = Array.from({ length: 10_000 }, (_, i) => {
    const prefix = `${1 + (i >>> 16)}.${(i >>> 8) & 255}.${i & 255}`
    return `${prefix}.0,${prefix}.255,${1 + i},N${i}`
  })
  const steps = readAsnCsv([{ file: 'asn.csv', bytes: bytesOf(...lines) }])
  let pauses = 0
  let last = steps.next()
  for (; last.done !== true; last = steps.next()) pauses++
  expect(pauses).toBe(2)
  expect(last.value).toEqual({ ...dataOf(...lines), date: '' })
})
